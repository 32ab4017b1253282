package bot

import "mboka/flows"

// share tells the form and the profile what was answered in the other one:
// they are two views of the same answers, and either may wait under the other.
func (t *thinker) share(events []flows.Event) {
	for _, e := range events {
		if e.Name != flows.AnswerGiven {
			continue
		}
		for i, state := range t.s.Stack {
			if state.Flow == e.Flow || state.Flow != FlowRegistration && state.Flow != FlowProfile {
				continue
			}
			turn := flows.Learn(t.b.flows[state.Flow], state, e.Answer, t.input())
			t.s.Stack[i] = turn.State
			t.out.Events = append(t.out.Events, turn.Events...)
		}
	}
}

// missionsStep is the question of the form that FlowConsents asks too.
const missionsStep = "missions"

// The events of FlowConsents that answer it, with its codes.
var missionsSpoken = map[string]string{"missions_yes": "yes", "missions_no": "no"}

// spoken is the answer to announcements that was given beside the form, "" for
// none. A form under way knows it from now on and does not ask again.
func (t *thinker) spoken(events []flows.Event) (code string) {
	for _, e := range events {
		if e.Flow == FlowConsents && missionsSpoken[e.Name] != "" {
			code = missionsSpoken[e.Name]
		}
	}
	i := t.s.runs(FlowRegistration)
	if code == "" || i < 0 || t.s.Stack[i].Step == missionsStep {
		return code
	}
	known := make(flows.Answers, 0, len(t.s.Stack[i].Answers)+1)
	for _, a := range t.s.Stack[i].Answers {
		if a.Step != missionsStep {
			known = append(known, a)
		}
	}
	t.s.Stack[i].Answers = append(known, flows.Answered{Step: missionsStep, Codes: []string{code}})
	return code
}

// answersForm gives the answer to the form that waits for it. It is of the same
// message and says the same: on record it is one. False: no form waits for it.
func (t *thinker) answersForm(code string, said []flows.Line) bool {
	top, ok := t.s.top()
	if !ok || top.Flow != FlowRegistration || top.Step != missionsStep {
		return false
	}
	in := t.input()
	in.Step, in.Code = missionsStep, code
	turn := flows.Advance(t.b.flows[top.Flow], top, in)
	turn.Prompt.Lead = append(said, turn.Prompt.Lead...)
	t.take(turn)
	return true
}
