package flows

import (
	"hash/fnv"
	"strconv"
	"strings"
)

// Mark tells one question back from another: it stands on its yes and no, so
// that an old button answers only the question that it stood under.
func (p Pending) Mark() string {
	sum := fnv.New32a()
	for _, part := range append([]string{p.Text, p.Doubt, p.Ask, p.Typed, strconv.FormatBool(p.Whole)}, p.Codes...) {
		_, _ = sum.Write(append([]byte(part), 0)) // never fails
	}
	return strconv.FormatUint(uint64(sum.Sum32()), 36)
}

// single tells whether a yes says which answer is meant.
func (p Pending) single() bool { return p.Doubt != "" || p.Whole || len(p.Codes) == 1 }

// yes and no are the codes of the two answers to this question.
func (p Pending) yes() string { return Yes + "-" + p.Mark() }
func (p Pending) no() string  { return No + "-" + p.Mark() }

// oldDoubt tells whether the input is the button of an earlier question back.
func (w *walk) oldDoubt() bool {
	p := w.st().Pending
	return answersDoubt(w.in.Code) && w.in.Code != p.yes() && w.in.Code != p.no()
}

// answersDoubt tells whether a code is a yes or a no, of whichever question.
func answersDoubt(code string) bool {
	return strings.HasPrefix(code, Yes+"-") || strings.HasPrefix(code, No+"-")
}
