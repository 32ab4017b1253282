package announce

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"mboka/bot"
	"mboka/bot/figures"
	"mboka/bot/protect"
	"mboka/bot/protect/protecttest"
	"mboka/flows"
	"mboka/store"
	"mboka/store/seal"
)

// One organisation has both words: a coordinator of the ministry tries audiences,
// and an official of it asks for figures. Dry runs count members with a live
// consent now, figures all members of the snapshot. The attacker reads both.

// folk are people alike in all that audiences and figures of the test can tell.
type folk struct {
	country, group, language string
	qualified, agrees        bool
	part                     string // joins or leaves between two days; "" for who is there on both
}

func (f folk) of(key string) string {
	yes := map[bool]string{true: "yes", false: "no"}
	return map[string]string{"country_residence": f.country, "profession_group": f.group, "language": f.language, "qualified": yes[f.qualified]}[key]
}

// town is an office over a small population, with a desk of figures.
type town struct {
	*office
	*protecttest.Attacker
	folks   []folk
	figures *figures.Desk
	ids     int
	joiner  folk
	leaver  int
	sharp   bool // as if nothing were rounded
	bold    bool // as if no dry run were compared with others
}

// newTown draws one. With moves there is one who leaves, and one to come.
func newTown(t *testing.T, r *rand.Rand, moves bool) *town {
	t.Helper()
	w := &town{office: newOffice(t)}
	w.figures = &figures.Desk{DB: w.DB, Keys: w.Keys, Policy: w.Policy}
	var people []int
	some := [][]int{{0, 1, 2, 3, 4, 6, 8, 12}, {0, 0, 0, 1, 1, 2, 3, 5}, {0, 0, 0, 0, 1, 9, 14, 22}}[r.IntN(3)]
	for _, country := range []string{"BE", "FR"} {
		for _, group := range []string{"health", "ict", ""} {
			for _, language := range []string{"fr", "ln"} {
				for bits := range 4 {
					f := folk{country: country, group: group, language: language, qualified: bits&1 > 0, agrees: bits&2 > 0}
					n := some[r.IntN(len(some))]
					if !f.agrees { // most agree
						n /= 2
					}
					w.folks, people = append(w.folks, f), append(people, n)
					w.settle(f, n)
				}
			}
		}
	}
	for _, part := range []string{joins, leaves} {
		one := r.IntN(24)*2 + 1 // somebody: kinds are in fours, of which the last two agree
		one = one/4*4 + 2 + r.IntN(2)
		for i, f := range slices.Clone(w.folks) {
			if f.part != "" || !moves {
				continue
			}
			n := 0
			if i == one {
				n = 1
			}
			f.part = part
			w.folks, people = append(w.folks, f), append(people, n)
			if n == 1 && part == leaves {
				w.settle(f, 1)
				w.leaver = w.n
			} else if n == 1 {
				w.joiner = f
			}
		}
	}
	w.Attacker = protecttest.New(people)
	return w
}

// move lets the one come and the other leave.
func (w *town) move() {
	w.t.Helper()
	w.settle(w.joiner, 1)
	if _, err := w.conn.Exec(w.t.Context(), `UPDATE member SET registered_at = NULL, number = NULL WHERE id = md5('m' || $1::int)::uuid`, w.leaver); err != nil {
		w.t.Fatal(err)
	}
}

// The parts of the people of two days.
const (
	joins  = "joins"
	leaves = "leaves"
)

func on(without string) func(folk) bool { return func(f folk) bool { return f.part != without } }

// settle registers people.
func (w *town) settle(f folk, n int) {
	w.t.Helper()
	w.join(n, f.country, "", f.language, "telegram")
	level := ""
	if f.qualified {
		level = "edu_master"
	}
	first, last := w.n-n+1, w.n
	for _, sql := range []string{
		fmt.Sprintf(`UPDATE profile SET profession_group = nullif('%s', ''), education_level = nullif('%s', '') WHERE member_id IN (SELECT md5('m' || i)::uuid FROM generate_series($1::int, $2::int) i)`, f.group, level),
		fmt.Sprintf(`UPDATE consent SET granted = %v WHERE member_id IN (SELECT md5('m' || i)::uuid FROM generate_series($1::int, $2::int) i)`, f.agrees),
	} {
		if _, err := w.conn.Exec(w.t.Context(), sql, first, last); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *town) sum(is func(folk) bool) protecttest.Sum {
	return func(kind int) int {
		if is(w.folks[kind]) {
			return 1
		}
		return 0
	}
}

// learn takes in a count that was told.
func (w *town) learn(c protect.Cell, k int, step int, is func(folk) bool) {
	w.t.Helper()
	low, high := 0, protecttest.Unbounded
	switch c.State {
	case protect.Small:
		high = k - 1
	case protect.Shown:
		low, high = max(k, c.N-step/2), c.N+(step-1)/2
	}
	if w.sharp && c.State == protect.Shown {
		low = w.Is(w.sum(is))
		high = low
	}
	if err := w.Learn(w.sum(is), low, high); err != nil {
		w.t.Fatal(err)
	}
}

// asks has an official ask for figures in words; what was published is read from
// the records.
func (w *town) asks(chat seal.Chat, words string, there func(folk) bool) {
	w.t.Helper()
	w.at, w.ids = w.at.Add(time.Second), w.ids+1
	var all []store.FigureTold
	err := w.DB.Write(w.t.Context(), func(tx *store.Tx) error {
		_, err := w.figures.Effects()[bot.ChatFlow+"."+bot.StatsAsked](w.t.Context(), tx, bot.Doing{
			Event: flows.Event{Name: bot.StatsAsked, Answer: flows.Answered{Text: words}}, Chat: chat, Channel: "telegram", Language: "fr",
			MessageID: fmt.Sprint("ask ", w.ids), At: w.at, Running: store.IOM,
		})
		if err != nil {
			return err
		}
		s, _, err := tx.CurrentSnapshot(w.t.Context())
		if err != nil {
			return err
		}
		all, err = tx.FiguresOver(w.t.Context(), s.ID, 0)
		return err
	})
	if err != nil {
		w.t.Fatal(words, err)
	}
	for _, f := range all {
		var q figures.Query
		var p figures.Published
		if err := errors.Join(json.Unmarshal(f.Query, &q), json.Unmarshal(f.Published, &p)); err != nil {
			w.t.Fatal(err)
		}
		w.readFigure(q, p, there)
	}
}

func (w *town) readFigure(q figures.Query, p figures.Published, there func(folk) bool) {
	w.t.Helper()
	answered := func(f folk) bool {
		return there(f) && !slices.ContainsFunc(q.By, func(key string) bool { return f.of(key) == "" }) &&
			!slices.ContainsFunc(q.Where, func(x figures.Filter) bool { return f.of(x.Variable) == "" })
	}
	kept := func(f folk) bool {
		return answered(f) && (!q.Qualified || f.qualified) &&
			!slices.ContainsFunc(q.Where, func(x figures.Filter) bool { return !slices.Contains(x.Codes, f.of(x.Variable)) })
	}
	in := func(f folk, by int, code string, listed []string) bool {
		return by >= len(q.By) || f.of(q.By[by]) == code || code == figures.Other && !slices.Contains(listed, f.of(q.By[by]))
	}
	w.learn(p.Members, testRules.K, testRules.Rounding, there)
	w.learn(p.Answered, p.K, testRules.Rounding, answered)
	w.learn(p.Total, p.K, testRules.Rounding, kept)
	for i, line := range p.Cells {
		for j, c := range line {
			w.learn(c, p.K, testRules.Rounding, func(f folk) bool { return kept(f) && in(f, 0, p.Rows[i], p.Rows) && in(f, 1, p.Columns[j], p.Columns) })
		}
		if len(p.RowTotals) > i {
			w.learn(p.RowTotals[i], p.K, testRules.Rounding, func(f folk) bool { return kept(f) && in(f, 0, p.Rows[i], p.Rows) })
		}
	}
	for j, c := range p.ColumnTotals {
		w.learn(c, p.K, testRules.Rounding, func(f folk) bool { return kept(f) && in(f, 1, p.Columns[j], p.Columns) })
	}
}

// tries has a coordinator try an audience.
func (w *town) tries(chat seal.Chat, a Audience, there func(folk) bool) {
	w.t.Helper()
	run, err := w.ask(chat, a)
	if w.bold {
		f, failed := w.Forecast(w.t.Context(), a, bot.NoticeMission, w.at)
		if failed != nil {
			w.t.Fatal(failed)
		}
		run, err = protected(testRules, a, f.sums(), "whatsapp")
	}
	if errors.Is(err, protect.ErrTooFew) || errors.Is(err, ErrNarrows) {
		return
	}
	if err != nil {
		w.t.Fatal(err)
	}
	meant := func(f folk) bool {
		country := len(a.Places) == 0 || slices.ContainsFunc(a.Places, func(p Place) bool { return p.Country == f.country })
		one := func(code string, of []string) bool { return len(of) == 0 || slices.Contains(of, code) }
		return there(f) && f.agrees && country && one(f.group, a.Groups) && one(f.language, a.Languages) && (!a.Qualified || f.qualified)
	}
	w.learn(run.Reach, run.K, run.Step, meant)
	for _, list := range []struct {
		rows []Row
		key  string
	}{{run.Countries, "country_residence"}, {run.Languages, "language"}} {
		var listed []string
		for _, row := range list.rows {
			listed = append(listed, row.Code)
		}
		for _, row := range list.rows {
			w.learn(row.Cell, run.KRows, run.Step, func(f folk) bool {
				return meant(f) && (f.of(list.key) == row.Code || row.Code == OtherRow && !slices.Contains(listed, f.of(list.key)))
			})
		}
	}
}
