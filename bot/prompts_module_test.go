package bot

import (
	"mboka/flows"
	"mboka/locales"
	"mboka/store"
	"mboka/store/seal"
)

// moduleFact is what the records tell of the optional forms: nothing yet.
var moduleFact = flows.Fact{Answers: flows.Answers{}}

// modulePlaces are all questions of the optional forms, and the offer of them.
func modulePlaces(b *Bot, lang locales.Lang) map[string]Session {
	places := map[string]Session{}
	for _, id := range []string{FlowContribution, FlowFund} {
		given := flows.Answers{}
		for _, step := range b.flows[id].Steps {
			if step.Field == nil {
				continue
			}
			places[id+"."+step.ID] = Session{Lang: lang.String(), Chosen: true, Member: "m", Wants: []string{FlowContribution, FlowFund},
				Stack: []flows.State{{Flow: id, Version: 1, Run: "run001", Step: step.ID, Answers: given}}}
			answer := flows.Answered{Step: step.ID, Skipped: step.Kind == flows.Question}
			if lists := step.Field.Lists(); len(lists) > 0 {
				answer = flows.Answered{Step: step.ID, Codes: []string{lists[0][0].Code}}
			}
			given = append(given[:len(given):len(given)], answer)
		}
	}
	done := places[FlowContribution+".review"]
	in := Inbound{Channel: "telegram", ID: "9", Kind: Tap, Payload: Payload("run001", "review", "yes")}
	places[FlowOffer] = b.think(seal.Chat{1}, done, in, today, facts(done)).Session
	return places
}

// workshopPlaces are all questions to officials about a workshop.
func workshopPlaces(b *Bot, lang locales.Lang) map[string]Session {
	places := map[string]Session{}
	for _, part := range []string{"before", "after"} {
		given := flows.Answers{}
		for _, step := range b.flows[FlowWorkshop].Steps {
			if step.Field == nil || step.Unless.Holds(given) {
				continue
			}
			places[FlowWorkshop+"."+part+"."+step.ID] = Session{Lang: lang.String(), Chosen: true, Staff: true, Roles: []StaffRole{{store.Official, store.Ministry}},
				Stack: []flows.State{{Flow: FlowWorkshop, Version: 1, Run: "run001", Step: step.ID, Answers: given}}}
			answer := flows.Answered{Step: step.ID, Skipped: step.Kind == flows.Question}
			switch {
			case step.ID == "part":
				answer.Codes = []string{part}
			case !answer.Skipped:
				answer.Codes = []string{step.Field.Lists()[0][0].Code}
			}
			given = append(given[:len(given):len(given)], answer)
		}
	}
	return places
}
