package figures_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mboka/bot"
	"mboka/bot/figures"
	"mboka/locales"
	"mboka/store"
	"mboka/store/sessions"
	"mboka/store/storetest"
)

// monday is the first week that is counted.
var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// fold is the job over real stores, with counters that the test sets by week.
type fold struct {
	*figures.Funnels
	t      *testing.T
	counts map[string][]bot.Beginnings
	unread int
	broken error
	losing func() // as a week is read
}

func newFold(t *testing.T) *fold {
	t.Helper()
	f := &fold{t: t, counts: map[string][]bot.Beginnings{}}
	db := storetest.Postgres(t)
	f.Funnels = &figures.Funnels{
		DB: db, Sessions: sessions.New(storetest.Redis(t), sessions.Options{Prefix: storetest.Prefix(t)}),
		Policy: store.NewSettings(db, time.Now).Policy, Logger: slog.New(slog.DiscardHandler),
		Counted: func(_ context.Context, week time.Time) ([]bot.Beginnings, int, error) {
			if f.losing != nil {
				f.losing()
			}
			return f.counts[week.Format(time.DateOnly)], f.unread, f.broken
		},
	}
	return f
}

// week sets how many stopped at the first stage, and who went all the way.
func (f *fold) week(n, stopped, through int) {
	f.counts[monday.AddDate(0, 0, 7*n).Format(time.DateOnly)] = []bot.Beginnings{
		{Language: "fr", Channel: "telegram", Stage: "language", N: stopped}, {Language: "ln", Channel: "whatsapp", Stage: bot.StageDone, N: through},
	}
}

// at runs the job so many days after the first Monday, and gives what is told then.
func (f *fold) at(days int) (read int64, told map[figures.Split]figures.Published, period store.FunnelPeriod) {
	f.t.Helper()
	read, err := f.Run(f.t.Context(), monday.AddDate(0, 0, days))
	if err != nil {
		f.t.Fatal(err)
	}
	period, found, err := f.DB.LastFunnelPeriod(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	if found {
		if err := json.Unmarshal(period.Published, &told); err != nil {
			f.t.Fatal(err)
		}
	}
	return read, told, period
}

// TestFunnelStandsStill: a week is read once, when nothing in it can change any
// more; weeks are published together until enough have begun in them; what was
// published does not change by one who begins, and the next is of others.
func TestFunnelStandsStill(t *testing.T) {
	t.Parallel()
	f := newFold(t)
	f.week(0, 4, 5)
	f.week(1, 6, 12)
	if read, told, _ := f.at(0); read != 0 || told != nil {
		t.Error("something is read on the first day")
	}
	if read, told, _ := f.at(14); read != 0 || told != nil {
		t.Error("a week is read while it may change")
	}
	f.broken = errors.New("killed")
	if _, err := f.Run(t.Context(), monday.AddDate(0, 0, 15)); err == nil {
		t.Error("nothing is said of a fault")
	}
	f.broken = nil
	if read, told, _ := f.at(15); read != 1 || told != nil {
		t.Errorf("%d weeks read, and of nine people something is told: %v", read, told)
	}
	f.week(0, 400, 500) // it is on record already
	_, first, period := f.at(22)
	if p := first[""]; p.Total.N != 25 || !period.First.Equal(monday) || !period.Last.Equal(monday.AddDate(0, 0, 7)) {
		t.Fatalf("%+v of %v to %v", p, period.First, period.Last)
	}
	if left, err := f.DB.FunnelCounts(t.Context()); len(left) != 0 || err != nil {
		t.Errorf("exact counts stay: %v %v", left, err)
	}
	f.week(2, 1, 0) // one more person begins
	_, again, same := f.at(29)
	if diff := cmp.Diff(first, again); diff != "" || !same.Last.Equal(period.Last) {
		t.Errorf("one beginning changes what is told:\n%s", diff)
	}
	f.week(3, 3, 3)
	f.week(4, 0, 0)
	f.week(5, 0, 0)
	if _, told, next := f.at(15 + 35); !next.First.Equal(monday.AddDate(0, 0, 14)) || told[""].Total.N != 5 || len(told) != 1 {
		t.Errorf("after four weeks with seven people: %v to %v, %+v", next.First, next.Last, told)
	}
}

// TestFunnelSaysWhatIsMissing: after Redis has lost its data, and where counters
// cannot be read, the weeks say so; the first week is not whole either.
func TestFunnelSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	f := newFold(t)
	for n := range 4 {
		f.week(n, 20, 20)
	}
	f.at(2) // counting begins on a Wednesday
	partial := func(days int, want bool, why string) {
		t.Helper()
		_, told, period := f.at(days)
		if got := told[""].Funnel; got == nil || got.Partial != want {
			t.Fatalf("%s: %+v of the week of %v", why, got, period.First)
		}
		said := figures.Figure{ID: "F-7Q2MA", Query: figures.Query{Measure: figures.Funnel}, Published: told[""]}.Say(locales.FR, figures.Rules(store.Policy{K: 5, KCross: 10, Rounding: 5}))
		if strings.Contains(said.Text(), "trop bas") != want {
			t.Errorf("%s:\n%s", why, said.Text())
		}
	}
	partial(15, true, "the first week")
	partial(22, false, "a whole week")
	lose := sessions.New(storetest.Redis(t), sessions.Options{Prefix: storetest.Prefix(t) + "lost"}) // Redis, without its data
	f.Sessions = lose
	partial(29, true, "Redis lost its data")
	f.unread = 1
	partial(36, true, "counters of nobody's")
	f.unread = 0
	f.week(4, 20, 20)
	f.week(5, 0, 0) // what a Redis without its data tells
	f.losing = func() {
		f.Sessions = sessions.New(storetest.Redis(t), sessions.Options{Prefix: storetest.Prefix(t) + "again"})
	}
	if read, _, period := f.at(50); read != 0 || period.Last.After(monday.AddDate(0, 0, 21)) {
		t.Errorf("%d weeks are read while Redis loses its data, to %v", read, period.Last)
	}
	f.losing = nil
	partial(51, true, "lost while a week was read")
}
