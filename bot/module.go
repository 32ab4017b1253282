package bot

import (
	"slices"

	"mboka/flows"
	"mboka/locales"
)

// The optional forms, and the flow that offers them.
const (
	FlowContribution = "contribution"
	FlowFund         = "fund"
	FlowOffer        = "offer"
)

// FactContribution and FactFund are what a person has said in such a form so
// far, its consent included; ModuleState says why it is not begun.
const (
	FactContribution = "contribution"
	FactFund         = "fund"

	ModuleState    = "State"
	ModuleEarly    = "early"    // the registration comes first
	ModuleUnwanted = "unwanted" // nothing is ticked that it could be about
)

// RecordOpen is the argument of flows.FactRecord that names an optional form
// which was left unfinished, "" for none.
const RecordOpen = "Open"

// Events that say something about the optional forms.
const (
	ModuleFinished = "finished" // of the form itself
	FundEnded      = "fund_no"  // of FlowConsents: the survey is over for this person
	offersStep     = "contribution_types"
)

// forms are the flows that a person can leave and go on with.
var forms = []string{FlowRegistration, FlowContribution, FlowFund}

func isForm(flow string) bool { return slices.Contains(forms, flow) }

// moduleFacts are the facts of the optional forms.
var moduleFacts = map[string]string{FlowContribution: FactContribution, FlowFund: FactFund}

// form is the place in the stack of the form that is open or waits, the last
// begun first; -1: none.
func (s Session) form() int {
	for i := len(s.Stack) - 1; i >= 0; i-- {
		if isForm(s.Stack[i].Flow) {
			return i
		}
	}
	return -1
}

// Wanted are the optional forms that have a purpose for somebody who ticked
// these things.
func Wanted(offers []string) []string {
	var out []string
	if len(offers) > 0 && !slices.Contains(offers, "none") {
		out = append(out, FlowContribution)
	}
	if slices.Contains(offers, "invest") || slices.Contains(offers, "business") {
		out = append(out, FlowFund)
	}
	return out
}

// modules learns from what happened which optional forms to offer.
func (t *thinker) modules(events []flows.Event) {
	for _, e := range events {
		switch {
		case e.Name == flows.AnswerGiven && e.Answer.Step == offersStep && !e.Answer.Skipped:
			t.s.Wants = Wanted(e.Answer.Codes)
		case e.Name == ModuleFinished && moduleFacts[e.Flow] != "":
			if !slices.Contains(t.s.Gave, e.Flow) {
				t.s.Gave = append(slices.Clone(t.s.Gave), e.Flow)
			}
		case e.Name == FundEnded && e.Flow == FlowConsents:
			t.s.Gave = slices.DeleteFunc(slices.Clone(t.s.Gave), func(flow string) bool { return flow == FlowFund })
			t.s.Stack = slices.DeleteFunc(slices.Clone(t.s.Stack), func(s flows.State) bool { return s.Flow == FlowFund })
		}
	}
}

// offered are the answers that the menu begins with: the optional forms that the
// person may want, or has filled in and may want to change.
func (t *thinker) offered(also ...string) flows.Answers {
	var out flows.Answers
	for _, flow := range []string{FlowContribution, FlowFund} {
		if slices.Contains(t.s.Wants, flow) || slices.Contains(also, flow) {
			out = append(out, flows.Answered{Step: flow + "_now", Codes: []string{"wanted"}})
		}
	}
	return out
}

// beginning are the answers that a flow begins with: the menu always with what it
// may offer.
func (t *thinker) beginning(flow string, answers flows.Answers) flows.Answers {
	if flow == FlowMenu {
		return t.offered(t.s.Gave...)
	}
	return answers
}

// offers puts the optional forms before somebody who has come to the end of one
// form, where nothing else waits. False: there is none to offer.
func (t *thinker) offers(ended string, said []flows.Line) bool {
	if ended != FlowRegistration && ended != FlowContribution || len(t.s.Stack) > 0 || t.s.Member == "" || t.s.Shared != "" {
		return false
	}
	var open flows.Answers
	for _, a := range t.offered() {
		if !slices.ContainsFunc(t.s.Gave, func(flow string) bool { return a.Step == flow+"_now" }) {
			open = append(open, a)
		}
	}
	if len(open) == 0 {
		return false
	}
	t.begin(FlowOffer, open, said...)
	return true
}

// module begins an optional form, or goes on with it.
func (t *thinker) module(flow string) {
	if t.s.Member == "" {
		t.repeat(flows.Line{Key: locales.ProfileNone})
		return
	}
	if i := t.s.runs(flow); i >= 0 {
		t.s.Stack = t.s.Stack[:i+1]
		t.repeat()
		return
	}
	fact, ok := t.facts[moduleFacts[flow]]
	switch {
	case !ok:
		t.out.Need = moduleFacts[flow]
	case fact.Args[ModuleState] == ModuleEarly:
		t.repeat(flows.Line{Key: locales.ModuleEarly})
	case fact.Args[ModuleState] == ModuleUnwanted:
		t.repeat(flows.Line{Key: locales.ContributionNone})
	default:
		t.begin(flow, fact.Answers)
	}
}

// leave closes an optional form. What was answered waits as a draft.
func (t *thinker) leave(state flows.State) {
	key := locales.Cancelled
	for _, a := range state.Answers {
		if s, ok := t.b.flows[state.Flow].Step(a.Step); ok && s.Kind == flows.Question {
			key = locales.ModuleKept
		}
	}
	t.s.Stack = t.s.Stack[:len(t.s.Stack)-1]
	t.repeat(flows.Line{Key: key})
}
