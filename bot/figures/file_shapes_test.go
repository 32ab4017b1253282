package figures

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
)

// shapes are figures whose table is no list of people by a variable: months,
// members beside the UN's estimate, a table with signs for its places, the
// amounts of the study, and results of meetings, one with a title that a
// spreadsheet would take for a formula.
func shapes(t *testing.T) map[string]Figure {
	t.Helper()
	s, n := tiny(t, 4000, 3), 3100
	all := map[string]Figure{}
	for name, text := range map[string]string{"months": "inscrits par mois", "stock": "onu", "heat": "pays par niveau", "study": "montants du fonds"} {
		u := Parse(text)
		if !u.Clear() {
			t.Fatalf("%q is not understood: %+v", text, u)
		}
		c, err := s.Count(u.Query)
		if err != nil {
			t.Fatal(text, err)
		}
		p, err := Publish(rules, u.Query, c)
		if err != nil {
			t.Fatal(text, err)
		}
		if u.Query.Measure == Months {
			p = PublishMonths(p, day, []store.PublishedMonth{{Month: "2026-08"}, {Month: "2026-09", Members: &n}, {Month: "2026-10", Members: &n}})
		}
		p.Synthetic = true
		f := Figure{ID: "F-7Q2MA", Taken: day, Query: u.Query, Published: p}
		f.covered()
		all[name] = f
	}
	id := uuid.MustParse("00000000-0000-4000-8000-000000000007")
	small := protect.Cell{State: protect.Small}
	all["results"] = Figure{ID: "F-7Q2MA", Taken: day, Query: Query{Measure: Results}, Titles: map[uuid.UUID]string{id: "=HYPERLINK(1)"},
		Published: Published{K: 5, At: day, Synthetic: true, Results: []Result{{Mission: id, Kind: store.Awareness, Country: "BE", Day: day, K: 5,
			Targeted: 120, Sent: 102, Delivered: 72, Read: 60, Yes: protect.Cell{N: 14}, Maybe: small, No: protect.Cell{N: 11}, Guests: small, Attended: small, Stopped: small, Held: true}}}}
	return all
}

// TestFilesOfOtherShapes: the file has the table that the chat shows, in words of
// its language, and what the chat says beside it: the id, the definitions, the
// marks. Nothing in it begins like a formula.
func TestFilesOfOtherShapes(t *testing.T) {
	t.Parallel()
	for name, f := range shapes(t) {
		for _, lang := range locales.Langs {
			said := f.Say(lang, rules)
			rows := rowsOf(t, f, lang)
			at := slices.IndexFunc(rows, func(row []string) bool { return len(row) == 0 || strings.Join(row, "") == "" })
			if at < 2 {
				t.Fatalf("%s in %s: %q", name, lang, rows)
			}
			text, shown := strings.Join(said.Table, "\n"), strings.NewReplacer("\u00a0", "", "\u202f", "", ".", "", ",", "")
			for _, row := range rows[1:at] {
				head, number := strings.TrimPrefix(row[0], "'"), shown.Replace(row[1])
				total := head == locales.Text(lang, locales.FigTotal, nil)
				if _, err := strconv.Atoi(number); !total && name != "stock" && name != "results" && err == nil &&
					(!strings.Contains(text, head) || !strings.Contains(shown.Replace(text), number)) {
					t.Errorf("%s in %s: %q is not in\n%s", name, lang, row, text)
				}
			}
			file := fmt.Sprint(rows)
			for _, part := range append([]string{f.ID, locales.Text(lang, locales.FigDefId, nil), f.Query.Words(lang)}, said.Notes...) {
				if !strings.Contains(file, part) {
					t.Errorf("%s in %s lacks %q", name, lang, part)
				}
			}
			if mark := locales.Text(lang, locales.FigSynthetic, nil); !strings.Contains(file, mark) {
				t.Errorf("%s in %s is not marked as made up", name, lang)
			}
			for _, row := range rows {
				for _, cell := range row {
					if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
						t.Errorf("%s in %s: a cell %q", name, lang, cell)
					}
				}
			}
		}
	}
}

// rowsOf are the rows of a figure's file as text, held against those of its
// workbook, the table and then the definitions.
func rowsOf(t *testing.T, f Figure, lang locales.Lang) [][]string {
	t.Helper()
	file, err := f.File(bot.CSVWord, lang, rules)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file.Data, []byte("\ufeff"))))
	r.Comma, r.FieldsPerRecord = commaOf(lang), -1
	var rows [][]string
	table, definitions := f.sheets(lang, rules)
	all, err := r.ReadAll()
	if err != nil || len(all) != len(table.Rows)+len(definitions.Rows) {
		t.Fatal(len(all), err)
	}
	rows = append(append(append(rows, all[:len(table.Rows)]...), nil), all[len(table.Rows):]...)
	file, err = f.File(bot.XLSXWord, lang, rules)
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(file.Data))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if got := book.GetSheetList(); !slices.Equal(got, []string{table.Name, definitions.Name}) {
		t.Errorf("sheets %q", got)
	}
	got, err := book.GetRows(table.Name)
	if err != nil || !slices.EqualFunc(got, all[:len(table.Rows)], slices.Equal) {
		t.Errorf("the workbook has\n%q\nthe text\n%q (%v)", got, all[:len(table.Rows)], err)
	}
	return rows
}

// TestRangeIsInTheFile: the span of the amounts leaves with them.
func TestRangeIsInTheFile(t *testing.T) {
	t.Parallel()
	f := shapes(t)["study"]
	low, high, people, _, ok := f.indicative()
	if !ok || low >= high || people == 0 || f.Published.At != (time.Time{}) {
		t.Fatal(low, high, people, ok)
	}
	if text := fmt.Sprint(rowsOf(t, f, locales.FR)); !strings.Contains(text, locales.Number(locales.FR, low)) || !strings.Contains(text, "aucun fonds n'existe") {
		t.Errorf("%s", text)
	}
}
