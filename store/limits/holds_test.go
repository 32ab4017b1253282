package limits_test

import (
	"testing"
	"time"

	"mboka/store/limits"
	"mboka/store/storetest"
)

func TestHolds(t *testing.T) {
	t.Parallel()
	client, prefix, now := storetest.Redis(t), storetest.Prefix(t), time.Unix(1_800_000_000, 0)
	clock := func() time.Time { return now }
	one := limits.NewHolds(client, prefix, clock, "telegram", "whatsapp")
	two := limits.NewHolds(client, prefix, clock, "telegram", "whatsapp")
	near := func(what string, got time.Time, want time.Duration) {
		t.Helper()
		if d := got.Sub(now); d > want || d < want-5*time.Second {
			t.Errorf("%s: held for %s, not about %s", what, d, want)
		}
	}
	if err := one.Hold(t.Context(), "telegram", time.Minute); err != nil {
		t.Fatal(err)
	}
	near("at once where it was set", one.Until("telegram"), time.Minute)
	if !two.Until("telegram").IsZero() {
		t.Error("the other replica knows before it has looked")
	}
	if err := two.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	near("elsewhere after a look", two.Until("telegram"), time.Minute)
	if !two.Until("whatsapp").IsZero() {
		t.Error("the other sender is held too")
	}
	if err := two.Hold(t.Context(), "telegram", time.Second); err != nil {
		t.Fatal(err)
	}
	near("never shortened", two.Until("telegram"), time.Minute)
	three := limits.NewHolds(client, prefix, clock, "telegram")
	if err := three.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	near("not in Redis either", three.Until("telegram"), time.Minute)
}

// TestHoldsWithoutRedis holds where the refusal came, at least.
func TestHoldsWithoutRedis(t *testing.T) {
	t.Parallel()
	server := storetest.RedisServer(t)
	holds := limits.NewHolds(server.Client(), "mboka", time.Now, "telegram")
	server.Kill9()
	if err := holds.Hold(t.Context(), "telegram", time.Minute); err == nil {
		t.Error("no error without Redis")
	}
	if !holds.Until("telegram").After(time.Now()) {
		t.Error("not held here")
	}
	if err := holds.Refresh(t.Context()); err == nil || !holds.Until("telegram").After(time.Now()) {
		t.Error("forgotten when Redis does not answer")
	}
}
