package figures

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"

	"mboka/locales"
	"mboka/locales/reference"
)

//go:embed words.csv
var wordsFile string

//go:embed words_modules.csv
var moduleWords string // of the optional parts; what words.csv has of a phrase comes first

// meaning is what a phrase may mean.
type meaning struct {
	kind     kind
	variable string
	codes    []string // of byIt: a second variable
}

type kind uint8

const (
	counted   kind = iota // asks for a count, which is asked anyway
	shared                // asks for a percentage
	skilful               // only qualified members
	aiming                // where or in what they would act, not where they are from
	byIt                  // names a variable
	isIt                  // names a value
	measuring             // names a measure
	unspoken              // says nothing
)

// vocabulary is what is understood, by folded phrase.
type vocabulary struct {
	of      map[string][]meaning
	longest int // words of the longest phrase
}

var words = sync.OnceValues(func() (*vocabulary, error) {
	v := &vocabulary{of: map[string][]meaning{}}
	for _, file := range []string{wordsFile, moduleWords} {
		if err := v.read(file); err != nil {
			return v, err
		}
	}
	for _, variable := range Variables {
		for _, lang := range locales.Langs {
			v.add(locales.LabelOf(variable.Title).In(lang), meaning{kind: byIt, variable: variable.Key})
			v.add(title(variable, lang), meaning{kind: byIt, variable: variable.Key})
		}
		for _, o := range variable.Options() {
			for _, lang := range locales.Langs {
				if slices.Contains(vague, o.Code) {
					break
				}
				v.label(o.Label[lang], meaning{kind: isIt, variable: variable.Key, codes: []string{o.Code}})
			}
		}
	}
	for _, c := range reference.Countries() {
		for _, found := range []string{c.Name[locales.FR], c.Name[locales.EN], c.Row[locales.FR], c.Row[locales.EN]} {
			v.add(found, meaning{kind: isIt, variable: country, codes: []string{c.Alpha2}})
		}
		for _, town := range reference.Cities(c.Alpha2) {
			for _, called := range append([]string{town.Name[locales.FR], town.Name[locales.EN]}, town.Aliases...) {
				v.add(called, meaning{kind: isIt, variable: city, codes: []string{town.ID}})
			}
		}
	}
	return v, nil
})

// vague are values whose label means something only behind its question: "oui".
var vague = strings.Fields("yes maybe no never dk any later")

// read takes the lines of a file of words.
func (v *vocabulary) read(file string) error {
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil {
		return fmt.Errorf("read words: %w", err)
	}
	for _, row := range rows[1:] {
		m, err := readMeaning(row[0])
		if err != nil {
			return fmt.Errorf("words that mean %q: %w", row[0], err)
		}
		for phrase := range strings.SplitSeq(row[1], "|") {
			v.add(phrase, m)
		}
	}
	return nil
}

// readMeaning reads "by:sex", "by:age_band+sex", "is:sex=f+m", "measure:months",
// "count", "share", "qualified" or "noise".
func readMeaning(s string) (meaning, error) {
	what, rest, _ := strings.Cut(s, ":")
	name, codes, _ := strings.Cut(rest, "=")
	m := meaning{variable: name}
	switch what {
	case "count":
		m.kind = counted
	case "share":
		m.kind = shared
	case "qualified":
		m.kind = skilful
	case "aimed":
		m.kind = aiming
	case "noise":
		m.kind = unspoken
	case "measure":
		if m.kind = measuring; !slices.Contains([]Measure{Months, Stock, Results, Trainees}, Measure(name)) {
			return m, fmt.Errorf("no measure %q", name)
		}
	case "by", "is":
		name, codes = pair(name, codes)
		m.variable = name
		v, known := VariableOf(name)
		if !known {
			return m, fmt.Errorf("no variable %q", name)
		}
		if m.kind = byIt; what == "by" && codes != "" {
			m.codes = []string{codes}
		} else if what == "is" {
			m.kind, m.codes = isIt, strings.Split(codes, "+")
			for _, code := range m.codes {
				if label := v.Label(code); label.In(locales.FR) == code {
					return m, fmt.Errorf("no value %q of %s", code, name)
				}
			}
		}
	default:
		return m, fmt.Errorf("unknown meaning %q", s)
	}
	return m, nil
}

// pair parts two variables: "age_band+sex".
func pair(name, codes string) (first, second string) {
	if before, after, two := strings.Cut(name, "+"); two {
		return before, after
	}
	return name, codes
}

func (v *vocabulary) add(phrase string, m meaning) {
	key := folded(phrase)
	if key == "" {
		return
	}
	for _, known := range v.of[key] {
		if known.kind == m.kind && known.variable == m.variable {
			return // the first word on a phrase counts: the file's own
		}
	}
	v.of[key] = append(v.of[key], m)
	v.longest = max(v.longest, len(strings.Fields(key)))
}

// label adds the label of an option: whole, and where it names two things, such
// as "Mines, géologie", each of them.
func (v *vocabulary) label(label string, m meaning) {
	whole, _, _ := strings.Cut(label, " (")
	v.add(whole, m)
	for part := range strings.SplitSeq(whole, ",") {
		if part = strings.TrimSpace(part); len(part) > 3 {
			v.add(part, m)
		}
	}
}

// folded is a phrase as it is compared: folded, apostrophes as spaces.
func folded(phrase string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(reference.Fold(phrase), "'", " ")), " ")
}
