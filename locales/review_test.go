package locales_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"mboka/locales"
	"mboka/locales/reference"
)

var update = flag.Bool("update", false, "rewrite REVIEW.md")

// reviewHead is what a reader must know before the lists: the choices that run
// through all texts.
const reviewHead = `# What a native reader of Lingala should check

Generated from ` + "`ln.toml` and `reference/options.csv` by `go test ./locales -update`" + `; do not edit by hand.
No native speaker has read these texts. To settle one: correct it in its file, set its confidence to
"high" with your initials behind a comma, and run the command above.

Decide first, for all texts at once:

1. The polite plural (bino, bo-) to one person. The alternative is yo.
2. *koleka* for "skip" (it is also "more than"): or *kotika motuna oyo*, or the loan *passer*.
3. *bansango* for "data", *kobomba* for "keep" (also "hide"), *kolongola* for "erase".
4. *Bondimi?* as "do you agree?", *nandimi* as "I agree".
5. *kotika* (leave, cancel) beside *kotelemisa* (stop the announcements): are they distinct enough?
6. *nsango* or *sango*, *mbula* or *mobu*, *nkombo* or *kombo*: by ear, then everywhere.

`

// reviewed is one Lingala text and what is known about it.
type reviewed struct {
	name, fr, ln string
	trust, note  string
}

// messages are those of ln.toml in the order of the file.
func messages(t *testing.T) []reviewed {
	t.Helper()
	var file map[string]map[string]string
	meta, err := toml.DecodeFile("ln.toml", &file)
	if err != nil {
		t.Fatal(err)
	}
	var out []reviewed
	for _, key := range meta.Keys() {
		if len(key) != 1 {
			continue
		}
		m := file[key[0]]
		trust, note, _ := strings.Cut(m["description"], ", ")
		ln := m["other"]
		if one := m["one"]; one != "" {
			ln = one + "\n" + ln
		}
		out = append(out, reviewed{key[0], locales.LabelOf(locales.Key(key[0]))[locales.FR], ln, trust, note})
	}
	return out
}

func optionTexts() []reviewed {
	var out []reviewed
	for _, key := range reference.Lists() {
		for _, o := range reference.List(key) {
			join := func(lang locales.Lang) string {
				return strings.TrimSuffix(o.Label[lang]+"\n"+o.Desc[lang], "\n")
			}
			out = append(out, reviewed{key + " / " + o.Code, join(locales.FR), join(locales.LN), o.Confidence, ""})
		}
	}
	return out
}

func review(messages, options []reviewed) string {
	composed := func(r reviewed) bool { return strings.HasPrefix(r.note, "composed") }
	var b strings.Builder
	b.WriteString(reviewHead)
	section(&b, "1. Messages with low confidence", messages, func(r reviewed) bool { return r.trust == "low" })
	section(&b, "2. Messages composed from known words", messages, func(r reviewed) bool { return r.trust == "medium" && composed(r) })
	section(&b, "3. Options with low confidence", options, func(r reviewed) bool { return r.trust == "low" })

	b.WriteString("## 4. The rest, in numbers\n\n")
	for _, part := range []struct {
		name string
		of   []reviewed
	}{{"messages", messages}, {"options", options}} {
		count := map[string]int{}
		for _, r := range part.of {
			count[r.trust]++
		}
		fmt.Fprintf(&b, "- %d %s:", len(part.of), part.name)
		for i, trust := range slices.Sorted(maps.Keys(count)) {
			if i > 0 {
				b.WriteString(",")
			}
			fmt.Fprintf(&b, " %d %s", count[trust], trust)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func section(b *strings.Builder, title string, of []reviewed, take func(reviewed) bool) {
	var lines strings.Builder
	n := 0
	for _, r := range of {
		if take(r) {
			n++
			fmt.Fprintf(&lines, "| `%s` | %s | %s | %s |\n", r.name, cell(r.fr), cell(r.ln), cell(note(r.note)))
		}
	}
	fmt.Fprintf(b, "## %s (%d)\n\n| key | French | Lingala | note |\n|---|---|---|---|\n%s\n", title, n, lines.String())
}

func note(s string) string { return strings.TrimPrefix(strings.TrimPrefix(s, "composed"), "; ") }

func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", "<br>").Replace(s)
}

func TestReviewIsUpToDate(t *testing.T) {
	t.Parallel()
	want := review(messages(t), optionTexts())
	if *update {
		if err := os.WriteFile("REVIEW.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile("REVIEW.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Error("REVIEW.md is not what the catalogues say: run go test ./locales -update")
	}
}

func TestReviewOrdersByRisk(t *testing.T) {
	t.Parallel()
	got := review([]reviewed{
		{"a", "un", "moko", "high", ""}, {"b", "deux|2", "mibale\nmisato", "medium", "composed; parts"},
		{"c", "trois", "misato", "medium", ""}, {"d", "quatre", "minei", "low", "composed"},
	}, []reviewed{{"list / x", "cinq", "mitano", "low", ""}, {"list / y", "six", "motoba", "high", ""}})
	at := -1
	for _, want := range []string{
		"low confidence (1)", "| `d` | quatre | minei |  |", "known words (1)", `| ` + "`b`" + ` | deux\|2 | mibale<br>misato | parts |`,
		"Options with low confidence (1)", "| `list / x` | cinq | mitano |  |",
		"- 4 messages: 1 high, 1 low, 2 medium", "- 2 options: 1 high, 1 low",
	} {
		next := strings.Index(got, want)
		if next <= at {
			t.Errorf("%q is not there, or too early", want)
		}
		at = next
	}
	if strings.Contains(got, "`a`") || strings.Contains(got, "`c`") {
		t.Error("what needs no look is listed")
	}
}

// A row of a list must not be a command either: the word would never reach the
// question.
func TestNoOptionIsACommandWord(t *testing.T) {
	t.Parallel()
	words := map[string]locales.Key{}
	for _, key := range locales.Keys() {
		if strings.HasPrefix(string(key), "cmd_") && key != locales.CmdIsAnswer && key != locales.CmdIsCommand {
			for _, cell := range locales.LabelOf(key) {
				for word := range strings.SplitSeq(cell, "|") {
					words[reference.Fold(word)] = key
				}
			}
		}
	}
	for _, list := range reference.Lists() {
		for _, o := range reference.List(list) {
			for _, label := range o.Label {
				if key, ok := words[reference.Fold(label)]; ok {
					t.Errorf("%s/%s %q is %s", list, o.Code, label, key)
				}
			}
		}
	}
}

// The words that a text tells people to write are words that are understood.
func TestQuotedWordsAreCommands(t *testing.T) {
	t.Parallel()
	understood := map[string]bool{}
	for _, key := range locales.Keys() {
		if strings.HasPrefix(string(key), "cmd_") {
			for _, cell := range locales.LabelOf(key) {
				for word := range strings.SplitSeq(cell, "|") {
					understood[reference.Fold(word)] = true
				}
			}
		}
	}
	for _, key := range []locales.Key{
		locales.Notice, locales.NoticeDetails, locales.Help, locales.WayOut, locales.WayOutSkip, locales.HowSkip, locales.Mydata,
		locales.TextUnreadable, locales.MissionsAsk, locales.StopReplyPaused, locales.LinkHow, locales.ExportNone, locales.ExportGone,
		locales.LinkEarly, locales.LinkExpired, locales.LinkUsed, locales.LinkShape, locales.MergeDone,
	} {
		for lang, text := range locales.LabelOf(key) {
			for _, word := range quoted(text) {
				if !understood[reference.Fold(word)] {
					t.Errorf("%s %s tells to write %q, which is no command", locales.Langs[lang], key, word)
				}
			}
		}
	}
}

func quoted(text string) []string {
	var out []string
	open := ""
	start := 0
	for i, r := range text {
		switch {
		case open == "" && (r == '«' || r == '"'):
			open, start = string(r), i+len(string(r))
		case open == "«" && r == '»', open == `"` && r == '"':
			out = append(out, text[start:i])
			open = ""
		}
	}
	return out
}
