package main

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mboka/bot"
	"mboka/bot/figures"
	"mboka/locales"
)

// fresh lets so many people come as far as what they say.
func (s *testService) fresh(t *testing.T, n int, channel, says string) (all []*dialogue) {
	t.Helper()
	for range n {
		d := s.talker(t, channel)
		all = append(all, d)
		d.say("bonjour")
		for what := range strings.FieldsSeq(says) {
			d.say(what)
		}
	}
	return all
}

// TestFunnelOutlivesRedis: a Redis that is killed keeps what was counted; one that
// comes back empty takes the beginnings with it, and those who go on from before
// are counted nowhere, or as who begins. No counter goes below nothing, nobody
// registers who did not begin, and who reads the weeks is told that they are low.
func TestFunnelOutlivesRedis(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.sql(`INSERT INTO funnel_since VALUES (date_trunc('week', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - interval '21 days')`)
	if err := s.redis.Set(t.Context(), "mboka:mark:funnel", time.Now().UnixMilli(), 0).Err(); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.jobsDone()
	funnels, b := s.funnelsOf(t)
	week := bot.WeekOf(time.Now())
	begun := func(when string, want map[string]int) {
		t.Helper()
		got := map[string]int{}
		all, unread, err := b.BegunIn(t.Context(), week)
		for _, c := range all {
			got[c.Channel+" "+c.Stage] += c.N
		}
		if diff := cmp.Diff(want, got); diff != "" || unread != 0 || err != nil {
			t.Fatalf("%s: %d unread, %v, counted:\n%s", when, unread, err, diff)
		}
		raw, err := funnels.Sessions.Tallied(t.Context(), week.Format(time.DateOnly))
		for partition, cells := range raw {
			for n := range maps.Values(cells) {
				if n < 1 || err != nil {
					t.Errorf("%s: partition %d counts %d (%v)", when, partition, n, err)
				}
			}
		}
	}
	four := "[fr] [yes] [35_44] [BE] [edu_master] [employee]"
	asked := s.fresh(t, 3, "telegram", "[fr]")
	halfway := s.fresh(t, 2, "whatsapp", "[fr] [yes] [35_44] [BE]")
	in := s.fresh(t, 2, "telegram", four)
	before := map[string]int{"telegram consent": 3, "whatsapp education_level": 2, "telegram counted": 2}
	begun("before", before)
	for _, d := range append(append(asked, halfway...), in...) {
		d.flushed()
		d.released()
	}
	s.redisServer.Restart()
	begun("killed and started again", before)
	if err := s.redis.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	begun("lost", map[string]int{})

	for _, d := range asked {
		d.say("[yes]") // to a notice that nobody remembers
	}
	for _, d := range halfway {
		d.say("bonjour")
		for _, what := range []string{"[continue]", "[edu_master]", "[employee]"} {
			d.say(what)
		}
	}
	for _, d := range in {
		d.say("bonjour")
	}
	s.fresh(t, 4, "whatsapp", "[fr]")
	s.fresh(t, 2, "telegram", four+" [later] [no]")
	begun("after", map[string]int{"telegram language": 3, "whatsapp consent": 4, "telegram done": 2})
	if n := s.number(`SELECT count(*) FROM member WHERE registered_at IS NOT NULL`); n != 6 {
		t.Errorf("%d registered, want all of those who went on", n)
	}
	s.lowIsSaid(t, funnels, week)
}

// lowIsSaid: what is published after a loss says so.
func (s *testService) lowIsSaid(t *testing.T, funnels *figures.Funnels, week time.Time) {
	t.Helper()
	for _, at := range []time.Time{time.Now(), week.AddDate(0, 0, 16)} {
		if _, err := funnels.Run(t.Context(), at); err != nil {
			t.Fatal(err)
		}
	}
	reader := s.staffer(t, "telegram", "coordinator", "iom")
	reader.hears("/funnel", string(locales.FigSaid))
	text := reader.phone.last()
	for _, part := range []string{"10 débuts d'inscription", "trop bas"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in\n%s", part, text)
		}
	}
}
