package main

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/store"
)

// TestAuditShow reads the log as an operator does: what the command line did,
// ids only, words with the keyset only, and the reading itself.
func TestAuditShow(t *testing.T) {
	t.Parallel()
	s := prepareService(t) // its settings are acts of the operator
	show := func(vars []string, args ...string) string {
		t.Helper()
		code, out := mboka(t, vars, append([]string{"audit", "show"}, args...)...)
		if code != exitOK {
			t.Fatalf("%v ended with %d:\n%s", args, code, out)
		}
		return out
	}
	if code, out := mboka(t, s.chatVars(), "settings", "set", "k", "7"); code != exitOK {
		t.Fatal(out)
	}
	db, err := store.Open(t.Context(), s.dbURL, s.keys)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		return tx.Audit(context.Background(), store.Entry{
			ID: uuid.New(), At: time.Now(), Actor: store.RoleActor(uuid.New()), Role: "official", Organisation: "ministry",
			Act: "figure.ask", Object: "F-1", Size: 40, Exported: true, Words: "combien\nde zorglubs ?",
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	bare := []string{"DATABASE_URL=" + s.dbURL}
	all := show(bare)
	lines := strings.Split(strings.TrimSpace(all), "\n")
	if len(lines) != len(store.DemoSettings())+3 || strings.Contains(all, "zorglub") {
		t.Errorf("%d lines:\n%s", len(lines), all)
	}
	if !regexp.MustCompile(`(?m)^20\S+ \S+  operator +-  +-  +setting\.set +k +-  +-  +-$`).MatchString(all) {
		t.Errorf("the change of k is not to be seen:\n%s", all)
	}
	if !regexp.MustCompile(`role:[0-9a-f-]{36}  official  ministry  figure\.ask +F-1 +40 +yes`).MatchString(all) {
		t.Errorf("the figure is not to be seen:\n%s", all)
	}
	if out := show(s.chatVars(), "--words", "--act", "figure.ask"); !strings.Contains(out, `"combien\nde zorglubs ?"`) || strings.Count(out, "\n") != 2 {
		t.Errorf("with words:\n%s", out)
	}
	if out := show(bare, "--since", "2026-01-01", "--act", "audit.show"); strings.Count(out, "audit.show") != 2 || strings.Count(out, ":words") != 1 {
		t.Errorf("it was read twice, once with words:\n%s", out)
	}
	if out := show(bare, "--actor", "service"); out != "No acts.\n" {
		t.Errorf("of the service:\n%s", out)
	}
	for _, args := range [][]string{{"--since", "soon"}, {"--since", "1.5d"}, {"--since", "2026-13-01"}} {
		if code, out := mboka(t, bare, append([]string{"audit", "show"}, args...)...); code != exitUsage || !strings.Contains(out, "30d") {
			t.Errorf("%v ended with %d: %s", args, code, out)
		}
	}
	if code, out := mboka(t, bare, "audit", "show", "--words"); code != exitUsage || !strings.Contains(out, "MBOKA_KEYSET") {
		t.Errorf("words without the keys: %d, %s", code, out)
	}
	if _, out := mboka(t, bare, "audit", "show", "--help"); !strings.Contains(out, "mboka audit show --act setting.set") {
		t.Errorf("help:\n%s", out)
	}
}

// TestNoticeIsOnRecord: what the running service shows is on record as people
// read it, and a consent names it.
func TestNoticeIsOnRecord(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	d := s.talker(t, "telegram")
	d.hears("mbote", "lang_choice")
	d.hears("[fr]", "notice")
	read := d.phone.last()
	d.hears("[yes]", "q_age_band")
	d.hears("37", "band_echo q_country_residence")
	var body, version string
	err := s.db.QueryRow(t.Context(), `
		SELECT n.body, n.version FROM privacy_notice n JOIN consent c ON c.notice_version = n.version
		WHERE n.language = 'fr' AND n.channel = 'telegram' AND c.purpose = 'register'`).Scan(&body, &version)
	if err != nil || !strings.HasPrefix(read, body) || !strings.Contains(body, version) {
		t.Errorf("agreed to version %q:\n%s\nread:\n%s\n(%v)", version, body, read, err)
	}
}
