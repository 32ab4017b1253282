package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/announce"
	"mboka/bot/figures"
	"mboka/bot/jobs"
	"mboka/locales"
	"mboka/store"
)

// calendar is a service whose jobs live by a clock that the test turns.
type calendar struct {
	*testService
	records *store.DB
	clock   atomic.Int64
}

func (c *calendar) now() time.Time { return time.UnixMicro(c.clock.Load()).UTC() }

// runs has the queue do a job as of a time, and waits until it is done.
func (c *calendar) runs(job string, at time.Time) {
	c.t.Helper()
	c.clock.Store(at.UnixMicro())
	period := at.Truncate(time.Hour)
	if err := c.records.Write(c.t.Context(), func(tx *store.Tx) error {
		return tx.Enqueue(c.t.Context(), jobs.Args{Job: job, Period: period})
	}); err != nil {
		c.t.Fatal(err)
	}
	c.waitLog(fmt.Sprintf(`"msg":"job done","job":%q,"period":%q`, job, period.Format(time.RFC3339)))
}

// dies makes the digests that are due at a time, as a process does that dies
// before it hands any of them over.
func (c *calendar) dies(at time.Time) {
	c.t.Helper()
	policy := store.NewSettings(c.records, time.Now).Policy
	dead, died := &figures.Digests{
		Desk:     &figures.Desk{DB: c.records, Keys: c.keys, Policy: policy},
		Meetings: announce.Agenda{Policy: policy}.Lines,
		Window: func(channel string) time.Duration {
			return map[string]time.Duration{"whatsapp": bot.WhatsAppCapabilities.Window}[channel]
		},
		Room: func(string) int { return bot.WhatsAppCapabilities.Text },
	}, errors.New("killed")
	dead.Notify = func(context.Context, string, string, bot.Notification) error { return died }
	if n, err := dead.Run(c.t.Context(), at); n != 0 || !errors.Is(err, died) {
		c.t.Fatalf("%d were handed over, %v", n, err)
	}
}

// subscribed gives somebody on the staff who reads a language and gets a digest.
func (c *calendar) subscribed(channel, role, org string, lang locales.Lang, rhythm string) *dialogue {
	c.t.Helper()
	d := c.staffer(c.t, channel, role, org)
	d.name, d.staff, d.lang = "digested", true, lang
	if lang != locales.FR {
		d.hears("[language]", "lang_choice")
		d.hears("["+lang.String()+"]", "lang_changed staff_menu")
	}
	d.seen = nil
	d.hears("{cmd:digest} {rhythm:"+rhythm+"}", "fig_said")
	d.flushed()
	return d
}

// writes is that somebody wrote at a time, as the records know it.
func (d *dialogue) writes(at time.Time) {
	d.exec(`UPDATE staff SET last_seen_at = $2 WHERE chat = $1`, at)
}

// hearsNothing: whatever was put into the chat is done, and nothing was said.
func (d *dialogue) hearsNothing(when string) {
	d.t.Helper()
	d.released()
	if messages, edits := d.phone.count(); messages+edits != d.had {
		d.t.Errorf("%s, on %s:\n%s", when, d.phone.channel(), d.phone.last())
	}
}

// lives puts the person behind a chat on record as a member in Montréal.
func (d *dialogue) lives() {
	d.t.Helper()
	ctx, id, now := d.t.Context(), uuid.New(), time.Now()
	if err := d.s.records().Write(ctx, func(tx *store.Tx) error {
		return errors.Join(
			tx.CreateMember(ctx, store.Member{ID: id, Language: "fr", CreatedAt: now}), tx.RegisterMember(ctx, id, "ZZ7K22", now),
			tx.PutAddress(ctx, store.Address{Chat: d.s.keys.Chat(d.phone.channel(), d.phone.address()), MemberID: id,
				Channel: d.phone.channel(), Address: d.phone.address(), CreatedAt: now, LastInboundAt: now, LastMessageID: "m"}),
			tx.PutAnswers(ctx, id, now, []store.Answer{{Step: "country_residence", Codes: []string{"CA"}}, {Step: "city_residence", Codes: []string{"ca-montreal"}}}),
		)
	}); err != nil {
		d.t.Fatal(err)
	}
	d.s.sql(`UPDATE member SET synthetic = true WHERE id = $1`, id)
}

// TestDigestsAreTold: the queue's hourly job tells staff, in their language and
// on their platform, once a week in their own morning. That is so when the job
// is run again, when a process dies before or after it hands one over, and when
// WhatsApp's window is shut until they write. Who turned it off, whose role was
// taken or has lapsed hears nothing.
func TestDigestsAreTold(t *testing.T) {
	t.Parallel()
	s := &calendar{testService: prepareService(t)}
	s.clock.Store(time.Now().UnixMicro())
	s.tempo.clock = s.now
	setupWhatsApp(t, s.testService)
	s.records = s.testService.records()
	if _, err := seed(t.Context(), s.records, 900, 4, time.Now()); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.jobsDone()
	y, m, day := time.Now().UTC().Date()
	monday := time.Date(y, m, day+8-(int(time.Now().UTC().Weekday())+6)%7-1, 0, 0, 0, 0, time.UTC)
	if monday.Weekday() != time.Monday || !monday.After(time.Now()) {
		t.Fatal(monday)
	}
	s.meets(monday)
	open, shut := s.readers("telegram"), s.readers("whatsapp")
	ended := s.ended(monday)
	abroad := s.subscribed("telegram", "official", "iom", locales.FR, "week")
	abroad.lives()
	everybody := append(append(append([]*dialogue{abroad}, open...), shut...), ended...)
	silent := func(when string, all ...*dialogue) {
		t.Helper()
		for _, d := range all {
			d.hearsNothing(when)
		}
	}
	hear := func(all ...*dialogue) {
		t.Helper()
		for _, d := range all {
			d.hearsOf("dig_said")
		}
	}

	s.runs("digest", time.Now())
	silent("in the week that it was asked for", everybody...)
	s.runs("digest", monday.Add(6*time.Hour+7*time.Minute))
	silent("at seven in Kinshasa", everybody...)
	s.dies(monday.Add(7*time.Hour + 2*time.Minute))
	silent("from a process that died", everybody...)
	made := s.made(open[0])
	s.runs("digest", monday.Add(7*time.Hour+7*time.Minute))
	hear(open...)
	if told := s.made(open[0]); told != made || !strings.Contains(open[0].phone.last(), "F-"+told) {
		t.Errorf("it was counted again: %s and %s in\n%s", made, told, open[0].phone.last())
	}
	s.sql(`UPDATE digest SET said_at = NULL`) // as from a process that died after it said them
	s.runs("digest", monday.Add(8*time.Hour+7*time.Minute))
	s.runs("digest", monday.Add(9*time.Hour+7*time.Minute))
	silent("later in that morning", everybody...)
	s.runs("digest", monday.Add(14*time.Hour+7*time.Minute))
	hear(abroad) // it is nine in Montréal
	for _, d := range shut {
		d.writes(monday.Add(17 * time.Hour))
	}
	s.runs("digest", monday.Add(17*time.Hour+7*time.Minute))
	silent("in the evening", everybody...)
	s.runs("digest", monday.Add(31*time.Hour+7*time.Minute))
	hear(shut...)
	s.runs("digest", monday.Add(33*time.Hour+7*time.Minute))
	silent("on Tuesday", everybody...)

	s.grows(monday.AddDate(0, 0, 6))
	next := monday.AddDate(0, 0, 7)
	for _, d := range shut {
		d.writes(next)
	}
	s.runs("digest", next.Add(7*time.Hour+7*time.Minute))
	hear(append(open, shut...)...)
	for _, d := range append(open, shut...) {
		d.compare(d.phone.channel())
	}
	silent("of those who get none", ended...)
	if n, digests := s.number(`SELECT count(*) FROM audit WHERE act = 'figure.digest' AND size > 0`), 2*len(open)+2*len(shut)+1; n != digests {
		t.Errorf("%d of %d digests are in the log", n, digests)
	}
}

// readers are officials of the ministry who read each a language on a platform.
func (c *calendar) readers(channel string) []*dialogue {
	var all []*dialogue
	for _, lang := range locales.Langs {
		all = append(all, c.subscribed(channel, "official", "ministry", lang, "week"))
	}
	return all
}

// ended are some who got a digest, and get none any more.
func (c *calendar) ended(monday time.Time) []*dialogue {
	off := c.subscribed("telegram", "official", "ministry", locales.FR, "month")
	off.hears("{cmd:digest} {rhythm:stop}", "fig_said")
	revoked := c.subscribed("telegram", "official", "association", locales.FR, "week")
	revoked.revoked()
	m, e := revoked.phone.count()
	revoked.had = m + e // of its end they are told
	lapsed := c.subscribed("telegram", "official", "association", locales.FR, "week")
	lapsed.writes(monday.Add(-store.RoleSilence))
	return []*dialogue{off, revoked, lapsed}
}

// made is the figure of somebody's last digest.
func (c *calendar) made(d *dialogue) (figure string) {
	c.t.Helper()
	if err := c.db.QueryRow(c.t.Context(), `SELECT figure_id FROM digest WHERE role_id = $1`, d.roleIDs()[0]).Scan(&figure); err != nil {
		c.t.Fatal(err)
	}
	return figure
}

// meets has a meeting to come after a Monday, and one before it of which some
// is known.
func (c *calendar) meets(monday time.Time) {
	c.t.Helper()
	author := c.staffer(c.t, "telegram", "coordinator", "iom")
	author.flushed()
	ahead, past := author.sending(c.records, usual...), author.sending(c.records, usual...)
	for a, at := range map[uuid.UUID]time.Time{ahead.MissionID: monday.AddDate(0, 0, 10).Add(17 * time.Hour), past.MissionID: monday.Add(-30 * time.Hour)} {
		c.sql(`UPDATE mission SET starts_at = $2, state_present = true WHERE id = $1`, a, at)
	}
	c.sent(ahead)
	c.sent(past)
	for answer, n := range map[string]int{"yes": 34, "maybe": 3, "no": 11} {
		c.sql(`INSERT INTO rsvp (id, mission_id, answer, guests, arrived_at, at)
			SELECT gen_random_uuid(), $1, $2, 0, CASE WHEN $2 = 'yes' AND i <= 22 THEN now() END, now() FROM generate_series(1, $3::int) i`,
			past.MissionID, answer, n)
	}
}

// grows has people join, and the queue take their answers into a snapshot.
func (c *calendar) grows(at time.Time) {
	c.t.Helper()
	c.crowd("BE", 40)
	c.sql(`UPDATE member SET registered_at = $1 WHERE number LIKE 'O7%'`, at)
	c.runs("snapshot", at.Add(time.Hour))
	if n := c.number(`SELECT count(*) FROM snapshot`); n != 2 {
		c.t.Fatalf("%d snapshots", n)
	}
}
