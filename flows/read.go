package flows

import (
	"slices"

	"mboka/locales"
)

// read lets the field understand the input and acts on what it made of it.
func (w *walk) read(step *Step, in Input) {
	st := w.st()
	r := step.Field.Read(w.view(), in)
	if r.As == Missed && step.Kind == Review && in.Code == "" && SaysYes(in.Text) {
		r = Reading{As: Taken, Codes: []string{step.Field.Offer(w.view()).Options[0].Code}}
	}
	switch r.As {
	case Taken:
		w.take(step, r)
	case Ticked:
		w.counselTick(step, r.Ticks)
		st.Ticks, st.Misses, st.Pending = r.Ticks, 0, nil
		w.turn.Prompt.Ticking = true
		w.ask(step)
	case Opened:
		st.Sub, st.Misses, st.Pending = r.Sub, 0, nil
		if r.Echo != nil {
			w.say(*r.Echo)
		}
		w.ask(step)
	case Unsure:
		st.Pending = pendingOf(r)
		w.ask(step)
	case Asked:
		w.explain(step, step.More, locales.MoreNothing)
	default:
		w.miss(step, r)
	}
}

func pendingOf(r Reading) *Pending {
	p := &Pending{Codes: r.Codes, Text: r.Text, Whole: r.Whole}
	if !r.Whole {
		p.Text = ""
		p.Codes = nil
		for _, o := range r.Guess {
			p.Codes = append(p.Codes, o.Code)
		}
	}
	if r.Ask != nil {
		p.Ask = string(r.Ask.Key)
		if typed, ok := r.Ask.Args["Typed"].(string); ok {
			p.Typed = typed
		}
	}
	return p
}

func (w *walk) miss(step *Step, r Reading) {
	st := w.st()
	st.Misses++
	w.turn.Missed = true
	st.Pending = nil
	if step.Kind == Review && len(w.reviewed()) > 0 { // what can be chosen there are its lines
		r.Miss = w.notALine()
	}
	switch {
	case st.Misses < 2 || r.Miss == nil || step.Kind != Question:
		if r.Miss != nil {
			w.say(*r.Miss)
		}
	default:
		w.say(*r.Miss, w.wayOut(step))
	}
	w.ask(step)
}

// wayOut follows the second miss: no question is a dead end.
func (w *walk) wayOut(step *Step) Line {
	if step.Kind == Question && !step.Required {
		return Line{Key: locales.WayOutSkip}
	}
	return Line{Key: locales.WayOut}
}

// take accepts an answer, after the advice or the question that some options
// ask for first.
func (w *walk) take(step *Step, r Reading) {
	st := w.st()
	if w.needsCounsel(step, r.Codes) {
		st.Told = append(slices.Clone(st.Told), FlagCounsel)
		st.Pending = &Pending{Codes: r.Codes, Text: r.Text, Whole: true}
		w.say(Line{Key: locales.Counsel})
		w.ask(step)
		return
	}
	if st.Return != "" && st.Pending == nil && w.flagged(step, r.Codes, FlagEnds) {
		st.Pending = &Pending{Codes: r.Codes, Whole: true}
		w.ask(step)
		return
	}
	answer := Answered{Step: step.ID, Codes: r.Codes, Text: r.Text}
	if step.Field.Offer(w.view()).Marks == Words {
		answer.Proof = &Proof{MessageID: w.in.MessageID, At: w.in.At}
	}
	if step.Kind == Commands {
		w.turn.Command = r.Codes[0]
	}
	if r.Echo != nil {
		w.say(*r.Echo)
	}
	w.record(step, answer)
	w.leave(step, r.Codes)
}

func (w *walk) needsCounsel(step *Step, codes []string) bool {
	return w.flagged(step, codes, FlagCounsel) && !slices.Contains(w.st().Told, FlagCounsel)
}

// counselTick gives the advice once, when the row is ticked: the tick can
// still be taken away.
func (w *walk) counselTick(step *Step, ticks []string) {
	if w.needsCounsel(step, ticks) {
		w.st().Told = append(slices.Clone(w.st().Told), FlagCounsel)
		w.say(Line{Key: locales.Counsel})
	}
}

func (w *walk) flagged(step *Step, codes []string, flag string) bool {
	for _, o := range step.Field.Offer(w.view()).Options {
		if o.Flag == flag && slices.Contains(codes, o.Code) {
			return true
		}
	}
	return false
}

// record keeps an answer and drops those that no longer make sense with it.
func (w *walk) record(step *Step, answer Answered) {
	st := w.st()
	old, had := st.Answers.Get(step.ID)
	st.Answers = st.Answers.with(answer)
	st.Sub, st.Ticks, st.Pending, st.Misses = "", nil, nil, 0
	changed := !had || !old.same(answer)
	if changed && step.Kind == Question {
		w.raise(AnswerGiven, answer)
	}
	if changed { // also a first answer: the other may have been given before it
		w.dropDependents(step)
	}
}

func (w *walk) dropDependents(step *Step) {
	st := w.st()
	for i := range w.f.Steps {
		s := &w.f.Steps[i]
		if s.Field == nil || s.Kind != Question || s.ID == step.ID {
			continue
		}
		if _, ok := st.Answers.Get(s.ID); !ok {
			continue
		}
		if s.Field.From() == step.ID || s.Unless.looksAt(step.ID) && s.Unless.Holds(st.Answers) {
			st.Answers = st.Answers.without(s.ID)
			w.raise(AnswerGiven, Answered{Step: s.ID})
		}
	}
}

// raise adds an event; a step without one has the name "".
func (w *walk) raise(name string, answer Answered) {
	if name == "" {
		return
	}
	w.turn.Events = append(w.turn.Events, Event{Name: name, Flow: w.f.ID, Answer: answer, Answers: w.st().Answers})
}

// settlePending answers "is that it?". False: the input is something else, to
// be read as a new answer.
func (w *walk) settlePending(step *Step) bool {
	p := *w.st().Pending
	yes, no := w.in.Code == p.yes(), w.in.Code == p.no()
	if w.in.Code == "" && w.in.Doubt == "" {
		options := w.pendingOptions(step, p)
		if i, ok := PickOne(options, w.in.Text); ok {
			yes, no = options[i].Code == p.yes(), options[i].Code == p.no()
			if !yes && !no {
				w.st().Pending = nil
				w.read(step, Input{Step: step.ID, Code: options[i].Code})
				return true
			}
		} else {
			yes, no = SaysYes(w.in.Text), SaysNo(w.in.Text)
		}
	}
	switch {
	case yes && !p.single(): // a yes to several guesses chooses none
		w.ask(step)
		return true
	case !yes && !no:
		w.st().Pending = nil
		return false
	case p.Doubt != "" && no:
		w.st().Pending = nil
		w.turn.Command = p.Doubt
	case p.Doubt != "":
		w.st().Pending = nil
		w.read(step, Input{Text: p.Text, MessageID: w.in.MessageID, At: w.in.At})
	case no:
		w.st().Pending, w.st().Misses = nil, 0
		w.ask(step)
	case p.Whole:
		w.take(step, Reading{As: Taken, Codes: p.Codes, Text: p.Text})
	default:
		w.st().Pending = nil
		w.read(step, Input{Step: step.ID, Code: p.Codes[0]})
	}
	return true
}
