package fault

import (
	"cmp"
	"math/rand/v2"
	"testing"
	"time"
)

// scenario is one way to break the world while people register.
type scenario struct {
	name  string
	needs needs
	chaos func(*world)
	// unbroken: no person may notice. No chat may see a repeat, and no reply
	// may wait for a lease to run out.
	unbroken bool
	over     time.Duration // the while over which the people come; 0: arrivals
	share    int           // only one of so many of the crowd come; 0: all
	after    func(*world)  // looks further, before everything is judged
}

var scenarios = []scenario{
	{name: "bot", chaos: killBots},
	{name: "redis", chaos: killRedis},
	{name: "postgres", chaos: killPostgres, needs: needs{killPostgres: true}},
	{name: "network", chaos: breakNetwork, needs: needs{proxies: true}},
	{name: "providers", chaos: troubleProviders},
	{name: "webhooks", chaos: mixWebhooks, unbroken: true},
	{name: "rolling", chaos: rollOver, unbroken: true},
	{name: "keys", chaos: turnKeys, unbroken: true, over: 20 * time.Second, share: 3, after: keysHaveTurned},
	{name: "mixed", chaos: mixed, needs: needs{killPostgres: true, proxies: true}},
}

// arrivals is the while over which the people come.
const arrivals = 10 * time.Second

func TestFaults(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			begun := time.Now()
			w := newWorld(t, s.needs)
			w.populate(*crowd / max(1, s.share))
			finish := w.crowd(cmp.Or(s.over, arrivals))
			s.chaos(w)
			finish()
			if s.after != nil {
				s.after(w)
			}
			f := w.judge(s.name, func(m *member) int {
				if s.unbroken {
					return 0
				}
				return w.crashes + w.unsure[m.phone.address()]
			}, begun)
			if s.unbroken && (f.lost > 0 || f.slowest > unnoticed) {
				t.Errorf("%d messages were lost, and the slowest reply took %v", f.lost, f.slowest)
			}
			for i, r := range w.replicas {
				if code, took := r.terminate(stopWithin); code != 0 {
					t.Errorf("at the end replica %d ended with %d after %v", i, code, took)
				}
			}
		})
	}
}

// unnoticed is how long a reply may take where nobody may notice: less than a
// lease, so that one that was not given back is seen.
const unnoticed = 8 * time.Second

// stopWithin bounds a clean stop: 10 s for requests, a turn's 30 s at most.
const stopWithin = 45 * time.Second

// killBots kills a replica at a random moment, or both.
func killBots(w *world) {
	for round := range 5 {
		w.pause(800, 2000)
		w.breaks(crash, func() {
			w.replicas[round%2].kill9()
			if round == 3 {
				w.replicas[(round+1)%2].kill9()
			}
		})
		w.heals(w.ready)
	}
}

func (w *world) ready() {
	w.t.Helper()
	for _, r := range w.replicas {
		w.poll("a replica to be ready again", r.isReady)
	}
}

func killRedis(w *world) {
	for range 4 {
		w.pause(800, 2500)
		w.breaks(crash, w.server.Kill9)
		w.pause(100, 2500)
		w.heals(w.server.Restart)
	}
}

func killPostgres(w *world) {
	for range 4 {
		w.pause(800, 2500)
		w.breaks(harmless, w.postgres.Kill9)
		w.pause(100, 2500)
		w.heals(w.postgres.Restart)
	}
}

// breakNetwork cuts, slows down and swallows what goes to each store.
func breakNetwork(w *world) {
	for _, p := range w.proxies() {
		w.pause(500, 1500)
		w.breaks(p == w.toRedis, p.Cut)
		w.heals(func() {})
		for _, bad := range []func(){func() { p.Delay(5 * time.Second) }, p.HalfOpen} {
			w.pause(500, 1500)
			w.breaks(p == w.toRedis, bad)
			w.pause(3000, 5000)
			w.heals(p.Pass)
		}
	}
}

// mixWebhooks has every webhook come late, a third of them several times. One
// that is late enough comes after one of the person's other queue.
func mixWebhooks(w *world) {
	w.balancer.mix(&mixer{rng: rand.New(rand.NewPCG(*seed, 1)), late: 400 * time.Millisecond})
	w.pause(12_000, 12_000)
	w.balancer.mix(nil)
}

// rollOver replaces both replicas, one after the other, again and again.
func rollOver(w *world) {
	var slowest time.Duration
	defer func() { w.t.Logf("the slowest clean stop took %v", slowest) }()
	for range 3 {
		for i, r := range w.replicas {
			w.pause(300, 1200)
			code, took := r.terminate(stopWithin)
			if code != 0 {
				w.t.Errorf("replica %d ended with %d after %v", i, code, took)
			}
			slowest = max(slowest, took)
			w.poll("the next replica to be ready", r.isReady)
		}
	}
}

// mixed breaks one thing after the other, and sometimes two at once.
func mixed(w *world) {
	heal := w.trouble(10, calm)
	defer heal()
	for range 6 {
		w.pause(300, 1200)
		first, second := w.rng.IntN(7), w.rng.IntN(7)
		mend := w.breakOne(first)
		if second != first && w.rng.IntN(2) == 0 {
			w.pause(0, 300)
			other, one := w.breakOne(second), mend
			mend = func() { one(); other() }
		}
		w.pause(300, 2500)
		mend()
	}
}

// breakOne breaks one thing and gives what mends it.
func (w *world) breakOne(which int) (mend func()) {
	proxies := w.proxies()
	switch which {
	case 0:
		w.breaks(crash, w.server.Kill9)
		return func() { w.heals(w.server.Restart) }
	case 1:
		w.breaks(harmless, w.postgres.Kill9)
		return func() { w.heals(w.postgres.Restart) }
	case 2:
		w.breaks(crash, w.replicas[w.rng.IntN(2)].kill9)
		return func() { w.heals(func() {}) }
	case 3:
		p := proxies[w.rng.IntN(2)]
		w.breaks(p == w.toRedis, p.Cut)
		return func() { w.heals(func() {}) }
	}
	if which == 6 {
		return w.stopOne()
	}
	p := proxies[which-4]
	w.breaks(p == w.toRedis, p.HalfOpen)
	return func() { w.heals(p.Pass) }
}

// stopOne asks a replica to end in the middle of everything. Where it serves, it
// must end cleanly whatever is broken around it.
func (w *world) stopOne() (mend func()) {
	r := w.replicas[w.rng.IntN(2)]
	serves := r.isReady()
	w.breaks(harmless, func() {
		if code, took := r.terminate(stopWithin); serves && code != 0 {
			w.t.Errorf("a replica ended with %d after %v", code, took)
		}
	})
	return func() { w.heals(func() {}) }
}
