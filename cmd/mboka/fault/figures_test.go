package fault

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"text/tabwriter"
	"time"
)

// figures are what one scenario measured.
type figures struct {
	scenario string
	people   int
	messages int // said by people, each once
	lost     int // of these, webhooks that the platform gave up; they were said again
	breaches int // breaks of any sort
	crashes  int // those after which a chat may see a reply again
	repeats  int
	most     int // repeats on one phone
	recovery time.Duration
	slowest  time.Duration // wait for any reply
	took     time.Duration
	tally
}

// sheet is the table of all scenarios, printed at the end.
type sheet struct {
	mu   sync.Mutex
	rows []figures
}

var table sheet

func (s *sheet) add(f figures) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows = append(s.rows, f)
}

func (s *sheet) print(out io.Writer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rows) == 0 {
		return
	}
	fmt.Fprintf(out, "\nseed %d; a crash is a break after which a chat may see a reply again, slowest is the longest wait for a reply, recovery the same counted from when all was whole again\n", *seed)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "scenario\tpeople\tmessages\tposts\taccepted\t503\tslowest 503\tbroken\tlost\tbreaks\tcrashes\trepeats\tmost a chat\trecovery\tslowest\ttook\t")
	for _, f := range s.rows {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%.1f s\t%d\t%d\t%d\t%d\t%d\t%d\t%.1f s\t%.1f s\t%.0f s\t\n", f.scenario, f.people, f.messages, f.posts,
			f.taken, f.refused, f.slowest503.Seconds(), f.broken, f.lost, f.breaches, f.crashes, f.repeats, f.most, f.recovery.Seconds(), f.slowest.Seconds(), f.took.Seconds())
	}
	w.Flush()
}

// clock is how times are told, as in the logs.
const clock = "15:04:05.000"

// breaks does something that breaks the world; heals ends it. Between them the
// world is sick. After a crash of a part that knows whether a reply was sent,
// each chat may see one reply again.
func (w *world) breaks(crash bool, do func()) {
	w.mu.Lock()
	w.sick++
	w.breaches++
	w.t.Logf("%s: break %d", time.Now().UTC().Format(clock), w.breaches)
	if crash {
		w.crashes++
	}
	w.mu.Unlock()
	do()
}

// What a break is, for breaks.
const (
	crash    = true
	harmless = false
)

func (w *world) heals(do func()) {
	do()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sick--
	if w.sick == 0 {
		w.healthy = time.Now()
		w.t.Logf("%s: all is whole", w.healthy.UTC().Format(clock))
		w.mended = append(w.mended, w.healthy)
	}
}

// healthyFor is how long nothing has been broken.
func (w *world) healthyFor() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sick > 0 {
		return 0
	}
	return time.Since(w.healthy)
}

// recovery is how long after a heal the slowest reply came to what was said
// before it.
func (w *world) recovery(said []message) time.Duration {
	var slowest time.Duration
	for _, m := range said {
		for _, at := range slices.Backward(w.mended) {
			if m.replied.After(at) {
				if m.at.Before(at) {
					slowest = max(slowest, m.replied.Sub(at))
				}
				break // earlier heals were followed by other breaks
			}
		}
	}
	return slowest
}

// pause waits between so many milliseconds.
func (w *world) pause(least, most int) {
	wait(w.t.Context().Done(), time.Duration(least+w.rng.IntN(most-least+1))*time.Millisecond)
}
