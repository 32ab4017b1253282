package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store/sessions"
)

// The flows of linking, and their events that the bot acts on.
const (
	FlowLink  = "link"  // what is linked, a code, to separate
	FlowMerge = "merge" // may two profiles become one?

	Linking    = "linking"   // of ChatFlow: a code is asked for
	LinkTried  = "linktried" // of ChatFlow: a code was written; Answer.Text is the code
	LinkMerged = "confirmed" // of FlowMerge: yes
	LinkParted = "parted"    // of FlowLink: this chat is to be separated
)

// What became of a try to link or to separate: the result ResultOutcome of its
// effect. The other results are fields of the text.
const (
	ResultOutcome  = "Outcome"
	ResultCode     = "LinkCode" // a fresh code; never kept in a session
	ResultRecovery = "Code"     // nor is a fresh recovery code

	LinkDone    = "done"    // this chat was joined to the member
	LinkAsk     = "ask"     // there is a profile here too: only after a yes
	LinkBoth    = "both"    // two profiles became one
	LinkOwn     = "own"     // the code of this very person
	LinkSpare   = "spare"   // the recovery code of this very person
	LinkMoved   = "moved"   // a recovery code: the profile is in this chat, and only here
	LinkWrong   = "wrong"   // no such code
	LinkExpired = "expired" // it was one
	LinkUsed    = "used"    // and has been used
	linkLocked  = "locked"  // too many wrong ones: it was not looked at

	LinkApart = "apart" // the profile that was merged is one again
	LinkLeft  = "left"  // this chat has no profile any more
	LinkAlone = "alone" // there was nothing to separate
)

// The states of FactLinks, as its argument "State".
const (
	LinksNone  = "none"  // registered, in this chat alone
	LinksSome  = "some"  // in several
	LinksEarly = "early" // not registered yet
)

// factOutcome is what came of thought.Decide.
const factOutcome = "outcome"

// codeShape is a code as it is compared: nine signs without look-alikes.
var codeShape = regexp.MustCompile(`^[2-9A-HJ-NP-Z]{9}$`)

// linkCode reads "lier ABC-DEF-GHJ", in any of the languages, however the code
// is grouped. code is "" when what stands there cannot be one: a telephone
// number, a sign too many. Other texts that begin with the word are not tries.
func (b *Bot) linkCode(text string) (code string, tried bool) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "/")
	end := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	if end < 0 {
		return "", false
	}
	if word := b.words[reference.Fold(text[:end])]; word != "link" && word != "code" {
		return "", false
	}
	return writtenCode(text[end:], codeShape, 6)
}

// longestCode is more than any code has signs, with some slips of the thumb.
const longestCode = 16

// writtenCode reads what stands behind the word before a code, however it is
// grouped. code is "" when that cannot be one; tried is false when it does not
// even look like one: it has fewer signs than least, or is plain words.
func writtenCode(rest string, shape *regexp.Regexp, least int) (code string, tried bool) {
	if strings.HasPrefix(rest, "@") { // the name of the bot, on Telegram
		_, rest, _ = strings.Cut(rest, " ")
	}
	words := strings.Fields(reference.Fold(rest))
	if len(words) > 0 && words[0] == "code" {
		words = words[1:]
	}
	code = strings.ToUpper(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.Join(words, "")))
	switch {
	case shape.MatchString(code):
		return code, true
	case len(code) < least || len(code) > longestCode:
		return "", false
	}
	return "", strings.ContainsAny(code, "0123456789") || strings.ContainsAny(rest, "-–—")
}

// links tries a text as a code to link with. False: it is something else.
func (t *thinker) links() bool {
	code, tried := t.b.linkCode(t.in.Text)
	if !tried && t.s.Member == "" { // whoever begins on a new phone has nothing but the code
		code, tried = bareCode(t.in.Text)
	}
	switch {
	case !tried:
		return false
	case t.s.Gated:
		t.prove(code)
	case code == "":
		t.repeat(flows.Line{Key: locales.LinkShape})
	default:
		t.decide(flows.Event{Flow: ChatFlow, Name: LinkTried, Answer: flows.Answered{Text: code}})
	}
	return true
}

// link answers the word alone: with a code to write in the other chat, or with
// what is linked already.
func (t *thinker) link() {
	if t.s.Member == "" {
		t.repeat(flows.Line{Key: locales.LinkHow})
		return
	}
	fact, ok := t.facts[flows.FactLinks]
	if !ok {
		t.out.Need = flows.FactLinks
		return
	}
	switch fact.Args["State"] {
	case LinksEarly:
		t.repeat(flows.Line{Key: locales.LinkEarly})
	case LinksSome:
		t.begin(FlowLink, nil)
	default:
		t.out.Events = append(t.out.Events, flows.Event{Flow: ChatFlow, Name: Linking})
		t.repeat(flows.Line{Key: locales.LinkCode})
	}
}

// decides takes a turn of a flow whose last word hangs on what its effect finds.
func (t *thinker) decides(turn flows.Turn) bool {
	for _, e := range turn.Events {
		switch name := e.Flow + "." + e.Name; {
		case name == FlowMerge+"."+LinkMerged:
			e.Answer, _ = e.Answers.Get(mergeCode)
		case name == FlowLink+"."+LinkParted, name == FlowReturn+"."+ChatLeft, name == FlowAnew+"."+ChatLeft, ofStaff(e.Flow) && e.Name != flows.AnswerGiven:
		case name == FlowDirectory+"."+CardPublished, name == FlowContact+"."+ContactSent,
			name == FlowContacted+"."+ContactReplied, name == FlowContacted+"."+ContactRefused, name == FlowContacted+"."+ContactBlocked:
		case name == FlowComing+"."+GuestsCounted, name == FlowFeedback+"."+FeedbackSaid:
		case name == FlowShare+"."+ShareAccepted, name == FlowShare+"."+ShareRefused:
			e.Answer, _ = e.Answers.Get(ShareNamed)
		default:
			continue
		}
		t.s.Stack = t.s.Stack[:len(t.s.Stack)-1]
		t.decide(e, turn.Prompt.Lead...)
		return true
	}
	return false
}

// mergeCode is where FlowMerge keeps the code until the yes.
const mergeCode = "code"

// decide has an effect carried out and says what came of it. The first time the
// turn is interrupted for that, and thought over again with the outcome. lead is
// said before.
func (t *thinker) decide(e flows.Event, lead ...flows.Line) {
	fact, ok := t.facts[factOutcome]
	if !ok {
		t.out.Need, t.out.Decide = factOutcome, e
		return
	}
	if slices.ContainsFunc(t.deciders(), func(says func(flows.Fact, []flows.Line) bool) bool { return says(fact, lead) }) {
		return
	}
	say := func(key locales.Key) []flows.Line { return append(lead, flows.Line{Key: key, Args: fact.Args}) }
	switch fact.Args[ResultOutcome] {
	case LinkDone:
		t.become(fact)
		t.idle(say(locales.LinkDone)...)
	case LinkMoved:
		t.become(fact)
		t.idle(say(locales.MovedDone)...)
	case LinkBoth:
		t.become(fact)
		t.idle(say(locales.MergeDone)...)
	case LinkApart:
		t.become(fact)
		t.idle(say(locales.SplitApart)...)
	case LinkLeft:
		t.out.Forget = true
		t.s.Stack = nil
		t.out.Prompt = flows.Prompt{Marks: flows.None, Lead: lead, Body: flows.Line{Key: locales.SplitLeft}}
	case LinkAsk:
		t.begin(FlowMerge, flows.Answers{{Step: mergeCode, Text: e.Answer.Text}})
	default:
		t.repeat(say(refusals[fact.Args[ResultOutcome]])...)
	}
}

// deciders put into words what came of an effect, each of its own outcomes; the
// first that knows the outcome says it.
func (t *thinker) deciders() []func(fact flows.Fact, lead []flows.Line) bool {
	alone := func(says func(flows.Fact) bool) func(flows.Fact, []flows.Line) bool {
		return func(fact flows.Fact, _ []flows.Line) bool { return says(fact) }
	}
	return []func(flows.Fact, []flows.Line) bool{
		alone(t.settled), t.staffDecided, t.profileDecided, alone(t.figureDecided), t.calendarDecided, alone(t.reportDecided),
		t.missionDecided, alone(t.readDecided), t.announcementDecided, t.directoryDecided,
	}
}

// refusals say why nothing was changed.
var refusals = map[any]locales.Key{
	LinkOwn: locales.LinkOwn, LinkWrong: locales.LinkWrong, LinkExpired: locales.LinkExpired,
	LinkUsed: locales.LinkUsed, LinkSpare: locales.MovedOwn, linkLocked: locales.LinkLocked, LinkAlone: locales.LinkAlone,
}

// become makes the session that of the member whom the chat now belongs to.
// What was under way was about somebody else's record.
func (t *thinker) become(fact flows.Fact) {
	text := func(name string) string { s, _ := fact.Args[name].(string); return s }
	old := t.s
	t.s = Session{Lang: old.Lang, Chosen: old.Chosen, PromptAt: old.PromptAt, Notice: old.Notice, Member: text(ResultMember), Country: text("Country"),
		Roles: old.Roles, Staff: old.Staff, Ended: old.Ended}
	if lang, ok := locales.ParseLang(text("Language")); ok && !old.Chosen {
		t.setLanguage(lang)
	}
}

// decided carries out what a turn hangs on. Wrong codes are counted per chat,
// in Redis: before there is a record nothing of a chat may reach Postgres.
func (h *held) decided(ctx context.Context, in Inbound, t thought, at time.Time) (flows.Fact, error) {
	g, guess := guesses[t.Decide.Name]
	if guess {
		tries, err := h.b.cfg.Sessions.Tries(ctx, g.of, h.g.Chat, in.ID, at)
		if err != nil || !tries.Until.IsZero() {
			return g.locked(tries.Until.Sub(at)), err
		}
	}
	event, err := h.about(ctx, in, t.Decide)
	if err != nil {
		return flows.Fact{}, err
	}
	results, err := h.act(ctx, in, t.Session, []flows.Event{event}, at)
	var refused Refusal
	if errors.As(err, &refused) {
		results, err = refused.Results, nil
	}
	if notAllowed(err) {
		results, err = h.refusedStaff(ctx, t)
	}
	if err != nil {
		return flows.Fact{}, err
	}
	if guess && results[ResultOutcome] == g.wrong {
		tries, err := h.b.cfg.Sessions.Failed(ctx, g.of, h.g.Chat, in.ID, at)
		if err != nil || !tries.Until.IsZero() {
			return g.locked(tries.Until.Sub(at)), err
		}
	}
	fact := flows.Fact{Args: make(map[string]any, len(results))}
	for k, v := range results {
		fact.Args[k] = v
	}
	if results[ResultOutcome] == ProofFits {
		record, err := h.b.cfg.Record(ctx, h.g.Chat)
		if err != nil {
			return flows.Fact{}, fmt.Errorf("restore session: %w", err)
		}
		fact.Answers, fact.Args[resultUnfinished] = record.Answers, record.Unfinished
	}
	return fact, nil
}

// guess is an event by which somebody could try things out, and what its
// effect says of a wrong try.
type guess struct {
	of            sessions.Guess
	wrong, closed string
}

var guesses = map[string]guess{
	LinkTried:  {sessions.LinkCodes, LinkWrong, linkLocked},
	LinkMerged: {sessions.LinkCodes, LinkWrong, linkLocked},
	JoinTried:  {sessions.JoinCodes, JoinWrong, linkLocked},
	Proving:    {sessions.Proofs, ProofFails, ProofLocked},
	DoorAsked:  {sessions.DoorCodes, DoorWrong, doorLocked},
}

func (g guess) locked(wait time.Duration) flows.Fact {
	return flows.Fact{Args: map[string]any{ResultOutcome: g.closed, "N": int(math.Ceil(wait.Minutes()))}}
}

// kept are the results that a session keeps: a fresh code is not for reading
// twice.
func kept(results map[string]string) map[string]string {
	out := maps.Clone(results)
	delete(out, ResultCode)
	delete(out, ResultRecovery)
	delete(out, ResultDoor)
	return out
}
