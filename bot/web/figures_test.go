package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"mboka/bot/figures"
	"mboka/bot/protect"
	"mboka/bot/web"
	"mboka/locales"
)

// tables are the tables of a page: their kind, then the text of each row's cells.
func tables(t *testing.T, body string) (all []table) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	walk(doc, func(n *html.Node) {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "table":
			all = append(all, table{kind: attribute(n, "class")})
		case n.Data == "tr":
			all[len(all)-1].rows = append(all[len(all)-1].rows, nil)
		case n.Data == "td" || n.Data == "th":
			of := &all[len(all)-1]
			last := len(of.rows) - 1
			of.rows[last] = append(of.rows[last], strings.Join(strings.Fields(textOf(n)), " "))
		}
	})
	return all
}

type table struct {
	kind string
	rows [][]string
}

func textOf(n *html.Node) string {
	var b strings.Builder
	walk(n, func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	})
	return b.String()
}

// TestFiguresShowEveryValue holds each table of the page against what was
// published: every row under its name, every cell as it may be told.
func TestFiguresShowEveryValue(t *testing.T) {
	t.Parallel()
	s := peopled(t, ordinary)
	var asked []figures.Figure
	answer := s.Figure
	s.Figure = func(ctx context.Context, q figures.Query) (figures.Figure, bool, bool, error) {
		f, found, refused, err := answer(ctx, q)
		asked = append(asked, f)
		return f, found, refused, err
	}
	h := web.Handler(web.Options{Site: s})
	for _, lang := range locales.Langs {
		body := fetch(t, h, "GET", "/"+lang.String()+"/figures").Body.String()
		shown, published := tables(t, body), asked[1:] // the first is the number of members
		if len(shown) != len(published) {
			t.Fatalf("%d tables of %d figures", len(shown), len(published))
		}
		kinds := map[string]int{}
		for i, f := range published {
			kinds[shown[i].kind]++
			compare(t, lang, f, shown[i])
		}
		if kinds["bars"] != 9 || kinds["pyramid"] != 1 || kinds["heat"] != 2 {
			t.Errorf("%v", kinds)
		}
	}
}

func compare(t *testing.T, lang locales.Lang, f figures.Figure, got table) {
	t.Helper()
	v, _ := figures.VariableOf(f.Query.By[0])
	if len(got.rows) != len(f.Published.Rows)+1 {
		t.Fatalf("%v: %d rows of %d", f.Query.By, len(got.rows)-1, len(f.Published.Rows))
	}
	name, first := 0, 1
	if got.kind == "pyramid" {
		name, first = 1, 0
	}
	for i, code := range f.Published.Rows {
		row := got.rows[i+1]
		label := v.Label(code).In(lang)
		if code == figures.Other {
			label = locales.Text(lang, locales.FigOther, nil)
		}
		if row[name] != label || label == "" {
			t.Errorf("%v: row %q, want %s", f.Query.By, row, code)
		}
		for j, c := range f.Published.Cells[i] {
			want := map[protect.State]string{
				protect.Shown: locales.Number(lang, c.N), protect.Hidden: locales.Text(lang, locales.FigHidden, nil),
				protect.Small: locales.Text(lang, locales.FigSmall, locales.Args{"K": 10}),
			}[c.State]
			if cell := row[first+2*j*(1-first)+j*first]; !strings.HasSuffix(cell, want) {
				t.Errorf("%v %s: %q, want %q", f.Query.By, code, cell, want)
			}
		}
	}
}

// TestFiguresTellTheirBase: where the number of members may not be told beside
// the answers, the base stands alone.
func TestFiguresTellTheirBase(t *testing.T) {
	t.Parallel()
	s := peopled(t, ordinary)
	answer := s.Figure
	s.Figure = func(ctx context.Context, q figures.Query) (figures.Figure, bool, bool, error) {
		f, found, refused, err := answer(ctx, q)
		f.Published.Members.State = protect.Hidden
		return f, found, refused, err
	}
	got := fetch(t, web.Handler(web.Options{Site: s}), "GET", "/en/figures")
	body := got.Body.String()
	alone := locales.Text(locales.EN, locales.WebFiguresBaseAlone, locales.Args{"Answered": "1,000"})
	if got.Code != http.StatusOK || strings.Count(body, "<caption>"+alone) != 12 || strings.Contains(body, locales.Text(locales.EN, locales.FigHidden, nil)+" registered") {
		t.Errorf("%d\n%s", got.Code, body)
	}
}
