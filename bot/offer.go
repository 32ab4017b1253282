package bot

import (
	"mboka/flows"
	"mboka/locales"
)

// offer lets somebody who comes back choose whether to go on with the form. A
// question whose text has fields, such as the summary, cannot be named in the
// offer: it is asked again instead.
func (t *thinker) offer() {
	i := t.s.form()
	f := t.b.flows[t.s.Stack[i].Flow]
	asked := flows.Repeat(f, t.s.Stack[i], flows.Input{Phone: t.in.Phone}).Prompt.Body.Key
	consent := false // its text is long, and is asked as it stands
	if step, ok := f.Step(t.s.Stack[i].Step); ok {
		consent = f.ID != FlowRegistration && step.Kind == flows.Fork
	}
	if consent || len(locales.Fields(locales.FR, asked)) > 0 {
		t.s.Stack = t.s.Stack[:i+1]
		if t.s.restored {
			t.repeat(flows.Line{Key: locales.LostFound})
			return
		}
		t.repeat()
		return
	}
	t.begin(FlowResume, nil)
}
