package bot

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

// The flows of phones that change hands, and their events that the bot acts on.
const (
	FlowReturn = "recycled" // who is it that writes after so long?
	FlowAnew   = "anew"     // is this chat to leave its profile?
	FlowCode   = "code"     // a new recovery code

	Proving     = "proving"    // of ChatFlow: a name or a code was written; Answer.Text
	SealedStop  = "sealedstop" // of ChatFlow: « stop » at the gate
	ChatLeft    = "left"       // of FlowReturn and FlowAnew
	ProofFits   = "proven"     // outcome: the profile opens again
	ProofFails  = "unproven"
	ProofLocked = "unlooked" // too many wrong ones: it was not looked at
	LeftBehind  = "fresh"    // outcome: no profile belongs to the chat any more
	StopHeard   = "stopped"  // outcome of SealedStop
)

// sealAfter is the silence after which a number may have been given to somebody
// else: 60 days (domain reference, section 2.4, "Recycled numbers").
const sealAfter = 60 * 24 * time.Hour

// speaks tells whether an inbound comes from whoever holds the phone.
func (k Kind) speaks() bool {
	return k != Blocked && k != Unblocked && k != Unreached && k != Refused && !k.note()
}

// sealed tells whether a chat comes back in a way that may mean another owner.
func sealed(heard, at time.Time, away bool) bool { return away || at.Sub(heard) > sealAfter }

// maybeStranger tells whether what is about a profile may not be said into a
// chat: nobody has proven yet that whoever reads it is whom it is for.
func (s Session) maybeStranger(at time.Time) bool {
	return s.Gated || !s.At.IsZero() && sealed(s.At, at, s.Away)
}

// gate is the session of whoever may be a stranger: nothing of the record is in
// it but the language, without which nothing could be said; a message that
// speaks another one of ours is answered in that one.
func gate(in Inbound, language string, at time.Time) Session {
	s := Session{Gated: true, GatedAt: at, Lang: language}
	if lang, ok := spoken(in.Text); ok || language == "" {
		s.Lang = lang.String()
	}
	return s
}

// guarded is a session as it may be used for an inbound at a time.
func guarded(s Session, in Inbound, at time.Time) Session {
	switch {
	case s.Gated, !in.Kind.speaks(), s.At.IsZero(), !sealed(s.At, at, s.Away):
		return s
	case s.Member == "": // a form without a record may be somebody else's too
		return Session{}
	}
	return gate(in, s.Lang, at)
}

// onlyGreets tells whether a text is a greeting and nothing else: it is no try.
func onlyGreets(text string) bool {
	words := strings.Fields(reference.Fold(text))
	if len(words) == 0 || len(words) == 1 && slices.Contains(callNames, words[0]) {
		return false
	}
	return !slices.ContainsFunc(words, func(w string) bool {
		return !slices.ContainsFunc(locales.Langs[:], func(l locales.Lang) bool { return slices.Contains(greetings[l], w) })
	})
}

// callNames are greetings by which people are also called.
var callNames = strings.Fields("mama tata")

// longestProof is longer than any name or code, in characters: a name has 60.
const longestProof = 100

// gated answers a message at the gate. Whatever is not understood as something
// else is taken for the name or the code.
func (t *thinker) gated() {
	top, asked := t.s.top()
	if t.in.Kind == Voice && (!asked || top.Flow == FlowReturn) { // there is no row to touch instead
		t.repeat(flows.Line{Key: locales.GotOther})
		return
	}
	if t.in.Kind != Text || asked && top.Flow != FlowReturn && t.in.Payload != OptOut {
		t.usual()
		return
	}
	text := t.in.Text
	word, _ := t.b.command(text)
	code, tried := t.b.linkCode(text)
	switch {
	case t.in.Payload == OptOut: // Twilio has answered already
		t.closed("stop")
		t.out.Silent = true
	case t.again():
		t.out.Silent = true
	case asked && t.begins(text):
		in := t.input()
		in.Text = text
		t.advance(in)
	case tried:
		t.prove(code)
	case cardOf(text) != "": // a link to somebody's card is no try
		t.repeat(flows.Line{Key: locales.RecycledFirst})
	case word != "":
		t.run(word)
	case strings.HasPrefix(strings.TrimSpace(text), "/"):
		t.repeat(flows.Line{Key: locales.RecycledFirst})
	default:
		t.perhapsProof(text, asked)
	}
}

// perhapsProof takes a text for the name or a code, unless it is something else
// or was not written in answer to the question: that is no try.
func (t *thinker) perhapsProof(text string, asked bool) {
	line, aside := t.aside(text)
	switch {
	case aside:
		t.repeat(line)
	case !asked, t.unprompted(), reference.Fold(text) == "", onlyGreets(text), utf8.RuneCountInString(text) > longestProof:
		t.repeat()
	default:
		t.prove(text)
	}
}

// begins tells whether a text is the words of the button.
func (t *thinker) begins(text string) bool {
	top, _ := t.s.top()
	step, ok := t.b.flows[FlowReturn].Step(top.Step)
	return ok && step.Field.Read(flows.View{}, flows.Input{Text: text}).As == flows.Taken
}

func (t *thinker) prove(text string) {
	t.decide(flows.Event{Flow: ChatFlow, Name: Proving, Answer: flows.Answered{Text: text}})
}

// closed answers a chat word at the gate. False: it shows nothing of anybody,
// and acts as ever.
func (t *thinker) closed(command string) bool {
	switch command {
	case "help", "language", "complaint", "share":
		return false
	case "back", "skip", "why", "more", "cancel":
		if len(t.s.Stack) > 1 {
			return false // of what was opened above the gate
		}
	}
	t.s.Stack = t.s.Stack[:min(len(t.s.Stack), 1)]
	switch command {
	case "stop":
		t.decide(flows.Event{Flow: ChatFlow, Name: SealedStop})
	case "erase":
		t.repeat(flows.Line{Key: locales.RecycledErase})
	case "start", "menu", "anew", "code", "cancel":
		t.repeat()
	default:
		t.repeat(flows.Line{Key: locales.RecycledFirst})
	}
	return true
}

// anew asks whether the chat is to leave its profile: a borrowed phone, or a
// number that was somebody else's.
func (t *thinker) anew() {
	if t.s.Member == "" {
		t.idle()
		return
	}
	t.begin(FlowAnew, nil)
}

// newCode asks whether a new recovery code may replace the old one.
func (t *thinker) newCode() {
	fact, ok := t.facts[flows.FactLinks]
	switch {
	case t.s.Member == "":
		t.repeat(flows.Line{Key: locales.CodeEarly})
	case !ok:
		t.out.Need = flows.FactLinks
	case fact.Args["State"] == LinksEarly, fact.Args["State"] == nil:
		t.repeat(flows.Line{Key: locales.CodeEarly})
	default:
		t.begin(FlowCode, nil)
	}
}

// settled says what came of what a person did about whose phone this is. False:
// the outcome is another one.
func (t *thinker) settled(fact flows.Fact) bool {
	switch fact.Args[ResultOutcome] {
	case ProofFits:
		t.become(fact)
		lead := flows.Line{Key: locales.RecycledOk}
		if fact.Args[resultUnfinished] != true {
			t.idle(missed(fact, lead)...)
			return true
		}
		if number, ok := fact.Args["Number"].(string); ok {
			t.s.Results = map[string]string{"Number": number}
		}
		t.begin(FlowRegistration, fact.Answers, lead)
	case ProofFails:
		t.repeat(flows.Line{Key: locales.RecycledWrong})
	case ProofLocked:
		t.repeat(flows.Line{Key: locales.RecycledLocked})
	case StopHeard:
		t.repeat(flows.Line{Key: locales.StopNothing})
	case LeftBehind:
		t.s = Session{Lang: t.s.Lang, PromptAt: t.s.PromptAt, Quick: t.s.Quick}
		t.begin(FlowRegistration, nil, flows.Line{Key: locales.AnewDone})
	default:
		return false
	}
	return true
}

// resultUnfinished tells that the form waits for whoever has proven to be back.
const resultUnfinished = "Unfinished"

// groupedCode is a code as it is printed; without hyphens it needs a digit, so
// that three short words are none.
var groupedCode = regexp.MustCompile(`^([2-9A-HJ-NP-Za-hj-np-z]{3})([-\x{2010}-\x{2015} ]?)([2-9A-HJ-NP-Za-hj-np-z]{3})([-\x{2010}-\x{2015} ]?)([2-9A-HJ-NP-Za-hj-np-z]{3})$`)

// bareCode reads a code that stands alone, without a word before it.
func bareCode(text string) (string, bool) {
	m := groupedCode.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return "", false
	}
	code := strings.ToUpper(m[1] + m[3] + m[5])
	hyphens := strings.TrimSpace(m[2]) != "" && strings.TrimSpace(m[4]) != ""
	letters := strings.ContainsAny(code, "ABCDEFGHJKLMNPQRSTUVWXYZ")
	return code, letters && (hyphens || strings.ContainsAny(code, "23456789"))
}
