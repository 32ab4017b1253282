package bot

import (
	"os"
	"slices"
	"strings"
	"testing"

	"mboka/locales"
)

// fewestTyped is how many texts a question is tried with at least.
const fewestTyped = 20

// TestWhatPeopleType tries each question with coded options with what people of
// an answer call it: their trade where the sector is asked, the name of their
// diploma, the people of a country. Each text is taken as the code that is
// meant, or that code is among the few proposed; never is another one taken.
func TestWhatPeopleType(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	const path = "testdata/typed.tsv"
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	tried, taken, proposed := map[string]int{}, map[string]int{}, map[string]int{}
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			kept = append(kept, line)
			continue
		}
		part := strings.Split(line, "\t")
		step, text, code := part[0], part[2], part[3]
		lang, known := locales.ParseLang(part[1])
		if !known {
			t.Fatalf("no language %q", part[1])
		}
		seen := understood(b, at(step, lang), text)
		tried[step]++
		how, codes, _ := strings.Cut(seen, ":")
		meant := slices.Contains(strings.Split(codes, ","), code)
		switch {
		case how == "taken" && codes == code:
			taken[step]++
		case how == "unsure" && meant:
			proposed[step]++
		default:
			t.Errorf("%s: %q is %s, not %s", step, text, seen, code)
		}
		kept = append(kept, strings.Join(append(part[:4:4], seen), "\t"))
		if !*update && (len(part) < 5 || part[4] != seen) {
			t.Errorf("%s: %q is understood as %s, not as the table says", step, text, seen)
		}
	}
	for step, n := range tried {
		t.Logf("%-18s %d of %d understood: %d taken, %d proposed", step, taken[step]+proposed[step], n, taken[step], proposed[step])
		if n < fewestTyped {
			t.Errorf("%s is tried with %d texts, at least %d are wanted", step, n, fewestTyped)
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(strings.Join(kept, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
