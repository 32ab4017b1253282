package bot_test

import (
	"context"
	"flag"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"mboka/store"
	"mboka/store/storetest"
)

var (
	simSeed    = flag.Uint64("sim.seed", 1, "seed of the simulated members")
	simMembers = flag.Int("sim.members", simulated, "how many members are simulated")
	simMember  = flag.Int("sim.member", -1, "play this one member alone, and print the dialogue")
)

// simLanes is how many services run side by side. Members wait for Postgres a
// part of their time.
const simLanes = 4

// simRows reads what the store has no method for.
var simRows *pgxpool.Pool

func (m *member) turnRows(ctx context.Context) (n int, err error) {
	err = simRows.QueryRow(ctx, `SELECT count(*) FROM turn WHERE chat = $1`, m.chat).Scan(&n)
	return n, err
}

// TestSimulation lets members loose on the whole service: people who mistype,
// mix languages, tap twice, tap old buttons, flood, correct themselves, go away
// for weeks, stop, refuse, erase. What each believes from the bot's words alone
// must be what Postgres holds.
//
// A member is made of the seed and their index, whoever else there is: a broken
// rule prints both, and with -sim.seed and -sim.member that one plays again.
// It runs beside no other test, because it looks for goroutines left behind.
func TestSimulation(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // miniredis makes a Lua of its own for each call
	url := storetest.PostgresURL(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	db, err := store.Open(t.Context(), url, storetest.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if simRows, err = pgxpool.New(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	defer simRows.Close()
	for key, value := range store.DemoSettings() {
		if err := db.PutSetting(t.Context(), key, value, "test", time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if *simMember >= 0 {
		l, end := openLane(t, db, 0)
		defer end()
		m := newMember(l, *simSeed, *simMember, &sights{})
		fault := m.live()
		t.Logf("%+v\n%s", m.p, m.tail(len(m.script)))
		if fault != "" {
			t.Error(fault)
		}
		return
	}
	seen := simulate(t, db)
	for _, what := range slices.Sorted(maps.Keys(seen)) {
		t.Logf("%6d %s", seen[what], what)
	}
}

// mostFaults is when a run has seen enough.
const mostFaults = 5

func simulate(t *testing.T, db *store.DB) sights {
	t.Helper()
	var next, faults atomic.Int64
	var lanes sync.WaitGroup
	all := make([]sights, simLanes)
	for i := range all {
		all[i] = sights{}
		l, end := openLane(t, db, i)
		lanes.Go(func() {
			defer end()
			for faults.Load() < mostFaults {
				n := int(next.Add(1)) - 1
				if n >= *simMembers {
					return
				}
				m := newMember(l, *simSeed, n, &all[i])
				if fault := m.live(); fault != "" {
					faults.Add(1)
					t.Errorf("seed=%d member=%d: %s\nagain: go test ./bot -run 'TestSimulation$' -sim.seed=%d -sim.member=%d\n%s",
						*simSeed, n, fault, *simSeed, n, m.tail(14))
				}
				all[i]["members"]++
				all[i]["messages"] += m.ids
			}
		})
	}
	lanes.Wait()
	total := sights{}
	for _, s := range all {
		for what, n := range s {
			total[what] += n
		}
	}
	return total
}
