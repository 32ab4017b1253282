package flows

import (
	"slices"
	"strings"

	"github.com/hbollon/go-edlib"

	"mboka/locales"
	"mboka/locales/reference"
)

// Thresholds of matching, from trials on real typos: Jaro-Winkler puts them at
// 0.75 to 0.93. A guess is always asked back, so the bar may be low.
const (
	wholeScore = 0.86
	wordScore  = 0.90
	minPrefix  = 3 // letters; shorter beginnings are guesses
	maxGuesses = 3
)

// List is a fixed list of options, prepared for matching in any of the three
// languages.
type List struct {
	Options []Option
	forms   [][]string // folded labels and aliases, per option
	tokens  [][]string // folded words of labels and descriptions, per option
	called  [][]string // folded words that name an option as a whole, per option
	hints   [][]string // folded words that may mean an option among others, per option
}

// NewList prepares options. Aliases are further words for a code.
func NewList(options []Option, aliases map[string][]string) *List {
	n := len(options)
	l := &List{Options: options, forms: make([][]string, n), tokens: make([][]string, n),
		called: make([][]string, n), hints: make([][]string, n)}
	for i, o := range options {
		for _, lang := range locales.Langs {
			l.add(i, o.Label.In(lang), true, 3)
			l.add(i, o.Desc.In(lang), false, 3)
		}
		for _, a := range aliases[o.Code] {
			l.add(i, a, true, 5) // "pas de…" is no word to guess by
		}
	}
	return l
}

// add prepares a text: as a form that names the option, and its words of at
// least so many letters as words to guess by.
func (l *List) add(i int, text string, form bool, word int) {
	folded := reference.Fold(text)
	if folded == "" {
		return
	}
	if form && !slices.Contains(l.forms[i], folded) {
		l.forms[i] = append(l.forms[i], folded)
	}
	for _, w := range strings.Fields(folded) {
		if len(w) >= word && !slices.Contains(l.tokens[i], w) {
			l.tokens[i] = append(l.tokens[i], w)
		}
	}
}

// Has finds the option with a code.
func (l *List) Has(code string) (Option, bool) {
	for _, o := range l.Options {
		if o.Code == code {
			return o, true
		}
	}
	return Option{}, false
}

// Row is the option that a printed row number names.
func (l *List) Row(n int) (Option, bool) {
	if n < 1 || n > len(l.Options) {
		return Option{}, false
	}
	return l.Options[n-1], true
}

// Name finds the one option that a text names: a whole label or alias, or what
// people call it, said as people say it ("je suis infirmière"); or the beginning
// of a label that only one option has.
func (l *List) Name(text string) (Option, bool) {
	folded := reference.Fold(text)
	if folded == "" {
		return Option{}, false
	}
	for _, stem := range stems(folded) {
		if hit, stop := l.whole(stem); hit >= 0 {
			return l.Options[hit], true
		} else if stop {
			return Option{}, false
		}
	}
	if len(folded) < minPrefix {
		return Option{}, false
	}
	hit := -1
	for i, forms := range l.forms {
		for _, f := range forms {
			if strings.HasPrefix(f, folded) {
				if hit >= 0 && hit != i {
					return Option{}, false
				}
				hit = i
			}
		}
	}
	if hit < 0 {
		return Option{}, false
	}
	return l.Options[hit], true
}

// Guess finds up to three options that a text may mean, the likeliest first.
func (l *List) Guess(text string) []Option {
	folded := reference.Fold(text)
	if len(folded) < 2 {
		return nil
	}
	given := strings.Fields(folded)
	said := stems(folded)
	type scored struct {
		i     int
		score float64
	}
	var hits []scored
	for i := range l.Options {
		best := max(l.wholeScore(i, folded), l.calledLike(i, said))
		if s := l.wordsScore(i, given); s > best {
			best = s
		}
		if best > 0 {
			hits = append(hits, scored{i, best})
		}
	}
	slices.SortStableFunc(hits, func(a, b scored) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	var out []Option
	for _, h := range hits {
		if len(out) == maxGuesses || h.score < hits[0].score-0.15 || hits[0].score == 1 && h.score < 1 {
			break
		}
		out = append(out, l.Options[h.i])
	}
	return out
}

func (l *List) wholeScore(i int, folded string) float64 {
	best := 0.0
	for _, f := range l.forms[i] {
		if strings.HasPrefix(f, folded) {
			best = max(best, 0.95)
			continue
		}
		if s := float64(edlib.JaroWinklerSimilarity(f, folded)); s >= wholeScore {
			best = max(best, s)
		}
	}
	return best
}

// wordsScore is the share of the given words that a label or description has.
func (l *List) wordsScore(i int, given []string) float64 {
	found, counted := 0.0, 0
	for _, g := range given {
		if len(g) < 3 || fillers[g] {
			continue
		}
		counted++
		best := 0.0
		for _, t := range l.tokens[i] {
			switch {
			case t == g:
				best = 1
			case len(g) < 4: // short words count only as they are: ONG
			case len(t) >= 4 && (strings.HasPrefix(t, g) || strings.HasPrefix(g, t)):
				best = max(best, 0.95)
			case len(t) >= 4:
				if s := float64(edlib.JaroWinklerSimilarity(t, g)); s >= wordScore {
					best = max(best, s*0.95)
				}
			}
		}
		found += best
	}
	if counted == 0 || found == 0 {
		return 0
	}
	return 0.5 + 0.45*found/float64(counted)
}

// PickOne finds the option of a short list that a text names by its row
// number or its whole label.
func PickOne(options []Option, text string) (int, bool) {
	if i, ok := labelOf(options, text); ok {
		return i, true
	}
	if n, ok := Number(text); ok && n >= 1 && n <= len(options) {
		return n - 1, true
	}
	return 0, false
}

// labelled tells whether a text is the whole label of an option.
func labelled(options []Option, text string) bool {
	_, ok := labelOf(options, text)
	return ok
}

func labelOf(options []Option, text string) (int, bool) {
	folded := reference.Fold(text)
	if folded == "" {
		return 0, false
	}
	for i, o := range options {
		for _, lang := range locales.Langs {
			if reference.Fold(o.Label.In(lang)) == folded {
				return i, true
			}
		}
	}
	return 0, false
}
