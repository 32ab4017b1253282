package flows

import (
	"slices"

	"mboka/locales"
)

func (s *Step) route(codes []string) (string, bool) {
	for _, r := range s.Routes {
		if slices.Contains(codes, r.Code) {
			return r.To, true
		}
	}
	return "", false
}

// passed tells whether a step is not to be asked any more.
func (w *walk) passed(s *Step) bool {
	if s.Unless.Holds(w.st().Answers) {
		return true
	}
	if s.Kind == Question || s.Once {
		_, answered := w.st().Answers.Get(s.ID)
		return answered
	}
	return false
}

// next is the first step after i that is to be asked.
func (w *walk) next(i int) int {
	for j := i + 1; j < len(w.f.Steps); j++ {
		if !w.passed(&w.f.Steps[j]) {
			return j
		}
	}
	return len(w.f.Steps) - 1
}

// previous is the question before this step, or -1. Consents and forks are no
// stops: one cannot go back over them.
func (w *walk) previous(step *Step) int {
	for j := w.f.index[step.ID] - 1; j >= 0; j-- {
		s := &w.f.Steps[j]
		if s.Kind == Question && !s.Unless.Holds(w.st().Answers) {
			return j
		}
	}
	return -1
}

// leave goes where the answer leads: along its route, back to the review, or
// to the next question.
func (w *walk) leave(step *Step, codes []string) {
	if to, ok := step.route(codes); ok {
		i := w.f.index[to]
		if w.f.Steps[i].Once && w.passed(&w.f.Steps[i]) {
			i = w.next(i) // what is asked once was answered elsewhere
		}
		w.enter(i)
		return
	}
	st := w.st()
	answer, _ := st.Answers.Get(step.ID)
	w.raise(step.Raise, answer)
	if step.Kind == Commands {
		return // the command leads on
	}
	i := w.f.index[step.ID]
	if open := w.needed(); step.Kind == Review && open >= 0 {
		w.say(Line{Key: locales.StillNeeded})
		w.enter(open)
		return
	}
	if st.Return == "" {
		w.enter(w.next(i))
		return
	}
	for j := i + 1; j < len(w.f.Steps); j++ {
		s := &w.f.Steps[j]
		if s.Kind == Question && s.Field.From() == step.ID && !w.passed(s) {
			st.Step = s.ID
			w.ask(s)
			return
		}
	}
	to := st.Return
	st.Return = ""
	w.enter(w.f.index[to])
}

// needed is the first required question without an answer, or -1: an edit may
// have made one of it.
func (w *walk) needed() int {
	for i := range w.f.Steps {
		if s := &w.f.Steps[i]; s.Kind == Question && s.Required && !w.passed(s) {
			return i
		}
	}
	return -1
}

// enter arrives at a step.
func (w *walk) enter(i int) {
	step := &w.f.Steps[i]
	st := w.st()
	st.Step = step.ID
	if need := w.missing(step); need != "" {
		w.turn = Turn{Need: need, State: State{Answers: st.Answers}}
		return
	}
	for _, name := range step.Needs {
		if len(st.Answers) == 0 {
			st.Answers = w.in.Facts[name].Answers
		}
	}
	w.raise(step.Enter, Answered{Step: step.ID})
	if step.Kind == End {
		w.turn.Done, w.turn.Forget = true, step.Forgets
	}
	w.ask(step)
}

func (w *walk) missing(step *Step) string {
	for _, name := range step.Needs {
		if _, ok := w.in.Facts[name]; !ok {
			return name
		}
	}
	return ""
}

// reviewed are the questions that a review lists.
func (w *walk) reviewed() []*Step {
	var out []*Step
	for i := range w.f.Steps {
		s := &w.f.Steps[i]
		if s.Kind == Question && !s.Unless.Holds(w.st().Answers) {
			out = append(out, s)
		}
	}
	return out
}

// left counts the optional questions still open, this one included.
func (w *walk) left(from int) int {
	n := 0
	for j := from; j < len(w.f.Steps); j++ {
		s := &w.f.Steps[j]
		if s.Kind != Question || s.Required || s.Unless.Holds(w.st().Answers) && !w.open(s.Unless) {
			continue
		}
		if _, answered := w.st().Answers.Get(s.ID); !answered || s.ID == w.st().Step {
			n++
		}
	}
	return n
}

// open tells whether a condition only holds because its question is still to
// be asked.
func (w *walk) open(c Cond) bool {
	_, answered := w.st().Answers.Get(c.Step)
	return c.Unanswered && !answered
}
