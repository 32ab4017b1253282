package bot_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"

	"mboka/locales"
	"mboka/locales/reference"
)

// persona is an invented person: what is true of them, and how they write.
type persona struct {
	channel  string
	phone    string
	lang     locales.Lang
	consents bool
	minor    bool
	missions bool
	goesOn   bool    // answers the optional questions
	sloppy   float64 // says yes without reading
	taps     float64 // rather than writes
	typos    float64
	mixes    float64 // writes in another language than the one spoken to
	skips    float64
	hasty    float64 // double taps, several messages at once
	roams    float64 // does something else than to answer
	leaves   float64 // goes away for a while
	badLine  float64 // a reply does not get through at once
	patience int     // messages
	truth    map[string]value
}

// between draws a number of a range.
func between(r *rand.Rand, low, high float64) float64 { return low + r.Float64()*(high-low) }

func oneOf[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// zones are beginnings of phone numbers, each with its own list of countries.
var zones = []string{"+32470000000", "+33600000000", "+15140000000", "+27710000000", "+243810000000", "+254700000000", "", "+819000000000"}

func newPersona(r *rand.Rand) persona {
	p := persona{
		channel: oneOf(r, "telegram", "whatsapp"), lang: locales.Langs[r.IntN(3)],
		consents: r.Float64() > 0.05, minor: r.Float64() < 0.05, missions: r.Float64() < 0.5, goesOn: r.Float64() < 0.75,
		sloppy: oneOf(r, 0, 0, 0, 0.3), taps: oneOf(r, 0.1, 0.5, 0.9), typos: oneOf(r, 0, 0.1, 0.4), mixes: oneOf(r, 0, 0.1, 0.4),
		skips: oneOf(r, 0, 0.1, 0.4), hasty: oneOf(r, 0, 0.05, 0.2), roams: oneOf(r, 0.02, 0.1, 0.25), leaves: oneOf(r, 0, 0.02, 0.06),
		badLine: oneOf(r, 0, 0, 0.05), patience: 8 + r.IntN(45),
	}
	if p.channel == "whatsapp" {
		p.phone = oneOf(r, zones...)
	}
	p.truth = map[string]value{}
	for i := range questions {
		p.draw(r, questions[i].ID)
	}
	return p
}

// draw decides what is true of a person.
func (p *persona) draw(r *rand.Rand, step string) {
	s, _ := question(step)
	rows := options(s, p.truth)
	pick := func() value { return value{codes: []string{rows[r.IntN(len(rows))].Code}} }
	switch step {
	case "age_band":
		p.truth[step] = value{codes: []string{rows[1+r.IntN(len(rows)-1)].Code}}
		if p.minor {
			p.truth[step] = value{codes: []string{"u18"}}
		}
	case "country_residence":
		code := oneOf(r, reference.QuickPicks(p.phone)...)
		if r.Float64() < 0.25 {
			code = oneOf(r, reference.Countries()...).Alpha2
		}
		p.truth[step] = value{codes: []string{code}}
	case "profession":
		p.truth[step] = pick()
		if p.truth[step].code() == "other" {
			p.truth[step] = value{codes: []string{"other"}, text: oneOf(r, trades...)}
		}
	case "languages", "contribution_types":
		var codes []string
		for _, o := range rows {
			if !o.Exclusive && r.Float64() < 0.25 {
				codes = append(codes, o.Code)
			}
		}
		if len(codes) == 0 || len(codes) == len(rows) {
			codes = pick().codes
		}
		if step == "contribution_types" && r.IntN(2) == 0 { // to the others the optional parts are offered
			codes = []string{"none"}
		}
		p.truth[step] = value{codes: codes}
	case "city_residence":
		p.truth[step] = value{text: oneOf(r, hamlets...)}
		if len(rows) > 0 && r.Float64() < 0.8 {
			p.truth[step] = pick()
		}
	case "display_name":
		p.truth[step] = value{text: oneOf(r, nicknames...)}
	case "province_origin":
		p.truth[step] = value{codes: []string{"na"}}
		if x := oneOf(r, reference.Provinces()...); r.Float64() < 0.9 {
			p.truth[step] = value{codes: []string{x.Group, x.Code}}
		}
	default:
		p.truth[step] = pick()
	}
}

var (
	trades    = []string{"Couture pagne", "tireur de pousse-pousse", "Mosali ya bilamba", "pastor", "Coiffure afro", "vidéaste de mariage", "Réparation GSM 📱", "Monteur de tentes"}
	hamlets   = []string{"Zwevezele-les-Bains", "Nulle-Part sur Rien", "Qwertyville", "Petit Xhoffraix", "Ōtsuchi-machi", "Vlaamsburgerdal"}
	nicknames = []string{"Mado", "Ya Jean", "Papa Wemba 2", "Kalala wa Kalala", "Tantine Béa", "Nzambe-Malamu", "Jo 🙂", "Elɔko", "Le Grand", "D'Artagnan", "mama na Christelle", "Nkoy"}
)

// written are further words for an answer, kept with what they are understood
// as in testdata/human.tsv; by question and code.
var written = sync.OnceValue(func() map[string][]string {
	f, err := os.Open("testdata/human.tsv")
	if err != nil {
		panic(err) // the test cannot run without
	}
	defer f.Close()
	words := map[string][]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		part := strings.Split(lines.Text(), "\t")
		if len(part) < 3 {
			continue
		}
		code, taken := strings.CutPrefix(part[2], "taken:")
		_, numeric := numerals[folded(strings.TrimLeft(part[1], "n° "))]
		// A row number means what the list at hand says.
		if taken && !several(part[0]) && !(numeric && part[0] != "age_band") && part[0] != "city_residence" {
			code = strings.ReplaceAll(code, ",", "+")
			words[part[0]+"="+code] = append(words[part[0]+"="+code], part[1])
		}
	}
	return words
})

// numerals are how a row number may be written.
var numerals = func() map[string]int {
	all := map[string]int{}
	for i, row := range strings.Split("un one moko|deux two mibale|trois three misato|quatre four minei|cinq five mitano|six motoba|sept seven nsambo|huit eight mwambe|neuf nine libwa|dix ten zomi", "|") {
		all[fmt.Sprint(i+1)] = i + 1
		for _, w := range strings.Fields(row) {
			all[w] = i + 1
		}
	}
	return all
}()

// numeral writes a row number as people do.
func numeral(r *rand.Rand, n int) string {
	var words []string
	for w, m := range numerals {
		if m == n && len(w) > 2 {
			words = append(words, w)
		}
	}
	slices.Sort(words)
	plain := fmt.Sprint(n)
	forms := []string{plain, plain, plain, plain + ".", " " + plain + " ", "n° " + plain, "numéro " + plain}
	return oneOf(r, append(forms, words...)...)
}

// typo spoils a text as thumbs do: never the first letter, never a short word.
func typo(r *rand.Rand, s string) string {
	runes := []rune(s)
	if len(runes) < 4 {
		return s
	}
	for range 1 + r.IntN(2) {
		i := 1 + r.IntN(len(runes)-2)
		switch r.IntN(4) {
		case 0:
			runes = slices.Delete(runes, i, i+1)
		case 1:
			runes[i], runes[i+1] = runes[i+1], runes[i]
		case 2:
			runes = slices.Insert(runes, i, runes[i])
		default:
			runes[i] = rune('a' + r.IntN(26))
		}
		if len(runes) < 4 {
			break
		}
	}
	return string(runes)
}

// dress writes a text in the case, with the accents and the marks that people
// give it: it folds to the same.
func dress(r *rand.Rand, s string) string {
	switch r.IntN(6) {
	case 0:
		return strings.ToUpper(s)
	case 1:
		return strings.ToLower(s)
	case 2:
		return folded(s)
	case 3:
		return s + oneOf(r, "!", ".", " ", " ?", "\n", "…")
	}
	return s
}
