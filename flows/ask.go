package flows

import (
	"maps"

	"mboka/locales"
)

func (w *walk) askCurrent() {
	if s, ok := w.f.Step(w.st().Step); ok {
		w.ask(s)
	}
}

// ask builds the prompt of a step. What was said before it stays in Lead.
func (w *walk) ask(step *Step) {
	if need := w.missing(step); need != "" {
		w.turn = Turn{Need: need, State: State{Answers: w.st().Answers}}
		return
	}
	st := w.st()
	st.Step = step.ID
	p := &w.turn.Prompt
	p.Flow, p.Run, p.Step = st.Flow, st.Run, step.ID
	p.Body = Line{Key: step.Ask, Args: w.args(step)}
	if n, ok := p.Body.Args["N"].(int); ok && n == 0 && step.Empty != "" {
		p.Body.Key = step.Empty
	}
	p.Marks = None
	if step.Field == nil {
		return
	}
	if st.Pending != nil {
		w.askPending(step, *st.Pending)
		return
	}
	offer := step.Field.Offer(w.view())
	if step.Again != "" && step.ID == w.from && (len(p.Lead) > 0 || w.in.Verb == verbAgain) {
		p.Body.Key = step.Again
	}
	if offer.Body != nil {
		p.Body = *offer.Body
	}
	p.Options, p.Marks, p.Multi, p.Ticked = offer.Options, offer.Marks, offer.Multi, st.Ticks
	w.actions(step, offer)
}

func (w *walk) actions(step *Step, offer Offer) {
	p := &w.turn.Prompt
	if step.Kind != Question {
		return
	}
	if offer.Multi {
		p.Actions = append(p.Actions, Done)
	}
	if !step.Required {
		p.Actions = append(p.Actions, Skip)
		if w.st().Return == "" {
			p.Left = w.left(w.f.index[step.ID])
		}
	}
	if w.st().Return != "" || w.st().Sub != "" || w.previous(step) >= 0 {
		p.Actions = append(p.Actions, Back)
	}
}

// args are the arguments of a step's text: from its facts, and what the engine
// itself knows: N, the questions left, and Summary, the answers.
func (w *walk) args(step *Step) locales.Args {
	args := locales.Args{}
	for _, name := range step.Needs {
		maps.Copy(args, w.in.Facts[name].Args)
	}
	if step.Kind == Review {
		args["Summary"] = w.rows()
	}
	if step.Kind == Fork {
		args["N"] = w.left(w.f.index[step.ID])
	}
	return args
}

func (w *walk) rows() Rows {
	steps := w.reviewed()
	rows := make(Rows, 0, len(steps))
	for _, s := range steps {
		row := Row{Title: s.Title}
		if a, ok := w.st().Answers.Get(s.ID); ok && !a.Skipped {
			row.Values = s.Field.Show(a)
		}
		rows = append(rows, row)
	}
	return rows
}

// askPending asks "is that it?" with a yes and a no, or offers a few guesses.
func (w *walk) askPending(step *Step, pending Pending) {
	p := &w.turn.Prompt
	p.Options = w.pendingOptions(step, pending)
	p.Marks = Numbers
	switch {
	case pending.Doubt != "":
		p.Body = Line{Key: locales.CommandOrAnswer, Args: locales.Args{"Word": pending.Text}}
	case pending.Ask != "":
		p.Body = Line{Key: locales.Key(pending.Ask), Args: locales.Args{"Typed": pending.Typed}}
	case pending.single():
		shown := step.Field.Show(Answered{Codes: pending.Codes, Text: pending.Text})
		p.Body = Line{Key: locales.Suggest, Args: locales.Args{"Label": shown}}
	default:
		p.Body = Line{Key: locales.DidYouMeanWhich}
	}
}

func (w *walk) pendingOptions(step *Step, pending Pending) []Option {
	if pending.Doubt != "" {
		return []Option{
			{Code: pending.yes(), Label: locales.LabelOf(locales.CmdIsAnswer)},
			{Code: pending.no(), Label: locales.LabelOf(locales.CmdIsCommand)},
		}
	}
	no := Option{Code: pending.no(), Label: locales.LabelOf(locales.DidYouMeanList)}
	if pending.single() {
		return []Option{{Code: pending.yes(), Label: locales.LabelOf(locales.DidYouMeanYes)}, no}
	}
	options := make([]Option, 0, len(pending.Codes)+1)
	for _, code := range pending.Codes {
		shown := step.Field.Show(Answered{Codes: []string{code}})
		if len(shown) > 0 {
			options = append(options, Option{Code: code, Label: shown[len(shown)-1]})
		}
	}
	return append(options, no)
}
