package figures

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/protect/protecttest"
	"mboka/locales"
	"mboka/store"
	"mboka/store/storetest"
)

// digested is a hood on record, of which digests are said and questions asked
// over two snapshots.
type digestedHood struct {
	*hood
	*round
	t       *testing.T
	spies   []spy // of each day
	ids     int
	leaver  []uuid.UUID
	asker   store.Held
	rules   store.Policy
	earlier Figure // of the digest before
}

// register puts the people of a part on record, as many as there are.
func (h *digestedHood) register(parts ...string) {
	h.t.Helper()
	var all []store.Synthetic
	for i, kind := range h.kinds {
		for range h.n[i] {
			if !slices.Contains(parts, kind[partKey]) {
				continue
			}
			h.ids++
			s := store.Synthetic{ID: uuid.New(), Number: fmt.Sprintf("D%05d", h.ids), Language: "fr", Channel: "telegram", Address: fmt.Sprint(-h.ids), At: day.AddDate(0, -1, 0)}
			for key, value := range kind {
				if key == qualifiedKey && value == "yes" {
					s.Answers = append(s.Answers, store.Answer{Step: education, Codes: []string{"edu_master"}})
				} else if key != qualifiedKey && key != partKey && value != "" {
					s.Answers = append(s.Answers, store.Answer{Step: key, Codes: strings.Fields(value)})
				}
			}
			if all = append(all, s); kind[partKey] == leaves {
				h.leaver = append(h.leaver, s.ID)
			}
		}
	}
	if _, err := h.db.AddSynthetic(h.t.Context(), all); err != nil {
		h.t.Fatal(err)
	}
}

func (h *digestedHood) count(id string, at time.Time) {
	h.t.Helper()
	if taken, err := h.db.TakeSnapshot(h.t.Context(), id, at, 0, 0); err != nil || !taken {
		h.t.Fatal(taken, err)
	}
}

// newDigestedHood registers a hood, with one to come and one to leave.
func newDigestedHood(t *testing.T, r *rand.Rand, spoil func(*store.Policy)) *digestedHood {
	t.Helper()
	policy, err := store.NewPolicy(store.DemoSettings())
	if err != nil {
		t.Fatal(err)
	}
	spoil(&policy)
	h := &digestedHood{hood: newHood(r), t: t, rules: policy}
	h.round = roundOver(t, storetest.Postgres(t), policy)
	h.step = policy.Rounding
	h.twoDays(r)
	a := protecttest.New(h.n)
	h.spies = []spy{{h.hood, a, joins}, {h.hood, a, leaves}}
	h.register("", leaves)
	h.count("S-1", day)
	h.asker = h.staffed("telegram", "1", store.Official, store.Ministry, store.DigestWeek, wednesday)
	return h
}

// asks has an official ask, and reads the answer.
func (h *digestedHood) asks(on int, q Query, at time.Time) {
	h.t.Helper()
	h.ids++
	var f Figure
	err := h.db.Write(h.t.Context(), func(tx *store.Tx) error {
		c := &counter{Desk: h.Desk, ctx: h.t.Context(), tx: tx, held: h.asker, lang: locales.FR, rules: Rules(h.rules),
			d: bot.Doing{Chat: h.db.Keys().Chat("telegram", "1"), MessageID: fmt.Sprint("ask ", h.ids), At: at}}
		s, _, err := h.Desk.snapshot(h.t.Context(), tx)
		if err != nil {
			return err
		}
		id, err := c.counted(s, q)
		if err != nil || id == "" {
			return err
		}
		was, _, err := tx.FigureByID(h.t.Context(), id)
		if err == nil {
			f, err = onRecord(was)
		}
		return err
	})
	if err == nil && f.ID != "" {
		var all []seen
		if all, err = f.leave(inWords, locales.FR); err == nil {
			err = h.spies[on].read(f.Query, all)
		}
	}
	if err != nil {
		h.t.Fatalf("%v\n%s\n%v %v", err, f.Say(locales.FR, rules).Text(), h.by, h.n)
	}
}

// digests has the digest of a week said, and reads its text: the numbers of now,
// or, of one that compares, the whole figure by the id that it names.
func (h *digestedHood) digests(on int, at time.Time) {
	h.t.Helper()
	said := h.run(at)
	if len(said) != 1 {
		h.t.Fatalf("%d digests", len(said))
	}
	text := said[0].Args["Text"]
	named := strings.LastIndex(text, "F-") // in the footer
	if named < 0 {
		return // too few
	}
	was, _, err := h.db.FigureByID(h.t.Context(), idOf(text[named:][:7]))
	if err != nil {
		h.t.Fatal(err)
	}
	f, err := onRecord(was)
	if err != nil {
		h.t.Fatal(err)
	}
	e := eye{locales.FR, f.Query, f.Published.K}
	read := func(on int, all []seen, err error) {
		h.t.Helper()
		if err == nil {
			err = h.spies[on].read(f.Query, all)
		}
		if err != nil {
			h.t.Fatalf("%v\n%s", err, text)
		}
	}
	for part := range strings.SplitSeq(text, "\n\n") {
		first, _, _ := strings.Cut(part, "\n")
		if _, since := e.fill(locales.FigSince, first, "Date", "ID", "Change"); since {
			before, after, failed := e.compared(part, h.earlier.Published.K)
			if slices.ContainsFunc(before, func(x seen) bool { return !h.earlier.says(x) }) || slices.ContainsFunc(after, func(x seen) bool { return !f.says(x) }) {
				h.t.Fatalf("it says what was not published:\n%s", text)
			}
			all, err := f.leave(explained, locales.FR) // by its id
			read(on, all, errors.Join(err, failed))
		} else if all, err := e.words(part); err == nil {
			read(on, all, nil)
		}
	}
	h.earlier = f
}

// visit reads two digests, with questions beside them, while one comes and one
// leaves.
func (h *digestedHood) visit(r *rand.Rand) {
	for on, monday := range []time.Time{monday, monday.AddDate(0, 1, 5-7)} {
		if on == 1 {
			h.register(joins)
			for _, id := range h.leaver {
				if err := h.db.Write(h.t.Context(), func(tx *store.Tx) error { return tx.EraseMember(h.t.Context(), id, day) }); err != nil {
					h.t.Fatal(err)
				}
			}
			h.count("S-2", monday.Add(time.Hour))
		}
		for i := range 8 {
			if i == 3 {
				h.digests(on, monday.Add(8*time.Hour))
			}
			q := h.ask(r)
			q.Public, q.Measure = false, Members
			h.asks(on, q, monday.Add(9*time.Hour))
		}
	}
}

// found are the groups of each day, and of who came and who left.
func (h *digestedHood) found() map[string]found {
	s := h.spies[0]
	return map[string]found{
		"who was there": s.lookAt(false, func(part string) bool { return part != joins }), "who is there": s.lookAt(false, func(part string) bool { return part != leaves }),
		"who came": s.look(false, joins), "who left": s.look(false, leaves),
	}
}

// TestDigestsBesideQuestions: two digests, between which one member came and
// another one left, are read beside what the same official asks. Nobody is known
// to the person, neither in the groups of these days nor who came or left.
func TestDigestsBesideQuestions(t *testing.T) {
	t.Parallel()
	const hoods = 8
	facts, bounds := 0, 0
	for seed := range uint64(hoods) {
		r := rand.New(rand.NewPCG(seed, 61))
		h := newDigestedHood(t, r, func(*store.Policy) {})
		h.visit(r)
		facts += h.spies[0].Facts()
		for who, f := range h.found() {
			if len(f.exact) > 0 {
				t.Errorf("population %d, %s: %v", seed, who, f.exact)
			}
			if len(f.few) > 0 {
				bounds++
				t.Logf("population %d, %s: there is somebody in %v", seed, who, f.few)
			}
		}
	}
	if t.Logf("%d sums known something of, bounds in %d of %d", facts, bounds, 4*hoods); bounds*5 > 4*hoods || facts < 20*hoods {
		t.Errorf("bounds in %d of %d, from %d sums", bounds, 4*hoods, facts)
	}
}

// TestDigestsAreNotReadBlindly: with protection from two people on somebody is
// found.
func TestDigestsAreNotReadBlindly(t *testing.T) {
	t.Parallel()
	found, seed := 0, uint64(0)
	for ; found == 0 && seed < 10; seed++ {
		r := rand.New(rand.NewPCG(seed, 61))
		h := newDigestedHood(t, r, func(p *store.Policy) { p.K, p.KCross = 2, 2 })
		h.visit(r)
		for _, f := range h.found() {
			found += len(f.few) + len(f.exact)
		}
	}
	if found == 0 {
		t.Error("nobody is found")
	}
	t.Logf("found in population %d", seed-1)
}
