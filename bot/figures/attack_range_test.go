package figures

import (
	"flag"
	"math/rand/v2"
	"testing"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/locales"
)

var towns = flag.Int("towns", 16, "how many populations are attacked in every form")

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
			if few == 0 && !(c.bare && form == inPicture) { // a picture has no totals to take from
				t.Errorf("%s, read in %s: nothing is found", name, form)
			}
			t.Logf("%s, read in %s: found in population %d", name, form, seed-1)
		}
	}
}
