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
	"mboka/store/seal"
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
	db, end := openRecords(t, url)
	defer end()
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
	if *simMembers < enough || t.Failed() {
		return
	}
	for _, what := range mustSee {
		if seen[what] == 0 {
			t.Errorf("no member has met %q", what)
		}
	}
	if n := seen["misread, and told"]; n > *simMembers/50 {
		t.Errorf("%d answers of %d members were misread, if not silently", n, *simMembers)
	}
	if n := seen["registered to the end"]; n < *simMembers/5 {
		t.Errorf("only %d of %d members came to the end", n, *simMembers)
	}
}

// enough is how many members meet everything in mustSee.
const enough = 800

// mustSee is what a run is for.
var mustSee = []string{
	"flood", "double", "correction", "shuffled", "redelivered", "old button", "media", "blocked", "edit", "two misses",
	"away 26h0m0s", "away 960h0m0s", "went on after a loss", "reply sent again", "reply perhaps sent",
	"said corrected", "said stale", "said under_18", "said declined", "said erase_done", "said stop_reply_paused", "said stop_nothing", "said thanks",
	"said counsel", "said suggest", "said did_you_mean_which", "said age_confirm", "said city_keep_ask", "said command_or_answer", "said way_out",
	"said way_out_skip", "said lang_changed", "said resume_ask", "said resume_required", "said distress", "said not_embassy", "said mydata",
}

// TestSimulatedMemberIsTheSame plays members twice, over records of their own:
// a broken rule can be played again only if all of a life hangs on the seed.
func TestSimulatedMemberIsTheSame(t *testing.T) {
	t.Parallel()
	var lives [2][]string
	for i := range lives {
		db, end := openRecords(t, storetest.PostgresURL(t))
		l, leave := openLane(t, db, i)
		for n := range 10 {
			m := newMember(l, 99, n, &sights{})
			if fault := m.live(); fault != "" {
				t.Error(fault)
			}
			lives[i] = append(lives[i], m.tail(len(m.script)))
		}
		leave()
		end()
	}
	for n := range lives[0] {
		if lives[0][n] != lives[1][n] {
			t.Errorf("member %d has two lives:\n%s\n\n%s", n, lives[0][n], lives[1][n])
		}
	}
}

// records are a database, and a way to read what it has no method for.
type records struct {
	*store.DB
	rows *pgxpool.Pool
}

func openRecords(t *testing.T, url string) (records, func()) {
	t.Helper()
	db, err := store.Open(t.Context(), url, storetest.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range store.DemoSettings() {
		if err := db.PutSetting(t.Context(), key, value, store.ActorOperator, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	return records{db, rows}, func() { db.Close(); rows.Close() }
}

// turns counts what is kept of a chat's turns.
func (r records) turns(ctx context.Context, chat seal.Chat) (n int, err error) {
	err = r.rows.QueryRow(ctx, `SELECT count(*) FROM turn WHERE chat = ANY($1)`, r.Keys().Indexes(chat)).Scan(&n)
	return n, err
}

// mostFaults is when a run has seen enough.
const mostFaults = 5

func simulate(t *testing.T, db records) sights {
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
