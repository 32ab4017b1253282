package announce

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"mboka/bot/protect"
	"mboka/bot/protect/protecttest"
	"mboka/store"
)

// A coordinator tries an audience, sends to it, and reads the report after each
// reply; an official of the same organisation asks how many members live where.
//
// What may be known is not looked for: the overall counters are told as they are,
// whatever they are, and so are, from the threshold up, yes, maybe and no (domain
// reference, 2.5). So each further reply is seen when it comes, and so is how many
// have not replied; and who knows that one person alone was asked in between knows
// what that person said. How many fewer a change reaches than the first notice did
// is told too, by two such counters. What must not follow is what these people
// are: where they live, what they speak, in what state their message is, and how
// many fewer than the threshold said what.

// asked are people alike in all that is told of them.
type asked struct {
	country, language, state string
	answer                   string // "": none
	when                     int    // after so many looks
}

const replyLooks = 4

// meeting is an announcement to everybody, read by the attacker.
type meeting struct {
	*protecttest.Attacker
	asked []asked
}

func newMeeting(r *rand.Rand) *meeting {
	m := &meeting{}
	some := [][]int{{0, 0, 0, 0, 1, 1, 2, 5}, {0, 0, 0, 1, 2, 3, 6}, {0, 0, 0, 0, 0, 0, 1, 9}}[r.IntN(3)]
	var people []int
	add := func(a asked, most int) {
		m.asked, people = append(m.asked, a), append(people, min(most, some[r.IntN(len(some))]))
	}
	rare := map[string]bool{} // answers that few people give
	for _, answer := range []string{store.RSVPYes, store.RSVPMaybe, store.RSVPNo} {
		rare[answer] = r.IntN(2) == 0
	}
	for _, country := range []string{"BE", "FR", "ZA"} {
		for _, language := range []string{"fr", "ln"} {
			for _, state := range []string{store.DeliverySent, store.DeliveryParked, store.DeliveryFailed} {
				add(asked{country, language, state, "", 0}, 99)
			}
			for _, answer := range []string{store.RSVPYes, store.RSVPMaybe, store.RSVPNo} {
				for when := range replyLooks {
					most := 3
					if rare[answer] && r.IntN(6) > 0 {
						most = 0
					}
					add(asked{country, language, store.DeliverySent, answer, when}, most)
				}
			}
		}
	}
	m.Attacker = protecttest.New(people)
	return m
}

func (m *meeting) sum(is func(asked) bool) protecttest.Sum {
	return func(kind int) int {
		if is(m.asked[kind]) {
			return 1
		}
		return 0
	}
}

func (m *meeting) count(is func(asked) bool) int { return m.Is(m.sum(is)) }

func (m *meeting) learn(t *testing.T, is func(asked) bool, low, high int) {
	t.Helper()
	if err := m.Learn(m.sum(is), low, high); err != nil {
		t.Fatal(err)
	}
}

// reads takes in a count that is rounded to a step; 1: that is told as it is.
func (m *meeting) reads(t *testing.T, c protect.Cell, k, step int, is func(asked) bool) {
	t.Helper()
	switch c.State {
	case protect.Small:
		m.learn(t, is, 0, k-1)
	case protect.Shown:
		m.learn(t, is, max(k, c.N-step/2), c.N+(step-1)/2)
	}
}

// tries reads the dry run.
func (m *meeting) tries(t *testing.T) {
	s := sums{Countries: map[string]int{}, Languages: map[string]int{}, Channels: map[string]int{}}
	for kind, a := range m.asked {
		s.Countries[a.country] += m.People[kind]
		s.Languages[a.language] += m.People[kind]
		s.Channels["telegram"] += m.People[kind]
	}
	run, err := protected(testRules, Audience{}, s, "whatsapp")
	if err != nil {
		return
	}
	m.reads(t, run.Reach, run.K, run.Step, func(asked) bool { return true })
	for _, list := range []struct {
		rows []Row
		of   func(asked) string
	}{{run.Countries, func(a asked) string { return a.country }}, {run.Languages, func(a asked) string { return a.language }}} {
		for _, row := range list.rows {
			m.reads(t, row.Cell, run.KRows, run.Step, func(a asked) bool {
				return list.of(a) == row.Code || row.Code == OtherRow && !slices.ContainsFunc(list.rows, func(r Row) bool { return r.Code == list.of(a) })
			})
		}
	}
}

// asks reads what an official is told of who lives where.
func (m *meeting) asks(t *testing.T) {
	countries := []string{"BE", "FR", "ZA"}
	var counts []int
	for _, c := range countries {
		counts = append(counts, m.count(func(a asked) bool { return a.country == c }))
	}
	cells, err := testRules.List(counts, testRules.K, false)
	if err != nil {
		return
	}
	for i, c := range countries {
		m.reads(t, cells[i], testRules.K, testRules.Rounding, func(a asked) bool { return a.country == c })
	}
}

func (m *meeting) tallies() (all []store.Tally) {
	for kind, a := range m.asked {
		if n := m.People[kind]; n > 0 {
			all = append(all, store.Tally{Country: a.country, Language: a.language, Channel: "telegram", State: a.state, N: int64(n)})
		}
	}
	return all
}

// sends reads the report as far as it is of deliveries.
func (m *meeting) sends(t *testing.T, tables func([]store.Tally) Tables) {
	for _, state := range []string{store.DeliverySent, store.DeliveryParked, store.DeliveryFailed} {
		is := func(a asked) bool { return a.state == state }
		m.learn(t, is, m.count(is), m.count(is))
	}
	told := tables(m.tallies())
	for _, b := range told.Breakdowns {
		for i, row := range b.Rows {
			in := func(a asked) bool {
				v, ok := valueOf(b.By, store.Tally{Country: a.country, Language: a.language, Channel: "telegram", State: a.state})
				return ok && (v == row || row == rowOther && !slices.Contains(b.Rows, v))
			}
			m.reads(t, b.Totals[i], b.K, told.Step, in)
			m.learn(t, in, 1, protecttest.Unbounded) // it is listed
			for j := range b.Columns {
				m.reads(t, b.Cells[i][j], b.K, told.Step, func(a asked) bool { return in(a) && columnOf(b.Columns, a.state) == j })
			}
		}
	}
}

// replies reads the report after each reply.
func (m *meeting) replies(t *testing.T, k int) {
	for look := range replyLooks {
		said := func(answer string) func(asked) bool {
			return func(a asked) bool { return a.answer == answer && a.when <= look }
		}
		c := store.Coming{Yes: m.count(said(store.RSVPYes)), Maybe: m.count(said(store.RSVPMaybe)), No: m.count(said(store.RSVPNo))}
		told := turnoutOf(testRules, protect.Fine{}, store.Mission{StartsAt: time.Unix(1, 0)}, c, 0, 0, time.Unix(0, 0))
		if k == 0 {
			told = Turnout{Yes: protect.Cell{N: c.Yes}, Maybe: protect.Cell{N: c.Maybe}, No: protect.Cell{N: c.No}}
		}
		for answer, cell := range map[string]protect.Cell{store.RSVPYes: told.Yes, store.RSVPMaybe: told.Maybe, store.RSVPNo: told.No} {
			m.reads(t, cell, told.K, 1, said(answer))
		}
	}
}

// known are the groups that must not be known to be few, and are.
func (m *meeting) known() (few, exact []string) {
	look := func(k int, name string, is func(asked) bool) {
		f, e := m.Few(m.sum(is), k)
		if name = fmt.Sprintf("%s: %d", name, m.count(is)); f {
			few = append(few, name)
		}
		if e {
			exact = append(exact, name)
		}
	}
	answers := []string{store.RSVPYes, store.RSVPMaybe, store.RSVPNo}
	for _, answer := range answers {
		look(testRules.K, answer, func(a asked) bool { return a.answer == answer })
	}
	for key, of := range map[string]func(asked) string{
		"country": func(a asked) string { return a.country }, "language": func(a asked) string { return a.language },
		"country and language": func(a asked) string { return a.country + " " + a.language },
	} {
		var values []string
		for _, a := range m.asked {
			if !slices.Contains(values, of(a)) {
				values = append(values, of(a))
			}
		}
		for _, value := range values {
			in := func(a asked) bool { return of(a) == value }
			k := testRules.K
			if key == "country and language" {
				k = testRules.KCross
			}
			look(k, value, in)
			for _, state := range []string{store.DeliverySent, store.DeliveryParked, store.DeliveryFailed} {
				look(testRules.KCross, value+" "+state, func(a asked) bool { return in(a) && a.state == state })
			}
			for _, answer := range append(answers, "") {
				look(testRules.KCross, value+" "+answer, func(a asked) bool { return in(a) && a.answer == answer })
			}
		}
	}
	return few, exact
}

func (m *meeting) read(t *testing.T, tables func([]store.Tally) Tables, k int) {
	m.tries(t)
	m.asks(t)
	m.sends(t, tables)
	m.replies(t, k)
}

func protectedTables(all []store.Tally) Tables { return tablesOf(testRules, protect.Fine{}, all) }

// TestRepliesTellNothingElse attacks what is told of an announcement, with the
// dry run of the same audience and figures beside it.
func TestRepliesTellNothingElse(t *testing.T) {
	t.Parallel()
	bounds, facts := 0, 0
	const meetings = 60
	for seed := range uint64(meetings) {
		m := newMeeting(rand.New(rand.NewPCG(seed, 41)))
		m.read(t, protectedTables, testRules.K)
		facts += m.Facts()
		few, exact := m.known()
		if len(exact) > 0 {
			t.Errorf("meeting %d: known to the person: %v", seed, exact)
		}
		if len(few) > 0 {
			bounds++
			t.Logf("meeting %d: bounds of %v", seed, few)
		}
	}
	if t.Logf("%d sums known something of, bounds in %d of %d meetings", facts, bounds, meetings); bounds*10 > meetings || facts < 20*meetings {
		t.Errorf("bounds of few people follow in %d of %d meetings, from %d sums", bounds, meetings, facts)
	}
}

// TestRepliesAreNotReadBlindly takes protection away, piece by piece.
func TestRepliesAreNotReadBlindly(t *testing.T) {
	t.Parallel()
	loose := testRules
	loose.K, loose.KCross = 1, 1
	for name, read := range map[string]func(m *meeting){
		"answers of fewer than the threshold": func(m *meeting) { m.read(t, protectedTables, 0) },
		"tables of fewer than the threshold": func(m *meeting) {
			m.read(t, func(all []store.Tally) Tables { return tablesOf(loose, protect.Fine{}, all) }, testRules.K)
		},
		"the counters of a reminder": func(m *meeting) {
			m.read(t, protectedTables, testRules.K)
			comes := func(a asked) bool { return a.answer == store.RSVPYes || a.answer == store.RSVPMaybe }
			m.learn(t, comes, m.count(comes), m.count(comes))
		},
	} {
		found := 0
		for seed := range uint64(30) {
			m := newMeeting(rand.New(rand.NewPCG(seed, 41)))
			read(m)
			few, exact := m.known()
			found += len(few) + len(exact)
		}
		if found == 0 {
			t.Errorf("%s: nothing is found", name)
		}
		t.Logf("%s: %d groups", name, found)
	}
}
