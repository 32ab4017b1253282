package bot

import (
	"maps"

	"mboka/flows"
	"mboka/locales"
)

// factsOf are the facts for a flow, with those that the session itself tells:
// the place where the registration stands, the words of staff.
func (t *thinker) factsOf(flow string) flows.Facts {
	facts := flows.Facts{}
	switch flow {
	case FlowResume:
		facts[flows.FactPlace] = t.place()
	case FlowStaff:
		facts[flows.FactStaff] = t.staffFact()
	default:
		return t.facts
	}
	maps.Copy(facts, t.facts)
	return facts
}

// place is where the form stands.
func (t *thinker) place() flows.Fact {
	i := t.s.form()
	if i < 0 {
		return flows.Fact{}
	}
	in := flows.Input{Phone: t.in.Phone}
	turn := flows.Repeat(t.b.flows[t.s.Stack[i].Flow], t.s.Stack[i], in)
	return flows.Fact{Args: map[string]any{"Question": locales.LabelOf(turn.Prompt.Body.Key), "N": turn.Prompt.Left}}
}
