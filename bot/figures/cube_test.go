package figures

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mboka/store"
)

// manyCodes are codes of some variables, real ones first: so many that not all
// combinations of them can have a counter.
var manyCodes = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for key, most := range map[string]int{city: 400, profession: 120, province: 30, country: 60, age: 8, education: 9, employed: 8, group: 12, experience: 6, "sex": 3, languages: 6, offers: 9} {
		v, _ := VariableOf(key)
		for _, o := range v.Options() {
			out[key] = append(out[key], o.Code)
		}
		for n := len(out[key]); n < most; n++ {
			out[key] = append(out[key], fmt.Sprintf("%s_%d", key, n))
		}
		out[key] = out[key][:most]
	}
	return out
})

// crowded draws members who have all of them.
func crowded(r *rand.Rand) []Row {
	rows := make([]Row, 400+r.IntN(200))
	for i := range rows {
		rows[i] = make(Row, len(store.SnapshotColumns))
		for at, name := range store.SnapshotColumns {
			codes := manyCodes()[name]
			v, _ := VariableOf(name)
			switch {
			case len(codes) == 0:
			case i < 400: // each value comes up
				rows[i][at] = codes[i%len(codes)]
			case v.Several:
				var some []string
				for _, code := range codes {
					if r.IntN(3) == 0 {
						some = append(some, code)
					}
				}
				rows[i][at] = strings.Join(some, " ")
			case r.IntN(5) > 0:
				rows[i][at] = codes[r.IntN(min(len(codes), 5))]
			}
		}
	}
	return rows
}

// answers are the codes of a member for a variable, and whether they say something.
func (m member) answers(key string) (codes []string, said bool) {
	switch key {
	case belowKey:
		codes = strings.Fields(belowLevel(m.of(education), m.of(employed), m.of(group), m.of(profession)))
	case qualifiedKey:
		codes = []string{"no"}
		if qualified(m.of(education), m.of(group), m.of(profession), m.of(experience)) {
			codes = []string{"yes"}
		}
	default:
		codes = strings.Fields(m.of(key))
	}
	v, _ := VariableOf(key)
	return codes, slices.ContainsFunc(codes, func(code string) bool { return !slices.Contains(v.Unsaid, code) })
}

type member Row

func (m member) of(name string) string { return m[slices.Index(store.SnapshotColumns, name)] }

// slowly counts member by member.
func slowly(rows []Row, q Query) (answered, total int, cells map[string]int) {
	cells = map[string]int{}
	for _, row := range rows {
		m := member(row)
		if slices.ContainsFunc(q.variables(), func(key string) bool { _, said := m.answers(key); return !said }) {
			continue
		}
		answered++
		where := q.Where
		if q.Qualified {
			where = append(slices.Clone(where), Filter{qualifiedKey, []string{"yes"}})
		}
		if slices.ContainsFunc(where, func(f Filter) bool {
			codes, _ := m.answers(f.Variable)
			return !slices.ContainsFunc(codes, func(code string) bool { return slices.Contains(f.Codes, code) })
		}) {
			continue
		}
		total++
		of := []string{""}
		for _, key := range q.By {
			codes, _ := m.answers(key)
			var longer []string
			for _, was := range of {
				for _, code := range codes {
					longer = append(longer, was+"/"+code)
				}
			}
			of = longer
		}
		for _, cell := range of {
			if cell != "" {
				cells[cell]++
			}
		}
	}
	return answered, total, cells
}

// TestFastCountsAreSlowOnes asks anything, also by more combinations than have a
// counter each, and counts member by member beside.
func TestFastCountsAreSlowOnes(t *testing.T) {
	t.Parallel()
	fine := 0
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "seed")))
		rows := crowded(r)
		s, err := NewSnapshot(slices.Values(rows))
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			q := anything(s, r)
			if combinations(s.parts(q.variables())) > mostFine {
				fine++
			}
			got, err := s.Count(q)
			if err != nil {
				t.Fatal(err)
			}
			answered, total, want := slowly(rows, q)
			cells := map[string]int{}
			for i, row := range got.Cells {
				for j, n := range row {
					cell := "/" + got.Codes[0][i]
					if len(q.By) == 2 {
						cell += "/" + got.Codes[1][j]
					}
					if n > 0 {
						cells[cell] = n
					}
				}
			}
			if diff := cmp.Diff(want, cells); diff != "" || got.Answered != answered || got.Total != total {
				t.Fatalf("%+v: %d answered, %d in all; want %d, %d\n%s", q, got.Answered, got.Total, answered, total, diff)
			}
		}
	})
	if fine == 0 {
		t.Error("no question was too fine for a cube of all its values")
	}
}

// TestGatherByClasses counts by classes of values, of up to five variables, from
// all members or from a cube that was made before.
func TestGatherByClasses(t *testing.T) {
	t.Parallel()
	sparse := 0
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(2, rapid.Uint64().Draw(t, "seed")))
		s, err := NewSnapshot(slices.Values(crowded(r)))
		if err != nil {
			t.Fatal(err)
		}
		s.by(maskOf(age, "sex", education))
		for range 5 {
			keys := []string{age, "sex", education, city, profession, languages, qualifiedKey, belowKey}
			r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
			parts := s.parts(keys[:1+r.IntN(5)])
			for i, p := range parts {
				if r.IntN(2) == 0 {
					parts[i].class, parts[i].size = make([]uint16, p.size), 1+r.IntN(p.size)
					for v := range parts[i].class {
						parts[i].class[v] = uint16(r.IntN(parts[i].size))
					}
				}
			}
			if combinations(parts) > uint64(8*s.Members) {
				sparse++
			}
			want := map[string]int{}
			for at := range s.Members {
				var classes []uint16
				for _, p := range parts {
					v := s.columns[p.key].values[at]
					if p.class != nil {
						v = p.class[v]
					}
					classes = append(classes, v)
				}
				want[fmt.Sprint(classes)]++
			}
			if _, ok := s.gather(parts, len(want)-1); ok {
				t.Fatalf("%d combinations are not too many for %d", len(want), len(want)-1)
			}
			of, ok := s.gather(parts, len(want))
			if !ok {
				t.Fatalf("%d combinations are too many", len(want))
			}
			got := map[string]int{}
			for row, n := range of.n {
				var classes []uint16
				for _, column := range of.columns {
					classes = append(classes, column[row])
				}
				got[fmt.Sprint(classes)] += int(n)
			}
			if diff := cmp.Diff(want, got); diff != "" || of.rows != len(want) {
				t.Fatalf("%d rows\n%s", of.rows, diff)
			}
		}
	})
	if sparse == 0 {
		t.Error("nothing was counted without a counter for each combination")
	}
}
