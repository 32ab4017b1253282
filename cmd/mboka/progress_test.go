package main

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"mboka/bot"
	"mboka/bot/announce"
	"mboka/bot/telegram/telegramtest"
	"mboka/store"
)

// TestProgressOfWhoDies: whoever dies while the first message of a progress is
// under way leaves a chat with one message that is not edited any more, and
// whoever dies there again leaves no third one; nor does a platform that takes
// messages without an answer. The report is said all the same. What a platform
// refuses counts for nothing.
func TestProgressOfWhoDies(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.start()
	db := s.records()
	r := newReplica(t, s.keys, s.dbURL, s.redisURL, s.telegram.URL, s.twilio.URL)
	channels := []bot.Channel{r.channels["telegram"]}
	now := time.Now()
	teller := &announce.Teller{DB: r.stores.db, Keys: s.keys, Bot: r.bot, Channels: channels, Reports: r.stores.reports(channels),
		Holds: r.stores.holds, Lanes: r.stores.lanes, Clock: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)}

	for name, fault := range map[string]telegramtest.Fault{"dies": telegramtest.SilentAfter(), "unanswered": telegramtest.DroppedAfter(), "unreadable": telegramtest.OddAfter()} {
		author := s.staffer(t, "telegram", "coordinator", "iom")
		chat := author.phone.(telegramPhone).chat
		a := author.sending(db, lot{60, "BE", "fr", "telegram", store.DeliverySending, ""})
		before := len(s.telegram.Messages(chat))
		tell := func(fault telegramtest.Fault) {
			ctx, kill := context.WithCancel(t.Context())
			defer kill()
			s.telegram.Trouble(func(c telegramtest.Call) (telegramtest.Fault, bool) {
				if !strings.EqualFold(c.Method, "sendMessage") || c.Params["chat_id"] != strconv.FormatInt(chat, 10) {
					return telegramtest.Fault{}, false
				}
				if fault.Hang { // killed before it has kept anything of the call
					kill()
				}
				return fault, true
			})
			_, err := teller.Tell(ctx, a.ID)
			s.telegram.Trouble(nil)
			if died := ctx.Err() != nil; (err != nil) != died {
				t.Fatalf("%s: %v, died %v", name, err, died)
			}
			now = now.Add(2 * time.Minute)
		}
		tell(telegramtest.Refuse(400, "Bad Request: first"))
		for range 4 {
			tell(fault)
		}
		want := 2
		if fault.Odd { // it was taken
			want = 1
		}
		if got := len(s.telegram.Messages(chat)) - before; got != want {
			t.Errorf("%s: %d messages of the progress, not %d", name, got, want)
		}
		s.sql(`UPDATE delivery SET state = 'sent' WHERE announcement_id = $1`, a.ID)
		s.sent(a)
		if _, err := teller.Tell(t.Context(), a.ID); err != nil {
			t.Fatal(err)
		}
		poll(t, "the report", func() bool {
			all := s.telegram.Messages(chat)
			return len(all) == before+want+1 && strings.Contains(all[len(all)-1].Text, "rapport")
		})
	}
}
