package fields

import (
	"mboka/flows"
	"mboka/locales"
)

// Language offers the three languages, named in themselves.
func Language() *Choice {
	var options []flows.Option
	for _, l := range locales.Langs {
		options = append(options, flows.Option{Code: l.String(), Label: locales.Label{l.Name(), l.Name(), l.Name()}})
	}
	return NewChoice(options, map[string][]string{
		"fr": {"fr", "french", "lifalanse", "falanse", "frances"},
		"en": {"en", "eng", "anglais", "lingelesi", "angele"},
		"ln": {"ln", "lin", "ngala"},
	})
}
