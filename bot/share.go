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
