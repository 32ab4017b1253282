package bot

import (
	"strings"
	"unicode"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

// FlowRequest is the flow by which staff ask for one profile.
const FlowRequest = FlowStaff + "_request"

// The words and events of staff about one person's profile. All but
// RequestSent are of ChatFlow; Answer.Text is a member number, or the id of a
// request.
const (
	OpenAsked    = "open"    // by the number
	RequestAsked = "request" // begins FlowRequest
	RequestSent  = "sent"    // of FlowRequest: to be made
	ProfilePass  = "passed"  // a request was answered with a yes
	RequestEnds  = "lapsed"  // one has ended
)

// What became of them, as ResultOutcome.
const (
	ProfileOpened  = "opened"    // ResultCard is what there is to show
	ProfileShut    = "shut"      // no consent, or no such number: nobody learns which
	ProfileAsked   = "requested" // the member is asked, if there is one
	ProfilePassed  = "passedon"  // ResultCard is what was passed on
	RequestFailed  = "nothing"   // no profile comes
	RequestSettled = "settled"   // told before, or taken back: there is nothing to say

	ResultCard = "Card"
)

// ofProfiles are the outcomes that are told with the text of a key.
var ofProfiles = map[any]locales.Key{
	ShareYes: locales.ShareDone, ShareNo: locales.ShareRefused, ShareOver: locales.ShareOver, ShareTwice: locales.ShareTwice,
	ProfileOpened: locales.OpenCard, ProfileShut: locales.OpenNone, ProfileAsked: locales.RequestSent,
	ProfilePassed: locales.RequestCard, RequestFailed: locales.RequestNone,
}

// opens carries out the words of staff about one profile. False: to this chat,
// or as it is written, it is none of them.
func (t *thinker) opens() bool {
	name, slash := commandIn(t.b.staff, t.in.Text)
	first, rest := firstOf(t.in.Text)
	number, numbered := flows.MemberNumber(rest)
	if name == "" && numbered {
		name = t.b.staff[reference.Fold(first)] // "ouvrir ABC-234"
	}
	if name != OpenAsked && name != RequestAsked || !t.mayUse(name) {
		return false
	}
	if top, open := t.s.top(); open && !slash && t.free(top) {
		return false // where a text is asked it may be the answer
	}
	switch {
	case name == RequestAsked:
		t.begin(FlowRequest, nil)
	case numbered:
		t.decide(flows.Event{Flow: ChatFlow, Name: OpenAsked, Answer: flows.Answered{Text: number}})
	default:
		t.repeat(flows.Line{Key: locales.OpenHow})
	}
	return true
}

// firstOf cuts a text behind its first word, and behind the name of the bot
// that Telegram may have put there.
func firstOf(text string) (word, rest string) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "/")
	end := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	if end < 0 {
		return text, ""
	}
	word, rest = text[:end], text[end:]
	if strings.HasPrefix(rest, "@") {
		_, rest, _ = strings.Cut(rest, " ")
	}
	return word, strings.TrimSpace(rest)
}

// hears deals with a note that something came of a request.
func (t *thinker) hears() {
	name := ProfilePass
	if t.in.Kind == Lapsed {
		name = RequestEnds
	}
	t.decide(flows.Event{Flow: ChatFlow, Name: name, Answer: flows.Answered{Text: t.in.Payload}})
}

// profileDecided says what became of an answer to a request, and of what staff
// asked for. False: it was something else.
func (t *thinker) profileDecided(fact flows.Fact, lead []flows.Line) bool {
	outcome := fact.Args[ResultOutcome]
	if outcome == RequestSettled {
		t.out.Silent = true
		return true
	}
	key, ours := ofProfiles[outcome]
	if !ours {
		return false
	}
	said := append(lead, flows.Line{Key: key, Args: fact.Args})
	switch {
	case fact.Args[ResultMore] == "yes":
		t.begin(FlowShare, nil, said...)
	case t.in.Kind.asks() && len(t.s.Stack) == 0 && t.s.Member == "" && len(t.s.Roles) == 0:
		t.out.Prompt = flows.Prompt{Marks: flows.None, Body: said[0]} // nothing here is theirs to begin
	default:
		t.repeat(said...)
	}
	return true
}
