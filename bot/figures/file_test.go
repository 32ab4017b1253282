package figures

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/locales"
)

// asked are questions of each shape, over people of whom many must not be seen.
func asked(t *testing.T) []Figure {
	t.Helper()
	s := tiny(t, 900, 3)
	var all []Figure
	for _, text := range []string{
		"combien de membres ?", "pays", "langues", "secteur", "âge x sexe", "professionnels de santé par pays", "âge x sexe qualifiés",
		"langues par sexe", "provinces", "combien de professionnels de santé ?", "métier", "contributions", "pays par secteur",
	} {
		u := Parse(text)
		if !u.Clear() {
			t.Fatalf("%q is not understood", text)
		}
		c, err := s.Count(u.Query)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Publish(rules, u.Query, c)
		if errors.Is(err, protect.ErrUnsafe) || errors.Is(err, protect.ErrTooFew) {
			continue
		}
		if err != nil {
			t.Fatal(text, err)
		}
		p.Synthetic = len(all)%2 == 0
		all = append(all, Figure{ID: "F-7Q2MA", Taken: day, Query: u.Query, Published: p})
	}
	if len(all) < 10 {
		t.Fatalf("only %d figures", len(all))
	}
	return all
}

// shownOf are the numbers that may stand in a file: those that were published,
// the percentages of them, the threshold and the step.
func shownOf(p Published) map[int]bool {
	may := map[int]bool{p.K: true, p.Step: true}
	lines := append([][]protect.Cell{{p.Members, p.Answered, p.Total}, p.RowTotals, p.ColumnTotals}, p.Cells...)
	for _, line := range lines {
		for _, c := range line {
			if c.State == protect.Shown {
				may[c.N] = true
				if percent, ok := rules.Share(c, p.Total); ok {
					may[percent] = true
				}
			}
		}
	}
	return may
}

// node is any element of a file's XML.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Nodes   []node     `xml:",any"`
}

func (n node) walk(see func(node)) {
	see(n)
	for _, in := range n.Nodes {
		in.walk(see)
	}
}

func (n node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// parts are the XML files of a workbook by name.
func parts(t *testing.T, data []byte) map[string]node {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]node{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		var n node
		if err := xml.Unmarshal(raw, &n); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		all[f.Name] = n
	}
	return all
}

// TestWorkbookHidesNothing reads the XML of the file itself: two sheets that are
// seen, no author, no formula, no part beside those of any workbook, and no
// number that was not published.
func TestWorkbookHidesNothing(t *testing.T) {
	t.Parallel()
	usual := strings.Fields(`[Content_Types].xml _rels/.rels docProps/app.xml docProps/core.xml xl/_rels/workbook.xml.rels xl/sharedStrings.xml
		xl/styles.xml xl/theme/theme1.xml xl/workbook.xml xl/worksheets/sheet1.xml xl/worksheets/sheet2.xml`)
	withheld := 0
	for _, f := range asked(t) {
		file, err := f.File(bot.XLSXWord, locales.FR, rules)
		if err != nil {
			t.Fatal(err)
		}
		again, err := f.File(bot.XLSXWord, locales.FR, rules)
		if err != nil || !bytes.Equal(file.Data, again.Data) {
			t.Fatal("another file of the same figure", err)
		}
		small, hidden := f.Published.withheld()
		withheld += small + hidden
		may, numbers := shownOf(f.Published), 0
		all := parts(t, file.Data)
		for name, part := range all {
			if !slices.Contains(usual, name) {
				t.Errorf("a part %s", name)
			}
			part.walk(func(n node) {
				switch n.XMLName.Local {
				case "creator", "lastModifiedBy":
					if n.Text != "" {
						t.Errorf("an author: %q", n.Text)
					}
				case "f", "definedName", "externalReference", "comment", "protectedRange":
					t.Errorf("%s has a <%s>", name, n.XMLName.Local)
				}
				if n.attr("hidden") != "" || n.attr("state") != "" || n.attr("veryHidden") != "" {
					t.Errorf("%s hides <%s>", name, n.XMLName.Local)
				}
				if n.XMLName.Local == "c" && n.attr("t") != "s" {
					for _, v := range n.Nodes {
						got, err := strconv.Atoi(v.Text)
						if err != nil || !may[got] {
							t.Errorf("%s: %q is not published of %s", n.attr("r"), v.Text, f.Query.Words(locales.FR))
						}
						numbers++
					}
				}
			})
		}
		if numbers < 3 || len(all["xl/workbook.xml"].Nodes) == 0 {
			t.Errorf("%d numbers of %s", numbers, f.Query.Words(locales.FR))
		}
	}
	if withheld < 20 {
		t.Errorf("only %d numbers were withheld: the test shows little", withheld)
	}
}

// TestSeparatedIsHarmless: a spreadsheet runs nothing of it, opens accents right,
// and finds the columns that its language expects.
func TestSeparatedIsHarmless(t *testing.T) {
	t.Parallel()
	data, err := bot.Separated(';', [][]any{{"=1+1", "+2", "-3", "@x", "\tx", "\rx", "é;=2"}, {"Cité", 15}})
	if err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(string(data), "\ufeff")
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord = ';', -1
	rows, err := r.ReadAll()
	if err != nil || !marked || len(rows) != 2 {
		t.Fatal(rows, err, marked)
	}
	for _, cell := range rows[0] {
		if strings.ContainsAny(cell[:1], "=+-@\t\r") || strings.Contains(cell, ";=") {
			t.Errorf("%q", cell)
		}
	}
	if rows[1][0] != "Cité" || rows[1][1] != "15" {
		t.Errorf("%q", rows[1])
	}
	for _, lang := range locales.Langs {
		for _, f := range asked(t) {
			file, err := f.File(bot.CSVWord, lang, rules)
			if err != nil {
				t.Fatal(err)
			}
			r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file.Data, []byte("\ufeff"))))
			r.Comma, r.FieldsPerRecord = commaOf(lang), -1
			rows, err := r.ReadAll()
			if err != nil || len(rows) < 5 || len(rows[0]) < 2 {
				t.Fatalf("%s in %s: %q, %v", f.Query.Words(lang), lang, rows, err)
			}
			may := shownOf(f.Published)
			for _, row := range rows {
				for _, cell := range row[1:] {
					if n, err := strconv.Atoi(cell); err == nil && !may[n] {
						t.Errorf("%d is not published of %s", n, f.Query.Words(lang))
					}
				}
			}
		}
	}
}

// TestFilesRead holds the tables of a few files in three languages, to be read:
// testdata/files.txt.
func TestFilesRead(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	for _, at := range []int{0, 1, 4, 6} {
		f := asked(t)[at]
		for _, lang := range locales.Langs {
			file, err := f.File(bot.CSVWord, lang, rules)
			if err != nil {
				t.Fatal(err)
			}
			out.WriteString("== " + lang.String() + "\n" + strings.ReplaceAll(strings.TrimPrefix(string(file.Data), "\ufeff"), "\r\n", "\n") + "\n")
		}
	}
	path := filepath.Join("testdata", "files.txt")
	if *update {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Error(diff)
	}
}
