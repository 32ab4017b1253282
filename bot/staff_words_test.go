package bot

import (
	"slices"
	"strings"
	"testing"

	"mboka/locales"
)

// TestStaffWordsAreExplained: each word of staff is listed, and the help says in
// all languages what it is for.
func TestStaffWordsAreExplained(t *testing.T) {
	t.Parallel()
	th := &thinker{}
	for name := range staffWords {
		if !slices.Contains(staffOrder, name) {
			t.Errorf("%s is not in the order in which words are told", name)
		}
		for _, lang := range locales.Langs {
			if locales.LabelOf(th.doesKey(name)).In(lang) == "" || locales.LabelOf(locales.Key("does_"+name)).In(lang) == "" {
				t.Errorf("%s: the help does not say in %s what it is for", name, lang)
			}
		}
	}
	for _, key := range locales.Keys() {
		if name, does := strings.CutPrefix(string(key), "does_"); does && key != locales.DoesResults && staffWords[name] == "" {
			t.Errorf("%s explains no word", key)
		}
	}
}
