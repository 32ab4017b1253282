package bot_test

import (
	"testing"
	"time"

	"mboka/bot"
	"mboka/store/limits"
	"mboka/store/storetest"
)

// TestRepliesAreCounted when they are sent. A slow machine may ask too late,
// when the second is over: then one more reply is sent.
func TestRepliesAreCounted(t *testing.T) {
	t.Parallel()
	lanes := limits.NewLanes(storetest.Redis(t), storetest.Prefix(t), nil, map[string]limits.Rate{"telegram": {Platform: 2000, Bulk: 1000, Replies: 1}})
	r := newRig(t, 20*time.Millisecond, func(c *bot.Config) { c.Lanes = lanes })
	if wait, err := lanes.Bulk("telegram").Ask(t.Context()); wait != 0 || err != nil {
		t.Fatalf("before anything was sent: %s, %v", wait, err)
	}
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for range 20 {
		r.write("mbote")
		for range 50 {
			<-tick.C
			wait, err := lanes.Bulk("telegram").Ask(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if wait > 100*time.Millisecond { // far more than the pace
				return
			}
		}
	}
	t.Error("no reply shut the lane")
}

// TestRefusedSenderSlowsBulk where it was too fast, not where its account is at
// fault.
func TestRefusedSenderSlowsBulk(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		refusal error
		slow    bool
	}{
		"too fast":           {refusal(bot.Throttled, true, time.Millisecond), true},
		"too fast, one chat": {refusal(bot.Throttled, false, time.Millisecond), false},
		"retry":              {refusal(bot.Retry, false, time.Millisecond), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, prefix := storetest.Redis(t), storetest.Prefix(t)
			lanes := limits.NewLanes(client, prefix, nil, limits.Rates)
			r := newRig(t, 20*time.Millisecond, func(c *bot.Config) { c.Lanes = lanes })
			r.fail(tc.refusal)
			r.write("mbote") // once more
			left, err := client.PTTL(t.Context(), prefix+":slow:telegram").Result()
			if err != nil || (left > 0) != tc.slow || left > limits.SlowFor+time.Second {
				t.Errorf("slow for %s more, %v", left, err)
			}
		})
	}
}
