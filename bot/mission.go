package bot

import (
	"slices"
	"strings"

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

// The flows about meetings and visits, and their events and answers that the bot
// acts on.
const (
	FlowMissions = "meetings"
	FlowComing   = "coming"
	FlowFeedback = "feedback"

	missionOpened                                = "opened"
	MissionsList                                 = "ahead"   // what FlowMissions begins with: the ids of all
	MissionWhich                                 = "which"   // of FlowMissions: the id of the one to show
	MissionAsked                                 = "mission" // what the other two begin with: its id
	GuestsCounted                                = "counted" // of FlowComing; answer GuestsMany
	GuestsMany                                   = "guests"
	FeedbackSaid                                 = "said" // of FlowFeedback; the answers are the next three
	FeedbackThere, FeedbackUseful, FeedbackWords = "attended", "useful", "words"
)

// StepRSVP is the step of the buttons by which somebody answers a mission, of
// FlowDelivery or FlowMission. Its codes are those of store.RSVP and two more.
const (
	StepRSVP   = "rsvp"
	RSVPDoor   = "door"   // a new entry code is asked for
	RSVPGuests = "guests" // how many come along is asked again
)

// Words of a member about a mission are an event of FlowMission; its code is the
// answer, its text the message that they reply to, if any. MissionSaid is about
// the mission of that message, else about the one that they were told of last;
// MissionReplied, where something else is asked meanwhile, about that of the
// message alone. StepFeedback, of FlowDelivery, begins FlowFeedback.
const (
	MissionSaid    = "said"
	MissionReplied = "replied"
	StepFeedback   = "feedback"
)

// FactMissions is what is announced for the person: answer "ahead" for
// FlowMissions, without codes where there is nothing, and the argument Told.
// FactMission is the one of answer MissionWhich, as arguments Letter, Answer,
// Waiting, Guests and Meets.
const (
	FactMissions = "missions"
	FactMission  = "mission"
)

// What became of an answer to a mission, as ResultOutcome. The other results are
// fields of the texts; Mission is its id.
const (
	RSVPNoted     = "rsvpnoted"
	RSVPSeated    = "rsvpseated"  // Address, Link and Door are told where they are given
	RSVPWaiting   = "rsvpwaiting" // a yes without a seat
	RSVPAsksWho   = "rsvpguests"  // how many come along is to be asked
	RSVPParty     = "rsvpparty"   // N come along
	RSVPCrowded   = "rsvpcrowded" // so many find no seat
	RSVPCode      = "rsvpcode"    // Door is a new entry code
	RSVPNoSeat    = "rsvpnoseat"
	RSVPNoSeatYet = "rsvpnoseatyet"
	RSVPOver      = "rsvpover"
	RSVPClosed    = "rsvpclosed" // no answers are taken since Date
	RSVPCancelled = "rsvpcancelled"
	RSVPNothing   = "rsvpnothing" // nothing was announced that the words could be about
	RSVPStranger  = "rsvpstranger"
	FeedbackAsked = "feedbackasked"
	FeedbackKept  = "feedbackkept"

	// ResultDoor is an entry code, never kept in a session. DoorKept: the one
	// that was told stays good.
	ResultDoor = "Door"
	DoorKept   = "kept"
	// ResultMissed is how many missions are announced for somebody who is new or
	// back after a long time.
	ResultMissed = "Missed"
)

var aboutFlows = map[AboutKind]string{AboutDelivery: FlowDelivery, AboutAnnouncement: FlowAnnouncement, AboutMission: FlowMission, AboutAmbassador: FlowAmbassador}

// addressed takes a tap on a button that belongs to no run of a flow.
func (t *thinker) addressed(about About, step, code string) {
	if about.Kind == AboutQuestion {
		t.asksAgain(step, code)
		return
	}
	if about.Kind == AboutContact {
		t.looks(about)
		return
	}
	e := flows.Event{Flow: aboutFlows[about.Kind], Name: step, Answer: flows.Answered{Step: step, Codes: []string{code}, Text: about.ID.String()}}
	if t.b.cfg.Effects[e.Flow+"."+e.Name] == nil || about.Kind == AboutAnnouncement && !t.announces() {
		t.repeat(flows.Line{Key: locales.Stale})
		return
	}
	t.decide(e)
}

// rsvpTexts are the outcomes that are told with one text.
var rsvpTexts = map[string]locales.Key{
	RSVPNoted: locales.RsvpReply, RSVPCrowded: locales.GuestsFull, RSVPCode: locales.RsvpDoor, RSVPNoSeat: locales.SeatNone,
	RSVPNoSeatYet: locales.SeatWaits, RSVPOver: locales.MissionOver, RSVPClosed: locales.MissionClosed, RSVPCancelled: locales.MissionCancelled,
	RSVPStranger: locales.Stale, FeedbackKept: locales.FeedbackThanks,
}

// missionDecided says what came of what a member did about a mission. False:
// it was something else.
func (t *thinker) missionDecided(fact flows.Fact, lead []flows.Line) bool {
	text := func(name string) string { s, _ := fact.Args[name].(string); return s }
	outcome := text(ResultOutcome)
	about := flows.Answers{{Step: MissionAsked, Codes: []string{text("Mission")}, Text: text("Title")}}
	say := func(keys ...locales.Key) []flows.Line {
		said := slices.Clone(lead)
		for _, k := range keys {
			said = append(said, flows.Line{Key: k, Args: fact.Args})
		}
		return said
	}
	if i := t.s.runs(FlowComing); i >= 0 && strings.HasPrefix(outcome, "rsvp") { // how many came with an earlier answer
		t.s.Stack = slices.Delete(slices.Clone(t.s.Stack), i, i+1)
	}
	switch outcome {
	case RSVPSeated:
		said := say(locales.RsvpReply)
		for _, one := range []struct {
			field string
			key   locales.Key
		}{{"Address", locales.RsvpAddress}, {"Link", locales.RsvpLink}, {ResultDoor, locales.RsvpDoor}, {DoorKept, locales.RsvpKept}} {
			if text(one.field) != "" {
				said = append(said, flows.Line{Key: one.key, Args: fact.Args})
			}
		}
		said = append(said, flows.Line{Key: locales.CalendarHow})
		if text(ResultInvited) != "" {
			t.toWorkshop(fact, said)
			return true
		}
		if text("Link") != "" { // online nobody needs a seat for others
			t.repeat(said...)
			return true
		}
		t.begin(FlowComing, about, said...)
	case RSVPWaiting:
		if text(ResultInvited) != "" {
			t.repeat(say(locales.RsvpFull)...)
			return true
		}
		t.begin(FlowComing, about, say(locales.RsvpFull)...)
	case RSVPAsksWho:
		t.begin(FlowComing, about, lead...)
	case RSVPParty:
		n := number(fact.Args["N"])
		key := locales.GuestsNoted
		if n == 0 {
			key = locales.GuestsAlone
		}
		t.repeat(append(slices.Clone(lead), flows.Line{Key: key, Args: locales.Args{"N": n}})...)
	case FeedbackAsked:
		t.begin(FlowFeedback, about, lead...)
	default:
		key, ours := rsvpTexts[outcome]
		if !ours {
			return t.doorDecided(fact, lead)
		}
		if outcome == RSVPNoted && text(ResultQuestions) != "" {
			t.toWorkshop(fact, say(key))
			return true
		}
		t.repeat(say(key)...)
	}
	return true
}

// news adds to the last word of the form what is announced for somebody new who
// wants to be told. False: that has to be looked up first.
func (t *thinker) news(turn flows.Turn, said []flows.Line) ([]flows.Line, bool) {
	if turn.State.Flow != FlowRegistration || turn.State.Answers.Code(missionsStep) != "yes" || t.b.cfg.Facts[FactMissions] == nil {
		return said, true
	}
	fact, ok := t.facts[FactMissions]
	if !ok {
		t.out.Need = FactMissions
		return nil, false
	}
	if list, ok := fact.Answers.Get(MissionsList); ok && len(list.Codes) > 0 {
		said = append(said, flows.Line{Key: locales.MissionsMissed, Args: locales.Args{"N": len(list.Codes)}})
	}
	return said, true
}

// missions lists what is announced.
func (t *thinker) missions() {
	fact, ok := t.facts[FactMissions]
	if !ok && t.b.cfg.Facts[FactMissions] != nil {
		t.out.Need = FactMissions
		return
	}
	if list, ok := fact.Answers.Get(MissionsList); ok && len(list.Codes) > 0 {
		t.begin(FlowMissions, fact.Answers)
		return
	}
	key, known := map[any]locales.Key{"yes": locales.MissionsNoneYes, "no": locales.MissionsNoneNo}[fact.Args["Told"]]
	if !known {
		key = locales.MissionsNone
	}
	t.repeat(flows.Line{Key: key})
}

// opensMission shows the mission that was chosen from the list. False: it is
// another turn.
func (t *thinker) opensMission(turn flows.Turn) bool {
	i := slices.IndexFunc(turn.Events, func(e flows.Event) bool { return e.Flow == FlowMissions && e.Name == missionOpened })
	if i < 0 {
		return false
	}
	id := turn.Events[i].Answers.Code(MissionWhich)
	fact, ok := t.facts[FactMission]
	if !ok {
		t.out.Need, t.out.Answers = FactMission, flows.Answers{{Step: MissionWhich, Codes: []string{id}}}
		return true
	}
	t.s.Stack = t.s.Stack[:len(t.s.Stack)-1]
	if fact.Args["Letter"] == nil {
		t.repeat(flows.Line{Key: locales.MissionOver})
		return true
	}
	t.out.Prompt = flows.Prompt{Marks: flows.None, Body: flows.Line{Key: locales.MissionView, Args: locales.Args{"Letter": fact.Args["Letter"]}}}
	if mine := fact.Args["Mine"]; mine != nil {
		t.out.Prompt.Body = flows.Line{Key: locales.MissionMine, Args: locales.Args{"Letter": fact.Args["Letter"], "Answer": mine}}
	}
	if run, ok := fact.Args["Run"].(string); ok {
		t.out.Prompt.Run, t.out.Prompt.Step, t.out.Prompt.Options = run, StepRSVP, rsvpOptions(fact)
	}
	return true
}

// rsvpOptions are the buttons under a mission: to answer, and for who comes what
// goes with it.
func rsvpOptions(fact flows.Fact) []flows.Option {
	option := func(code string, key locales.Key) flows.Option {
		return flows.Option{Code: code, Label: locales.LabelOf(key)}
	}
	no := option("no", locales.RsvpNo)
	switch {
	case fact.Args["Answer"] == "yes" && fact.Args["Door"] == true:
		return []flows.Option{option(RSVPDoor, locales.RsvpCodeBtn), option(RSVPGuests, locales.RsvpGuestsBtn), no}
	case fact.Args["Answer"] == "yes" && fact.Args["Link"] == true:
		return []flows.Option{no}
	case fact.Args["Answer"] == "yes":
		return []flows.Option{option(RSVPGuests, locales.RsvpGuestsBtn), no}
	}
	return []flows.Option{option("yes", locales.RsvpYes), option("maybe", locales.RsvpMaybe), no}
}

// comes takes words such as « je viens », where nothing else is asked or they
// reply to a message. False: they are something else, or about nothing.
func (t *thinker) comes() bool {
	if t.s.Member == "" && !t.s.Staff {
		return false
	}
	name := MissionSaid
	if top, running := t.s.top(); running && !t.b.flows[top.Flow].IsMenu() && top.Flow != FlowComing {
		name = MissionReplied
	}
	code := saidComing()[saying(t.in.Text)]
	if code == "" || name == MissionReplied && t.in.Source == "" || t.facts[factOutcome].Args[ResultOutcome] == RSVPNothing {
		return false
	}
	t.decide(flows.Event{Flow: FlowMission, Name: name, Answer: flows.Answered{Step: StepRSVP, Codes: []string{code}, Text: t.in.Source}})
	return true
}

// missed tells whoever is new, or back after a long time, what is announced.
func missed(fact flows.Fact, lead ...flows.Line) []flows.Line {
	if n := number(fact.Args[ResultMissed]); n > 0 {
		lead = append(lead, flows.Line{Key: locales.MissionsMissed, Args: locales.Args{"N": n}})
	}
	return lead
}
