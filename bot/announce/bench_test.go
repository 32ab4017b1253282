package announce

import (
	"flag"
	"sync"
	"testing"
	"time"

	"mboka/store"
)

// many is how many people BenchmarkPlan plans for.
var many = flag.Int("announce.people", 1_000_000, "people for whom deliveries are planned")

// BenchmarkPlan puts a million deliveries into the ledger. The people are made
// in the records at once; their addresses, which planning does not open, are of
// nobody.
func BenchmarkPlan(b *testing.B) {
	w := newWorld(b)
	for _, statement := range []string{
		`INSERT INTO member (id, number, language, synthetic, created_at, registered_at)
			SELECT md5('m' || n)::uuid, 'Z' || n, (ARRAY['fr', 'en', 'ln'])[1 + n % 3], true, '2026-10-26', '2026-10-26' FROM generate_series(1, $1) n`,
		`INSERT INTO profile (member_id, country_residence, updated_at)
			SELECT md5('m' || n)::uuid, (ARRAY['BE', 'FR', 'CD', 'CA', 'GB'])[1 + n % 5], '2026-10-26' FROM generate_series(1, $1) n`,
		`INSERT INTO address (chat, member_id, channel, sealed_address, created_at, last_inbound_at)
			SELECT decode(md5('a' || n), 'hex'), md5('m' || n)::uuid, (ARRAY['telegram', 'whatsapp'])[1 + n % 2], '\x00', '2026-10-26', '2026-10-26' FROM generate_series(1, $1) n`,
		`INSERT INTO consent (id, member_id, purpose, granted, notice_version, language, channel, at, message_id)
			SELECT md5('c' || n)::uuid, md5('m' || n)::uuid, 'missions', true, '1', 'fr', 'telegram', '2026-10-26', 'm' FROM generate_series(1, $1) n`,
	} {
		w.sql(statement, *many)
	}
	w.sql(`ANALYZE`)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		id := w.announce()
		l, err := w.sending.letter(b.Context(), id)
		if err == nil {
			err = w.sending.plan(b.Context(), l)
		}
		if err != nil {
			b.Fatal(err)
		}
		n++
		if got := w.totals(id)["planned"]; got != int64(*many) {
			b.Fatalf("%d planned", got)
		}
	}
	b.ReportMetric(float64(n)*float64(*many)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkDeliveries sends with as many pumps as one process has, to platforms
// that answer at once and know no rates.
func BenchmarkDeliveries(b *testing.B) {
	w := newWorld(b)
	w.crowd(b.N)
	id := w.announce()
	w.tend(id)
	b.ReportAllocs()
	b.ResetTimer()
	var all sync.WaitGroup
	for range 24 {
		all.Go(func() {
			if _, err := w.sending.Pump(b.Context(), id, "telegram", midday.Add(time.Hour)); err != nil {
				b.Error(err)
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	b.StopTimer()
	if got := w.totals(id)[store.DeliverySent]; got != int64(b.N) || w.telegram.count() != b.N {
		b.Errorf("%d sent, %d taken", got, w.telegram.count())
	}
}
