package locales

import "testing"

func TestParseLang(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Lang{
		"fr": FR, "FR": FR, "fr-CD": FR, "FR_be": FR, "fra": FR, "Français": FR, "francais": FR, " fr ": FR,
		"en": EN, "en-GB": EN, "en_US": EN, "English": EN, "anglais": EN,
		"ln": LN, "lin": LN, "ln-CD": LN, "ln_CG": LN, "LN": LN, "lingala": LN, "Lingala": LN,
	} {
		if got, ok := ParseLang(in); !ok || got != want {
			t.Errorf("%q: %v, %v", in, got, ok)
		}
	}
	for _, in := range []string{"", "sw", "sw-CD", "kg", "pt-AO", "franglais", "f", "-fr", "lingua"} {
		if got, ok := ParseLang(in); ok {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func TestLangNames(t *testing.T) {
	t.Parallel()
	var zero Lang
	if zero != FR {
		t.Error("the zero value is not the master")
	}
	for lang, want := range map[Lang][2]string{
		FR: {"fr", "Français"}, EN: {"en", "English"}, LN: {"ln", "Lingala"}, 9: {"fr", "Français"},
	} {
		if lang.String() != want[0] || lang.Name() != want[1] {
			t.Errorf("%d: %s %s", lang, lang, lang.Name())
		}
		if back, ok := ParseLang(lang.Name()); !ok || back.String() != want[0] {
			t.Errorf("%s does not read its own name", lang)
		}
	}
}

func TestLabel(t *testing.T) {
	t.Parallel()
	full := Label{"oui", "yes", "iyo"}
	if full.In(FR) != "oui" || full.In(EN) != "yes" || full.In(LN) != "iyo" || full.In(200) != "oui" {
		t.Errorf("%v", full)
	}
	if french := (Label{FR: "oui"}); french.In(LN) != "oui" || french.Empty() {
		t.Error("French does not stand in")
	}
	if !(Label{}).Empty() || (Label{LN: "iyo"}).Empty() {
		t.Error("Empty")
	}
}
