package bot

import (
	"regexp"
	"strings"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

// The events about links that are passed on.
const (
	FlowAmbassador  = "ambassador" // of buttons about one
	AmbassadorAct   = "act"        // its step
	AmbassadorEnd   = "end"        // its code
	AmbassadorAsked = "ambassador" // the word of staff; Answer.Text is an association, or ""
)

// FactShared is the lookup of the mission behind a link: the answer SharedCode
// is its code, its argument SharedNotice what is told of it, "" when there is
// nothing to tell any more, and SharedRun that of the buttons under it, "" where
// nobody is asked to come.
const (
	FactShared   = "shared"
	SharedCode   = "code"
	SharedNotice = "Notice"
	SharedRun    = "Run"
)

// sharedStart is how a link that was passed on arrives: as the start parameter of
// a t.me link, or behind a greeting on WhatsApp.
var sharedStart = regexp.MustCompile(`(?i)^\s*(?:/start(?:@\w+)?|[^\s/]+)\s+a_([2-9A-HJ-NP-Z]{8})[\s.!]*$`)

// SharedPayload is the start parameter of a link that is passed on.
func SharedPayload(code string) string { return "a_" + code }

// sharedCode is the code of a link that was passed on, "" in any other text.
func sharedCode(text string) string {
	if m := sharedStart.FindStringSubmatch(text); m != nil {
		return strings.ToUpper(m[1])
	}
	return ""
}

// sharing takes a text that a link has written. Whoever has no record yet begins
// as anybody does: the code waits in the session for the record. A member is
// shown the mission. False: it is no such text. That a code is unknown is not
// said: it is a plain beginning.
func (t *thinker) sharing() bool {
	code := sharedCode(t.in.Text)
	if code == "" || t.s.Gated {
		return false
	}
	if t.s.Member == "" {
		t.s.Shared = code
		t.start()
		return true
	}
	if !t.showsShared(code) {
		t.start()
	}
	return true
}

// showsShared shows the mission behind a code, with the buttons to answer it.
// False: there is nothing to show any more.
func (t *thinker) showsShared(code string, lead ...flows.Line) bool {
	fact, ok := t.facts[FactShared]
	if !ok {
		t.out.Need, t.out.Answers = FactShared, flows.Answers{{Step: SharedCode, Text: code}}
		return true
	}
	notice, _ := fact.Args[SharedNotice].(string)
	if notice == "" {
		return false
	}
	t.out.Prompt = flows.Prompt{Marks: flows.None, Lead: lead, Body: flows.Line{Key: locales.AmbShown, Args: locales.Args{SharedNotice: notice}}}
	if run, _ := fact.Args[SharedRun].(string); run != "" && t.b.cfg.Effects[FlowMission+"."+StepRSVP] != nil {
		t.out.Prompt.Run, t.out.Prompt.Step, t.out.Prompt.Options = run, StepRSVP, rsvpOptions(flows.Fact{})
	}
	return true
}

// ambassadors carries out the word about links, with what stands behind it. False:
// to this chat it is no word.
func (t *thinker) ambassadors() bool {
	first, rest := firstOf(t.in.Text)
	if t.b.staff[reference.Fold(first)] != AmbassadorAsked || !t.may(staffWords[AmbassadorAsked]) {
		return false
	}
	slash := strings.HasPrefix(strings.TrimSpace(t.in.Text), "/")
	if top, open := t.s.top(); open && !slash && t.free(top) {
		return false // where a text is asked it may be the answer
	}
	t.decide(flows.Event{Flow: ChatFlow, Name: AmbassadorAsked, Answer: flows.Answered{Text: rest}})
	return true
}
