package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// A person who reads loads a page and its style, and taps on; many of them sit
// behind one address, in a school or behind a carrier's NAT (RFC 6888 lets one
// address serve thousands). So the limit is far above what a reader does, and
// far under what a copier of the whole site would like. Both are ours, measured
// against nothing yet.
const (
	pagesAtOnce    = 120 // requests in a burst
	pagesPerSecond = 5   // that come back each second
)

// mostAddresses bounds what is kept; each takes about 100 bytes. When it is
// full, who has been silent long enough for a whole burst is forgotten, and if
// nobody has, all are: rather that than to refuse everybody.
const mostAddresses = 20_000

// limiter is a token bucket for each address, in this process alone: two
// replicas give twice as much.
type limiter struct {
	burst, perSecond float64

	mu      sync.Mutex
	buckets map[netip.Prefix]bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

func newLimiter(burst, perSecond float64) *limiter {
	return &limiter{burst: burst, perSecond: perSecond, buckets: map[netip.Prefix]bucket{}}
}

// take takes one token, and tells whether there was one.
func (l *limiter) take(who netip.Prefix, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, known := l.buckets[who]
	if !known {
		l.room(now)
		b = bucket{tokens: l.burst, at: now}
	}
	b.tokens = min(l.burst, b.tokens+l.perSecond*max(0, now.Sub(b.at).Seconds()))
	b.at = now
	ok := b.tokens >= 1
	if ok {
		b.tokens--
	}
	l.buckets[who] = b
	return ok
}

func (l *limiter) room(now time.Time) {
	if len(l.buckets) < mostAddresses {
		return
	}
	whole := time.Duration(l.burst / l.perSecond * float64(time.Second))
	for who, b := range l.buckets {
		if now.Sub(b.at) >= whole {
			delete(l.buckets, who)
		}
	}
	if len(l.buckets) >= mostAddresses {
		clear(l.buckets)
	}
}

// addressOf is whose request it is: the address of the connection, or, where
// that is a proxy of our own (in a private network, or on this machine), what
// the proxy wrote last into X-Forwarded-For. Anything before that the reader may
// have made up. An IPv6 network of 64 bits is one reader (RFC 6177): whoever has
// one has all its addresses.
func addressOf(r *http.Request) netip.Prefix {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{} // a socket without addresses: one reader
	}
	if address = address.Unmap(); address.IsPrivate() || address.IsLoopback() {
		if all := r.Header.Values("X-Forwarded-For"); len(all) > 0 {
			last := all[len(all)-1]
			last = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
			if told, err := netip.ParseAddr(last); err == nil {
				address = told.Unmap()
			}
		}
	}
	bits := 32
	if address.Is6() {
		bits = 64
	}
	network, err := address.WithZone("").Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return network
}

// limited lets an address have so many pages, and tells it to wait then.
func (s *Site) limited(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.limit.take(addressOf(r), s.Now()) {
			w.Header().Set("Retry-After", "60")
			s.problem(w, r, http.StatusTooManyRequests)
			return
		}
		next(w, r)
	}
}
