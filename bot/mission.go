package bot

import (
	"mboka/flows"
	"mboka/locales"
)

// FlowDelivery and FlowAnnouncement name the events of buttons under messages
// that the service said first: the name is the step, Answer.Text the id of
// what it is about, and Answer.Codes the button.
const (
	FlowDelivery     = "delivery"
	FlowAnnouncement = "announcement"
	FlowMission      = "mission"
)

var aboutFlows = map[AboutKind]string{AboutDelivery: FlowDelivery, AboutAnnouncement: FlowAnnouncement, AboutMission: FlowMission, AboutAmbassador: FlowAmbassador}

// addressed takes a tap on a button that belongs to no run of a flow.
func (t *thinker) addressed(about About, step, code string) {
	e := flows.Event{Flow: aboutFlows[about.Kind], Name: step, Answer: flows.Answered{Step: step, Codes: []string{code}, Text: about.ID.String()}}
	if t.b.cfg.Effects[e.Flow+"."+e.Name] == nil {
		t.repeat(flows.Line{Key: locales.Stale})
		return
	}
	t.decide(e)
}

// missionDecided says what came of what a member did about a mission. False:
// it was something else.
func (t *thinker) missionDecided(_ flows.Fact, _ []flows.Line) bool { return false }
