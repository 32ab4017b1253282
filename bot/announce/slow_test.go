package announce

import (
	"context"
	"testing"
	"time"

	"mboka/bot"
)

// One chat that is too fast slows everything that is announced: nobody gets two
// announcements in a row.
func TestOneRefusedChatSlowsTheLane(t *testing.T) {
	t.Parallel()
	slowed := map[string]int{}
	w := newWorld(t, func(c *SendingConfig) {
		c.Slow = func(_ context.Context, channel string, d time.Duration) error {
			if d > 0 {
				slowed[channel]++
			}
			return nil
		}
	})
	_, address := w.join("telegram", "BE", time.Hour)
	w.join("telegram", "BE", time.Hour)
	w.telegram.answer(address, refused(bot.Throttled, "429"))
	w.run(w.announce())
	if slowed["telegram"] != 1 || slowed["whatsapp"] != 0 || w.telegram.count() != 1 {
		t.Errorf("slowed %v, %d sent", slowed, w.telegram.count())
	}
}
