package limits_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"mboka/store/limits"
	"mboka/store/storetest"
)

// BenchmarkBulk asks as the bulk of one sender does: granted, told to come back,
// and told so by the gate alone.
func BenchmarkBulk(b *testing.B) {
	free := map[string]limits.Rate{"telegram": {Platform: 3_000_000, Bulk: 1_000_000, Replies: 1_000_000}}
	for _, bm := range []struct {
		name  string
		rates map[string]limits.Rate
		do    func(*limits.Lanes) error
		goes  bool
	}{
		{"goes", free, func(*limits.Lanes) error { return nil }, true},
		{"waits", map[string]limits.Rate{"telegram": {Platform: 100, Bulk: 1, Replies: 10}}, func(l *limits.Lanes) error {
			first := l.Bulk("telegram")
			_, err := first.Ask(b.Context())
			first.Leave(b.Context())
			return err
		}, false},
		{"shut", free, func(l *limits.Lanes) error { return l.Slow(b.Context(), "telegram", limits.Stop, time.Hour) }, false},
	} {
		b.Run(bm.name, func(b *testing.B) {
			l := limits.NewLanes(storetest.Redis(b), storetest.Prefix(b), nil, bm.rates)
			if err := bm.do(l); err != nil {
				b.Fatal(err)
			}
			went, sender := 0, l.Bulk("telegram")
			b.ReportAllocs()
			for b.Loop() {
				wait, err := sender.Ask(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				if wait == 0 {
					went++
				}
			}
			b.ReportMetric(float64(went)/float64(b.N), "gone/op")
			if bm.goes != (went > b.N/2) {
				b.Errorf("%d of %d went", went, b.N)
			}
		})
	}
}

// BenchmarkReply is what counting costs the worker that sends a reply.
func BenchmarkReply(b *testing.B) {
	l := limits.NewLanes(storetest.Redis(b), storetest.Prefix(b), nil, limits.Rates)
	b.ReportAllocs()
	for b.Loop() {
		l.Reply("telegram")
	}
}

// BenchmarkTake counts people, with as many in the last 24 hours as the name
// says and room for one more, and where there is no room.
func BenchmarkTake(b *testing.B) {
	for _, bm := range []struct {
		people int
		full   bool
	}{{250, false}, {250, true}, {100_000, false}, {100_000, true}} {
		b.Run(fmt.Sprintf("people=%d/full=%v", bm.people, bm.full), func(b *testing.B) {
			client, prefix := storetest.Redis(b), storetest.Prefix(b)
			tier := limits.NewTier(client, prefix)
			pipe := client.Pipeline()
			now := time.Now().UnixMicro()
			for i := range bm.people {
				pipe.ZAdd(b.Context(), prefix+":tier:whatsapp", redis.Z{Score: float64(now - int64(i)), Member: strconv.Itoa(i)})
			}
			if _, err := pipe.Exec(b.Context()); err != nil {
				b.Fatal(err)
			}
			most, i := 1<<30, 0
			if bm.full {
				most = bm.people
			}
			b.ReportAllocs()
			for b.Loop() {
				i++
				ok, _, err := tier.Take(b.Context(), "whatsapp", "new"+strconv.Itoa(i), most)
				if err != nil || ok == bm.full {
					b.Fatal(ok, err)
				}
			}
		})
	}
}
