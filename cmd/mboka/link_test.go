package main

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"mboka/locales"
	"mboka/store"
)

// talker gives a person on a channel, in French.
func (s *testService) talker(t *testing.T, channel string) *dialogue {
	return &dialogue{t: t, s: s, lang: locales.FR, phone: s.newPhone(t, channel, "fr", int(persons.Add(1)))}
}

// hears says something and holds the reply against keys.
func (d *dialogue) hears(what, keys string) {
	d.t.Helper()
	if got := strings.Join(d.say(d.words(what)), " "); got != keys {
		d.t.Fatalf("after %q:\n want %s\n got  %s\nthe phone shows:\n%s", what, keys, got, d.phone.last())
	}
}

func (d *dialogue) registers() {
	d.t.Helper()
	for _, line := range []string{"mbote", "[fr]", "[yes]", "[35_44]", "[BE]", "[edu_master]", "[employee]"} {
		d.say(line)
	}
	d.hears("[later]", "missions_ask")
	d.hears("[no]", "thanks menu_title")
}

// linkCode asks for a code.
func (d *dialogue) linkCode() string {
	d.t.Helper()
	d.code = ""
	if said := d.say("lier"); slices.Contains(said, "link_linked") {
		d.say("[give]")
	}
	if d.code == "" {
		d.t.Fatalf("no code on the phone:\n%s", d.phone.last())
	}
	return d.code
}

func (d *dialogue) followed() {
	d.t.Helper()
	d.turns++
	d.s.waitTurn(d.t, d.chat(), d.turns)
}

// TestLinkWithinLimits: two wrong codes lock a chat for the right one too, and
// a code ends.
func TestLinkWithinLimits(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	a := s.talker(t, "telegram")
	a.registers()
	code := a.linkCode()
	guesser := s.talker(t, "whatsapp")
	guesser.hears("lier 222-222-222", "link_wrong lang_choice")
	guesser.hears("stop", "stop_nothing") // forgets the chat, but not the try
	guesser.hears("lier 333-333-333", "link_locked lang_choice")
	guesser.hears("lier "+code, "link_locked lang_choice")
	if guesser.rows() != 0 {
		t.Error("a guesser is on record")
	}
	if ttl := s.redis.PTTL(t.Context(), guesser.key("t")).Val(); ttl.Minutes() < 59 || ttl.Minutes() > 60 {
		t.Errorf("locked for %v", ttl)
	}
	if _, err := s.db.Exec(t.Context(), `UPDATE link_code SET expires_at = now()`); err != nil {
		t.Fatal(err)
	}
	late := s.talker(t, "whatsapp")
	late.hears("lier "+code, "link_expired lang_choice")
	late.hears("lier "+a.linkCode(), "link_done menu_title")
	again := s.talker(t, "whatsapp")
	again.hears("lier "+a.code, "link_used lang_choice")
	if strings.Contains(strings.Join(s.logLines(), "\n")+dump(t, s.dbURL)+s.redisDump(), strings.ReplaceAll(a.code, "-", "")) {
		t.Error("a code stands in the clear")
	}
}

// TestLinkAtOnce: many chats write one code at the same time, over two
// replicas. One is linked.
func TestLinkAtOnce(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	a := s.talker(t, "telegram")
	a.registers()
	code := a.linkCode()
	var all sync.WaitGroup
	var mu sync.Mutex
	said := map[string]int{}
	for range 8 {
		b := s.talker(t, "telegram")
		all.Go(func() {
			got := strings.Join(b.say("lier "+code), " ")
			mu.Lock()
			said[got]++
			mu.Unlock()
		})
	}
	all.Wait()
	if said["link_done menu_title"] != 1 || said["link_used lang_choice"] != 7 {
		t.Errorf("%v", said)
	}
	var addresses, turns int
	if err := s.db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM address), (SELECT count(DISTINCT chat) FROM turn)`).Scan(&addresses, &turns); err != nil || addresses != 2 || turns != 2 {
		t.Errorf("%d addresses and %d chats with turns: who was too late is on record (%v)", addresses, turns, err)
	}
}

// TestLinkInTheMiddle: whoever has begun here finds their answers in the one
// profile, and gets them back when the two come apart.
func TestLinkInTheMiddle(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	a, b := s.talker(t, "telegram"), s.talker(t, "telegram")
	a.registers()
	for _, line := range []string{"mbote", "[fr]", "[yes]", "[25_34]"} {
		b.say(line)
	}
	b.hears("[FR]", "q_education_level")
	code := a.linkCode()
	b.hears("lier "+code, "merge_ask")
	b.hears("[no]", "merge_kept q_education_level")
	b.hears("lier "+code, "merge_ask")
	b.hears("[yes]", "merge_done menu_title")
	a.followed()
	b.happen("column country_residence = FR") // newer
	b.happen("column education_level = edu_master")
	a.hears("modifier", "profile_title") // goes on from the records
	a.hears("3", "q_education_level")
	a.hears("[edu_bachelor]", "profile_title")
	b.hears("lier", "link_linked")
	b.hears("[part]", "split_apart menu_title")
	a.followed()
	a.happen("column country_residence = BE")
	a.happen("column education_level = edu_bachelor")
	b.hears("continuer", "q_education_level")
	b.say("[edu_master]")
	b.hears("[employee]", "counted")
	b.happen("column country_residence = FR")
	b.happen("column age_band = 25_34")
}

// TestEraseReachesEveryChat: erased in one channel, nothing stays of any.
func TestEraseReachesEveryChat(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.start()
	a, b, c := s.talker(t, "telegram"), s.talker(t, "whatsapp"), s.talker(t, "telegram")
	a.registers()
	b.registers()
	b.hears("lier "+a.linkCode(), "merge_ask")
	b.hears("[yes]", "merge_done menu_title")
	a.followed()
	c.hears("lier "+a.linkCode(), "link_done menu_title") // by the code alone
	c.hears("modifier", "profile_title")                  // the session holds all answers
	var number string
	if err := s.db.QueryRow(t.Context(), `SELECT merged_number FROM member_merge`).Scan(&number); err != nil {
		t.Fatal(err)
	}
	b.hears("effacer", "erase_ask")
	b.hears("[yes]", "erase_done")
	a.followed()
	c.followed()
	for _, d := range []*dialogue{a, b, c} {
		d.released()
		for _, kind := range []string{"s", "o", "m", "j"} {
			if s.redis.Exists(t.Context(), d.key(kind)).Val() != 0 {
				t.Errorf("%s: %q stays in Redis", d.phone.channel(), kind)
			}
		}
	}
	content := dump(t, s.dbURL)
	for _, trace := range []string{a.chat(), b.chat(), c.chat(), number} {
		if strings.Contains(content, trace) {
			t.Errorf("%s stays in Postgres", trace)
		}
	}
	if !strings.Contains(content, "INSERT INTO public.erased") {
		t.Error("the dump shows no erasure: it searched nothing")
	}
	c.hears("[done]", "stale lang_choice")
	a.hears("mes données", "profile_none lang_choice")
}

// TestSessionOfAMemberWhoIsGone: the note from the other chat is lost, and the
// session still speaks of a member. The chat goes on as somebody new.
func TestSessionOfAMemberWhoIsGone(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	db, err := store.Open(t.Context(), s.dbURL, s.keys)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	lookup, effect, eraser := s.talker(t, "telegram"), s.talker(t, "telegram"), s.talker(t, "telegram")
	for _, d := range []*dialogue{lookup, effect, eraser} {
		d.registers()
	}
	effect.hears("modifier", "profile_title")
	effect.hears("3", "q_education_level")
	eraser.hears("effacer", "erase_ask")
	for _, d := range []*dialogue{lookup, effect, eraser} {
		d.flushed()
		m, _, err := db.MemberByChat(t.Context(), s.keys.Chat(d.phone.channel(), d.phone.address()))
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Write(t.Context(), func(tx *store.Tx) error { return tx.EraseMember(t.Context(), m.ID, m.CreatedAt) }); err != nil {
			t.Fatal(err)
		}
	}
	lookup.hears("mes données", "profile_none lang_choice")
	effect.hears("[edu_bachelor]", "stale lang_choice")
	eraser.hears("[yes]", "erase_done")
	for _, l := range s.logLines() {
		if strings.Contains(l, `"level":"ERROR"`) {
			t.Errorf("an error: %s", l)
		}
	}
}

// TestEraseFollowsAMerge: a session from before a merge erases the profile that
// there is now, not the one that there was.
func TestEraseFollowsAMerge(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	first, second := s.talker(t, "telegram"), s.talker(t, "telegram")
	first.registers()
	second.registers()
	first.hears("effacer", "erase_ask")
	first.say("[no]")
	second.hears("effacer", "erase_ask")
	code := first.linkCode()
	second.hears("lier "+code, "merge_ask")
	second.hears("[yes]", "merge_done menu_title")
	first.followed()
	second.hears("effacer", "erase_ask")
	second.hears("[yes]", "erase_done")
	first.followed()
	var left int
	if err := s.db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM member) + (SELECT count(*) FROM address) + (SELECT count(*) FROM member_merge)
		+ (SELECT count(*) FROM consent) + (SELECT count(*) FROM turn)`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows stay (%v)", left, err)
	}
	kinds := []string{}
	s.mu.Lock()
	for _, turn := range s.turns[first.chat()] {
		kinds = append(kinds, turn.Kind)
	}
	s.mu.Unlock()
	if !slices.Contains(kinds, "renewed") || !slices.Contains(kinds, "erased") {
		t.Errorf("the other chat heard %v", kinds)
	}
}
