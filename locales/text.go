package locales

import (
	"fmt"
	"sync/atomic"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// Key is the id of a message in the catalogues.
type Key string

// Args fill the fields of a message: strings as they are, Labels in the
// message's language, ints with that language's digit grouping (give a year or
// a code as a string). "N", an int, also selects the plural form.
type Args map[string]any

// Count is a value of "N" that selects the plural form by N and is printed as
// Shown.
type Count struct {
	N     int
	Shown string
}

var missing atomic.Uint64

// Missing counts since start the texts that were printed in another language
// than asked, with a hole, or not at all. It should stay 0.
func Missing() uint64 { return missing.Load() }

// Load reads the catalogues now and tells what is wrong with them. The other
// functions read them when first needed and print what there is.
func Load() error { return all().err }

// Text is a message in a language. Where the language lacks it or it cannot be
// filled in, the French text stands in, and where that fails too the key in
// brackets: a person always gets an answer. A field without a value is left
// empty. Each of these is counted by Missing.
func Text(lang Lang, key Key, args Args) string { return all().text(lang, key, args) }

func (a *catalogues) text(lang Lang, key Key, args Args) string {
	c := &a.of[lang.index()]
	if s, ok := c.static[key]; ok {
		return s
	}
	if s, ok := c.render(key, args); ok {
		return s
	}
	missing.Add(1)
	master := &a.of[FR]
	if s, ok := master.static[key]; ok {
		return s
	}
	if s, ok := master.render(key, args); ok {
		return s
	}
	return "⟦" + string(key) + "⟧"
}

func (c *catalogue) render(key Key, args Args) (string, bool) {
	m, ok := c.messages[key]
	if !ok {
		return "", false
	}
	data := make(map[string]any, len(m.fields))
	for _, name := range m.fields {
		value, given := args[name]
		if !given {
			missing.Add(1)
		}
		data[name] = c.lang.write(value)
	}
	config := i18n.LocalizeConfig{MessageID: string(key), TemplateData: data}
	if m.plural {
		switch n := args["N"].(type) {
		case int:
			config.PluralCount = n
		case Count:
			config.PluralCount = n.N
		}
	}
	s, err := c.localizer.Localize(&config)
	return s, err == nil
}

func (l Lang) write(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case int:
		return Number(l, v)
	case Label:
		return v.In(l)
	case Count:
		return v.Shown
	default:
		return fmt.Sprint(v)
	}
}

// LabelOf is a message in every language, as written: for buttons and rows,
// which have no fields.
func LabelOf(key Key) Label {
	var label Label
	for _, lang := range Langs {
		label[lang] = all().of[lang].messages[key].source
	}
	return label
}

// Keys are the keys of the master catalogue, sorted. Do not modify the slice.
func Keys() []Key { return all().keys }

// Fields are the names of the template fields that a message uses in a
// language, sorted. Do not modify the slice.
func Fields(lang Lang, key Key) []string { return all().of[lang.index()].messages[key].fields }

// Has says whether a language has its own text for a key.
func Has(lang Lang, key Key) bool {
	_, ok := all().of[lang.index()].messages[key]
	return ok
}
