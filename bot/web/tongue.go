package web

import (
	"strings"

	"golang.org/x/text/language"

	"mboka/locales"
)

// longestAccept bounds the header that is read; browsers send some dozens of
// bytes.
const longestAccept = 500

// preferred is the language that a browser likes best of those that there are,
// else French.
func preferred(accept string) locales.Lang {
	if len(accept) > longestAccept {
		return locales.FR
	}
	tags, weights, err := language.ParseAcceptLanguage(accept) // the best first
	if err != nil {
		return locales.FR
	}
	for i, tag := range tags {
		if lang, ok := locales.ParseLang(tag.String()); ok && weights[i] > 0 {
			return lang
		}
	}
	return locales.FR
}

// pathOf is where a page stands in a language.
func pathOf(lang locales.Lang, slug string) string {
	if slug == "" {
		return "/" + lang.String()
	}
	return "/" + lang.String() + "/" + slug
}

// langOf is the language that a path begins with.
func langOf(path string) (locales.Lang, bool) {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	for _, lang := range locales.Langs {
		if first == lang.String() {
			return lang, true
		}
	}
	return locales.FR, false
}
