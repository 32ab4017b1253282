package bot

import (
	"strings"

	"mboka/flows"
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

// turnBack shows the question that is asked as it was when a text was written
// to it.
func (t *thinker) turnBack(seen string) {
	top := &t.s.Stack[len(t.s.Stack)-1]
	if seen != screen(*top) {
		top.Sub, top.Pending = subOf(seen), nil
	}
}
