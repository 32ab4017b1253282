package web_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/uuid"
	"golang.org/x/net/html"

	"mboka/bot"
	"mboka/bot/figures"
	"mboka/bot/protect"
	"mboka/bot/protect/protecttest"
	"mboka/bot/web"
	"mboka/flows"
	"mboka/locales"
	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

// A small town, whose figures stand on the public page, and an official who asks
// for more. The attacker reads the page as the world does, from its HTML, and what
// the official was told.

// What people of a town differ by, and which values they may have.
var townVariables = [][]string{{"country_residence", "sector", "age_band", "sex"}, {"country_residence", "sector", "education_level", "employment_status"}}

var townValues = map[string][]string{
	"country_residence": {"BE", "FR"}, "sector": {"health_social", "ict_media", ""}, "age_band": {"25_34", "65p"}, "sex": {"f", "m"},
	"education_level": {"edu_master", "edu_upper"}, "employment_status": {"employee", "jobseeker"},
}

// The questions of the page by their headings.
var pageQuestions = map[locales.Key][]string{
	locales.WebFiguresQCountry: {"country_residence"}, locales.WebFiguresQAge: {"age_band"}, locales.WebFiguresQSex: {"sex"},
	locales.WebFiguresQEducation: {"education_level"}, locales.WebFiguresQEmployment: {"employment_status"}, locales.WebFiguresQSector: {"sector"},
	locales.WebFiguresXAgeSex: {"age_band", "sex"}, locales.WebFiguresXSectorCountry: {"sector", "country_residence"},
	locales.WebFiguresXEducationWork: {"education_level", "employment_status"},
}

var officialWords = []string{
	"pays", "âge", "secteur", "secteur pays=BE", "secteur pays=FR", "âge pays=FR", "diplôme pays=BE", "combien de femmes en Belgique", "femmes par secteur",
	"secteur par pays", "âge x pays", "combien de membres ?", "santé en France", "informaticiens en Belgique", "situation pays=FR",
}

// kin are people alike in all that is asked. part is for two days, see move.
type kin struct {
	values map[string]string
	part   string
}

// The parts of the people of two days; "" for who is there on both.
const (
	joins  = "joins"
	leaves = "leaves"
)

type town struct {
	*protecttest.Attacker
	t     *testing.T
	db    *store.DB
	desk  *figures.Desk
	by    []string
	kin   []kin
	chat  seal.Chat
	ids   int
	last  []uuid.UUID // of who leaves
	sharp bool        // as if nothing were rounded
	k     int         // of the page
	// figure answers the page; nil: as the service does.
	figure func(context.Context, figures.Query) (figures.Figure, bool, bool, error)
}

// newTown settles one. With moves somebody is to come, and somebody to leave.
func newTown(t *testing.T, r *rand.Rand, moves bool) *town {
	t.Helper()
	db := storetest.Postgres(t)
	w := &town{t: t, db: db, k: 10, by: townVariables[r.IntN(2)], desk: &figures.Desk{DB: db, Keys: db.Keys(), Policy: policyOf(t, store.DemoSettings())}}
	w.kin = []kin{{values: map[string]string{}}}
	for _, key := range w.by {
		var more []kin
		for _, k := range w.kin {
			for _, value := range townValues[key] {
				longer := maps.Clone(k.values)
				longer[key] = value
				more = append(more, kin{values: longer})
			}
		}
		w.kin = more
	}
	some := [][]int{{0, 1, 2, 4, 8, 15, 30}, {0, 0, 1, 1, 3, 12}, {0, 0, 0, 1, 9, 40}}[r.IntN(3)]
	var people []int
	for range w.kin {
		people = append(people, some[r.IntN(len(some))])
	}
	if moves {
		base := len(w.kin)
		for _, part := range []string{joins, leaves} {
			one := r.IntN(base)
			for i := range base {
				w.kin, people = append(w.kin, kin{w.kin[i].values, part}), append(people, map[bool]int{true: 1}[i == one])
			}
		}
	}
	w.Attacker = protecttest.New(people)
	for i, k := range w.kin {
		if k.part != joins {
			w.settle(k, people[i])
		}
	}
	w.chat = db.Keys().Chat("telegram", "9")
	w.write(func(tx *store.Tx) error {
		_, _, err := tx.Grant(t.Context(), store.Staff{ID: uuid.New(), Chat: w.chat, Channel: "telegram", Address: "9", Language: "fr", LastSeenAt: start}, uuid.New(), store.Official, store.Ministry)
		return err
	})
	return w
}

func (w *town) write(do func(tx *store.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(w.t.Context(), do); err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) settle(k kin, n int) {
	w.t.Helper()
	var all []store.Synthetic
	for range n {
		w.ids++
		s := store.Synthetic{ID: uuid.New(), Number: fmt.Sprintf("T%05d", w.ids), Language: "fr", Channel: "telegram", Address: fmt.Sprint(-w.ids), At: start.AddDate(0, -2, 0)}
		for _, key := range w.by {
			if k.values[key] != "" {
				s.Answers = append(s.Answers, store.Answer{Step: key, Codes: []string{k.values[key]}})
			}
		}
		if all = append(all, s); k.part == leaves {
			w.last = append(w.last, s.ID)
		}
	}
	if len(all) == 0 {
		return
	}
	if _, err := w.db.AddSynthetic(w.t.Context(), all); err != nil {
		w.t.Fatal(err)
	}
}

// move lets the one come and the other leave.
func (w *town) move() {
	w.t.Helper()
	for i, k := range w.kin {
		if k.part == joins {
			w.settle(k, w.People[i])
		}
	}
	w.write(func(tx *store.Tx) error {
		var faults []error
		for _, id := range w.last {
			faults = append(faults, tx.EraseMember(w.t.Context(), id, start))
		}
		return errors.Join(faults...)
	})
}

// count makes a new snapshot.
func (w *town) count(id string, at time.Time) {
	w.t.Helper()
	if taken, err := w.db.TakeSnapshot(w.t.Context(), id, at, 0, 0); err != nil || !taken {
		w.t.Fatal(taken, err)
	}
}

func (w *town) sum(is func(kin) bool) protecttest.Sum {
	return func(i int) int {
		if is(w.kin[i]) {
			return 1
		}
		return 0
	}
}

// learn takes in a count that was read, of a step of five.
func (w *town) learn(c protect.Cell, k int, is func(kin) bool) {
	w.t.Helper()
	low, high := 0, protecttest.Unbounded
	switch {
	case c.State == protect.Small:
		high = k - 1
	case c.State == protect.Shown && w.sharp:
		low = w.Is(w.sum(is))
		high = low
	case c.State == protect.Shown:
		low, high = max(k, c.N-2), c.N+2
	}
	if err := w.Learn(w.sum(is), low, high); err != nil {
		w.t.Fatal(err)
	}
}

// cellIn reads a count from the page.
func (w *town) cellIn(lang locales.Lang, text string) protect.Cell {
	w.t.Helper()
	switch {
	case strings.HasSuffix(text, locales.Text(lang, locales.FigHidden, nil)):
		return protect.Cell{State: protect.Hidden}
	case strings.HasSuffix(text, locales.Text(lang, locales.FigSmall, locales.Args{"K": w.k})):
		return protect.Cell{State: protect.Small}
	}
	last := text[strings.LastIndexFunc(text, func(r rune) bool { return unicode.IsLetter(r) })+1:]
	n, err := strconv.Atoi(regexp.MustCompile(`\D`).ReplaceAllString(last, ""))
	if err != nil {
		w.t.Fatalf("%q is no count", text)
	}
	return protect.Cell{N: n}
}

// page reads the public page.
func (w *town) page(lang locales.Lang, there func(kin) bool) {
	w.t.Helper()
	s := siteOf(w.t)
	if s.Figure = w.desk.Public; w.figure != nil {
		s.Figure = w.figure
	}
	body := fetch(w.t, web.Handler(web.Options{Site: s}), "GET", "/"+lang.String()+"/figures").Body.String()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	walk(doc, func(n *html.Node) {
		if n.Type != html.ElementNode {
			return
		}
		switch attribute(n, "class") {
		case "big":
			w.learn(w.cellIn(lang, textIn(n, "strong")), w.k, there)
		case "figure", "figure across":
			for key, by := range pageQuestions {
				if locales.Text(lang, key, nil) == textIn(n, "h2") {
					w.section(lang, n, by, there)
				}
			}
		}
	})
}

// textIn is the text of the first element of a name.
func textIn(n *html.Node, name string) (text string) {
	walk(n, func(n *html.Node) {
		if text == "" && n.Type == html.ElementNode && n.Data == name {
			text = strings.Join(strings.Fields(textOf(n)), " ")
		}
	})
	return text
}

// section reads one figure of the page: its table, its base, and its bars.
func (w *town) section(lang locales.Lang, n *html.Node, by []string, there func(kin) bool) {
	w.t.Helper()
	var raw strings.Builder
	if err := html.Render(&raw, n); err != nil {
		w.t.Fatal(err)
	}
	got := tables(w.t, raw.String())[0]
	q := figures.Query{By: by, Public: true}
	p := figures.Published{K: w.k, Members: protect.Cell{State: protect.Hidden}, Answered: protect.Cell{State: protect.Hidden}, Total: protect.Cell{State: protect.Hidden}}
	if m := regexp.MustCompile(pattern(lang, locales.WebFiguresBase)).FindStringSubmatch(textIn(n, "caption")); m != nil {
		p.Answered, p.Members = w.cellIn(lang, m[1]), w.cellIn(lang, m[2])
	}
	first, _ := figures.VariableOf(by[0])
	code := func(v figures.Variable, name string) string {
		for _, c := range append(slices.Clone(townValues[v.Key]), codesOf(v)...) {
			if c != "" && v.Label(c).In(lang) == name {
				return c
			}
		}
		if name != locales.Text(lang, locales.FigOther, nil) {
			w.t.Fatalf("what is %q?", name)
		}
		return figures.Other
	}
	name, cells := 0, func(row []string) []string { return row[1:2] }
	switch got.kind {
	case "pyramid":
		name, cells = 1, func(row []string) []string { return []string{row[0], row[2]} }
	case "heat":
		cells = func(row []string) []string { return row[1:] }
	}
	if len(by) == 2 {
		second, _ := figures.VariableOf(by[1])
		for _, head := range cells(got.rows[0]) {
			if head != locales.Text(lang, locales.FigTotal, nil) {
				p.Columns = append(p.Columns, code(second, head))
			}
		}
	}
	for _, row := range got.rows[1:] {
		p.Rows = append(p.Rows, code(first, row[name]))
		var line []protect.Cell
		for _, text := range cells(row) {
			line = append(line, w.cellIn(lang, text))
		}
		if got.kind == "heat" {
			p.RowTotals = append(p.RowTotals, line[len(line)-1])
			line = line[:len(line)-1]
		}
		p.Cells = append(p.Cells, line)
	}
	w.drawn(n, got.kind, p.Cells)
	w.read(q, p, there)
}

func codesOf(v figures.Variable) (all []string) {
	for _, o := range v.Options() {
		all = append(all, o.Code)
	}
	return all
}

// pattern matches a text, with its fields as groups.
func pattern(lang locales.Lang, key locales.Key) string {
	text := regexp.QuoteMeta(locales.Text(lang, key, locales.Args{"Answered": "@@", "Members": "@@"}))
	return strings.ReplaceAll(text, "@@", "(.+?)")
}

// asks has the official ask in words, and reads what was published.
func (w *town) asks(words string, at time.Time, there func(kin) bool) {
	w.t.Helper()
	w.ids++
	var all []store.FigureTold
	w.write(func(tx *store.Tx) error {
		_, err := w.desk.Effects()[bot.ChatFlow+"."+bot.StatsAsked](w.t.Context(), tx, bot.Doing{
			Event: flows.Event{Name: bot.StatsAsked, Answer: flows.Answered{Text: words}}, Chat: w.chat, Channel: "telegram", Language: "fr",
			MessageID: fmt.Sprint("ask ", w.ids), At: at, Running: store.IOM,
		})
		s, _, failed := tx.CurrentSnapshot(w.t.Context())
		if err = cmp.Or(err, failed); err == nil {
			all, err = tx.FiguresTold(w.t.Context(), s.ID, 0)
		}
		return err
	})
	for _, f := range all {
		var q figures.Query
		var p figures.Published
		if err := errors.Join(json.Unmarshal(f.Query, &q), json.Unmarshal(f.Published, &p)); err != nil {
			w.t.Fatal(err)
		}
		if !q.Public && !q.Qualified { // the page was read as it stands
			w.read(q, p, there)
		}
	}
}
