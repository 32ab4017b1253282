package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mboka/bot"
	"mboka/bot/whatsapp/twiliotest"
	"mboka/store/sessions"
)

// lives registers a person on WhatsApp with free texts, a yes to announcements,
// an edit, an export and a complaint, and links their Telegram chat. They also say how they would contribute.
func (s *testService) lives(t *testing.T) (whatsapp, telegram *dialogue, marks []string) {
	t.Helper()
	whatsapp, telegram = s.talker(t, "whatsapp"), s.talker(t, "telegram")
	for _, line := range []string{
		"mbote", "[fr]", "[yes]", "37", "[BE]", "[edu_master]", "[employee]", "[continue]", "[field_ict]", "[ict_media]",
		"[ict]", "[other]", "Dresseur de zibelines", "12", "1,2", "1", "Trifouillis-les-Oies", "[~yes]", "10 ans", "[f]", "Célestine Zorglub",
		"passer", "[yes]",
	} {
		whatsapp.say(line)
	}
	whatsapp.hears("[yes]", "thanks module_offer")
	for _, line := range []string{"[contribute]", "[yes]", "passer", "passer", "passer", "Réparer des zamboulas", "passer", "passer"} {
		whatsapp.say(line)
	}
	whatsapp.hears("[yes]", "contribution_done menu_title")
	whatsapp.hears("exporter", "export_link menu_title")
	telegram.hears("lier "+whatsapp.linkCode(), "link_done menu_title")
	telegram.hears("modifier", "profile_title")
	telegram.hears("12", "q_city_residence")
	telegram.say("Perpète-la-Galette")
	telegram.say("[~yes]")
	telegram.say("[done]")
	telegram.say("plainte")
	telegram.say("1")
	telegram.hears("exporter", "export_done menu_title")
	telegram.flushed()
	whatsapp.flushed()
	return whatsapp, telegram, []string{
		"zibelines", "zamboulas", "Trifouillis", "Perpète", "Célestine", "Zorglub",
		strings.TrimPrefix(whatsapp.phone.address(), "whatsapp:"), telegram.phone.address(),
	}
}

// queueRow is a row of River's own, which job ran when, or one of what WhatsApp
// says of a template, looked up now and then: of no person.
var queueRow = regexp.MustCompile(`^(INSERT INTO public\.(river_|whatsapp_template )|SELECT pg_catalog\.setval\('public\.river_)`)

// lines are those of a dump, without what tells one dump from another, and
// without those that change by themselves.
func lines(dump string) map[string]int {
	out := map[string]int{}
	for line := range strings.Lines(dump) {
		if !queueRow.MatchString(line) && !strings.HasPrefix(line, `\restrict`) && !strings.HasPrefix(line, `\unrestrict`) {
			out[strings.TrimRight(line, "\n")]++
		}
	}
	return out
}

// TestErasedLeavesNothing: after two messages nothing that could be linked to
// the person is left: Postgres is as it was before they came but for one more
// on the anonymous count, Redis keeps ids that end by themselves under keyed
// hashes, and Twilio has no message of theirs, not even the last one, that was
// still on its way.
func TestErasedLeavesNothing(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	var skip atomic.Int64
	s.tempo = quickTempo(&skip)
	setupWhatsApp(t, s)
	s.start()
	stranger := s.talker(t, "whatsapp")
	stranger.registers()
	stranger.flushed()
	s.jobsDone()
	postgres, redis := lines(dump(t, s.dbURL)), s.keysNow()
	whatsapp, telegram, words := s.lives(t)
	ids := s.idsOf(t, whatsapp, telegram)
	theirs := dump(t, s.dbURL)
	for _, id := range ids {
		if !strings.Contains(theirs, id) {
			t.Fatal("an id of the person is not found while they are on record: the search is blind")
		}
	}

	s.twilio.Receipts() // what goes out now stays on its way
	begun := whatsapp.turns
	whatsapp.hears("effacer", "erase_ask")
	whatsapp.hears("[yes]", "erase_done")
	if n := whatsapp.turns - begun; n > 3 {
		t.Errorf("it took %d messages", n)
	}
	telegram.followed()
	telegram.released()
	whatsapp.released()

	poll(t, "the settled messages to be deleted at Twilio", func() bool { return len(s.twilio.KeptWith(whatsapp.phone.address())) == 2 })
	skip.Store(int64(clearingAge + time.Second))
	s.passes(t, "whatsapp clearing", 1)
	if n := len(s.twilio.KeptWith(whatsapp.phone.address())); n != 2 {
		t.Errorf("%d messages that are on their way, not 2", n)
	}
	s.twilio.Arrive(whatsapp.phone.address())
	poll(t, "nothing to be left at Twilio", func() bool { return len(s.twilio.KeptWith(whatsapp.phone.address())) == 0 })
	poll(t, "the address to be gone from Redis", func() bool { return s.redis.Exists(t.Context(), whatsapp.key("c")).Val() == 0 })
	if len(s.twilio.KeptWith(stranger.phone.address())) == 0 {
		t.Error("another person's messages went too")
	}

	for line, n := range lines(dump(t, s.dbURL)) {
		if n != postgres[line] && !regexp.MustCompile(`^INSERT INTO public.erased VALUES \('20\d\d-\d\d-\d\d', 1\);$`).MatchString(line) {
			t.Errorf("in Postgres there is more than before they came: %.80s", line)
		}
	}
	s.onlyIDs(t, redis, words)
}

// idsOf are the ids by which the records know a person.
func (s *testService) idsOf(t *testing.T, chats ...*dialogue) []string {
	t.Helper()
	var ids []string
	for _, d := range chats {
		ids = append(ids, hex.EncodeToString(d.index()))
	}
	var member, number string
	if err := s.db.QueryRow(t.Context(), `SELECT m.id::text, m.number FROM member m JOIN address a ON a.member_id = m.id WHERE a.chat = $1`,
		chats[0].index()).Scan(&member, &number); err != nil {
		t.Fatal(err)
	}
	return append(ids, member, "'"+number+"'")
}

func (s *testService) keysNow() []string {
	s.t.Helper()
	keys, err := s.redis.Keys(s.t.Context(), "*").Result()
	if err != nil {
		s.t.Fatal(err)
	}
	return keys
}

// onlyIDs holds what came into Redis since against what may stay of an erased
// person, under the keyed hash of the chat: ids of messages (d), fates of the
// last reply (w), and who had the lease (l). All of it ends within 7 days. How
// far registrations of a week come is counted without a chat (n).
func (s *testService) onlyIDs(t *testing.T, before, words []string) {
	t.Helper()
	longest := map[string]time.Duration{"d": 7 * 24 * time.Hour, "w": 48 * time.Hour, "l": 7 * 24 * time.Hour}
	kind := regexp.MustCompile(`^mboka:\{..\}:([a-z]):[0-9a-f]{32}$`)
	counters := regexp.MustCompile(`^mboka:\{..\}:n:20\d\d-\d\d-\d\d$`)
	found := 0
	for _, key := range s.keysNow() {
		if slices.Contains(before, key) || strings.HasPrefix(key, "mboka:mark:") || strings.HasPrefix(key, "mboka:guard:") {
			continue
		}
		if counters.MatchString(key) {
			s.onlyCounters(key)
			continue
		}
		m := kind.FindStringSubmatch(key)
		if m == nil || longest[m[1]] == 0 {
			t.Errorf("left in Redis: %s", key)
			continue
		}
		found++
		if ttl := s.redis.PTTL(t.Context(), key).Val(); ttl <= 0 || ttl > longest[m[1]] {
			t.Errorf("%s ends in %v", key, ttl)
		}
	}
	if found == 0 {
		t.Error("no ids of messages are left: the search is blind")
	}
	content := s.redisDump()
	for _, mark := range words {
		if strings.Contains(content, mark) {
			t.Error("a word of the person is left in Redis")
		}
	}
}

// onlyCounters: the cells of a week are hashes and numbers, and end.
func (s *testService) onlyCounters(key string) {
	s.t.Helper()
	hash := regexp.MustCompile(`^[0-9a-f]{16,64}$`)
	for cell, n := range s.redis.HGetAll(s.t.Context(), key).Val() {
		if _, err := strconv.Atoi(n); err != nil || !hash.MatchString(cell) {
			s.t.Errorf("%s holds %q: %q", key, cell, n)
		}
	}
	if ttl := s.redis.PTTL(s.t.Context(), key).Val(); ttl <= 0 || ttl > sessions.TallyKept {
		s.t.Errorf("%s ends in %v", key, ttl)
	}
}

// TestClearingGoesOn: a service that was killed between the erasure and the
// call of Twilio, and a Twilio that fails, only put it off.
func TestClearingGoesOn(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	var skip atomic.Int64
	s.tempo = quickTempo(&skip)
	setupWhatsApp(t, s)
	s.start()
	d := s.talker(t, "whatsapp")
	d.hears("mbote", "lang_choice")
	d.hears("[fr]", "notice")
	d.released()
	s.twilio.Settle(t.Context())

	// As another process would have left it.
	other := s.talker(t, "whatsapp")
	other.hears("mbote", "lang_choice")
	other.released()
	at := time.Now()
	sealed, err := s.keys.Seal("clearing", other.chat(), "address", []byte(fmt.Sprintf(`{"channel":"whatsapp","address":%q,"at":%q}`,
		other.phone.address(), at.Format(time.RFC3339Nano))))
	if err != nil {
		t.Fatal(err)
	}
	kept := sessions.New(s.redis, sessions.Options{})
	chat := s.keys.Chat("whatsapp", other.phone.address())
	if err := kept.Clear(context.Background(), chat, sealed, at); err != nil {
		t.Fatal(err)
	}
	poll(t, "the copies of one to be deleted", func() bool { return len(s.twilio.KeptWith(other.phone.address())) == 0 })
	if n := len(s.twilio.KeptWith(d.phone.address())); n != 4 {
		t.Errorf("%d messages of another person, not 4", n)
	}
	// A clearing that came later is not ended by the end of an earlier one.
	if err := kept.Clear(context.Background(), chat, sealed, at.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := kept.Cleared(context.Background(), sessions.Clearing{Chat: chat, Since: at}); err != nil {
		t.Fatal(err)
	}
	all, err := kept.Clearings(context.Background(), 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if of, err := bot.OpenClearing(s.keys, c); err != nil || of.Address != other.phone.address() {
			t.Errorf("the clearing is about somebody else, or cannot be read: %v", err)
		}
	}
	s.twilio.FailDelete(twilioDown, twilioDown)
	d.hears("effacer", "erase_ask")
	d.hears("[yes]", "erase_done")
	poll(t, "the copies of the other to be deleted", func() bool { return len(s.twilio.KeptWith(d.phone.address())) == 0 })
	skip.Store(int64(clearingAge + time.Second))
	poll(t, "no address to be left", func() bool {
		return s.redis.Exists(t.Context(), d.key("c"), other.key("c")).Val() == 0
	})
	if s.logged("whatsapp-clearing not finished") == 0 {
		t.Error("Twilio failed, and nobody was told")
	}
}

var twilioDown = twiliotest.Page(503)
