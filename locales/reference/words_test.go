package reference

import (
	"slices"
	"testing"

	"mboka/locales"
)

func TestWordsAreReadWithoutFault(t *testing.T) {
	t.Parallel()
	all, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	for list, words := range all {
		for _, w := range words {
			if w.Sure && len(w.Codes) != 1 {
				t.Errorf("%s: %q is sure of %v", list, w.Text, w.Codes)
			}
			if Fold(w.Text) == "" {
				t.Errorf("%s: %q is no word", list, w.Text)
			}
		}
	}
}

func TestCountryGuessesAreReadWithoutFault(t *testing.T) {
	t.Parallel()
	if _, err := countryGuesses(); err != nil {
		t.Fatal(err)
	}
	if found := guessedCountries("belge"); len(found) != 1 || found[0].Code != "BE" {
		t.Errorf("belge: %v", found)
	}
}

// A word that is sure of one option is never the label of another.
func TestSureWordsAreNoLabelOfAnotherOption(t *testing.T) {
	t.Parallel()
	for _, list := range Lists() {
		for _, w := range Words(list) {
			for _, o := range List(list) {
				for _, lang := range locales.Langs {
					if w.Sure && Fold(o.Label[lang]) == Fold(w.Text) && !slices.Contains(w.Codes, o.Code) {
						t.Errorf("%s: %q means %v and is the label of %s", list, w.Text, w.Codes, o.Code)
					}
				}
			}
		}
	}
}

func wordOf(list, text string) Word {
	words := Words(list)
	if i := slices.IndexFunc(words, func(w Word) bool { return w.Text == text }); i >= 0 {
		return words[i]
	}
	return Word{}
}

func TestAWordForWorkAnswersSeveralQuestions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		list, text string
		codes      []string
		sure       bool
	}{
		{"sector", "nurse", []string{"health_social"}, true},
		{"profession_group", "nurse", []string{"health"}, true},
		{"profession_health", "nurse", []string{"nursing"}, true},
		{"field_of_study", "nurse", []string{"field_health"}, true},
		{"employment_status", "nurse", atWork, false},
		{"employment_status", "fonctionnaire", []string{"public"}, true}, // by its own row, not as work
		{"sector", "comptable", []string{"finance_business"}, false},     // one sector, but not for sure
		{"sector", "ingenieur", []string{"industry_build", "finance_business", "ict_media"}, false},
		{"education_level", "licence", []string{"edu_bachelor", "edu_master"}, false},
	} {
		w := wordOf(c.list, c.text)
		if !slices.Equal(w.Codes, c.codes) || w.Sure != c.sure {
			t.Errorf("%s: %q means %v (sure: %v), want %v (%v)", c.list, c.text, w.Codes, w.Sure, c.codes, c.sure)
		}
	}
}
