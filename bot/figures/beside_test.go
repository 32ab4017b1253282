package figures

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"mboka/bot/synthetic"
	"mboka/store"
	"mboka/store/storetest"
)

// recorded has a snapshot of made-up members on record, copied there as it is.
func recorded(tb testing.TB, n int) *store.DB {
	url := storetest.PostgresURL(tb)
	db, err := store.Open(tb.Context(), url, storetest.Keys(tb))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(db.Close)
	conn, err := pgx.Connect(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	defer conn.Close(tb.Context())
	if _, err := conn.Exec(tb.Context(), `INSERT INTO snapshot (id, taken_at, members) VALUES ('S-1', $1, $2)`, day, n); err != nil {
		tb.Fatal(err)
	}
	next, stop := iter.Pull(synthetic.People(n, 3))
	defer stop()
	_, err = conn.CopyFrom(tb.Context(), pgx.Identifier{"snapshot_row"}, store.SnapshotColumns, pgx.CopyFromFunc(func() ([]any, error) {
		p, more := next()
		if !more {
			return nil, nil
		}
		row := rowOf(p)
		out := make([]any, len(row))
		for i, value := range row {
			if value != "" {
				out[i] = value
			}
		}
		return out, nil
	}))
	if err != nil {
		tb.Fatal(err)
	}
	return db
}

func deskOver(tb testing.TB, db *store.DB) *Desk {
	return &Desk{DB: db, Keys: storetest.Keys(tb), Policy: func(context.Context) (store.Policy, error) {
		return store.Policy{K: rules.K, KCross: rules.KCross, Rounding: rules.Rounding}, nil
	}}
}

// TestPreparedBeforeAnybodyAsks: another replica has the snapshot and what was told
// over it in memory before the first question.
func TestPreparedBeforeAnybodyAsks(t *testing.T) {
	t.Parallel()
	db := recorded(t, 500)
	one, other := deskOver(t, db), deskOver(t, db)
	if err := other.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, by := range []string{"sex", age, country} {
		if _, found, refused, err := one.Public(t.Context(), Query{By: []string{by}}); err != nil || !found || refused {
			t.Fatal(by, found, refused, err)
		}
	}
	if err := other.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := other.current.Load()
	if s == nil || s.Members != 500 || len(s.told.told) != 3 {
		t.Errorf("%+v", s)
	}
}

// BenchmarkLoad reads snapshots out of the records, and gives the memory that they
// hold then and the processors' time that it took here, without Postgres's.
func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("%d members", n), func(b *testing.B) {
			db := recorded(b, n)
			var before, after runtime.MemStats
			var s *Snapshot
			var cpu time.Duration
			for b.Loop() {
				s = nil
				runtime.GC()
				runtime.ReadMemStats(&before)
				start := processors(b)
				var err error
				if s, _, err = Load(b.Context(), db); err != nil || s.Members != n {
					b.Fatal(err)
				}
				cpu = processors(b) - start
				runtime.GC()
				runtime.ReadMemStats(&after)
			}
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/member")
			b.ReportMetric(float64(cpu.Nanoseconds())/1000/float64(n), "cpu-µs/member")
			runtime.KeepAlive(s)
		})
	}
}

// BenchmarkAtOnce has officials ask at the same moment, with the records: so many
// wait for one another. It gives how long the first and the last of them waits, half
// of the times and 9 of 10.
func BenchmarkAtOnce(b *testing.B) {
	db := recorded(b, 100_000)
	for _, askers := range []int{1, 2, 10} {
		b.Run(fmt.Sprintf("%d askers", askers), func(b *testing.B) {
			d := deskOver(b, db)
			if err := d.Prepare(b.Context()); err != nil {
				b.Fatal(err)
			}
			s, r := d.current.Load(), rand.New(rand.NewPCG(7, uint64(askers)))
			var first, last []time.Duration
			cpu := processors(b)
			for b.Loop() {
				took := together(b, d, s, r, askers)
				first, last = append(first, slices.Min(took)), append(last, slices.Max(took))
			}
			b.ReportMetric(float64((processors(b)-cpu).Microseconds())/1000/float64(len(last)*askers), "cpu-ms/question")
			for name, all := range map[string][]time.Duration{"first": first, "last": last} {
				slices.Sort(all)
				b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-"+name+"-ms")
				b.ReportMetric(float64(all[len(all)*9/10].Microseconds())/1000, "p90-"+name+"-ms")
			}
		})
	}
}

// together gives how long each of some questions takes that are asked at once.
func together(b *testing.B, d *Desk, s *Snapshot, r *rand.Rand, askers int) []time.Duration {
	took, queries := make([]time.Duration, askers), make([]Query, askers)
	for i := range queries {
		queries[i] = anything(s, r)
	}
	var all sync.WaitGroup
	start := time.Now()
	for i, q := range queries {
		all.Go(func() {
			if _, _, _, err := d.Public(b.Context(), q); err != nil {
				b.Error(err)
			}
			took[i] = time.Since(start)
		})
	}
	all.Wait()
	return took
}
