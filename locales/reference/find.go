package reference

import (
	"strings"
	"sync"

	"mboka/locales"
)

// Similarities from which a name is worth a question. Real typos of country
// names ("Beljique", "angletere") stand at 0.85 and above; city names are
// shorter and more alike among themselves.
const (
	alikeCountry  = 0.85
	alikeCity     = 0.86
	alikeProvince = 0.86
	alikeAnyCity  = 0.92 // of all countries: there are many
)

var countryNames = sync.OnceValues(func() (*names, error) {
	n := newNames(ambiguous, alikeCountry)
	// Aliases first: they say which of two countries comes first.
	err := addAliases(n, "country_aliases.csv", "countries", func(code string) bool {
		_, ok := CountryByCode(code)
		return ok
	})
	for _, c := range Countries() {
		for _, lang := range locales.Langs {
			n.add(c.Alpha2, c.Name[lang])
			n.add(c.Alpha2, c.Row[lang])
		}
		n.add(c.Alpha2, c.lingala)
	}
	return n, err
})

// addAliases reads a table of alias, codes and basis.
func addAliases(n *names, file, column string, known func(code string) bool) error {
	t, err := open(file, "alias", column)
	if err != nil {
		return err
	}
	return t.each(func(r *row) {
		for _, code := range strings.Fields(r.must(column)) {
			if !known(code) {
				r.fault("no place %s", code)
			}
			n.add(code, r.must("alias"))
		}
	})
}

// alpha3 are the countries by ISO alpha-3 code, folded.
var alpha3 = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for _, c := range Countries() {
		all[Fold(c.Alpha3)] = c.Alpha2
	}
	return all
})

// FindCountry finds the countries that a text may mean, by names in the three
// languages, ISO alpha-3 codes, common aliases and flags; else by typos, at most
// three. "congo" is two countries, neither of them certain. A city abroad gives
// its country as a guess, even misspelt, and so does a code in small letters, which may be a
// word ("est", "can"), and what the people of a country are called ("belge").
func FindCountry(text string) []Match {
	n, _ := countryNames()
	folded := Fold(text)
	if found := n.whole(folded); found != nil {
		return found
	}
	if code, ok := alpha3()[folded]; ok {
		if strings.TrimSpace(text) == strings.ToUpper(folded) {
			return []Match{{code, 1}}
		}
		return []Match{{code, inSentence}}
	}
	if flag, ok := FlagCountry(text); ok && folded == "" {
		return []Match{{flag, 1}}
	} else if found := n.within(folded); ok && found == nil {
		return []Match{{flag, inSentence}}
	}
	if found := countriesOfCity(folded); found != nil {
		return found
	}
	found := n.find(folded)
	if len(found) > 0 && found[0].Score >= inSentence {
		return found
	}
	if guessed := guessedCountries(folded); guessed != nil {
		return guessed
	}
	if found == nil {
		return asGuesses(cityNames()[""].alike(folded))
	}
	return found
}

// countryGuesses are countries by what makes one think of them: what their people
// are called ("belge"), and their regions.
var countryGuesses = sync.OnceValues(func() (*names, error) {
	n := newNames(ambiguous, 1)
	t, err := open("country_guesses.csv", "word", "country")
	if err != nil {
		return n, err
	}
	return n, t.each(func(r *row) {
		for _, word := range r.aliases("word") {
			if _, ok := CountryByCode(r.must("country")); !ok {
				r.fault("no country %s", r.text("country"))
			}
			n.add(r.text("country"), word)
		}
	})
})

// guessedCountries are only guesses: who is Belgian may live elsewhere, and
// nationality is not asked.
func guessedCountries(folded string) []Match {
	n, _ := countryGuesses()
	return asGuesses(n.within(folded))
}

func asGuesses(found []Match) []Match {
	for i := range found {
		found[i].Score = ambiguous
	}
	return found[:min(len(found), mostMatches)]
}

// NamedCountries are the countries that a text names exactly, by any of the
// names that FindCountry knows. "congo" names two.
func NamedCountries(text string) []string {
	n, _ := countryNames()
	var codes []string
	for _, m := range n.whole(Fold(text)) {
		codes = append(codes, m.Code)
	}
	return codes
}

// cityNames are by country; "" holds every city, by its country's code.
var cityNames = sync.OnceValue(func() map[string]*names {
	all := map[string]*names{"": newNames(ambiguous, alikeAnyCity)}
	for _, country := range Countries() {
		list := Cities(country.Alpha2)
		if len(list) == 0 {
			continue
		}
		n := newNames(ambiguous, alikeCity)
		for _, c := range list {
			for _, called := range append([]string{c.Name[locales.FR], c.Name[locales.EN]}, c.Aliases...) {
				n.add(c.ID, called)
				all[""].add(c.Country, called)
			}
		}
		all[country.Alpha2] = n
	}
	return all
})

func countriesOfCity(folded string) []Match {
	every := cityNames()[""]
	if every.alone[squeeze(folded)] {
		return nil
	}
	found := every.whole(folded)
	if found == nil {
		found = every.within(folded)
	}
	return asGuesses(found)
}

// FindCity finds the cities of a country that a text may mean, by name and
// alias ("bxl"), else by typos, at most three.
func FindCity(country, text string) []Match {
	n, ok := cityNames()[country]
	if country == "" || !ok {
		return nil
	}
	return n.find(Fold(text))
}

var provinceNames = sync.OnceValues(func() (*names, error) {
	n := newNames(1, alikeProvince)
	for _, p := range Provinces() {
		for _, called := range append([]string{p.Name[locales.FR], p.Name[locales.EN], p.lingala, p.Former}, p.Aliases...) {
			n.add(p.Code, called)
		}
	}
	err := addAliases(n, "province_aliases.csv", "provinces", func(code string) bool {
		_, ok := ProvinceByCode(code)
		return ok
	})
	// A capital that bears the name of a former province means the province.
	for _, p := range Provinces() {
		n.addCapital(p.Code, p.Capital)
	}
	return n, err
})

func (n *names) addCapital(code, called string) {
	if _, taken := n.codes[squeeze(Fold(called))]; !taken {
		n.add(code, called)
	}
}

// FindProvince finds the provinces of the DRC that a text may mean, by name,
// alias and capital. A former province that was split gives its successors, each
// with score 1: the person chooses. Else typos, at most three.
func FindProvince(text string) []Match {
	n, _ := provinceNames()
	return n.find(Fold(text))
}
