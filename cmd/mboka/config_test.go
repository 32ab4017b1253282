package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mboka/flows"
	"mboka/locales"
	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

// mboka runs a command and gives its code and all it printed.
func mboka(t *testing.T, vars []string, args ...string) (int, string) {
	t.Helper()
	var out strings.Builder
	code := run(t.Context(), args, vars, strings.NewReader(""), &out, &out)
	return code, out.String()
}

func goodVars(t *testing.T) []string {
	t.Helper()
	doc, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	return []string{
		"DATABASE_URL=postgres://u:p@h/mboka", "REDIS_URL=redis://h:6379/0", "MBOKA_PUBLIC_URL=https://mboka.example.org",
		"TELEGRAM_BOT_TOKEN=" + testToken, "TELEGRAM_WEBHOOK_SECRET=s", "TWILIO_ACCOUNT_SID=" + testAccount,
		"TWILIO_AUTH_TOKEN=x", "TWILIO_WHATSAPP_FROM=+14155238886", "MBOKA_KEYSET=" + string(doc),
	}
}

func TestEnvironmentFaultsAreListedAtOnce(t *testing.T) {
	t.Parallel()
	all := need{database: true, redis: true, keys: true, channels: true}
	if _, err := readConfig(goodVars(t), all); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		set  []string
		says string
	}{
		"no database":         {[]string{"DATABASE_URL="}, "DATABASE_URL is missing"},
		"odd database":        {[]string{"DATABASE_URL=mysql://x"}, "DATABASE_URL is no Postgres address"},
		"no redis":            {[]string{"REDIS_URL="}, "REDIS_URL is missing"},
		"odd redis":           {[]string{"REDIS_URL=http://x"}, "REDIS_URL is no Redis address"},
		"no keys":             {[]string{"MBOKA_KEYSET="}, "mboka keys new"},
		"odd keys":            {[]string{"MBOKA_KEYSET={}"}, "keyset cannot be used"},
		"two keysets":         {[]string{"MBOKA_KEYSET_FILE=/x"}, "keep one"},
		"typo":                {[]string{"MBOKA_LISSEN=:1"}, "MBOKA_LISSEN is not a variable"},
		"odd token":           {[]string{"TELEGRAM_BOT_TOKEN=abc"}, "TELEGRAM_BOT_TOKEN does not look like"},
		"no secret":           {[]string{"TELEGRAM_WEBHOOK_SECRET="}, "TELEGRAM_WEBHOOK_SECRET"},
		"odd account":         {[]string{"TWILIO_ACCOUNT_SID=AC1"}, "TWILIO_ACCOUNT_SID must be"},
		"account missing":     {[]string{"TWILIO_ACCOUNT_SID="}, "TWILIO_ACCOUNT_SID is missing"},
		"odd number":          {[]string{"TWILIO_WHATSAPP_FROM=0032"}, "TWILIO_WHATSAPP_FROM"},
		"whatsapp unreached":  {[]string{"MBOKA_PUBLIC_URL="}, "WhatsApp reaches the service only by a webhook"},
		"plain http for real": {[]string{"MBOKA_PUBLIC_URL=http://x"}, "must begin with https://"},
		"no channel":          {[]string{"TELEGRAM_BOT_TOKEN=", "TWILIO_ACCOUNT_SID=", "TWILIO_AUTH_TOKEN=", "TWILIO_WHATSAPP_FROM="}, "no channel is on"},
		"odd level":           {[]string{"MBOKA_LOG_LEVEL=loud"}, "use debug, info, warn or error"},
		"odd address":         {[]string{"MBOKA_LISTEN=8080"}, "use host:port"},
	} {
		_, err := readConfig(append(goodVars(t), tc.set...), all)
		var wrong *configError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := readConfig([]string{"MBOKA_X=1"}, all)
	var wrong *configError
	if !errors.As(err, &wrong) || len(wrong.faults) < 5 {
		t.Errorf("not all faults at once: %v", err)
	}
	if _, err := readConfig(append(goodVars(t), "MBOKA_SERVICE_HOST=x", "MBOKA_PORT_80_TCP=y"), all); err != nil {
		t.Errorf("what an orchestrator injects is refused: %v", err)
	}
}

func TestConfigurationNamesNoSecret(t *testing.T) {
	t.Parallel()
	vars := append(goodVars(t), "TELEGRAM_BOT_TOKEN=hunter2-token", "DATABASE_URL=mysql://u:hunter2@h", "TWILIO_ACCOUNT_SID=hunter2")
	if code, out := mboka(t, vars, "serve"); code != exitUsage || strings.Contains(out, "hunter2") {
		t.Errorf("ended with %d: %s", code, out)
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"help"}, {"-h"}, {"--help"}, {"help", "serve"}, {"settings", "--help"}, {"whatsapp", "setup", "-h"}} {
		if code, out := mboka(t, nil, args...); code != exitOK || !strings.Contains(out, "Usage: mboka") {
			t.Errorf("%v ended with %d: %s", args, code, out)
		}
	}
	for _, args := range [][]string{{"no-such"}, {"settings", "set"}, {"chat", "--as", "pigeon"}} {
		if code, _ := mboka(t, nil, args...); code != exitUsage {
			t.Errorf("%v ended with %d, not %d", args, code, exitUsage)
		}
	}
}

func TestKeysNewPrintsAKeysetAlone(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if code := run(t.Context(), []string{"keys", "new"}, nil, strings.NewReader(""), &out, io.Discard); code != exitOK {
		t.Fatal(code)
	}
	if !json.Valid([]byte(out.String())) {
		t.Error("standard output is not one JSON document")
	}
	path := filepath.Join(t.TempDir(), "keyset.json")
	if err := os.WriteFile(path, []byte(out.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readConfig([]string{"MBOKA_KEYSET_FILE=" + path}, need{keys: true}); err != nil {
		t.Error(err)
	}
}

func TestMigrateAndSettings(t *testing.T) {
	t.Parallel()
	vars := []string{"DATABASE_URL=" + storetest.EmptyPostgresURL(t)}
	for _, says := range []string{"applied", "up to date"} {
		if code, out := mboka(t, vars, "migrate"); code != exitOK || !strings.Contains(out, says) {
			t.Fatalf("%d: %s", code, out)
		}
	}
	for _, tc := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"settings", "set", "emergency.BE", "112"}, exitOK, "emergency.BE = 112"},
		{[]string{"settings", "set", "k", "4"}, exitFailed, "k"},
		{[]string{"settings", "set", "organisation_kind", "ministry"}, exitFailed, "organisation_kind"},
		{[]string{"settings", "set", "no_such", "1"}, exitFailed, "no_such"},
		{[]string{"settings", "list"}, exitOK, "emergency.BE"},
	} {
		if code, out := mboka(t, vars, tc.args...); code != tc.code || !strings.Contains(out, tc.says) {
			t.Errorf("%v ended with %d: %s", tc.args, code, out)
		}
	}
}

func TestServeRefusesAnUntrueNotice(t *testing.T) {
	t.Parallel()
	policy, err := store.NewPolicy(store.DemoSettings())
	if err != nil {
		t.Fatal(err)
	}
	if faults := noticeFaults(policy); len(faults) == 0 {
		t.Error("the demo's settings are taken for real ones")
	}
	long := store.DemoSettings()
	for _, key := range []string{"organisation", "contact", "host"} {
		long[key] = strings.Repeat("o", 60)
	}
	policy, err = store.NewPolicy(long)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(noticeFaults(policy), "\n"); !strings.Contains(got, "shorten organisation") {
		t.Errorf("a notice that is too long is not seen: %s", got)
	}
	c := config{TelegramToken: "x"}
	if !c.real() {
		t.Error("Telegram itself is not real")
	}
	if c.TelegramAPI = "http://127.0.0.1:1"; c.real() {
		t.Error("a fake is real")
	}
}

func TestFlowsCheckAndDraw(t *testing.T) {
	t.Parallel()
	if code, out := mboka(t, nil, "flows", "check"); code != exitOK {
		t.Error(out)
	}
	for _, f := range allFlows() {
		if code, out := mboka(t, nil, "flows", "draw", f.ID); code != exitOK || !strings.HasPrefix(out, "flowchart TD") {
			t.Errorf("%s: %d", f.ID, code)
		}
	}
	if code, _ := mboka(t, nil, "flows", "draw", "none"); code != exitFailed {
		t.Error("a flow that does not exist was drawn")
	}
}

// TestCheckFindsFaults breaks a flow in each way that Check is there for.
func TestCheckFindsFaults(t *testing.T) {
	t.Parallel()
	good := func() []flows.Step {
		return []flows.Step{
			{ID: "one", Ask: locales.QSex, Title: locales.TSex, Field: allFlows()[0].Steps[2].Field},
			{ID: "end", Kind: flows.End, Ask: locales.Updated},
		}
	}
	for says, spoil := range map[string]func([]flows.Step) []flows.Step{
		"same id":         func(s []flows.Step) []flows.Step { s[1].ID = "one"; return s },
		"does not exist":  func(s []flows.Step) []flows.Step { s[0].Routes = []flows.Route{{Code: "u18", To: "no"}}; return s },
		"no such option":  func(s []flows.Step) []flows.Step { s[0].Routes = []flows.Route{{Code: "no", To: "end"}}; return s },
		"nobody provides": func(s []flows.Step) []flows.Step { s[0].Needs = []string{"x"}; return s },
		"has no text":     func(s []flows.Step) []flows.Step { s[0].Ask = "no_such_key"; return s },
		"needs a Title":   func(s []flows.Step) []flows.Step { s[0].Title = ""; return s },
		"nothing leads here": func(s []flows.Step) []flows.Step {
			return append(s, flows.Step{ID: "lost", Kind: flows.End, Ask: locales.Updated})
		},
		"is asked later":      func(s []flows.Step) []flows.Step { s[0].Unless = flows.Cond{Step: "end", Unanswered: true}; return s },
		"An End has no field": func(s []flows.Step) []flows.Step { s[0].Field = nil; return s },
		"the id must be":      func(s []flows.Step) []flows.Step { s[0].ID = "One"; return s },
		"characters in":       func(s []flows.Step) []flows.Step { s[0].Ask = locales.Notice; return s },
	} {
		var got []string
		opt := checkOptions()
		if says == "characters in" {
			opt.Long = nil
		}
		for _, fault := range flows.Check(flows.New("test", 1, spoil(good())...), opt) {
			got = append(got, fault.String())
		}
		if !strings.Contains(strings.ToLower(strings.Join(got, "\n")), strings.ToLower(says)) {
			t.Errorf("%q is not found: %v", says, got)
		}
	}
	if got := flows.Check(flows.New("test", 1, good()...), checkOptions()); len(got) > 0 {
		t.Errorf("a sound flow has faults: %v", got)
	}
}
