package figures

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mboka/bot/protect"
	"mboka/bot/protect/protecttest"
	"mboka/store"
)

// The other attacker of this package is handed exact counts and looks for what
// follows by sums. This one reads what really leaves, in every form: rounded
// counts, "fewer than 5", what stands in the table and what does not, and in
// which order. Each bounds a sum, and what is asked is whether a group is bound to
// be from one person to fewer than the threshold, see protecttest.

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
			case seenSilent:
				is = is && !answered(kind)
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
	if x.what == seenSilent {
		return 0, 0
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
		for _, code := range listed {
			if code == Other || v.Ordered || v.Several { // these are listed though nobody has them
				continue
			}
			if err := s.Learn(line(code), 1, protecttest.Unbounded); err != nil {
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
	return s.lookAt(public, func(of string) bool { return of == part })
}

// lookAt asks it of the people of some parts.
func (s spy) lookAt(public bool, in func(part string) bool) (out found) {
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
					if !in(s.kinds[kind][partKey]) {
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
