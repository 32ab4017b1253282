package effects

import (
	"slices"

	"mboka/flows"
	"mboka/store"
)

// takenOver are the answers that a profile takes over from another one when the
// two become one: to each question the newer word counts, or the only one. An
// answer that makes sense beside another one only (a city in its country) comes
// along with that one, or not at all; without a text or code it is cleared.
func takenOver(kept, other []store.Dated) []store.Dated {
	var one flows.Answers
	var taken []store.Dated
	for _, s := range asked() {
		mine, has := find(kept, s.ID)
		best, ok := newest(s, one, kept, other)
		if !ok {
			best = store.Dated{Answer: store.Answer{Step: s.ID}, At: mine.At}
		}
		if !empty(best) {
			one = append(one, flows.Answered{Step: s.ID, Codes: best.Codes, Text: best.Text})
		}
		if has && !same(mine, best) || !has && !empty(best) {
			taken = append(taken, best)
		}
	}
	return taken
}

// newest is the newest answer to a question that fits the answers before it. A
// question that hangs on another one is cleared when that one changes, which is
// no word of the person.
func newest(s flows.Step, one flows.Answers, sides ...[]store.Dated) (best store.Dated, ok bool) {
	from := s.Field.From()
	hangs := from != "" || s.Unless.Step != ""
	for _, side := range sides {
		d, has := find(side, s.ID)
		beside, _ := find(side, from)
		now, _ := one.Get(from)
		switch {
		case !has, hangs && empty(d), ok && !d.At.After(best.At):
		case !empty(d) && s.Unless.Holds(one):
		case from != "" && !slices.Equal(beside.Codes, now.Codes):
		default:
			best, ok = d, true
		}
	}
	return best, ok
}

func find(all []store.Dated, step string) (store.Dated, bool) {
	if i := slices.IndexFunc(all, func(d store.Dated) bool { return d.Step == step }); i >= 0 {
		return all[i], true
	}
	return store.Dated{}, false
}

func empty(d store.Dated) bool { return len(d.Codes) == 0 && d.Text == "" }

func same(a, b store.Dated) bool {
	return a.At.Equal(b.At) && a.Text == b.Text && slices.Equal(a.Codes, b.Codes)
}
