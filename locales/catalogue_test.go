package locales

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// raw is a catalogue as the file has it: key -> form -> text.
func raw(t *testing.T, lang Lang) map[Key]map[string]string {
	t.Helper()
	var file map[Key]any
	if _, err := toml.DecodeFS(files, lang.String()+".toml", &file); err != nil {
		t.Fatal(err)
	}
	out := map[Key]map[string]string{}
	for key, value := range file {
		switch v := value.(type) {
		case string:
			out[key] = map[string]string{"other": v}
		case map[string]any:
			out[key] = map[string]string{}
			for form, text := range v {
				out[key][form] = text.(string)
			}
		}
	}
	return out
}

// constants are the names and values of the files of keys.
func constants(t *testing.T) map[string]Key {
	t.Helper()
	names, err := filepath.Glob("keys*.go")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]Key{}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		collect(t, file, out)
	}
	return out
}

func collect(t *testing.T, file *ast.File, out map[string]Key) {
	t.Helper()
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		out[spec.Names[0].Name] = Key(value)
		return false
	})
}

func camel(key Key) string {
	var b strings.Builder
	for part := range strings.SplitSeq(string(key), "_") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

func TestConstantsAndCataloguesHoldTheSameKeys(t *testing.T) {
	t.Parallel()
	declared := constants(t)
	for name, key := range declared {
		if name != camel(key) {
			t.Errorf("%q is called %s, want %s", key, name, camel(key))
		}
	}
	want := slices.Sorted(maps.Values(declared))
	if !slices.Equal(Keys(), want) {
		t.Error("Keys differ from the constants")
	}
	for _, lang := range Langs {
		have := raw(t, lang)
		for _, key := range want {
			if len(have[key]) == 0 || !Has(lang, key) {
				t.Errorf("%s.toml lacks %s", lang, key)
			}
			delete(have, key)
		}
		for key := range have {
			t.Errorf("%s.toml has %s, keys.go has not", lang, key)
		}
	}
}

func TestFieldsAreTheSameInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, key := range Keys() {
		for _, lang := range Langs {
			if got, want := Fields(lang, key), Fields(FR, key); !slices.Equal(got, want) {
				t.Errorf("%s: %s has fields %v, French %v", key, lang, got, want)
			}
		}
	}
}

// A template that says more than {{.Field}} would escape Fields.
func TestTemplatesAreOnlyFields(t *testing.T) {
	t.Parallel()
	for _, lang := range Langs {
		for key, forms := range raw(t, lang) {
			for form, text := range forms {
				if rest := field.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}") {
					t.Errorf("%s %s.%s: %q", lang, key, form, text)
				}
			}
		}
	}
}

// A count without a form is an error of go-i18n; French has a form of its own
// from a million on.
func TestPluralsAreWhole(t *testing.T) {
	t.Parallel()
	master := raw(t, FR)
	for _, lang := range Langs {
		want := []string{"one", "other"}
		if lang == FR {
			want = []string{"many", "one", "other"}
		}
		for key, forms := range raw(t, lang) {
			delete(forms, "description")
			have := slices.Sorted(maps.Keys(forms))
			if plural := len(master[key]) > 1; plural && !slices.Equal(have, want) || !plural && !slices.Equal(have, []string{"other"}) {
				t.Errorf("%s %s has forms %v", lang, key, have)
			}
			if len(have) > 1 && !slices.Contains(Fields(lang, key), "N") {
				t.Errorf("%s %s has forms but no N", lang, key)
			}
		}
	}
}

var familiar = regexp.MustCompile(`(?i)(^|[^\pL])(tu|toi|ton|ta|tes|te|t'[\pL]+)([^\pL]|$)`)

// The member is addressed as "vous", and no text picks a gender for them.
func TestFrenchStyle(t *testing.T) {
	t.Parallel()
	for key, forms := range raw(t, FR) {
		for _, text := range forms {
			if strings.Contains(text, "(e)") || strings.ContainsAny(text, "·•") {
				t.Errorf("%s: %q picks a gender", key, text)
			}
			if found := familiar.FindString(text); found != "" {
				t.Errorf("%s: %q says %q", key, text, found)
			}
			if regexp.MustCompile(`[^\s«][?!;]`).MatchString(text) && key != LangChoice {
				t.Errorf("%s: %q lacks a space before its mark", key, text)
			}
		}
	}
}

// Lingala is written as newspapers write it: no tone marks, no ɔ and ɛ, full
// forms, the polite plural.
func TestLingalaStyle(t *testing.T) {
	t.Parallel()
	spoken := regexp.MustCompile(`(?i)\b(po na|mpona|pona na|oza|boza|naza|nionso|pe|na yo|ozali|okoki|olingi)\b`)
	for key, forms := range raw(t, LN) {
		for form, text := range forms {
			if form == "description" || key == LangChoice {
				continue
			}
			if strings.ContainsAny(text, "ɔɛáíóúǎěǐǒǔɔ̂\u0300\u0301\u0302\u030c") {
				t.Errorf("%s: %q has tone marks", key, text)
			}
			if found := spoken.FindString(text); found != "" {
				t.Errorf("%s: %q says %q", key, text, found)
			}
		}
	}
}

func TestLingalaSaysHowFarToTrustIt(t *testing.T) {
	t.Parallel()
	for key, forms := range raw(t, LN) {
		trust, note, _ := strings.Cut(forms["description"], ",")
		if !slices.Contains([]string{"high", "medium", "low"}, trust) {
			t.Errorf("%s: description %q", key, forms["description"])
		}
		if trust == "high" && strings.Contains(note, "composed") {
			t.Errorf("%s is composed and trusted", key)
		}
	}
}

func TestTextsAreClean(t *testing.T) {
	t.Parallel()
	for _, lang := range Langs {
		for key, forms := range raw(t, lang) {
			for form, text := range forms {
				if text != strings.TrimSpace(text) || strings.Contains(text, "  ") || strings.Contains(text, " \n") || !utf8.ValidString(text) {
					t.Errorf("%s %s.%s: %q", lang, key, form, text)
				}
				if lang != EN && strings.ContainsRune(text, '"') && form != "description" {
					t.Errorf("%s %s: %q has English quotes", lang, key, text)
				}
				if lang == EN && strings.ContainsAny(text, "«»") {
					t.Errorf("%s %s: %q has French quotes", lang, key, text)
				}
			}
		}
	}
}
