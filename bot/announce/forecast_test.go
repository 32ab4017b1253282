package announce

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mboka/bot"
	"mboka/store"
)

// TestForecastIsWhatComes foretells an announcement to people of four countries,
// three languages and every way of being reached, sends it, and compares by
// country and means: within 2 %, where one person is more than that exactly.
func TestForecastIsWhatComes(t *testing.T) {
	t.Parallel()
	approved := func(kind bot.NoticeKind, language string) bool {
		return kind == bot.NoticeMission && language == "fr" || kind == bot.NoticeStub && language == "ln"
	}
	marketing := func(kind bot.NoticeKind, _ string) bool { return kind == bot.NoticeMission }
	w := newWorld(t, func(c *SendingConfig) {
		c.Approved = func(channel string, kind bot.NoticeKind, language string) bool {
			return channel == "whatsapp" && (approved(kind, language) || kind == bot.NoticeMission && approved(bot.NoticeStub, language))
		}
		c.Marketing = func(_ string, kind bot.NoticeKind, language string) bool {
			return approved(kind, language) && marketing(kind, language)
		}
	})
	w.whatsapp.sent = func(m bot.Message) bot.NoticeKind {
		if m.Outside && !approved(m.Notice, m.Language) {
			return bot.NoticeStub
		}
		return m.Notice
	}
	w.later(5 * time.Hour) // awake in America too
	told := w.announce()
	prefixes := map[string]string{"BE": "+32470", "FR": "+33639", "CA": "+14165", "US": "+12025"}
	for i := range 300 {
		country := []string{"BE", "BE", "FR", "CA", "US"}[i%5]
		language, channel := []string{"fr", "fr", "ln", "en"}[i%4], []string{"telegram", "whatsapp", "whatsapp"}[i%3]
		id := w.settle(channel, fmt.Sprintf("%s:%s%05d", channel, prefixes[country], i), country, language, time.Duration(i%7)*10*time.Hour)
		if i%11 == 0 { // enough in 30 days
			for n := range w.policy.CapMonth {
				earlier := told
				if n > 0 {
					earlier = w.announce()
				}
				w.sql(`INSERT INTO delivery (id, announcement_id, member_id, channel, language, country, place, state, started_at)
					VALUES (gen_random_uuid(), $1, $2, $3, 'fr', $4, $4, 'sent', $5)`, earlier, id, channel, country, midday.AddDate(0, 0, -3))
			}
		}
	}
	w.sql(`UPDATE announcement SET status = 'closed'`)
	desk := &Desk{DB: w.db, Keys: w.db.Keys(), Policy: w.cfg.Policy, Channels: []string{"telegram", "whatsapp"},
		Conditions: func(context.Context) (Conditions, error) {
			return Conditions{Windowed: "whatsapp", Approved: approved, Marketing: marketing}, nil
		}}
	foretold, err := desk.Forecast(t.Context(), Audience{}, bot.NoticeMission, w.now())
	if err != nil {
		t.Fatal(err)
	}
	id := w.announce()
	w.run(id)
	type cell struct{ country, how string }
	want, got, people := map[cell]int{}, map[cell]int{}, 0
	for _, e := range foretold {
		want[cell{e.Country, e.Means + e.Skipped}] += e.People
		people += e.People
	}
	all, err := w.db.Totals(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		how := d.Means
		switch {
		case d.State == store.DeliverySkipped:
			how = d.Reason
		case d.State == store.DeliveryParked && d.Means == "":
			how = store.DeliveryParked
		}
		got[cell{d.Country, how}] += int(d.N)
	}
	for c, n := range want {
		if off := got[c] - n; off*off*2500 > n*n {
			t.Errorf("%v: %d foretold, %d came", c, n, got[c])
		}
	}
	for c, n := range got {
		if want[c] == 0 {
			t.Errorf("%v: %d came that nobody foretold", c, n)
		}
	}
	if people < 290 || len(want) < 12 {
		t.Errorf("only %d people in %d cells: %v", people, len(want), want)
	}
}
