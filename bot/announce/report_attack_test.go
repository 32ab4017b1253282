package announce

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
)

var testRules = protect.Rules{K: 5, KCross: 10, Rounding: 5, MostVariables: 3, LeastBase: 30}

// ledger draws a small population: the deliveries of an announcement, counted.
func ledger(t *rapid.T) []store.Tally {
	countries := []string{"BE", "FR", "CA", "ZA"}[:rapid.IntRange(1, 4).Draw(t, "countries")]
	states := []string{
		store.DeliverySent, store.DeliveryDelivered, store.DeliveryRead, store.DeliveryParked, store.DeliveryFailed,
		store.DeliveryWithdrawn, store.DeliveryUnknown, store.DeliverySkipped,
	}
	var all []store.Tally
	for range rapid.IntRange(1, 14).Draw(t, "lines") {
		one := store.Tally{
			Country: rapid.SampledFrom(countries).Draw(t, "country"), Language: rapid.SampledFrom([]string{"fr", "en", "ln"}).Draw(t, "language"),
			Channel: rapid.SampledFrom([]string{"telegram", "whatsapp"}).Draw(t, "channel"), State: rapid.SampledFrom(states).Draw(t, "state"),
			N: int64(rapid.IntRange(1, 16).Draw(t, "n")),
		}
		if one.State == store.DeliveryFailed {
			one.Reason = rapid.SampledFrom([]string{"403", "63016", "tries"}).Draw(t, "reason")
		}
		all = append(all, one)
	}
	return all
}

// truth is a table as it is, with what an attacker knows of it: the states of
// its cells, the numbers of those that are shown, and the sums of its columns,
// which are overall counters. That shown numbers are rounded is not counted on.
type truth struct {
	k       int
	n       [][]int
	state   [][]protect.State
	totals  []protect.State // of the rows; nil: the cells are the totals
	columns []int           // their sums
}

func truthOf(b Breakdown, all []store.Tally) truth {
	w := max(len(b.Columns), 1)
	t := truth{k: b.K, n: make([][]int, len(b.Rows)), columns: make([]int, w)}
	rest := slices.Index(b.Rows, rowOther)
	for i := range b.Rows {
		t.n[i] = make([]int, w)
		if len(b.Columns) == 0 {
			t.state = append(t.state, []protect.State{b.Totals[i].State})
			continue
		}
		row := make([]protect.State, w)
		for j, c := range b.Cells[i] {
			row[j] = c.State
		}
		t.state, t.totals = append(t.state, row), append(t.totals, b.Totals[i].State)
	}
	for _, d := range all {
		v, ok := valueOf(b.By, d)
		if !ok {
			continue
		}
		i, j := slices.Index(b.Rows, v), 0
		if i < 0 {
			i = rest
		}
		if len(b.Columns) > 0 {
			j = columnOf(b.Columns, d.State)
		}
		t.n[i][j] += int(d.N)
		t.columns[j] += int(d.N)
	}
	return t
}

// fits tells whether a number may stand where a cell is withheld.
func (t truth) fits(s protect.State, n, is int) bool {
	switch s {
	case protect.Small:
		return n < t.k
	case protect.Hidden:
		return true
	}
	return n == is
}

// another looks for a table that agrees with all that is known, and has another
// number in one cell.
func (t truth) another(row, column int) bool {
	failed := map[string]bool{}
	var search func(i int, left []int) bool
	search = func(i int, left []int) bool {
		if i == len(t.n) {
			return !slices.ContainsFunc(left, func(n int) bool { return n != 0 })
		}
		key := fmt.Sprint(i, left)
		if failed[key] {
			return false
		}
		line := make([]int, len(left))
		var fill func(j, sum int) bool
		fill = func(j, sum int) bool {
			if j == len(left) {
				is := 0
				for _, n := range t.n[i] {
					is += n
				}
				if t.totals != nil && !t.fits(t.totals[i], sum, is) {
					return false
				}
				rest := slices.Clone(left)
				for j, n := range line {
					rest[j] -= n
				}
				return search(i+1, rest)
			}
			for n := 0; n <= left[j]; n++ {
				if !t.fits(t.state[i][j], n, t.n[i][j]) || i == row && j == column && n == t.n[i][j] {
					continue
				}
				line[j] = n
				if fill(j+1, sum+n) {
					return true
				}
			}
			return false
		}
		if fill(0, 0) {
			return true
		}
		failed[key] = true
		return false
	}
	return search(0, t.columns)
}

// TestNoCountCanBeSubtracted attacks every table of reports over small
// populations: of no count under the threshold may all but one value be ruled
// out. All tables of a report share their sums and nothing else, so each is
// attacked with all sums known.
func TestNoCountCanBeSubtracted(t *testing.T) {
	t.Parallel()
	tables, withheld := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		all := ledger(t)
		fine := protect.Fine{Variables: rapid.IntRange(0, 3).Draw(t, "filters"), Sensitive: rapid.Bool().Draw(t, "sensitive")}
		for _, b := range tablesOf(testRules, fine, all).Breakdowns {
			tables++
			is := truthOf(b, all)
			for i, row := range is.state {
				for j, s := range row {
					if s == protect.Shown && is.n[i][j] < b.K {
						t.Fatalf("%d people are shown by %s: %+v", is.n[i][j], b.By, b)
					}
					if s != protect.Small {
						continue
					}
					withheld++
					if !is.another(i, j) {
						t.Fatalf("by %s, %s: %d can be computed from %+v with the sums %v", b.By, b.Rows[i], is.n[i][j], b, is.columns)
					}
				}
			}
		}
	})
	if tables < 50 || withheld < 20 {
		t.Errorf("only %d tables with %d small counts were attacked", tables, withheld)
	}
}

// TestAttackFinds holds the attack itself: what it must find.
func TestAttackFinds(t *testing.T) {
	t.Parallel()
	alone := truth{k: 5, n: [][]int{{3}, {40}}, state: [][]protect.State{{protect.Small}, {protect.Shown}}, columns: []int{43}}
	if alone.another(0, 0) {
		t.Error("a single small count beside its sum is safe, it says")
	}
	two := truth{k: 5, n: [][]int{{3}, {40}, {6}}, state: [][]protect.State{{protect.Small}, {protect.Shown}, {protect.Hidden}}, columns: []int{49}}
	if !two.another(0, 0) {
		t.Error("a small count beside a hidden one is not safe, it says")
	}
}

// TestTurnoutIsProtected: answers are told from the threshold up, and guests not
// where those who bring them are few.
func TestTurnoutIsProtected(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := func(what string) int { return rapid.IntRange(0, 30).Draw(t, what) }
		c := store.Coming{Yes: n("yes"), Maybe: n("maybe"), No: n("no"), Guests: n("guests"), Waiting: n("waiting"), Arrived: n("arrived"), Attended: n("attended"), Feedback: n("feedback"), Grievances: n("words")}
		stopped, leftOut := n("stopped"), n("left out")
		got := turnoutOf(testRules, protect.Fine{Variables: rapid.IntRange(0, 2).Draw(t, "filters")}, store.Mission{StartsAt: time.Unix(1, 0)}, c, stopped, leftOut, time.Unix(2, 0))
		for _, one := range []struct {
			c  protect.Cell
			is int
		}{{got.Yes, c.Yes}, {got.Maybe, c.Maybe}, {got.No, c.No}, {got.Waiting, c.Waiting}, {got.Attended, max(c.Arrived, c.Attended)}, {got.Stopped, stopped}, {got.Feedback, c.Feedback}} {
			if small := one.c.State == protect.Small; small != (one.is < got.K) || !small && one.c.N != one.is {
				t.Fatalf("%d is told as %+v with k = %d", one.is, one.c, got.K)
			}
		}
		if got.Guests.State == protect.Shown && c.Yes < got.K {
			t.Fatalf("guests of %d people are told", c.Yes)
		}
	})
}

// TestWorkbookSaysTheSame: the file holds the numbers of the chat and no others,
// and is the same file each time.
func TestWorkbookSaysTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := ledger(t)
		r := Report{
			Title: "=1+1", At: time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC), Counters: countersOf(statesOf(all)), Tables: tablesOf(testRules, protect.Fine{}, all),
		}
		r.Turnout = turnoutOf(testRules, protect.Fine{}, store.Mission{StartsAt: time.Unix(1, 0)}, store.Coming{Yes: 12, No: 2}, 0, 0, r.At)
		lang := rapid.SampledFrom(locales.Langs[:]).Draw(t, "language")
		once, err := r.XLSX(lang)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := r.XLSX(lang)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatal("another file of the same report", err)
		}
		f, err := excelize.OpenReader(bytes.NewReader(once))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if got := f.GetSheetList(); len(got) != 7 {
			t.Fatal(got)
		}
		var told []string
		for _, name := range f.GetSheetList() {
			rows, err := f.GetRows(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				for _, cell := range row {
					if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@") {
						t.Fatalf("a formula: %q", cell)
					}
					if _, err := strconv.Atoi(cell); err == nil {
						told = append(told, cell)
					}
				}
			}
		}
		if allowed := r.numbers(); slices.ContainsFunc(told, func(n string) bool { return !slices.Contains(allowed, n) }) {
			t.Fatalf("the file has %v, the report %v", told, allowed)
		}
	})
}

// numbers are all that a report tells.
func (r Report) numbers() (out []string) {
	add := func(n int) { out = append(out, strconv.Itoa(n)) }
	c := r.Counters
	for _, n := range []int{c.Targeted, c.Sent, c.Delivered, c.Read, c.Failed, c.Waiting, c.Unknown, c.Open} {
		add(n)
	}
	t := r.Turnout
	cells := []protect.Cell{t.Yes, t.Maybe, t.No, t.Guests, t.Waiting, t.Attended, t.Stopped, t.LeftOut}
	for _, b := range r.Tables.Breakdowns {
		cells = append(cells, b.Totals...)
		for _, row := range b.Cells {
			cells = append(cells, row...)
		}
	}
	for _, cell := range cells {
		if cell.State == protect.Shown {
			add(cell.N)
		}
	}
	return out
}
