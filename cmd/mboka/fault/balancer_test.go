package fault

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// balancer is the public address: it hands each request to a replica that is
// ready, the next one where nobody listens, and answers 502 where none is left
// or the connection broke. It knows nothing of a replica that is about to stop.
type balancer struct {
	server    *httptest.Server
	transport *http.Transport
	late      sync.WaitGroup // copies under way
	ctx       context.Context

	mu       sync.Mutex
	replicas []*replica
	turn     int
	mixer    *mixer
	tally    tally
}

// tally is what the platforms were answered.
type tally struct {
	posts, taken, refused int // refused: 503
	broken                int // 502: nobody there, or the connection broke
	copies                int // posts that we made out of one
	slowest503            time.Duration
}

// mixer makes webhooks late, many, and so out of order between the queues of
// one person.
type mixer struct {
	rng  *rand.Rand // guarded by the balancer's lock
	late time.Duration
}

func newBalancer(t *testing.T) *balancer {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	b := &balancer{transport: &http.Transport{MaxIdleConnsPerHost: 64}, ctx: ctx}
	b.server = httptest.NewServer(b)
	t.Cleanup(func() {
		stop()
		b.late.Wait()
		b.server.CloseClientConnections()
		b.server.Close()
		b.transport.CloseIdleConnections()
	})
	return b
}

func (b *balancer) serve(replicas ...*replica) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.replicas = replicas
}

func (b *balancer) mix(m *mixer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mixer = m
}

func (b *balancer) count() tally {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.tally
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the platform has left
	}
	pause, copies := b.plan()
	for _, after := range copies {
		b.late.Go(func() {
			if wait(b.ctx.Done(), after) {
				if resp, err := b.forward(b.ctx, r, body); err == nil {
					resp.Body.Close()
				}
			}
		})
	}
	if pause > 0 && !wait(r.Context().Done(), pause) {
		return
	}
	begun := time.Now()
	resp, err := b.forward(r.Context(), r, body)
	if err != nil {
		b.answered(http.StatusBadGateway, time.Since(begun))
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	b.answered(resp.StatusCode, time.Since(begun))
	w.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body) // the platform may have left
}

// plan says how late a request goes on and how late copies of it follow.
func (b *balancer) plan() (pause time.Duration, copies []time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.mixer
	if m == nil {
		return 0, nil
	}
	some := func() time.Duration { return time.Duration(m.rng.Int64N(int64(m.late))) }
	if m.rng.IntN(3) == 0 {
		for range 1 + m.rng.IntN(4) {
			copies = append(copies, some()*2)
		}
	}
	b.tally.copies += len(copies)
	return some(), copies
}

func (b *balancer) answered(status int, took time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tally.posts++
	switch {
	case status/100 == 2:
		b.tally.taken++
	case status == http.StatusServiceUnavailable:
		b.tally.refused++
		b.tally.slowest503 = max(b.tally.slowest503, took)
	default:
		b.tally.broken++
	}
}

var errNobody = errors.New("no replica is ready")

func (b *balancer) forward(ctx context.Context, r *http.Request, body []byte) (*http.Response, error) {
	last := errNobody
	for _, replica := range b.order() {
		req, err := http.NewRequestWithContext(ctx, r.Method, "http://"+replica.listen+r.RequestURI, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header = r.Header.Clone()
		resp, err := b.transport.RoundTrip(req)
		var op *net.OpError
		if err == nil || !errors.As(err, &op) || op.Op != "dial" {
			return resp, err
		}
		last = err // nobody listens: nothing was sent
	}
	return nil, last
}

func (b *balancer) order() []*replica {
	b.mu.Lock()
	defer b.mu.Unlock()
	var ready []*replica
	for i := range b.replicas {
		if r := b.replicas[(b.turn+i)%len(b.replicas)]; r.isReady() {
			ready = append(ready, r)
		}
	}
	b.turn++
	return ready
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
