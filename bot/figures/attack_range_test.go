package figures

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/bot/protect/protecttest"
	"mboka/locales"
	"mboka/store"
)

// The other attacker of this package is handed exact counts and looks for what
// follows by sums. This one reads what really leaves, in every form: rounded
// counts, "fewer than 5", what stands in the table and what does not, and in
// which order. Each bounds a sum, and what is asked is whether a group is bound to
// be from one person to fewer than the threshold, see protecttest.

var towns = flag.Int("towns", 16, "how many populations are attacked in every form")

// hood is a small population: its people by kind, and by what they differ.
type hood struct {
	by    []string
	step  int                 // of rounding
	kinds []map[string]string // values by variable; of several apart by spaces
	n     []int
}

// valuesIn are those that people of a hood may have.
var valuesIn = map[string][]string{
	"sex": {"f", "m", ""}, "sector": {"health_social", "ict_media", ""}, age: {"18_24", "35_44", "65p", ""},
	languages: {"fr", "ln", "fr ln", ""}, qualifiedKey: {"yes", "no"}, country: {"BE", "FR", "LU"}, city: {"be-liege", "be-brussels", "fr-paris", ""},
}

var homeOf = map[string]string{"be-liege": "BE", "be-brussels": "BE", "fr-paris": "FR"}

// newHood draws one in which some kinds are rare.
func newHood(r *rand.Rand) *hood {
	others := []string{"sex", "sector", age, languages, city}
	r.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	h := &hood{step: rules.Rounding, by: append([]string{country, qualifiedKey}, others[:2]...), kinds: []map[string]string{{}}}
	for _, key := range h.by {
		var more []map[string]string
		for _, kind := range h.kinds {
			for _, value := range valuesIn[key] {
				longer := maps.Clone(kind)
				longer[key] = value
				more = append(more, longer)
			}
		}
		h.kinds = more
	}
	h.kinds = slices.DeleteFunc(h.kinds, func(kind map[string]string) bool {
		home, ok := homeOf[kind[city]]
		return ok && home != kind[country]
	})
	some := [][]int{{0, 0, 1, 2, 3, 8, 12, 15, 25, 40}, {0, 0, 0, 1, 1, 2, 3, 5, 8}, {0, 0, 0, 0, 0, 1, 1, 4, 30, 60}}[r.IntN(3)]
	for range h.kinds {
		h.n = append(h.n, some[r.IntN(len(some))])
	}
	return h
}

func (h *hood) snapshot(t *testing.T) *Snapshot { return h.onDay(t, "") }

// partKey tells in kinds of two days who comes or goes between them.
const (
	partKey = "part"
	joins   = "joins"
	leaves  = "leaves"
)

// onDay is a snapshot without those of a part.
func (h *hood) onDay(t *testing.T, without string) *Snapshot {
	t.Helper()
	s, err := NewSnapshot(func(yield func(Row) bool) {
		for i, kind := range h.kinds {
			if without != "" && kind[partKey] == without {
				continue
			}
			row := make(Row, len(store.SnapshotColumns))
			for j, name := range store.SnapshotColumns {
				row[j] = kind[name]
				if name == education && kind[qualifiedKey] == "yes" {
					row[j] = "edu_master"
				}
			}
			for range h.n[i] {
				if !yield(row) {
					return
				}
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Taken = day
	return s
}

// has tells whether a kind of people has a value.
func (h *hood) has(kind int, key, code string) bool {
	return slices.Contains(strings.Fields(h.kinds[kind][key]), code)
}

// ask draws a question about it.
func (h *hood) ask(r *rand.Rand) Query {
	q := Query{Qualified: r.IntN(4) == 0, Public: r.IntN(5) == 0}
	for _, at := range r.Perm(len(h.by)) {
		key := h.by[at]
		if key == qualifiedKey {
			continue
		}
		switch r.IntN(3) {
		case 0:
			if len(q.By) < 2 {
				q.By = append(q.By, key)
			}
		case 1:
			var codes []string
			for _, value := range valuesIn[key] {
				if value != "" && !strings.Contains(value, " ") && r.IntN(2) == 0 {
					codes = append(codes, value)
				}
			}
			if len(codes) > 0 {
				q.Where = append(q.Where, Filter{key, codes})
			}
		}
	}
	if slices.Equal(q.By, []string{country}) && len(q.Where) == 0 && !q.Qualified && r.IntN(3) == 0 {
		q.Measure = Stock
	}
	return q
}

// spy has read figures over a hood.
type spy struct {
	*hood
	*protecttest.Attacker
	without string // part of the people that are not there on the day that is read
}

func (h *hood) spy() spy { return spy{h, protecttest.New(h.n), ""} }

// read takes in what was seen of a figure.
func (s spy) read(q Query, all []seen) error {
	rows := codesOf(all, func(x seen) string { return x.row })
	columns := codesOf(all, func(x seen) string { return x.column })
	answered := func(kind int) bool {
		return !slices.ContainsFunc(q.variables(), func(key string) bool { return s.kinds[kind][key] == "" })
	}
	kept := func(kind int) bool {
		return answered(kind) && (!q.Qualified || s.kinds[kind][qualifiedKey] == "yes") && !slices.ContainsFunc(q.Where, func(f Filter) bool {
			return !slices.ContainsFunc(f.Codes, func(code string) bool { return s.has(kind, f.Variable, code) })
		})
	}
	in := func(kind int, by int, code string, listed []string) bool {
		if code == "" {
			return true
		}
		if code == Other {
			return !slices.ContainsFunc(listed, func(c string) bool { return s.has(kind, q.By[by], c) })
		}
		return s.has(kind, q.By[by], code)
	}
	sum := func(x seen) protecttest.Sum {
		return func(kind int) int {
			is := s.without == "" || s.kinds[kind][partKey] != s.without
			switch x.what {
			case seenAnswered:
				is = is && answered(kind)
			case seenTotal:
				is = is && kept(kind)
			case seenCell:
				is = is && kept(kind) && in(kind, 0, x.row, rows) && in(kind, 1, x.column, columns)
			}
			if is {
				return 1
			}
			return 0
		}
	}
	for _, x := range all {
		low, high := x.bounds(s.step)
		if err := s.Learn(sum(x), low, high); err != nil {
			return fmt.Errorf("%+v: %s %s %s is %w", q, x.what, x.row, x.column, err)
		}
	}
	return s.readLines(q, rows, columns, sum)
}

// bounds are those of a count that was read, and is rounded.
func (x seen) bounds(step int) (low, high int) {
	switch x.cell.State {
	case protect.Small:
		return 0, x.k - 1
	case protect.Hidden:
		return 0, protecttest.Unbounded
	}
	least := x.k
	if x.what == seenMembers {
		least = min(least, rules.K)
	}
	return max(least, x.cell.N-step/2), x.cell.N + step/2
}

// readLines takes in which rows and columns a table has. What it does not list
// nobody has, unless there is a row for all others; and those that have no order
// of their own are listed by how many people they have.
func (s spy) readLines(q Query, rows, columns []string, sum func(seen) protecttest.Sum) error {
	for by, listed := range [][]string{rows, columns} {
		if len(listed) == 0 {
			continue
		}
		line := func(code string) protecttest.Sum {
			one := sum(seen{what: seenCell, row: code})
			if by == 1 {
				one = sum(seen{what: seenCell, column: code})
			}
			return func(kind int) int {
				if across := len(q.By) - 1 - by; across != by && across < len(q.By) { // they stand in it once for each value of the other
					return one(kind) * len(strings.Fields(s.kinds[kind][q.By[across]]))
				}
				return one(kind)
			}
		}
		v, _ := VariableOf(q.By[by])
		others := slices.Contains(listed, Other)
		for _, value := range valuesIn[v.Key] {
			if value == "" || strings.Contains(value, " ") || slices.Contains(listed, value) || others {
				continue
			}
			if err := s.Learn(line(value), 0, 0); err != nil {
				return err
			}
		}
		if !v.Ordered && len(q.By) == 2 { // of one variable the small ones stand in another order
			for i, code := range listed[1:] {
				if code == Other {
					continue
				}
				more, less := line(listed[i]), line(code)
				if err := s.Learn(func(kind int) int { return more(kind) - less(kind) }, 0, protecttest.Unbounded); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// found are groups that are known to be few, by name; exact ones are known to the
// person.
type found struct{ few, exact []string }

// look asks of all groups by up to three variables whether they are known to be
// few; public ones need the larger threshold.
func (s spy) look(public bool, part string) (out found) {
	for mask := 1; mask < 1<<len(s.by); mask++ {
		var by []string
		for i, key := range s.by {
			if mask>>i&1 == 1 {
				by = append(by, key)
			}
		}
		k := rules.K
		if len(by) > 1 || public || by[0] == city {
			k = rules.KCross
		}
		if len(by) <= rules.MostVariables {
			s.each(by, nil, func(values []string, all protecttest.Sum) {
				is := func(kind int) int {
					if s.kinds[kind][partKey] != part {
						return 0
					}
					return all(kind)
				}
				few, exact := s.Few(is, k)
				name := fmt.Sprintf("%s: %d", strings.Join(values, "/"), s.Is(is))
				if few {
					out.few = append(out.few, name)
				}
				if exact {
					out.exact = append(out.exact, name)
				}
			})
		}
	}
	return out
}

// each goes through all values of some variables.
func (s spy) each(by, values []string, do func([]string, protecttest.Sum)) {
	if len(values) == len(by) {
		do(values, func(kind int) int {
			for i, key := range by {
				if !s.has(kind, key, values[i]) {
					return 0
				}
			}
			return 1
		})
		return
	}
	for _, value := range valuesIn[by[len(values)]] {
		if value != "" && !strings.Contains(value, " ") {
			s.each(by, append(slices.Clip(values), value), do)
		}
	}
}

// form is a way in which a figure leaves.
type shape string

// The forms.
const (
	inWords   shape = "words"
	explained shape = "explained"
	inCSV     shape = "csv"
	inXLSX    shape = "xlsx"
	inPicture shape = "picture"
)

var forms = []shape{inWords, explained, inCSV, inXLSX, inPicture}

// leave lets a figure out in one form, and reads it.
func (f Figure) leave(as shape, lang locales.Lang) ([]seen, error) {
	e := eye{lang, f.Query, f.Published.K}
	switch as {
	case inWords:
		return e.words(f.Say(lang, rules).Text())
	case explained:
		return e.words(f.Say(lang, rules).Text() + "\n\n" + locales.Text(lang, locales.FigRule, locales.Args{"K": f.Published.K, "Step": f.step(rules)}))
	case inPicture:
		return e.picture(f)
	}
	kind := map[shape]string{inCSV: bot.CSVWord, inXLSX: bot.XLSXWord}[as]
	file, err := f.File(kind, lang, rules)
	if err != nil {
		return nil, err
	}
	return e.file(kind, file.Data)
}

// publish is what may be told, or what is told where protection is taken away.
func (v visit) publish(s *Snapshot, q Query) (Published, error) {
	c, err := s.Count(q)
	if err != nil {
		return Published{}, err
	}
	p, err := Publish(v.rules, q, c)
	if err != nil || !v.bare || len(q.By) == 0 {
		return p, err
	}
	rows, columns := s.lines(q.By[0], p.Rows), []line{{}}
	if len(q.By) == 2 {
		columns = s.lines(q.By[1], p.Columns)
	}
	for i := range p.Cells {
		for j, cell := range p.Cells[i] {
			if cell.State == protect.Hidden {
				p.Cells[i][j] = v.rules.Count(c.people(rows[i], columns[j], len(q.By)), p.K)
			}
		}
	}
	return p, nil
}

// visit asks a hood many questions and reads the answers in some forms.
type visit struct {
	seed      uint64
	questions int
	forms     []shape
	guard     bool
	rules     protect.Rules
	bare      bool // what is hidden for the sake of others is shown
	public    bool // only public pages are read
}

func (v visit) pay(t *testing.T) (spy, found) {
	t.Helper()
	r := rand.New(rand.NewPCG(v.seed, 77))
	h := newHood(r)
	if v.rules.K == 0 {
		v.rules = rules
	}
	h.step = v.rules.Rounding
	s, spy := h.snapshot(t), h.spy()
	last := Query{}
	for range v.questions {
		q := h.ask(r)
		if r.IntN(4) == 0 && q.Measure == Members {
			q = q.On(last)
		}
		p, err := v.publish(s, q)
		if err != nil || v.guard && s.told.check(q, p) != nil {
			continue
		}
		if err := s.told.tell(q, p); err != nil {
			t.Fatal(err)
		}
		if last = q; v.public && !q.Public {
			continue
		}
		f := Figure{ID: "F-7Q2MA", Taken: day, Query: q, Published: p}
		for _, form := range v.forms {
			lang := locales.Langs[r.IntN(len(locales.Langs))]
			all, err := f.leave(form, lang)
			if err == nil {
				err = spy.read(q, all)
			}
			if err != nil {
				t.Fatalf("%s in %s, %+v: %v\n%s", form, lang, q, err, f.Say(lang, rules).Text())
			}
		}
	}
	return spy, spy.look(v.public, "")
}

// TestNothingFollowsFromWhatLeaves asks small populations and reads the answers
// in every form. No group of fewer people than the threshold is known to the
// person. That there is somebody in one, and fewer than the threshold, follows
// from many answers together now and then: the ledger looks at sums of exact
// counts and not at bounds. Of one table it never does, see protect.
func TestNothingFollowsFromWhatLeaves(t *testing.T) {
	t.Parallel()
	facts, cleared, fractions, bounded := 0, 0, 0, 0
	for seed := range uint64(*towns) {
		for _, public := range []bool{false, true} {
			spy, f := visit{seed: seed, questions: 30, forms: forms, guard: true, public: public}.pay(t)
			facts, cleared, fractions = facts+spy.Facts(), cleared+spy.Cleared, fractions+spy.Fractions
			if len(f.exact) > 0 {
				t.Errorf("population %d, public %v: %v", seed, public, f.exact)
			}
			if len(f.few) > 0 {
				bounded++
				t.Logf("population %d, public %v: there is somebody in %v", seed, public, f.few)
			}
			if _, f := (visit{seed: seed, questions: 1, forms: forms, guard: true, public: public}).pay(t); len(f.few) > 0 {
				t.Errorf("population %d, public %v, of one answer: %v", seed, public, f.few)
			}
		}
	}
	t.Logf("%d sums known something of, %d groups cleared, %d of them by numbers that are not whole; bounds in %d visits", facts, cleared, fractions, bounded)
	if bounded*10 > *towns {
		t.Errorf("bounds of few people follow in %d of %d visits", bounded, 2**towns)
	}
}

// TestTheEyeIsNotBlind takes protection away, piece by piece: then few people are
// found, in each form by itself.
func TestTheEyeIsNotBlind(t *testing.T) {
	t.Parallel()
	low, sharp := rules, rules
	low.K, low.KCross, sharp.Rounding = 2, 2, 1
	for name, c := range map[string]visit{
		"no guard":              {questions: 60},
		"no second suppression": {questions: 30, guard: true, bare: true, rules: sharp},
		"no rounding, no guard": {questions: 12, rules: sharp},
		"k of two":              {questions: 8, guard: true, rules: low},
	} {
		for _, form := range forms {
			few, seed := 0, uint64(0)
			for ; few == 0 && seed < 40; seed++ {
				v := c
				v.seed, v.forms = seed, []shape{form}
				_, f := v.pay(t)
				few = len(f.few) + len(f.exact)
			}
			if few == 0 {
				t.Errorf("%s, read in %s: nothing is found", name, form)
			}
			t.Logf("%s, read in %s: found in population %d", name, form, seed-1)
		}
	}
}
