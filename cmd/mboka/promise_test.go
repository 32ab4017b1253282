package main

import (
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"mboka/locales"
)

func dump(t *testing.T, url string) string {
	t.Helper()
	program, err := exec.LookPath("pg_dump")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), program, "--inserts", url).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// redisDump is every key and every value of Redis.
func (s *testService) redisDump() string {
	ctx := s.t.Context()
	var b strings.Builder
	for keys := s.redis.Scan(ctx, 0, "*", 100).Iterator(); keys.Next(ctx); {
		key := keys.Val()
		fmt.Fprintln(&b, key)
		switch s.redis.Type(ctx, key).Val() {
		case "string":
			b.WriteString(s.redis.Get(ctx, key).Val())
		case "list":
			fmt.Fprint(&b, s.redis.LRange(ctx, key, 0, -1).Val())
		case "hash":
			fmt.Fprint(&b, s.redis.HGetAll(ctx, key).Val())
		case "zset":
			fmt.Fprint(&b, s.redis.ZRangeWithScores(ctx, key, 0, -1).Val())
		case "none": // gone since it was listed
		default:
			s.t.Errorf("a key of a type that is not searched: %s", s.redis.Type(ctx, key).Val())
		}
	}
	return b.String()
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
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

// TestDuplicatesAndImpatience delivers the same updates again and again, and a
// burst of one impatient thumb: one effect, one reply each, in order.
func TestDuplicatesAndImpatience(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.telegram.Repeat(4)
	s.start()
	p := s.newPhone(t, "telegram", "fr", 950)
	d := &dialogue{t: t, s: s, lang: locales.FR, phone: p}
	for _, line := range []string{"mbote", "[fr]", "[yes]", "37", "[BE]", "[edu_master]"} {
		d.say(line)
	}
	s.telegram.WaitDelivered()
	if messages, _ := p.count(); messages != 6 {
		t.Errorf("%d replies to 6 messages that came several times", messages)
	}
	tg := p.(telegramPhone)
	all := s.telegram.Messages(tg.chat)
	last := all[len(all)-1]
	var burst sync.WaitGroup
	for range 20 {
		burst.Go(func() { s.telegram.TapOn(tg.chat, last.ID, last.Rows[0][0].Payload) })
	}
	burst.Wait()
	for range 20 {
		d.turns++
		s.waitTurn(t, d.chat(), d.turns)
	}
	p.settled(6, 0)
	if messages, edits := p.count(); messages != 7 || edits != 0 {
		t.Errorf("%d replies and %d edits after a burst of 20 taps, 7 are right", messages, edits)
	}
	var members int
	if err := s.db.QueryRow(t.Context(), `SELECT count(*) FROM member WHERE number IS NOT NULL`).Scan(&members); err != nil || members != 1 {
		t.Errorf("%d members (%v)", members, err)
	}
}

// TestTwoReplicas lets two services share the chats of many people: each
// answer is taken once and in order, whoever takes it.
func TestTwoReplicas(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	startQuietly(t, append(append([]string(nil), s.vars...), "MBOKA_LISTEN="+freeAddress(t)))
	people := 12
	var all sync.WaitGroup
	for i := range people {
		all.Go(func() {
			p := s.newPhone(t, "telegram", "fr", 1000+i)
			chat := p.(telegramPhone).chat
			for n, line := range []string{"mbote", "[fr]", "[yes]", "37", "[BE]", "[edu_master]", "[employee]"} {
				if strings.HasPrefix(line, "[") {
					p.tap(strings.Trim(line, "[]"))
				} else {
					p.write(line)
				}
				s.telegram.Wait(chat, n+1)
			}
		})
	}
	all.Wait()
	var registered, answers int
	if err := s.db.QueryRow(t.Context(), `SELECT count(*), count(p.employment_status) FROM member JOIN profile p ON p.member_id = id WHERE number IS NOT NULL AND age_band = '35_44' AND country_residence = 'BE'`).Scan(&registered, &answers); err != nil || registered != people || answers != people {
		t.Errorf("%d people registered with %d last answers, not %d (%v)", registered, answers, people, err)
	}
}
