package announce

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"mboka/locales"
	"mboka/locales/reference"
)

// Label says whom an audience means, for people: "Belgique + 60 km autour de
// Liège, toutes professions".
func (a Audience) Label(lang locales.Lang) string {
	if a.Officials {
		return strings.Join(append([]string{locales.Text(lang, locales.AudOfficials, nil)}, a.languages(lang)...), ", ")
	}
	var places []string
	for _, p := range a.Places {
		places = append(places, p.Label(lang))
	}
	parts := []string{strings.Join(places, " + ")}
	if len(places) == 0 {
		parts[0] = locales.Text(lang, locales.AudEverywhere, nil)
	}
	work := false
	for _, l := range a.lists() {
		var names []string
		for _, code := range l.codes {
			name, _ := l.label(code)
			names = append(names, name.In(lang))
		}
		switch {
		case len(names) == 0 || l.name == "language":
			continue
		case l.name == "languages":
			parts = append(parts, locales.Text(lang, locales.AudSpoken, locales.Args{"What": strings.Join(names, " / ")}))
			continue
		case l.name != "contribution_types":
			work = true
		}
		parts = append(parts, lower(strings.Join(names, " / ")))
	}
	if !work {
		parts = append(parts[:1:1], append([]string{locales.Text(lang, locales.AudProfessions, nil)}, parts[1:]...)...)
	}
	if a.Qualified {
		parts = append(parts, locales.Text(lang, locales.AudQualified, nil))
	}
	return strings.Join(append(parts, a.languages(lang)...), ", ")
}

// languages names those of the conversation.
func (a Audience) languages(lang locales.Lang) []string {
	if len(a.Languages) == 0 {
		return nil
	}
	var names []string
	for _, code := range a.Languages {
		l, _ := locales.ParseLang(code)
		names = append(names, languageName(l).In(lang))
	}
	return []string{locales.Text(lang, locales.AudLanguage, locales.Args{"What": strings.Join(names, " / ")})}
}

// languageName is a language of the service as it is called in each of them.
func languageName(l locales.Lang) locales.Label {
	for _, o := range reference.List("languages") {
		if o.Code == l.String() {
			return o.Label
		}
	}
	return locales.Label{l.Name(), l.Name(), l.Name()}
}

// Label names a place for people.
func (p Place) Label(lang locales.Lang) string {
	if p.City == "" {
		return countryName(p.Country, lang)
	}
	name := p.City
	if c, known := reference.CityByID(p.City); known {
		name = c.Name.In(lang)
	}
	if p.Radius == 0 {
		return name
	}
	return locales.Text(lang, locales.AudAround, locales.Args{"Km": p.Radius, "City": name})
}

// countryName is a country as lists name it.
func countryName(code string, lang locales.Lang) string {
	c, known := reference.CountryByCode(code)
	switch {
	case !known:
		return code
	case !c.Row.Empty():
		return c.Row.In(lang)
	}
	return c.Name.In(lang)
}

// lower begins a text with a small letter, as in the middle of a sentence,
// unless it is all capitals such as "ICT".
func lower(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	next, _ := utf8.DecodeRuneInString(text[size:])
	if unicode.IsUpper(next) {
		return text
	}
	return string(unicode.ToLower(first)) + text[size:]
}
