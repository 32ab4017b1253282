package figures

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
)

// figureOf is the figure that a question of this text is.
func figureOf(t *testing.T, s *Snapshot, text string) Figure {
	t.Helper()
	u := Parse(text)
	if !u.Clear() {
		t.Fatalf("%q: %+v", text, u)
	}
	q := u.Query
	if among, mark, ok := q.picturedBy(); ok {
		f := figureFrom(t, s, among)
		f.Mark = mark
		return f
	}
	return figureFrom(t, s, q)
}

func figureFrom(t *testing.T, s *Snapshot, q Query) Figure {
	t.Helper()
	c, err := s.Count(q)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Publish(rules, q, c)
	if err != nil {
		t.Fatal(q, err)
	}
	p.Synthetic = true
	return Figure{ID: "F-7Q2MA", Taken: day, Query: q, Published: p}
}

// TestKindsOfQuestions: each question is drawn in its own way, and what is drawn
// is what was published, cell by cell.
func TestKindsOfQuestions(t *testing.T) {
	t.Parallel()
	s := tiny(t, 4000, 3)
	n := 1000
	months := figureFrom(t, s, Query{})
	months.Query.Measure = Months
	months.Published = PublishMonths(months.Published, day, []store.PublishedMonth{{Month: "2026-08"}, {Month: "2026-09", Members: &n}, {Month: "2026-10", Members: &n}})
	results := Figure{ID: "F-7Q2MA", Taken: day, Query: Query{Measure: Results}, Published: Published{K: 5, At: day}, Titles: map[uuid.UUID]string{}}
	one := Result{Mission: uuid.New(), Kind: store.Awareness, City: "be-brussels", Country: "BE", Day: day, K: 10, Held: true,
		Targeted: 120, Sent: 118, Delivered: 110, Read: 85, Yes: told(40), Maybe: told(12), No: few, Guests: told(15), Attended: told(33), Stopped: few}
	results.Published.Results = []Result{one}
	several := results
	several.Published.Results = []Result{one, {Mission: uuid.New(), Kind: store.Webinar, Day: day, K: 10, Targeted: 300, Sent: 280, Delivered: 250, Read: 210, Yes: few}}
	for name, c := range map[string]struct {
		f     Figure
		kind  Kind
		marks int // drawn or told, 0: as many as published
	}{
		"Q01 months":       {months, Line, 0},
		"Q02 countries":    {figureOf(t, s, "pays"), Bars, 0},
		"Q03 stock":        {figureOf(t, s, "pays et ONU"), Bars, 20},
		"Q05 sex":          {figureOf(t, s, "part de femmes"), Stacked, 0},
		"Q06 age":          {figureOf(t, s, "âge"), Columns, 0},
		"Q07 pyramid":      {figureOf(t, s, "pyramide des âges"), Pyramid, 0},
		"Q08 provinces":    {figureOf(t, s, "provinces"), Bars, 0},
		"Q10 degree":       {figureOf(t, s, "diplôme supérieur"), Stacked, 0},
		"Q11 below":        {figureOf(t, s, "sous leur niveau"), Stacked, 0},
		"Q13 work":         {figureOf(t, s, "situation d'emploi"), Stacked, 0},
		"Q15 health in CA": {figureOf(t, s, "santé au Canada"), Bars, 0},
		"Q16 managers":     {figureOf(t, s, "cadres avec plus de 10 ans d'expérience"), Stacked, 0},
		"Q17 languages":    {figureOf(t, s, "langues"), Bars, 0},
		"Q25 one":          {results, Bars, 6},
		"Q25 several":      {several, Bars, 6},
		"Q25 trainees":     {trainees(), Dots, 6},
	} {
		for _, lang := range locales.Langs {
			d, ok := c.f.Drawing(lang, rules)
			if !ok || d.Kind != c.kind {
				t.Errorf("%s: drawn %v, as kind %d, want %d", name, ok, d.Kind, c.kind)
				continue
			}
			marks, err := d.Marks()
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if c.marks == 0 {
				sameCells(t, name, c.f, d, marks)
			} else if len(marks) != c.marks {
				t.Errorf("%s: %d marks, want %d", name, len(marks), c.marks)
			}
			for _, line := range append(d.Footer, d.Title) {
				if line != "" && strings.ContainsAny(line, "░▒▓█") || line == d.Title && strings.ToUpper(line[:1]) != line[:1] {
					t.Errorf("%s: %q", name, line)
				}
			}
			if *pictures == "" || lang != locales.FR {
				continue
			}
			data, _ := drawn(t, d)
			if err := os.WriteFile(filepath.Join(*pictures, strings.ReplaceAll(name, " ", "-")+".png"), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// sameCells: the marks are the published cells, none more and none less; as
// percentages where the drawing has them.
func sameCells(t *testing.T, name string, f Figure, d Drawing, marks []Mark) {
	t.Helper()
	var want, got []protect.Cell
	for _, row := range f.Published.Cells {
		for _, c := range row {
			if percent, ok := rules.Share(c, f.Published.Total); ok && d.Whole == 100 {
				c.N = percent
			}
			want = append(want, c)
		}
	}
	for _, m := range marks {
		got = append(got, m.Cell)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s:\n%s", name, diff)
	}
}

func TestHeat(t *testing.T) {
	t.Parallel()
	p := Published{K: 10, Rows: []string{"management", "ict", "health"}, Columns: []string{"lt2", "2_5", "6_10"},
		Cells: [][]protect.Cell{tell(10, 50, 100), {few, told(30), told(75)}, {kept, told(25), told(20)}}}
	said := strings.Join(Figure{Taken: day, Query: Query{By: []string{group, experience}}, Published: p}.Say(locales.FR, rules).Table, "\n")
	if want := "Direction, encadrement : Moins de 2 ans ░ 10 · 2 à 5 ans ▓ 50 · 6 à 10 ans █ 100\n" +
		"Informatique : Moins de 2 ans moins de 10 · 2 à 5 ans ▒ 30 · 6 à 10 ans █ 75\n" +
		"Santé, soins : Moins de 2 ans masqué · 2 à 5 ans ▒ 25 · 6 à 10 ans ░ 20"; said != want {
		t.Error(cmp.Diff(want, said))
	}
	p.Rows, p.Cells = p.Rows[:2], p.Cells[:2]
	if p.hot() != 0 {
		t.Error("two rows are no heat table")
	}
}
