package bot

import (
	"encoding/base32"
	"strconv"
	"strings"
	"time"

	"mboka/flows"
	"mboka/locales"
	"mboka/store/seal"
)

// Ids of the flows that the bot itself begins. cmd/mboka hands them in.
const (
	FlowRegistration = "registration"
	FlowProfile      = "profile"
	FlowMenu         = "menu"
	FlowResume       = "resume"
	FlowTongue       = "tongue"
	FlowMyData       = "mydata"
	FlowErase        = "erase"
	FlowComplaint    = "complaint"
)

// Erasing is the event of FlowErase that everything goes.
const Erasing = "erased"

// chatFlow is the flow name of events that come from chat words, not from a
// flow, and Stopped is the one of « stop ».
const (
	ChatFlow = "chat"
	Stopped  = "stop"
)

// silence is how long a person must have been away for us to offer to go on
// instead of taking a greeting for a wrong answer.
const silence = 24 * time.Hour

// thought is the outcome of thinking over one message, before any effect.
type thought struct {
	Session Session
	Prompt  flows.Prompt
	Events  []flows.Event
	Need    string        // a fact to look up; think again with it
	Answers flows.Answers // so far, of the flow that needs it
	Decide  flows.Event   // when Need is factOutcome: the effect to carry out
	Silent  bool          // nothing to say
	Plain   bool          // say it as text alone
	Forget  bool          // nothing of this chat may be kept
	Files   []File        // handed over with the reply, or where there is a Token behind a link
	Picture string        // sent before the reply, see Config.Picture
	Token   string        // the secret of that link
	Page    locales.Key   // what the page behind it says; "": ExportPage
	// Came is where a registration that is counted stands now, Left where it stood
	// before this turn; nil: nothing to count. Left alone is taken back.
	Came, Left *Begun
}

// thinker is the working copy of one message. It reads no clock and no store.
type thinker struct {
	b     *Bot
	chat  seal.Chat
	s     Session
	in    Inbound
	at    time.Time // accepted, by Redis's clock
	facts flows.Facts
	runs  int // flows begun in this turn
	out   thought
}

// think is a pure function of the session, the message and the facts.
func (b *Bot) think(chat seal.Chat, s Session, in Inbound, at time.Time, facts flows.Facts) thought {
	t := &thinker{b: b, chat: chat, s: s, in: in, at: at, facts: facts}
	t.s.Stack = append([]flows.State(nil), s.Stack...)
	if t.s.Lang == "" {
		t.s.Lang = guessLanguage(in).String()
	}
	if t.ours() {
		t.out.Session = t.s
		return t.out
	}
	t.lapse()
	step := t.wroteTo()
	switch {
	case t.paused():
		t.out.Silent = true
	case t.s.Gated:
		t.gated()
	default:
		t.usual()
	}
	t.follows()
	t.renotice()
	t.soften()
	t.tellEnded()
	t.s.At, t.s.Away = at, false
	if country := t.s.openCountry(); country != "" {
		t.s.Country = country
	}
	t.s.LastText, t.s.LastStep = b.remembered(in.Text), step
	t.out.Session = t.s
	return t.out
}

// usual understands a message.
func (t *thinker) usual() {
	switch t.in.Kind {
	case Text:
		t.text()
	case Tap:
		t.tap()
	default:
		t.repeat(mediaLine(t.in.Kind))
	}
}

// wroteTo is the step that the message was written to: the one that is asked,
// or where its prompt had not gone out yet the one before.
func (t *thinker) wroteTo() string {
	if t.unprompted() && t.s.LastStep != "" {
		return t.s.LastStep
	}
	top, ok := t.s.top()
	if !ok {
		return ""
	}
	return top.Run + "." + top.Step + "." + screen(top)
}

func (t *thinker) input() flows.Input {
	in := flows.Input{MessageID: t.in.ID, At: t.at, Phone: t.in.Phone, Facts: t.facts}
	if top, ok := t.s.top(); ok {
		in.Facts = t.factsOf(top.Flow)
	}
	return in
}

func (t *thinker) text() {
	if t.in.Payload == OptOut {
		t.stop()
		t.out.Silent = true // Twilio has answered already
		return
	}
	word, slash := t.b.command(t.in.Text)
	top, running := t.s.top()
	switch {
	case t.again():
		t.out.Silent = true
	case t.links(), t.joins(), t.sharing(), t.writes(), t.opens(), t.asks(), t.ambassadors(), t.doors(), t.staffs():
	case word == "" && t.comes():
	case t.s.restored && running && (word == "" || word == "start" && t.free(top)):
		t.repeat(flows.Line{Key: locales.LostFound})
	case !running && distressed(t.in.Text):
		t.idle(flows.Line{Key: locales.Distress})
	case word != "" && (slash || !running || immediate[word]):
		t.run(word)
	case slash:
		t.repeat(flows.Line{Key: locales.WayOut})
	case !running:
		t.idleText()
	case top.Flow == FlowMenu && onlyGreets(t.in.Text): // whoever says hello has not chosen anything
		t.repeat()
	case word == "" && t.early(top):
	case inDanger(t.in.Text), distressWord(t.in.Text) && t.free(top):
		t.repeat(flows.Line{Key: locales.Distress})
	default:
		in := t.input()
		in.Text, in.Doubt = t.in.Text, word
		t.advance(in)
	}
}

// OptOut is the Inbound.Payload of a word that the platform itself has taken
// for an opt-out and answered.
const OptOut = "optout"

// immediate are the words that act at once, even where a text is asked.
var immediate = map[string]bool{"skip": true, "back": true, "stop": true}

// again tells whether the text was written before the reply to the same text
// went out: an impatient thumb.
func (t *thinker) again() bool {
	return t.unprompted() && t.b.remembered(t.in.Text) == t.s.LastText && t.in.Text != ""
}

// free tells whether a text is asked, so that any word may be the answer.
func (t *thinker) free(top flows.State) bool {
	step, ok := t.b.flows[top.Flow].Step(top.Step)
	if !ok || step.Field == nil {
		return false
	}
	return step.Field.Offer(flows.View{Answers: top.Answers, Sub: top.Sub, Ticks: top.Ticks, Phone: t.in.Phone}).Free
}

func (t *thinker) tap() {
	run, step, code, ok := ReadPayload(t.in.Payload)
	if !ok {
		t.repeat(flows.Line{Key: locales.Stale})
		return
	}
	for i := len(t.s.Stack) - 1; i >= 0; i-- {
		if t.s.Stack[i].Run == run {
			t.tapAt(i, step, code)
			return
		}
	}
	if t.takesFigure(run, code) {
		return
	}
	if about, ok := ReadAbout(run); ok {
		t.addressed(about, step, code)
		return
	}
	if _, known := commandKeys[code]; known && step == FlowMenu {
		t.run(code) // an old menu still leads where it says
		return
	}
	t.repeat(flows.Line{Key: locales.Stale})
}

// tapAt gives a tap to a flow under way. Only an answer to the question that
// flow waits with closes what was opened above it.
func (t *thinker) tapAt(i int, step, code string) {
	state := t.s.Stack[i]
	if i == len(t.s.Stack)-1 || step == state.Step {
		t.s.Stack = t.s.Stack[:i+1]
		in := t.input()
		in.Step, in.Code = step, code
		t.advance(in)
		return
	}
	in := t.input()
	in.Step, in.Code = step, code
	if flows.Advance(t.b.flows[state.Flow], state, in).Silent {
		t.out.Silent = true
		return
	}
	t.repeat(flows.Line{Key: locales.Stale})
}

// advance gives an input to the flow that is asked.
func (t *thinker) advance(in flows.Input) {
	top, ok := t.s.top()
	if !ok {
		t.idleText()
		return
	}
	f := t.b.flows[top.Flow]
	turn := flows.Advance(f, top, in)
	guessed := turn.State.Pending != nil && !turn.Done && turn.State.Step == top.Step
	if in.Text != "" && (turn.Missed || guessed && (distressWord(in.Text) || asks(in.Text))) {
		if line, ok := t.aside(in.Text); ok {
			turn = flows.Repeat(f, top, t.input(), line)
		} else if t.at.Sub(t.s.At) > silence && !t.s.At.IsZero() && isForm(top.Flow) {
			t.offer()
			return
		} else if t.question(top, in.Text) {
			return
		}
	}
	t.take(turn)
}

// take carries out what a flow answered.
func (t *thinker) take(turn flows.Turn) {
	if turn.Need != "" {
		t.out.Need, t.out.Answers = turn.Need, turn.State.Answers
		return
	}
	if t.opensMission(turn) || t.opensDirectory(turn) || t.decides(turn) {
		return
	}
	t.out.Events = append(t.out.Events, turn.Events...)
	t.share(turn.Events)
	t.modules(turn.Events)
	for _, e := range turn.Events {
		if e.Name == flows.LanguageChosen && len(e.Answer.Codes) > 0 {
			if lang, ok := locales.ParseLang(e.Answer.Codes[0]); ok {
				t.setLanguage(lang)
			}
		}
	}
	last := len(t.s.Stack) - 1
	switch {
	case turn.Silent:
		t.out.Silent = true
	case turn.Command != "":
		t.s.Stack[last] = turn.State
		if t.b.flows[turn.State.Flow].IsMenu() {
			t.s.Stack = t.s.Stack[:last]
		}
		t.run(turn.Command)
	case turn.Done:
		t.s.Stack = t.s.Stack[:last]
		t.finished(turn)
	default:
		t.s.Stack[last] = turn.State
		t.out.Prompt = turn.Prompt
	}
}

// finished says the last word of a flow, and goes back to what waited.
func (t *thinker) finished(turn flows.Turn) {
	if turn.Forget {
		t.out.Forget, t.out.Prompt = true, turn.Prompt
		t.s.Stack = nil
		return
	}
	said := append(turn.Prompt.Lead, turn.Prompt.Body)
	if code := t.spoken(turn.Events); code != "" && t.answersForm(code, said) {
		return
	}
	if said, known := t.news(turn, said); known && !t.offers(turn.State.Flow, said) {
		t.repeat(said...)
	}
}

func (t *thinker) setLanguage(lang locales.Lang) { t.s.Lang, t.s.Chosen = lang.String(), true }

// repeat says something and asks the current question again; without one it
// shows the menu, and to somebody new the beginning.
func (t *thinker) repeat(lead ...flows.Line) {
	top, ok := t.s.top()
	if !ok {
		t.idle(lead...)
		return
	}
	turn := flows.Repeat(t.b.flows[top.Flow], top, t.input(), lead...)
	t.take(turn)
}

// idle is when no flow is under way.
func (t *thinker) idle(lead ...flows.Line) {
	switch {
	case t.s.Gated:
		t.begin(FlowReturn, nil, lead...)
	case t.s.Member != "":
		if t.cameFor(lead...) { // what they came for is shown first
			return
		}
		t.begin(FlowMenu, nil, t.staffLead(lead)...)
	case len(t.s.Roles) > 0:
		t.begin(FlowStaff, nil, lead...)
	default:
		t.begin(FlowRegistration, nil, lead...)
	}
}

func (t *thinker) idleText() {
	if t.s.Member != "" {
		if line, ok := t.aside(t.in.Text); ok {
			t.idle(line)
			return
		}
	}
	t.idle()
}

// begin puts a flow on top and asks its first question.
func (t *thinker) begin(id string, answers flows.Answers, lead ...flows.Line) {
	in := t.input()
	in.Facts, answers = t.factsOf(id), t.beginning(id, answers)
	if i := t.s.runs(id); i >= 0 {
		t.s.Stack = append(t.s.Stack[:i:i], t.s.Stack[i+1:]...)
	}
	turn := flows.Begin(t.b.flows[id], t.runID(), answers, in)
	turn.Prompt.Lead = append(append([]flows.Line(nil), lead...), turn.Prompt.Lead...)
	t.s.Stack = append(t.s.Stack, turn.State)
	t.take(turn)
}

// runID names a run in payloads: derived from the message, so that a replay
// gives the same.
func (t *thinker) runID() string {
	t.runs++
	sum := t.b.keys.Code("run", t.chat.String()+":"+t.in.ID+":"+strconv.Itoa(t.runs), 4)
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum))[:6]
}
