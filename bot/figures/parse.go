package figures

import (
	"slices"
	"strings"

	"github.com/hbollon/go-edlib"

	"mboka/locales/reference"
)

// Understood is what a text was taken to ask.
type Understood struct {
	Query Query
	// Unknown are the words that mean nothing here: they are named to whoever
	// asked, never dropped in silence.
	Unknown []Unknown
	// Each are further questions, to be answered one by one beside Query.
	Each []Query
	// Which are words with more than one meaning, none of them certain.
	Which []Unknown
	// Alone is a measure that is not known of what is asked. Query is what can be
	// asked without it.
	Alone Measure
	// Names: people are asked for, by name or number. They are counted at most.
	Names bool
}

// Unknown is a word that was not understood, and what it may have been.
type Unknown struct {
	Word   string
	Nearby []string // phrases that are understood, the likeliest first, at most three
}

// Clear tells whether the text can be answered as it stands.
func (u Understood) Clear() bool {
	return len(u.Unknown) == 0 && len(u.Which) == 0 && u.Alone == Members
}

// alike is the Jaro-Winkler similarity from which a phrase is worth a question.
const alike = 0.88

// mostUnknown is for how many words something like them is looked for: a text
// with more is no question.
const mostUnknown = 3

// longestText bounds what is read, in bytes; the rest is not looked at.
const longestText = 400

// Parse reads a question in French, English, Lingala or a mix: words, or the
// form "secteur pays=CA", "âge x sexe qualifiés".
func Parse(text string) Understood {
	text = text[:min(len(text), longestText)]
	p := parser{text: text, left: strings.Fields(folded(spaced(text))), upper: map[string]bool{}}
	for word := range strings.FieldsSeq(spaced(text)) {
		p.upper[strings.ToLower(word)] = word == strings.ToUpper(word)
	}
	vocabulary, _ := words()
	for len(p.left) > 0 {
		if !p.phrase(vocabulary) {
			p.unknown(vocabulary)
		}
	}
	return p.done()
}

// spaced sets signs of the short form apart from the words around them.
func spaced(text string) string {
	return strings.NewReplacer("=", " ", "×", " x ", "*", " x ", "?", " ", ":", " ").Replace(text)
}

type parser struct {
	text  string
	aimed bool // at what members aim at
	left  []string
	out   Understood
	by    []string
	share bool
	// trainees: they are asked for beside another measure.
	trainees bool
	// named is the variable that the last phrase named: "secteur santé".
	named string
	// upper are the words in capitals: "CA" is a country, and "no" is not Norway.
	upper map[string]bool
}

// phrase takes the longest phrase that is understood from the front.
func (p *parser) phrase(v *vocabulary) bool {
	for n := min(v.longest, len(p.left)); n > 0; n-- {
		phrase := strings.Join(p.left[:n], " ")
		found, ok := v.find(phrase)
		if !ok {
			if n > 4 {
				continue
			}
			if found, ok = p.place(phrase, p.left[:n]); !ok {
				continue
			}
		}
		p.take(phrase, found)
		p.left = p.left[n:]
		return true
	}
	return false
}

// find looks a phrase up, as it stands or in the singular.
func (v *vocabulary) find(phrase string) ([]meaning, bool) {
	found, ok := v.of[phrase]
	if !ok && len(phrase) > 4 {
		found, ok = v.of[strings.TrimSuffix(strings.TrimSuffix(phrase, "s"), "x")]
	}
	return found, ok
}

// place finds a country by the names and aliases that people type, or by its
// code.
func (p *parser) place(phrase string, parts []string) ([]meaning, bool) {
	if len(parts) == 1 && len(phrase) == 2 && (p.named == country || p.upper[phrase]) {
		c, ok := reference.CountryByCode(strings.ToUpper(phrase))
		return []meaning{{kind: isIt, variable: country, codes: []string{c.Alpha2}}}, ok
	}
	if len(phrase) < 3 {
		return nil, false
	}
	codes := reference.NamedCountries(phrase)
	return []meaning{{kind: isIt, variable: country, codes: codes}}, len(codes) == 1
}

func (p *parser) take(phrase string, found []meaning) {
	m := p.choose(found)
	switch m.kind {
	case naming:
		p.out.Names = true
	case shared:
		p.share = true
	case skilful:
		p.out.Query.Qualified = true
	case aiming:
		p.aimed = true
	case byIt:
		for _, key := range append([]string{m.variable}, m.codes...) {
			if !slices.Contains(p.by, key) {
				p.by = append(p.by, key)
			}
		}
	case measuring:
		p.measure(Measure(m.variable))
	case isIt:
		if p.named == m.variable { // "pays = Canada" names no rows
			p.by = slices.DeleteFunc(p.by, func(key string) bool { return key == m.variable })
		}
		p.where(m)
	}
	switch m.kind {
	case byIt:
		p.named = m.variable
	case isIt, shared, skilful, measuring:
		p.named = ""
	}
}

// measure takes a measure. Trainees beside another one are told after it.
func (p *parser) measure(m Measure) {
	switch q := &p.out.Query; {
	case q.Measure != Members && m == Trainees:
		p.trainees = true
	case q.Measure == Trainees && m != Trainees:
		q.Measure, p.trainees = m, true
	default:
		q.Measure = m
	}
}

// choose picks a meaning: that of the variable just named, else the first.
func (p *parser) choose(found []meaning) meaning {
	for _, m := range found {
		if m.kind == isIt && m.variable == p.named {
			return m
		}
	}
	return found[0]
}

// where adds a filter; a second value of the same variable is an "or".
func (p *parser) where(m meaning) {
	for i, f := range p.out.Query.Where {
		if f.Variable == m.variable {
			for _, code := range m.codes {
				if !slices.Contains(f.Codes, code) {
					p.out.Query.Where[i].Codes = append(p.out.Query.Where[i].Codes, code)
				}
			}
			return
		}
	}
	p.out.Query.Where = append(p.out.Query.Where, Filter{m.variable, slices.Clone(m.codes)})
}

// unknown puts the next word aside with what is like it.
func (p *parser) unknown(v *vocabulary) {
	word := p.left[0]
	p.left = p.left[1:]
	u := Unknown{Word: word}
	if strings.Trim(word, "0123456789") == "" || len(p.out.Unknown) >= mostUnknown {
		p.out.Unknown = append(p.out.Unknown, u)
		return
	}
	if found := reference.NamedCountries(word); len(found) > 1 {
		for _, code := range found {
			c, _ := reference.CountryByCode(code)
			u.Nearby = append(u.Nearby, c.Name.In(0))
		}
		p.out.Which = append(p.out.Which, u)
		return
	}
	type near struct {
		phrase string
		score  float32
	}
	var all []near
	for phrase, meanings := range v.of {
		if meanings[0].kind == unspoken {
			continue
		}
		if score := edlib.JaroWinklerSimilarity(word, phrase); score >= alike {
			all = append(all, near{phrase, score})
		}
	}
	slices.SortFunc(all, func(a, b near) int {
		if a.score != b.score {
			return int((b.score - a.score) * 1e6)
		}
		return strings.Compare(a.phrase, b.phrase)
	})
	for _, n := range all[:min(len(all), 3)] {
		u.Nearby = append(u.Nearby, n.phrase)
	}
	p.out.Unknown = append(p.out.Unknown, u)
}

// done makes the query of what was taken.
func (p *parser) done() Understood {
	q := &p.out.Query
	q.By = p.by
	if p.aimed {
		*q = q.aim()
	}
	*q = q.aboutBelow()
	if p.share && len(q.By) == 0 && len(q.Where) > 0 {
		// "the share of women": the rows tell it, the filter would leave one.
		q.By = []string{q.Where[0].Variable}
		q.Where = q.Where[1:]
	}
	q.Share = p.share
	for _, key := range q.By { // "infirmiers par profession": the rows say more
		q.Where = slices.DeleteFunc(q.Where, func(f Filter) bool {
			v, _ := VariableOf(key)
			return f.Variable == key && !v.Several && len(f.Codes) == 1
		})
	}
	var further []string
	if apart(q.By, p.text) {
		q.By, further = q.By[:1], q.By[1:]
	}
	if len(q.By) > 2 {
		for _, key := range q.By[2:] {
			p.out.Which = append(p.out.Which, Unknown{Word: key})
		}
		q.By = q.By[:2]
	}
	if slices.ContainsFunc(q.Where, func(f Filter) bool { return f.Variable == city }) {
		// A city lies in its country: saying both is one filter.
		q.Where = slices.DeleteFunc(q.Where, func(f Filter) bool { return f.Variable == country && p.holdsCity(f) })
	}
	if len(q.Where) == 0 {
		q.Where = nil
	}
	if len(q.By) == 0 {
		q.By = nil
	}
	*q, p.out.Alone = q.measured()
	if p.out.Each = q.each(further); p.trainees && q.Measure != Trainees {
		p.out.Each = append(p.out.Each, Query{Measure: Trainees})
	}
	return p.out
}

func (p *parser) holdsCity(f Filter) bool {
	for _, other := range p.out.Query.Where {
		if other.Variable != city {
			continue
		}
		for _, id := range other.Codes {
			if c, ok := reference.CityByID(id); !ok || !slices.Contains(f.Codes, c.Country) {
				return false
			}
		}
	}
	return true
}
