package locales

import "strings"

// Lang is a language of the service. Its zero value is French, the master.
type Lang uint8

// The languages.
const (
	FR Lang = iota
	EN
	LN
)

// Langs are all languages, the master first.
var Langs = [...]Lang{FR, EN, LN}

var codes = [...]string{"fr", "en", "ln"}

// String is the ISO 639-1 code: "fr", "en", "ln".
func (l Lang) String() string { return codes[l.index()] }

// Name is how the language calls itself.
func (l Lang) Name() string {
	return [...]string{"Français", "English", "Lingala"}[l.index()]
}

// index keeps a value that no constant has (read from an old session) in range.
func (l Lang) index() int {
	if int(l) >= len(Langs) {
		return int(FR)
	}
	return int(l)
}

// langWords are the codes of ISO 639 and the names that people write.
var langWords = map[string]Lang{
	"fr": FR, "fra": FR, "fre": FR, "français": FR, "francais": FR, "french": FR,
	"falanse": FR, "lifalanse": FR,
	"en": EN, "eng": EN, "english": EN, "anglais": EN, "angele": EN, "lingelesi": EN,
	"ln": LN, "lin": LN, "lingala": LN,
}

// ParseLang reads a language tag ("fr", "fr-CD", "FR_be", "lin") or a
// language's name in one of the three; region and script are ignored. Anything
// else is false.
func ParseLang(s string) (Lang, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if i := strings.IndexAny(s, "-_"); i >= 0 {
		s = s[:i]
	}
	l, ok := langWords[s]
	return l, ok
}

// Label is one short text in each language, indexed by Lang.
type Label [len(Langs)]string

// In is the text in a language, in French where that language has none.
func (l Label) In(lang Lang) string {
	if s := l[lang.index()]; s != "" {
		return s
	}
	return l[FR]
}

// Empty says that no language has a text.
func (l Label) Empty() bool { return l == Label{} }
