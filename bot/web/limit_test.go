package web

import (
	"net/netip"
	"testing"
	"time"
)

func TestLimiterKeepsABoundedNumber(t *testing.T) {
	t.Parallel()
	l, now := newLimiter(10, 1), time.Unix(0, 0)
	address := func(i int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)}), 32)
	}
	for i := range mostAddresses {
		l.take(address(i), now)
	}
	for range 10 {
		l.take(address(0), now.Add(9*time.Second))
	}
	// All others have been silent for as long as fills their buckets.
	l.take(address(mostAddresses), now.Add(10*time.Second))
	if len(l.buckets) != 2 || l.take(address(0), now.Add(9*time.Second)) {
		t.Errorf("%d are kept", len(l.buckets))
	}
	for i := range 2 * mostAddresses { // all at once
		l.take(address(i), now.Add(time.Minute))
		if len(l.buckets) > mostAddresses {
			t.Fatalf("%d are kept", len(l.buckets))
		}
	}
}
