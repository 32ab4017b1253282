package main

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mboka/bot/telegram/telegramtest"
	"mboka/bot/whatsapp/twiliotest"
	"mboka/store/storetest"
)

// TestStolenCopy lets people do all that the service knows, with everything
// that goes wrong, and then searches whatever somebody could carry away for
// their names, numbers and words: every table of Postgres, all files of its
// server with the write-ahead log, Redis and its append only file, logs,
// metrics, what operators are shown, and in the end Twilio's list of messages.
func TestStolenCopy(t *testing.T) {
	t.Parallel()
	server := storetest.PostgresServer(t)
	s := prepareServiceOn(t, server.URL())
	metrics := freeAddress(t)
	s.vars = append(s.vars, "MBOKA_METRICS_LISTEN="+metrics, "MBOKA_LOG_LEVEL=debug")
	var skip atomic.Int64
	s.tempo = quickTempo(&skip)
	s.tempo.contacts = 100 * time.Millisecond
	s.sql(`INSERT INTO setting VALUES ('quiet_from', '08:00', now(), 'test'), ('quiet_to', '08:00', now(), 'test')`)
	setupWhatsApp(t, s)
	s.start()

	_, telegram, marks := s.lives(t)
	marks = append(marks, s.mergesAndErases(t)...)
	marks = append(marks, s.writesByDirectory(t)...)
	marks = append(marks, s.goesWrong(t)...)
	if !strings.Contains(s.twilioLists(t), "Zorglub") {
		t.Fatal("Twilio's list does not show what was written: the search is blind")
	}

	if _, err := s.db.Exec(t.Context(), `CHECKPOINT`); err != nil {
		t.Fatal(err)
	}
	redisDir := s.redis.ConfigGet(t.Context(), "dir").Val()["dir"]
	places := map[string]string{
		"Postgres": dump(t, s.dbURL), "the files of Postgres": files(t, server.Dir()),
		"Redis": s.redisDump(), "the append only file": files(t, redisDir),
		"the logs": strings.Join(s.logLines(), "\n"), "the metrics": fetch(t, "http://"+metrics+"/metrics"),
	}
	for name, args := range map[string][]string{
		"stuck list": {"stuck", "list"}, "audit show": {"audit", "show", "--words"}, "doctor": {"doctor"}, "settings list": {"settings", "list"},
	} {
		_, places[name] = mboka(t, s.vars, args...)
	}
	search(t, places, marks)
	// What is known to be there is found: the search is not blind.
	for place, known := range map[string]string{
		"Postgres": "field_ict", "the files of Postgres": "field_ict", "Redis": telegram.chat(), "the append only file": telegram.chat(),
		"the logs": telegram.chat(), "the metrics": "mboka_turn_seconds_count", "stuck list": "failed three times", "audit show": "setting.set",
	} {
		if !strings.Contains(places[place], known) {
			t.Errorf("%s: %q is not found: the search is blind", place, known)
		}
	}
	for _, detail := range []string{"Failing row", "DETAIL"} {
		if strings.Contains(places["the logs"], detail) {
			t.Errorf("the logs tell what a row holds (%s)", detail)
		}
	}

	s.twilio.Settle(t.Context())
	skip.Store(int64(keptAtTwilio + time.Hour))
	poll(t, "Twilio's copies to be deleted", func() bool { return s.twilio.Kept() == 0 })
	search(t, map[string]string{"what Twilio lists": s.twilioLists(t)}, marks)
}

// twilioLists is what the list of messages says to whoever has the token.
func (s *testService) twilioLists(t *testing.T) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.twilio.URL+"/2010-04-01/Accounts/"+testAccount+"/Messages.json?PageSize=1000", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(testAccount, testAuth)
	r.Header.Set("X-Mboka-Host", "api.twilio.com")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status, err)
	}
	return string(body)
}

// mergesAndErases: two profiles with names become one, and somebody with a name
// erases themselves.
func (s *testService) mergesAndErases(t *testing.T) (marks []string) {
	t.Helper()
	named := func(channel, name string) *dialogue {
		d := s.talker(t, channel)
		d.registers()
		d.hears("modifier", "profile_title")
		d.hears("14", "q_display_name")
		d.hears(name, "echo_text profile_title")
		d.hears("[done]", "updated menu_title")
		d.flushed()
		marks = append(marks, name, strings.TrimPrefix(d.phone.address(), "whatsapp:"))
		return d
	}
	one, other := named("telegram", "Gontrande Bidule"), named("whatsapp", "Gudule Truchet")
	other.hears("lier "+one.linkCode(), "merge_ask")
	other.hears("[yes]", "merge_done menu_title")
	one.followed()
	gone := named("telegram", "Hégésippe Machin")
	gone.hears("effacer", "erase_ask")
	gone.hears("[yes]", "erase_done")
	return marks
}

// goesWrong lets our code, Postgres and the platforms fail over the words of
// somebody: a constraint that is violated by an answer, a statement that is
// wrong, a message set aside, sends that are refused with the address in the
// refusal.
func (s *testService) goesWrong(t *testing.T) (marks []string) {
	t.Helper()
	d := s.talker(t, "whatsapp")
	d.registers()
	d.hears("modifier", "profile_title")
	d.hears("14", "q_display_name")
	change := func(sql string) {
		t.Helper()
		if _, err := s.db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	change(`ALTER TABLE profile ADD CONSTRAINT nobody CHECK (display_name IS NULL) NOT VALID`)
	d.phone.write("Ildefonse Tartempion")
	s.waitLog("message set aside after three attempts")
	change(`ALTER TABLE profile DROP CONSTRAINT nobody`)
	if s.logged("violates check constraint") == 0 {
		t.Error("no constraint was violated: nothing went wrong")
	}

	e := s.talker(t, "telegram")
	for _, line := range []string{"mbote", "[fr]", "[yes]", "37", "[BE]", "[edu_master]", "[employee]", "[continue]", "[field_ict]", "[ict_media]", "[ict]", "[other]"} {
		e.say(line)
	}
	e.flushed()
	change(`ALTER TABLE draft_answer RENAME COLUMN sealed_text TO gone; ALTER TABLE profile RENAME COLUMN profession_text TO gone`)
	e.say("Rempailleuse de chimères")
	s.waitLog("answers not yet in Postgres")
	change(`ALTER TABLE draft_answer RENAME COLUMN gone TO sealed_text; ALTER TABLE profile RENAME COLUMN gone TO profession_text`)
	e.flushed()

	f := s.talker(t, "whatsapp")
	s.twilio.Fail(twiliotest.Refuse(400, 21211), twiliotest.Page(500), twiliotest.Later(63016))
	f.phone.write("Je suis Philibert Dugenou, +32470123999")
	s.waitLog(`"code":"21211"`)
	g := s.talker(t, "telegram")
	s.telegram.Fail("sendMessage", telegramtest.Refuse(400, "Bad Request: chat "+g.phone.address()+" of Philibert Dugenou not found"))
	g.phone.write("Philibert Dugenou")
	s.waitLog(`"channel":"telegram","chat":"` + g.chat() + `","reply"`)
	for _, one := range []*dialogue{d, e, f, g} {
		marks = append(marks, strings.TrimPrefix(one.phone.address(), "whatsapp:"))
	}
	return append(marks, "Ildefonse", "Tartempion", "Rempailleuse", "chimères", "Philibert", "Dugenou", "32470123999")
}
