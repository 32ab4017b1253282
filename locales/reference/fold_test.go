package reference

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                      "",
		"belgique":              "belgique",
		"  Belgique !! ":        "belgique",
		"ÉTATS-UNIS":            "etats unis",
		"Côte d’Ivoire":         "cote d'ivoire",
		"Cote d`Ivoire":         "cote d'ivoire",
		"Falánsɛ":               "falanse",
		"mɔ̌kɔ́":                "moko",
		"Bac+3/4 : graduat, L3": "bac 3 4 graduat l3",
		"J'accepte (18 ans +)":  "j'accepte 18 ans",
		"«\u00a0Oui\u202f»":     "oui",
		"e\u0301te\u0301":       "ete",
		"Œuvre, Straße, Ærø, Łódź, Đorđe": "oeuvre strasse aero lodz dorde",
		"1,3 et 5":         "1 3 et 5",
		"٢":                "2",
		"१२":               "12",
		"𝟚𝟛":               "23",
		"2️⃣":              "2",
		"👍🏾":               "",
		"🇧🇪 Belgique":      "belgique",
		"a\u200db\u00adc":  "abc",
		"Приве́т":          "привет",
		"\xff\xfe":         "",
		"line\nbreak\ttab": "line break tab",
		"/menu":            "menu",
		"ÎLE":              "ile",
		"İstanbul":         "istanbul",
		"a  b":             "a b",
		"a ":               "a",
		" a":               "a",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

// Not parallel: allocations are counted for the whole process.
func TestFoldLeavesFoldedTextAlone(t *testing.T) {
	for _, s := range []string{"je ne sais pas", "cote d'ivoire", "2", ""} {
		if n := testing.AllocsPerRun(100, func() { Fold(s) }); n != 0 {
			t.Errorf("%q costs %v allocations", s, n)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Belgique", "Côte d’Ivoire", "ɔ́ɛ̂", "İ", "ẞ", "٣", "\xff", "🇧🇪", " ' ", "ᾳ", "각"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if !utf8.ValidString(once) {
			t.Fatalf("Fold(%q) is not UTF-8", s)
		}
		if twice := Fold(once); twice != once {
			t.Fatalf("Fold(%q) = %q, folded again %q", s, once, twice)
		}
		if strings.TrimSpace(once) != once || strings.Contains(once, "  ") {
			t.Fatalf("Fold(%q) = %q has loose spaces", s, once)
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for name, s := range map[string]string{"folded": "je ne sais pas", "ascii": "Je ne sais pas!", "accents": "République démocratique"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Fold(s)
			}
		})
	}
}
