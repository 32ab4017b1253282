package bot

import (
	"strings"

	"mboka/flows"
	"mboka/locales"
)

// doubted marks the screen of a question that asks back.
const doubted = "?"

// screen names what a question shows now: one may have a second screen, or ask
// back. A row number means another thing on each.
func screen(state flows.State) string {
	if state.Pending != nil {
		return state.Sub + doubted + state.Pending.Mark()
	}
	return state.Sub
}

// subOf is the second screen in the name of one.
func subOf(screen string) string {
	sub, _, _ := strings.Cut(screen, doubted)
	return sub
}

// onlyBack tells whether a text says something to a question back alone: a yes or
// a no, or a number of a row, which is another one in the list of all.
func onlyBack(seen, text string) bool {
	if !strings.Contains(seen, doubted) {
		return false
	}
	_, number := flows.Number(text)
	return number || flows.SaysYes(text) || flows.SaysNo(text)
}

// turnBack shows the question that is asked as it was when a text was written
// to it. What only says something to a question back that was put differently
// meanwhile is nobody's answer: the question is asked again, and turnBack is true.
func (t *thinker) turnBack(seen string) bool {
	top := &t.s.Stack[len(t.s.Stack)-1]
	if seen == screen(*top) {
		return false
	}
	if onlyBack(seen, t.in.Text) {
		t.repeat(flows.Line{Key: locales.Stale})
		return true
	}
	top.Sub, top.Pending = subOf(seen), nil
	return false
}

// early handles a text that was accepted before the current prompt went out:
// it was not written in answer to it. It corrects the answer that it followed;
// where the flow has changed meanwhile there is nothing to correct.
func (t *thinker) early(top flows.State) bool {
	if !t.unprompted() {
		return false
	}
	run, step, _ := strings.Cut(t.s.LastStep, ".")
	step, seen, _ := strings.Cut(step, ".")
	if run != top.Run {
		t.out.Silent = true
		return true
	}
	if step == top.Step {
		return t.turnBack(seen)
	}
	if onlyBack(seen, t.in.Text) {
		t.repeat(flows.Line{Key: locales.Stale})
		return true
	}
	in := t.input()
	in.Step, in.Sub, in.Text = step, subOf(seen), t.in.Text
	t.advance(in)
	return true
}
