package locales

import (
	"slices"
	"strings"
	"sync"
	"testing"
)

// grown gives what Missing grew by; its callers are not parallel.
func grown(do func()) uint64 {
	before := Missing()
	do()
	return Missing() - before
}

func TestTextWithoutFields(t *testing.T) {
	t.Parallel()
	for lang, want := range map[Lang]string{FR: "Continuer", EN: "Continue", LN: "Kokoba", 50: "Continuer"} {
		if got := Text(lang, CountedContinue, nil); got != want {
			t.Errorf("%s: %q", lang, got)
		}
	}
}

func TestTextWithFields(t *testing.T) {
	t.Parallel()
	args := Args{"Typed": "37 ans", "Label": Label{"35-44 ans", "35-44", "Mbula 35-44"}}
	for lang, want := range map[Lang]string{FR: "37 ans -> 35-44 ans", EN: "37 ans -> 35-44", LN: "37 ans -> Mbula 35-44"} {
		if got := Text(lang, BandEcho, args); got != want {
			t.Errorf("%s: %q", lang, got)
		}
	}
	if got := Text(FR, TextTooLong, Args{"Max": 1600}); !strings.Contains(got, "1\u00a0600 caractères") {
		t.Errorf("a number: %q", got)
	}
	if got := Text(FR, ShareGov, Args{"Ministère": "Ministère X", "But": "un forum"}); !strings.HasPrefix(got, "Ministère X demande") {
		t.Errorf("an accented field: %q", got)
	}
	if got := Text(EN, Suggest, Args{"Label": "<b>{{.X}} & co"}); got != "<b>{{.X}} & co — is that right?" {
		t.Errorf("a value is taken as it is: %q", got)
	}
	if got := Text(EN, Suggest, Args{"Label": 1.5}); got != "1.5 — is that right?" {
		t.Errorf("a value of another type: %q", got)
	}
}

func TestPluralForms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang Lang
		n    int
		want string
	}{
		{FR, 0, "Encore 0 question facultative,"}, {FR, 1, "Encore 1 question facultative,"},
		{FR, 12, "Encore 12 questions facultatives,"}, {FR, 1000000, "Encore 1\u00a0000\u00a0000 questions facultatives,"},
		{EN, 0, "Another 0 optional questions,"}, {EN, 1, "Another 1 optional question,"}, {EN, 2, "Another 2 optional questions,"},
		{LN, 0, "Motuna 0 etikali,"}, {LN, 1, "Motuna 1 etikali,"}, {LN, 2, "Mituna 2 etikali,"}, {LN, 1000000, "Mituna 1.000.000 etikali,"},
	} {
		if got := Text(c.lang, Counted, Args{"Number": "4F7K29", "N": c.n}); !strings.Contains(got, c.want) {
			t.Errorf("%s %d: %q", c.lang, c.n, got)
		}
	}
}

func TestMissingIsCounted(t *testing.T) {
	for name, c := range map[string]struct {
		do   func() string
		want string
		n    uint64
	}{
		"unknown key":     {func() string { return Text(LN, "no_such_key", nil) }, "⟦no_such_key⟧", 1},
		"missing field":   {func() string { return Text(EN, NotUnderstoodBand, nil) }, "Sorry, I did not understand. Write a number, or a letter from A to .", 1},
		"nothing missing": {func() string { return Text(EN, Echo, Args{"Label": "x", "More": 1}) }, "x.", 0},
		"plural without a number": {func() string {
			return Text(EN, Counted, Args{"Number": "X", "N": "12"})
		}, "Counted, thank you! Your number: X. Another 12 optional questions, 5 minutes?", 0},
	} {
		var got string
		if n := grown(func() { got = c.do() }); n != c.n || got != c.want {
			t.Errorf("%s: %q, counted %d", name, got, n)
		}
	}
}

func TestFrenchStandsIn(t *testing.T) {
	t.Parallel()
	all := parse(map[Lang][]byte{
		FR: []byte("a = \"un\"\nb = \"{{.X}} fr\""),
		EN: []byte("a = \"one\""),
		LN: []byte("b = \"{{.X\""),
	})
	if all.err != nil {
		t.Fatal(all.err)
	}
	if got := all.text(EN, "b", Args{"X": "x"}); got != "x fr" {
		t.Errorf("a text that English lacks: %q", got)
	}
	if got := all.text(LN, "b", Args{"X": "x"}); got != "x fr" {
		t.Errorf("a template that cannot be read: %q", got)
	}
	if got := all.text(LN, "a", nil); got != "un" {
		t.Errorf("a static text that Lingala lacks: %q", got)
	}
}

func TestAFileWithAFaultLeavesTheOthers(t *testing.T) {
	t.Parallel()
	all := parse(map[Lang][]byte{FR: []byte(`a = "un"`), EN: []byte(`a = `), LN: []byte(`a = "moko"`)})
	if all.err == nil || !strings.Contains(all.err.Error(), "catalogue en") {
		t.Errorf("fault %v", all.err)
	}
	if got := all.text(LN, "a", nil); got != "moko" {
		t.Errorf("Lingala: %q", got)
	}
	if got := all.text(EN, "a", nil); got != "un" {
		t.Errorf("English: %q", got)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	if err := Load(); err != nil {
		t.Error(err)
	}
}

func TestLabelOf(t *testing.T) {
	t.Parallel()
	if got := LabelOf(CountedLater); got != (Label{"Plus tard", "Later", "Nsima"}) {
		t.Errorf("%v", got)
	}
	if got := LabelOf(BtnDone); got[FR] != "Terminé ({{.N}})" {
		t.Errorf("fields stay as written: %v", got)
	}
	if !LabelOf("no_such_key").Empty() {
		t.Error("a key that is none has a label")
	}
}

func TestFieldsAndHas(t *testing.T) {
	t.Parallel()
	if got := Fields(FR, Notice); !slices.Equal(got, []string{"Carrier", "Contact", "Host", "Org", "V"}) {
		t.Errorf("%v", got)
	}
	if got := Fields(LN, ShareGov); !slices.Equal(got, []string{"But", "Ministère"}) {
		t.Errorf("%v", got)
	}
	if len(Fields(EN, CountedLater)) != 0 || len(Fields(EN, "no_such_key")) != 0 {
		t.Error("fields of nothing")
	}
	if !Has(LN, Notice) || Has(LN, "no_such_key") {
		t.Error("Has")
	}
}

func TestTextFromManySides(t *testing.T) {
	t.Parallel()
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for _, key := range Keys() {
				Text(Langs[i%len(Langs)], key, Args{"N": i})
			}
		})
	}
	wait.Wait()
}

// Not parallel: allocations are counted for the whole process.
func TestStaticTextsCostNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { Text(LN, NoticeYes, nil) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkText(b *testing.B) {
	for name, c := range map[string]struct {
		key  Key
		args Args
	}{
		"static": {NoticeYes, nil},
		"fields": {NotUnderstood, Args{"Max": 9}},
		"plural": {Counted, Args{"Number": "4F7K29", "N": 12}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Text(LN, c.key, c.args)
			}
		})
	}
}
