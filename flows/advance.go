package flows

import (
	"slices"

	"mboka/locales"
)

// Turn is the outcome of one input.
type Turn struct {
	State  State
	Prompt Prompt
	Events []Event
	// Need names a fact that is missing; nothing else is set then. Look it up
	// and call again with the same state and input.
	Need string
	// Done tells that the flow has ended; Prompt holds its last word.
	Done bool
	// Silent tells that nothing needs saying: a repeated tap.
	Silent bool
	// Missed tells that the input was not understood as an answer.
	Missed bool
	// Command is the chat command that the person chose.
	Command string
	// Forget tells that nothing of this chat may be kept after the last word.
	Forget bool
}

// Event is something that happened in a flow and may have an effect.
type Event struct {
	Name    string
	Flow    string
	Answer  Answered // the answer that raised it
	Answers Answers  // all of them, this one included
}

// Events that mean the same in every flow.
const (
	// AnswerGiven is raised by every answer to a Question, also by one that is
	// skipped or cleared.
	AnswerGiven = "answer"
	// LanguageChosen is raised by the choice of a language: the answer's code.
	LanguageChosen = "language"
)

// Begin starts a flow at its first question without an answer.
func Begin(f *Flow, run string, answers Answers, in Input) Turn {
	w := walk{f: f, in: in, turn: Turn{State: State{Flow: f.ID, Version: f.Version, Run: run, Answers: answers}}}
	w.enter(w.next(-1))
	return w.turn
}

// Advance takes one input. It does not change st.
func Advance(f *Flow, st State, in Input) Turn {
	w := walk{f: f, in: in, from: st.Step, turn: Turn{State: st}}
	if w.renewed() {
		return w.turn
	}
	step, ok := f.Step(st.Step)
	if !ok || step.Field == nil {
		w.enter(w.next(-1))
		return w.turn
	}
	w.handle(step)
	return w.turn
}

// Repeat asks the current question again, with something said before it.
func Repeat(f *Flow, st State, in Input, lead ...Line) Turn {
	in.Verb, in.Text, in.Step, in.Code, in.Doubt = VerbRepeat, "", "", "", ""
	if len(lead) > 0 && lead[0].Key != locales.LangChanged {
		in.Verb = verbAgain // in a new language the whole text is wanted
	}
	turn := Advance(f, st, in)
	turn.Prompt.Lead = append(slices.Clone(lead), turn.Prompt.Lead...)
	return turn
}

// walk is the working copy of one call.
type walk struct {
	f    *Flow
	in   Input
	from string // the step that was asked before
	turn Turn
}

func (w *walk) st() *State { return &w.turn.State }

func (w *walk) say(l ...Line) { w.turn.Prompt.Lead = append(w.turn.Prompt.Lead, l...) }

func (w *walk) view() View {
	st := w.st()
	return View{Answers: st.Answers, Sub: st.Sub, Ticks: st.Ticks, Phone: w.in.Phone, At: w.in.At, Facts: w.in.Facts}
}

// renewed brings a state of an older version to this one. It reports true when
// the question it stood at is gone, and the first open one has been asked.
func (w *walk) renewed() bool {
	st := w.st()
	if st.Version == w.f.Version {
		return false
	}
	st.Version = w.f.Version
	kept := make(Answers, 0, len(st.Answers))
	for _, a := range st.Answers {
		if s, ok := w.f.Step(a.Step); ok && s.Field != nil {
			kept = append(kept, a)
		}
	}
	st.Answers = kept
	if s, ok := w.f.Step(st.Step); ok && s.Field != nil && !w.passed(s) {
		return false
	}
	st.Sub, st.Ticks, st.Pending, st.Return, st.Misses = "", nil, nil, "", 0
	w.say(Line{Key: locales.ChangedFlow})
	w.enter(w.next(-1))
	return true
}

func (w *walk) handle(step *Step) {
	in := w.in
	if in.Step != "" && in.Step != step.ID {
		w.elsewhere(in)
		return
	}
	switch {
	case in.Verb == VerbBack || in.Code == string(Back):
		w.back(step)
	case in.Verb == VerbSkip || in.Code == string(Skip):
		w.skip(step)
	case in.Verb == VerbWhy:
		w.explain(step, step.Why, locales.WhyGeneral)
	case in.Verb == VerbMore:
		w.explain(step, step.More, locales.MoreNothing)
	case in.Verb == VerbRepeat, in.Verb == verbAgain:
		w.ask(step)
	case w.st().Pending != nil && !w.oldDoubt() && w.settlePending(step):
	case answersDoubt(in.Code):
		w.stale()
	case in.Doubt != "":
		w.doubt(step)
	case step.Kind == Review && w.editLine(step):
	default:
		w.read(step, in)
	}
}

// elsewhere handles a tap on a question that is not the current one: silence
// for the answer that stands, else the current question again. A correction
// typed before the current question went out changes the answer it was meant
// for.
func (w *walk) elsewhere(in Input) {
	asked, ok := w.f.Step(in.Step)
	if !ok || asked.Field == nil {
		w.stale()
		return
	}
	old, _ := w.st().Answers.Get(in.Step)
	if in.Code != "" {
		code := in.Code
		if code[0] == '+' || code[0] == '-' {
			code = code[1:]
		}
		if slices.Contains(old.Codes, code) || code == string(Done) && len(old.Codes) > 0 || code == string(Skip) && old.Skipped {
			w.turn.Silent = true
			return
		}
		w.stale()
		return
	}
	w.correct(asked, in)
}

func (w *walk) stale() {
	w.say(Line{Key: locales.Stale})
	w.askCurrent()
}

func (w *walk) correct(asked *Step, in Input) {
	view := w.view()
	view.Sub, view.Ticks = in.Sub, nil
	r := asked.Field.Read(view, in)
	if asked.Kind != Question || r.As != Taken {
		w.turn.Silent = true
		return
	}
	current := w.st().Step
	answer := Answered{Step: asked.ID, Codes: r.Codes, Text: r.Text}
	w.record(asked, answer)
	w.say(Line{Key: locales.Corrected, Args: locales.Args{"Label": asked.Field.Show(Answered{Codes: r.Codes, Text: r.Text})}})
	if route, ok := asked.route(r.Codes); ok {
		w.enter(w.f.index[route])
		return
	}
	w.raise(asked.Raise, answer)
	if s, ok := w.f.Step(current); ok && (s.Unless.Holds(w.st().Answers) || s.Field.From() == asked.ID) {
		w.enter(w.next(w.f.index[asked.ID]))
		return
	}
	w.askCurrent()
}

func (w *walk) skip(step *Step) {
	if step.Kind != Question || step.Required {
		w.st().Pending = nil
		if step.Kind == Question {
			w.say(Line{Key: locales.Needed})
		}
		w.ask(step)
		return
	}
	w.st().Pending, w.st().Ticks, w.st().Sub, w.st().Misses = nil, nil, "", 0
	answer := Answered{Step: step.ID, Skipped: true}
	if old, ok := w.st().Answers.Get(step.ID); ok && !old.Skipped {
		answer = old // skipping on the way back keeps what was said
	}
	w.record(step, answer)
	w.leave(step, nil)
}

func (w *walk) back(step *Step) {
	st := w.st()
	st.Misses = 0
	switch {
	case st.Pending != nil:
		st.Pending = nil
		w.ask(step)
	case st.Sub != "":
		st.Sub = ""
		w.ask(step)
	case st.Return != "":
		to := st.Return
		st.Return, st.Ticks = "", nil
		w.enter(w.f.index[to])
	default:
		to := w.previous(step)
		if to < 0 {
			w.say(Line{Key: locales.NoWayBack})
			w.ask(step)
			return
		}
		st.Ticks = nil
		st.Step = w.f.Steps[to].ID
		w.ask(&w.f.Steps[to])
	}
}

func (w *walk) explain(step *Step, key, fallback locales.Key) {
	if key == "" {
		key = fallback
	}
	w.say(Line{Key: key})
	w.ask(step)
}

// doubt is for a command word: in a free text it may be the answer, anywhere
// else it is the command.
func (w *walk) doubt(step *Step) {
	offer := step.Field.Offer(w.view())
	if labelled(offer.Options, w.in.Text) {
		w.read(step, w.in)
		return
	}
	if !offer.Free {
		w.turn.Command = w.in.Doubt
		return
	}
	w.st().Pending = &Pending{Doubt: w.in.Doubt, Text: w.in.Text}
	w.ask(step)
}

func (w *walk) notALine() *Line {
	return &Line{Key: locales.NotUnderstood, Args: locales.Args{"Max": len(w.reviewed())}}
}

// editLine opens a line of the review for editing. False: not a line number.
func (w *walk) editLine(step *Step) bool {
	n, ok := Number(w.in.Text)
	if !ok || w.in.Code != "" {
		return false
	}
	lines := w.reviewed()
	if n < 1 || n > len(lines) {
		w.st().Misses++
		w.turn.Missed = true
		w.say(*w.notALine())
		w.ask(step)
		return true
	}
	st := w.st()
	st.Return, st.Step, st.Misses = step.ID, lines[n-1].ID, 0
	w.ask(lines[n-1])
	return true
}
