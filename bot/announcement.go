package bot

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// The flows by which staff announce. Their effects are those of package
// announce.
const (
	FlowAnnounce  = FlowStaff + "_announce"
	FlowChange    = FlowStaff + "_change"
	FlowAnnounced = FlowStaff + "_announced" // the list
	FlowRefusal   = FlowStaff + "_refusal"
)

// The words of staff about announcements, and AnnouncementAct, the one event of
// FlowAnnouncement: the code of its button is one of the acts.
const (
	AnnounceAsked      = "announce"
	AnnouncementsAsked = "announcements"
	AnnouncementAct    = "act"
)

// What staff do about one announcement.
const (
	ActShow      = "show"
	ActApprove   = "approve"
	ActRefuse    = "refuse"
	ActPreview   = "preview"
	ActUndo      = "undo"
	ActPause     = "pause"
	ActResume    = "resume"
	ActCancel    = "cancel" // asks back
	ActCancelYes = "cancel_yes"
	ActChange    = "change"
)

// actLabels are the words on their buttons.
var actLabels = map[string]locales.Key{
	ActApprove: locales.AnnGrant, ActRefuse: locales.AnnRefuse, ActPreview: locales.AnnLook, ActUndo: locales.AnnDoUndo,
	ActPause: locales.AnnDoPause, ActResume: locales.AnnDoResume, ActCancel: locales.AnnDoCancel, ActCancelYes: locales.AnnCancelYes,
	ActShow: locales.AnnCancelNo, ActChange: locales.AnnDoChange, ReportAsked: locales.BtnReport,
}

// ActButtons are the buttons of some acts.
func ActButtons(acts ...string) []flows.Option {
	out := make([]flows.Option, 0, len(acts))
	for _, act := range acts {
		out = append(out, flows.Option{Code: act, Label: locales.LabelOf(actLabels[act])})
	}
	return out
}

// actWord tells whether a text is the words on one of their buttons.
func actWord(text string) bool {
	folded := reference.Fold(text)
	for _, act := range []string{ActApprove, ActRefuse, ActPreview, ActUndo} {
		for _, lang := range locales.Langs {
			if folded == reference.Fold(locales.LabelOf(actLabels[act]).In(lang)) {
				return true
			}
		}
	}
	return false
}

// AnnouncementSaid is the outcome of all that staff do about announcements but
// the one that there is none for them: AnnouncementUnknown.
//
// ResultKey is the text to say, the other results are its fields. With
// ResultForm that flow begins behind it, with ResultAnswers (flows.Answers as
// JSON). With ResultActs there are their buttons under the text, apart by
// spaces, about the announcement ResultAbout.
const (
	AnnouncementSaid    = "announcement"
	AnnouncementUnknown = "unannounced"

	ResultKey     = "Key"
	ResultForm    = "Form"
	ResultAnswers = "Answers"
	ResultActs    = "Acts"
	ResultAbout   = "About"
)

// announces tells whether the chat may do anything about announcements.
func (t *thinker) announces() bool { return t.may(store.Announce) || t.may(store.Approve) }

// announcementDecided says what came of what staff did about an announcement.
// False: it was something else.
func (t *thinker) announcementDecided(fact flows.Fact, lead []flows.Line) bool {
	text := func(name string) string { s, _ := fact.Args[name].(string); return s }
	switch text(ResultOutcome) {
	case AnnouncementUnknown:
		t.repeat(append(slices.Clone(lead), flows.Line{Key: locales.Stale})...)
		return true
	case AnnouncementSaid:
	default:
		return false
	}
	said := slices.Clone(lead)
	line := flows.Line{Key: locales.Key(text(ResultKey)), Args: fact.Args}
	if line.Key != "" {
		said = append(said, line)
	}
	switch form, acts := text(ResultForm), strings.Fields(text(ResultActs)); {
	case form != "":
		var answers flows.Answers
		if raw := text(ResultAnswers); raw != "" {
			_ = json.Unmarshal([]byte(raw), &answers) // our own; without them the form begins anew
		}
		t.begin(form, answers, said...)
	case len(acts) > 0:
		id, _ := uuid.Parse(text(ResultAbout))
		t.out.Prompt = flows.Prompt{Run: About{AboutAnnouncement, id}.Run(), Step: AnnouncementAct, Lead: lead, Body: line,
			Options: ActButtons(acts...), Marks: flows.None}
	default:
		t.repeat(said...)
	}
	return true
}
