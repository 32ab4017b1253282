package reference

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hbollon/go-edlib"
)

// Match is a place that a text may mean. Score 1 is its name or an alias; below
// is a guess, to be confirmed by the person.
type Match struct {
	Code  string
	Score float64
}

// Guesses are worth at most this many rows, and these scores.
const (
	mostMatches = 3
	inSentence  = 0.95 // the name stands among other words
	ambiguous   = 0.9  // the name belongs to several
)

// A longer text is no name: do not compare it with every name there is.
const longestName = 60

// names finds codes by what people call them.
type names struct {
	codes  map[string][]string // squeezed name -> codes
	alone  map[string]bool     // squeezed names that count only as the whole text
	fuzzy  []name
	shared float64 // score of each of several codes with one name
	least  float64 // Jaro-Winkler similarity under which a name is no guess
}

type name struct {
	folded, code string
	length       int // in runes
}

func newNames(shared, least float64) *names {
	return &names{codes: map[string][]string{}, alone: map[string]bool{}, shared: shared, least: least}
}

// add makes a code known by a name. Codes keep the order in which they come.
func (n *names) add(code, called string) {
	folded := Fold(called)
	key := squeeze(folded)
	if key == "" || slices.Contains(n.codes[key], code) {
		return
	}
	n.codes[key] = append(n.codes[key], code)
	if len(key) < 3 || !strings.ContainsFunc(key, func(r rune) bool { return r < '0' || r > '9' }) {
		n.alone[key] = true
	}
	n.fuzzy = append(n.fuzzy, name{folded, code, utf8.RuneCountInString(folded)})
}

// squeeze makes "cote d'ivoire", "cote divoire" and "coted'ivoire" one.
func squeeze(folded string) string {
	if !strings.ContainsAny(folded, " '") {
		return folded
	}
	return strings.NewReplacer(" ", "", "'", "").Replace(folded)
}

// exact are the codes that a whole folded text names.
func (n *names) exact(folded string) []Match {
	codes := n.codes[squeeze(folded)]
	score := 1.0
	if len(codes) > 1 {
		score = n.shared
	}
	return matches(codes, score)
}

func matches(codes []string, score float64) []Match {
	var out []Match
	for _, code := range codes {
		out = append(out, Match{code, score})
	}
	return out
}

// whole is exact, after leading words like "en" or "the" where that finds nothing.
func (n *names) whole(folded string) []Match {
	for {
		if found := n.exact(folded); found != nil {
			return found
		}
		rest, ok := withoutLead(folded)
		if !ok {
			return nil
		}
		folded = rest
	}
}

// leads are words before a place that are not part of its name.
var leads = []string{
	"en ", "au ", "aux ", "a ", "dans ", "la ", "le ", "les ", "de ", "du ", "des ", "l'", "d'",
	"in ", "at ", "the ", "from ", "of ", "na ", "ya ", "mboka ",
	"province ", "ville ", "city ", "town ", "engumba ",
}

func withoutLead(folded string) (string, bool) {
	for _, lead := range leads {
		if rest, ok := strings.CutPrefix(folded, lead); ok && rest != "" {
			return rest, true
		}
	}
	return "", false
}

// within are the names that stand among other words, the longest first where
// they overlap, in the order of the text.
func (n *names) within(folded string) []Match {
	words := strings.Fields(strings.NewReplacer("l'", " ", "d'", " ").Replace(folded))
	const mostWords = 12
	if len(words) > mostWords {
		return nil
	}
	at := make([][]string, len(words))
	used := make([]bool, len(words))
	for size := min(5, len(words)); size > 0; size-- {
		for i := 0; i+size <= len(words); i++ {
			key := strings.Join(words[i:i+size], "")
			if slices.Contains(used[i:i+size], true) || n.alone[key] || len(n.codes[key]) == 0 {
				continue
			}
			at[i] = n.codes[key]
			for j := i; j < i+size; j++ {
				used[j] = true
			}
		}
	}
	var out []Match
	for _, codes := range at {
		score := inSentence
		if len(codes) > 1 {
			score = min(score, n.shared)
		}
		for _, m := range matches(codes, score) {
			if !slices.ContainsFunc(out, func(o Match) bool { return o.Code == m.Code }) {
				out = append(out, m)
			}
		}
	}
	return out
}

// plainWords are answers that look like a place and never mean one: what people
// write when no row fits or to skip, continents (poto is Europe), and a call for
// help, which must get its own answer.
var plainWords = map[string]bool{
	"autre": true, "other": true, "mosusu": true, "koleka": true, "passer": true,
	"danger": true, "argent": true, "money": true, "mbongo": true, "likama": true,
	"afrique": true, "africa": true, "europe": true, "poto": true, "asie": true, "asia": true,
}

// alike are the best codes whose name looks like the text, the most alike first.
func (n *names) alike(folded string) []Match {
	length := utf8.RuneCountInString(folded)
	if length < 3 || plainWords[folded] {
		return nil
	}
	best := map[string]float64{}
	for _, x := range n.fuzzy {
		// Names of very different length cannot be alike enough.
		if x.length < 3 || 5*min(length, x.length) < 2*max(length, x.length) {
			continue
		}
		if s := float64(edlib.JaroWinklerSimilarity(folded, x.folded)); s >= n.least && s > best[x.code] {
			best[x.code] = min(s, 0.99)
		}
	}
	var out []Match
	for code, score := range best {
		out = append(out, Match{code, score})
	}
	slices.SortFunc(out, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.Code, b.Code))
	})
	return out[:min(len(out), mostMatches)]
}

// find tries the whole text, then a typo of it, then names within it. A weak
// likeness counts only when nothing else does.
func (n *names) find(folded string) []Match {
	if folded == "" || utf8.RuneCountInString(folded) > longestName {
		return nil
	}
	if found := n.whole(folded); found != nil {
		return found
	}
	alike := n.alike(folded)
	if len(alike) > 0 && alike[0].Score >= inSentence {
		return alike
	}
	if found := n.within(folded); found != nil {
		return found
	}
	for rest, ok := withoutLead(folded); ok && alike == nil; rest, ok = withoutLead(rest) {
		alike = n.alike(rest)
	}
	return alike
}
