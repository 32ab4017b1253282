package flows

import (
	"slices"
	"strings"

	"github.com/hbollon/go-edlib"

	"mboka/locales/reference"
)

const (
	calledScore = 0.90 // of a typo of a word; there are many words, so the bar is higher than for labels
	leastPhrase = 4    // letters of a word that is looked for in a sentence
	phraseScore = 0.85 // of a word in a sentence, and up to 0.1 more the more of the sentence it is
)

// leads are how people begin to say what they are or do, folded: "je suis
// infirmière", "I work in a school", "nazali monganga". None of them negates.
var leads = []string{
	"je suis ", "j'ai ", "j'etais ", "je travaille ", "je fais ", "je veux ", "je voudrais ", "je peux ", "j'aimerais ", "j'aide ",
	"comme ", "dans ", "chez ", "en ", "au ", "aux ", "un ", "une ", "le ", "la ", "les ", "l'", "de ", "du ", "des ", "d'", "mon ", "ma ", "mes ",
	"i am ", "i'm ", "im ", "i have ", "i've ", "i work ", "i do ", "i want to ", "i can ", "i would like to ", "to ",
	"as ", "in ", "at ", "for ", "with ", "a ", "an ", "the ", "my ",
	"nazali ", "nazalaki ", "nazalaka ", "nasalaka ", "nasali ", "nasalaki ", "nalingi ", "nakoki ", "na ", "ya ", "lokola ", "mosala ya ",
}

// fillers say nothing of which option is meant.
var fillers = words(`je suis travaille travailler dans chez pour avec comme une des les mon mes aux qui que est sur
	have work working works job with for the and from doing been
	nazali nasalaka nalingi nakoki lokola mosala metier travail moto bato ezali`)

// Call makes known what people call an option. A word that is sure names it; a
// word that is not may mean it, and is asked back even when it stands alone.
func (l *List) Call(code, word string, sure bool) {
	i := slices.IndexFunc(l.Options, func(o Option) bool { return o.Code == code })
	folded := reference.Fold(word)
	if i < 0 || folded == "" {
		return
	}
	if !sure {
		l.hints[i] = append(l.hints[i], folded)
		return
	}
	l.called[i] = append(l.called[i], folded)
	if len(folded) >= 5 && !strings.Contains(folded, " ") && !slices.Contains(l.tokens[i], folded) {
		l.tokens[i] = append(l.tokens[i], folded)
	}
}

var elisions = strings.NewReplacer("l'", "", "d'", "")

// stems are a folded text, and what is left of it behind each of its leads.
func stems(folded string) []string {
	all := []string{folded}
	for {
		at := slices.IndexFunc(leads, func(lead string) bool { return strings.HasPrefix(folded, lead) && len(folded) > len(lead) })
		if at < 0 {
			return all
		}
		folded = folded[len(leads[at]):]
		all = append(all, folded)
	}
}

// whole finds what a text is the whole name of. It stops where nothing is left
// to look for: at an option (hit), or at a word that may mean several.
func (l *List) whole(folded string) (hit int, stop bool) {
	hit = -1
	for i := range l.Options {
		if !slices.Contains(l.forms[i], folded) && !slices.Contains(l.called[i], folded) {
			continue
		}
		if hit >= 0 {
			return -1, true
		}
		hit = i
	}
	return hit, hit >= 0 || slices.ContainsFunc(l.hints, func(hints []string) bool { return slices.Contains(hints, folded) })
}

// calledLike is how well a text fits what people call an option: 1 for the
// whole word, less for its beginning, a typo of it, or a sentence that has it.
func (l *List) calledLike(i int, stems []string) float64 {
	best := 0.0
	for _, words := range [][]string{l.called[i], l.hints[i]} {
		for _, w := range words {
			best = max(best, wordLike(w, stems))
		}
	}
	for _, f := range l.forms[i] {
		best = max(best, within(f, stems[0]))
	}
	return best
}

func wordLike(word string, stems []string) float64 {
	if slices.Contains(stems, word) {
		return 1
	}
	text := stems[0]
	best := within(word, text)
	if len(text) >= minPrefix && strings.HasPrefix(word, text) {
		best = max(best, 0.95)
	}
	for _, s := range stems {
		// Words of very different length are no typo of each other.
		if len(s) < leastPhrase || len(word) < leastPhrase || 4*min(len(s), len(word)) < 3*max(len(s), len(word)) {
			continue
		}
		if like := float64(edlib.JaroWinklerSimilarity(word, s)); like >= calledScore {
			best = max(best, like)
		}
	}
	return best
}

// within is above 0 when a text has a word, or several, among others.
func within(word, text string) float64 {
	text = elisions.Replace(text)
	if len(word) < leastPhrase || len(word) >= len(text) || !strings.Contains(" "+text+" ", " "+word+" ") {
		return 0
	}
	return phraseScore + 0.1*float64(len(word))/float64(len(text))
}
