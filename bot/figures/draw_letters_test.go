package figures

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestFontHasOurLetters: those of the three languages are drawn as they are.
func TestFontHasOurLetters(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"éèêëàâôùûîïçœæŒÉÈÊÀÔÇ ’‘“”«»–—…·<≤≥%", "ɛɔƐƆ áǎâà éěê íǐî óǒô úǔû ÁÉÍÓÚ", "Kasaï, Côte d'Ivoire, Équateur",
		"ɛ́ ɛ̌ ɛ̂ ɛ̀ ɔ́ ɔ̌ ɔ̂ ɔ̀ mɔ́kɔ́", "1\u00a0930 1\u202f930 45\u00a0% São Tomé Åland Türkiye",
	} {
		if got := legible(text); got != text {
			t.Errorf("%q is written %q", text, got)
		}
	}
}

func TestLegible(t *testing.T) {
	t.Parallel()
	ascii := func(r rune) bool { return r < 0x7f }
	for _, c := range []struct {
		text, want string
		has        func(rune) bool
	}{
		{"Kasaï, Côte d’Ivoire", "Kasai, Cote d'Ivoire", ascii},
		{"mɔ́kɔ́ ya ɛlɛngɛ́ ƐƆ", "moko ya elenge EO", ascii},
		{"«\u00a0œuvre\u00a0» …", `" oeuvre " ...`, ascii},
		{"a → b", "a -> b", hasLetter},
		{"BÉLGÎKƐ́ Ɔ̌ É", "BÉLGÎKƐ Ɔ É", hasLetter}, // a mark would run into a capital
		{"e\u0301", "é", hasLetter},
		{"Ba\nmboka\t nyonso\r\n", "Ba mboka nyonso", hasLetter},
		{"Mbote 👋🏾 ndeko 🇨🇩", "Mbote ndeko", hasLetter},
		{"刚果", "??", hasLetter},
		{"a\u200bb\u202ec\x00d", "abcd", hasLetter},
		{"ﬁn ²", "fin 2", ascii},
		{"", "", hasLetter},
	} {
		if got := legibleIn(c.text, c.has); got != c.want {
			t.Errorf("%q is written %q, want %q", c.text, got, c.want)
		}
	}
}

// TestNoEmptyBox: nothing is written that the font lacks, whatever comes.
func TestNoEmptyBox(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		out := legible(text)
		for _, r := range out {
			if !hasLetter(r) || r < ' ' {
				t.Fatalf("%q has %U", out, r)
			}
		}
		if legible(out) != out {
			t.Fatalf("%q becomes %q", out, legible(out))
		}
	})
}

func TestWrap(t *testing.T) {
	t.Parallel()
	p := newPen()
	for _, c := range []struct {
		text  string
		width int
		most  int
		want  []string
	}{
		{"", 300, 3, nil},
		{"Kinshasa", 300, 3, []string{"Kinshasa"}},
		{"Technologies de l’information", 260, 3, []string{"Technologies de", "l’information"}},
		{"Royaume-Uni de Grande-Bretagne et d’Irlande du Nord", 390, 3, []string{"Royaume-Uni de", "Grande-Bretagne et", "d’Irlande du Nord"}},
		{"Kasaï-Central", 150, 3, []string{"Kasaï-", "Central"}},
		{"Agriculture, sylviculture, halieutique et sciences vétérinaires", 380, 2, []string{"Agriculture, sylviculture,", "halieutique et sciences…"}},
	} {
		if diff := cmp.Diff(c.want, p.wrap(c.text, plain, c.width, c.most)); diff != "" {
			t.Errorf("%q: %s", c.text, diff)
		}
	}
	if diff := cmp.Diff([]string{"moins", "de 2 ans"}, p.balance("moins de 2 ans", plain, 184, 3)); diff != "" {
		t.Error(diff)
	}
}

// TestWrapKeepsWords: lines fit, and nothing is lost unless an ellipsis says so.
func TestWrapKeepsWords(t *testing.T) {
	t.Parallel()
	p := newPen()
	rapid.Check(t, func(t *rapid.T) {
		text := legible(rapid.StringN(1, 80, -1).Draw(t, "text"))
		width, most := rapid.IntRange(80, 900).Draw(t, "width"), rapid.IntRange(1, 4).Draw(t, "most")
		for _, lines := range [][]string{p.wrap(text, plain, width, most), p.balance(text, plain, width, most)} {
			if len(lines) > most {
				t.Fatal(lines)
			}
			for _, l := range lines {
				if p.width(l, plain) > width {
					t.Fatalf("%q is wider than %d", l, width)
				}
			}
			bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
			if all := strings.Join(lines, ""); !strings.HasSuffix(all, "…") && bare(all) != bare(text) {
				t.Fatalf("%q became %q", text, lines)
			}
		}
	})
}
