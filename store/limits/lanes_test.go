package limits_test

import (
	"testing"
	"time"

	"mboka/store/limits"
	"mboka/store/storetest"
)

// rates are so low that a slow machine does not reach them by chance.
var rates = map[string]limits.Rate{"telegram": {Platform: 30, Bulk: 2, Replies: 3}, "whatsapp": {Platform: 80, Bulk: 2, Replies: 3}}

// bulk asks once.
func bulk(t *testing.T, l *limits.Lanes, channel string) time.Duration {
	t.Helper()
	wait, err := l.Bulk(t.Context(), channel)
	if err != nil {
		t.Fatal(err)
	}
	return wait
}

func TestBulkIsEvenlyApart(t *testing.T) {
	t.Parallel()
	client, prefix := storetest.Redis(t), storetest.Prefix(t)
	one, two := limits.NewLanes(client, prefix, nil, rates), limits.NewLanes(client, prefix, nil, rates)
	if wait := bulk(t, one, "telegram"); wait != 0 {
		t.Fatalf("the first one waits %s", wait)
	}
	for _, l := range []*limits.Lanes{one, two} {
		if wait := bulk(t, l, "telegram"); wait <= 0 || wait > time.Second/2 {
			t.Errorf("the next one waits %s, not the rest of half a second", wait)
		}
	}
	if wait := bulk(t, two, "whatsapp"); wait != 0 {
		t.Errorf("another channel waits %s", wait)
	}
}
