package flows

// Learn takes an answer that was given in another flow over the same
// questions. Where it answers the question that this one stands at, or makes
// it pointless, the state moves on; the prompt is for later. It does not
// change st.
func Learn(f *Flow, st State, answer Answered, in Input) Turn {
	w := walk{f: f, in: in, from: st.Step, turn: Turn{State: st}}
	if st.Version != f.Version {
		return w.turn // the next input brings it to this version first
	}
	asked, ok := f.Step(answer.Step)
	at, stands := f.Step(st.Step)
	if !ok || !stands || asked.Kind != Question || answer.Skipped {
		return w.turn
	}
	given := len(answer.Codes) > 0 || answer.Text != ""
	if given {
		w.st().Answers = st.Answers.with(answer)
	} else {
		w.st().Answers = st.Answers.without(answer.Step)
	}
	if at.Field == nil {
		return w.turn
	}
	if at == asked || at.Field.From() == asked.ID {
		w.st().Sub, w.st().Ticks, w.st().Pending, w.st().Misses = "", nil, nil, 0
	}
	switch {
	case at.Kind != Question || !(at == asked && given) && !at.Unless.Holds(w.st().Answers):
	case st.Return != "":
		w.st().Return = ""
		w.arrive(w.f.index[st.Return])
	default:
		w.arrive(w.next(w.f.index[at.ID]))
	}
	return w.turn
}

// arrive is enter without asking: what is asked may need facts, and is not
// asked now.
func (w *walk) arrive(i int) {
	w.st().Step = w.f.Steps[i].ID
	w.raise(w.f.Steps[i].Enter, Answered{Step: w.st().Step})
}
