package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mboka/locales"
	"mboka/store/storetest"
)

// TestPolling runs the service without a public address: Telegram is polled.
func TestPolling(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	var vars []string
	for _, v := range s.vars {
		if !strings.HasPrefix(v, "MBOKA_PUBLIC_URL=") && !strings.HasPrefix(v, "TWILIO_") {
			vars = append(vars, v)
		}
	}
	s.vars, s.readyLine = vars, "telegram by long polling"
	s.start()
	d := &dialogue{t: t, s: s, lang: locales.FR, phone: s.newPhone(t, "telegram", "fr", 960)}
	for _, line := range []string{"mbote", "[fr]", "[yes]", "37"} {
		d.say(line)
	}
	if got := s.waitTurn(t, d.chat(), d.turns).Step; got != "country_residence" {
		t.Errorf("the person stands at %s", got)
	}
	for _, l := range s.logLines() {
		if strings.Contains(l, `"level":"ERROR"`) {
			t.Errorf("an error while polling: %s", l)
		}
	}
}

// TestDoctor looks at a service that is well, then at one with faults.
func TestDoctor(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.start()
	if code, out := mboka(t, s.vars, "doctor"); code != exitOK || !strings.Contains(out, "All is well") {
		t.Errorf("ended with %d:\n%s", code, out)
	}
	if err := s.redis.ConfigSet(t.Context(), "maxmemory-policy", "allkeys-lru").Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Exec(t.Context(), `DELETE FROM whatsapp_content`); err != nil {
		t.Fatal(err)
	}
	code, out := mboka(t, s.vars, "doctor")
	for _, says := range []string{"WRONG  redis", "noeviction", "WRONG  whatsapp", "mboka whatsapp setup", "2 things to mend"} {
		if !strings.Contains(out, says) {
			t.Errorf("ended with %d without %q:\n%s", code, says, out)
		}
	}
	if strings.Contains(out, testAuth) || strings.Contains(out, testToken) {
		t.Error("a secret is printed")
	}
}

// TestChatSavesATest talks in a terminal; what it saves is a dialogue of the
// tests.
func TestChatSavesATest(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	for _, as := range []string{"telegram", "whatsapp"} {
		for _, lang := range locales.Langs {
			path := filepath.Join(t.TempDir(), "saved.txt")
			in := strings.NewReader("mbote\n" + lang.String() + "\n#1\n37\n#99\n")
			var out, errs bytes.Buffer
			code := run(t.Context(), []string{"chat", "--as", as, "--lang", lang.String(), "--save", path, "--name", as + lang.String()}, s.chatVars(), in, &out, &errs)
			if code != exitOK || errs.Len() > 0 {
				t.Fatalf("%d: %s", code, errs.String())
			}
			want := "# as " + as + ", phone in " + lang.String() + "\n> mbote\n< lang_choice\n> " + lang.String() +
				"\n< echo notice\n> [yes]\n< q_age_band\n> 37\n< band_echo q_country_residence\n"
			if got := readFile(t, path); got != want {
				t.Errorf("saved\n%s\nnot\n%s", got, want)
			}
			if !strings.Contains(out.String(), "the last message has") {
				t.Error("a button that is not there was tapped")
			}
		}
	}
}

func (s *testService) chatVars() []string {
	return []string{"DATABASE_URL=" + storetest.ServiceURL(s.t, s.dbURL), "REDIS_URL=" + s.redisURL, s.vars[len(s.vars)-1]}
}

// TestDemo brings everything up in an empty folder, twice: what was said the
// first time is still known.
func TestDemo(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "mboka-demo")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { // the server runs as another user for root
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	for i, says := range []string{"Dans quel pays vivez-vous", "J'ai retrouvé vos réponses"} {
		in := strings.NewReader([]string{"mbote\n#1\n#1\n37\n", "coucou\n"}[i])
		var out, errs bytes.Buffer
		if code := run(t.Context(), []string{"demo", "--dir", dir, "--no-page"}, nil, in, &out, &errs); code != exitOK || !strings.Contains(out.String(), says) {
			t.Fatalf("time %d ended with %d:\n%s%s", i+1, code, out.String(), errs.String())
		}
	}
}
