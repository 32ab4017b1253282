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

// turnBack shows the question that is asked as it was when a text was written
// to it. A yes or a no to a question back that was put differently meanwhile is
// nobody's answer: the question is asked again, and turnBack is true.
func (t *thinker) turnBack(seen string) bool {
	top := &t.s.Stack[len(t.s.Stack)-1]
	if seen == screen(*top) {
		return false
	}
	if strings.Contains(seen, doubted) && (flows.SaysYes(t.in.Text) || flows.SaysNo(t.in.Text)) {
		t.repeat(flows.Line{Key: locales.Stale})
		return true
	}
	top.Sub, top.Pending = subOf(seen), nil
	return false
}
