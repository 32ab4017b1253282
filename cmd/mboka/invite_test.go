package main

import (
	"bytes"
	"image/png"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"rsc.io/qr"

	"mboka/bot/telegram/telegramtest"
	"mboka/bot/whatsapp/twiliotest"
	"mboka/store"
)

// TestInvite: the code, the links and their QR codes; the link of Telegram
// joins; nothing but a hash is kept.
func TestInvite(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	file := filepath.Join(t.TempDir(), "invite.png")
	status, out := mboka(t, s.vars, "invite", "--role", "official", "--org", "ministry", "--expires", "2h", "--png", file)
	code := strings.ReplaceAll(joinCodes.FindString(out), "-", "")
	if status != exitOK || code == "" || !strings.Contains(out, "official (ministry)") {
		t.Fatalf("ended with %d:\n%s", status, out)
	}
	links := map[string]string{
		"telegram": "https://t.me/" + telegramtest.Username + "?start=join_" + code,
		"whatsapp": "https://wa.me/" + strings.TrimPrefix(twiliotest.From, "+") + "?text=" + url.PathEscape("rejoindre "+joinCodes.FindString(out)),
	}
	for channel, link := range links {
		if !strings.Contains(out, link+"\n") {
			t.Errorf("no link %s in:\n%s", link, out)
		}
		picture := strings.TrimSuffix(file, ".png") + "-" + channel + ".png"
		drawn, err := os.ReadFile(picture)
		if err != nil || !strings.Contains(out, picture) {
			t.Fatal(err, out)
		}
		want, err := qr.Encode(link, qr.M)
		if err != nil || !bytes.Equal(drawn, want.PNG()) {
			t.Errorf("%s does not hold the link (%v)", picture, err)
		}
		if img, err := png.Decode(bytes.NewReader(drawn)); err != nil || img.Bounds().Dx() < 100 {
			t.Errorf("%s is no picture: %v", picture, err)
		}
		if info, err := os.Stat(picture); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s may be read by others: %v", picture, err)
		}
	}
	var life time.Duration
	if err := s.db.QueryRow(t.Context(), `SELECT expires_at - created_at FROM invite`).Scan(&life); err != nil || life != 2*time.Hour {
		t.Errorf("good for %v, %v", life, err)
	}
	d := s.talker(t, "telegram")
	d.hears("/start join_"+code, "join_done staff_menu")
	d.hears("/start join_"+code, "join_own staff_menu")
	link, _ := url.Parse(links["whatsapp"])
	s.talker(t, "whatsapp").hears(link.Query().Get("text"), "join_used lang_choice")
	if everywhere := dump(t, s.dbURL) + s.redisDump() + strings.Join(s.logLines(), "\n"); strings.Contains(everywhere, code) {
		t.Error("the code stands in the clear")
	}
	if status, out := mboka(t, s.vars, "audit", "show", "--act", "role.invite"); status != exitOK || strings.Count(out, "role.invite") != 1 {
		t.Errorf("the log:\n%s", out)
	}
}

// Without a channel there is a code and no link; wrong arguments are usage.
func TestInviteArguments(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	expect := func(status int, says string, args ...string) {
		t.Helper()
		got, out := mboka(t, s.chatVars(), append([]string{"invite"}, args...)...)
		if got != status || !strings.Contains(out, says) {
			t.Errorf("%v ended with %d:\n%s", args, got, out)
		}
	}
	expect(exitOK, "rejoindre ", "--role", "admin", "--org", "iom")
	expect(exitFailed, "no channel is on", "--role", "admin", "--org", "iom", "--png", filepath.Join(t.TempDir(), "x.png"))
	for _, wrong := range [][]string{
		{"--role", "king", "--org", "iom"}, {"--role", "admin", "--org", "embassy"}, {"--role", "admin"}, {"--org", "iom"},
		{"--role", "admin", "--org", "iom", "--expires", "59s"}, {"--role", "admin", "--org", "iom", "--expires", "337h"}, {"--role", "admin", "--org", "iom", "--expires", "soon"},
	} {
		expect(exitUsage, "", wrong...)
	}
	for _, right := range []string{"1m", "336h"} {
		expect(exitOK, "", "--role", "admin", "--org", "iom", "--expires", right)
	}
}

// The choices of the command line are those of the one table.
func TestInviteKnowsTheTable(t *testing.T) {
	t.Parallel()
	tag := func(field string) (list []string, byDefault string) {
		f, _ := reflect.TypeFor[inviteCmd]().FieldByName(field)
		return strings.Split(f.Tag.Get("enum"), ","), f.Tag.Get("default")
	}
	roles, _ := tag("Role")
	orgs, _ := tag("Org")
	for i, r := range store.Roles {
		if len(roles) != len(store.Roles) || roles[i] != string(r) {
			t.Errorf("roles are %v", roles)
		}
	}
	for i, o := range store.Organisations {
		if len(orgs) != len(store.Organisations) || orgs[i] != string(o) {
			t.Errorf("organisations are %v", orgs)
		}
	}
	if _, life := tag("Expires"); life != "48h" || store.InviteLife != 48*time.Hour {
		t.Errorf("good for %s by default", life)
	}
}

func TestRolesCommand(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	expect := func(status int, says string, args ...string) string {
		t.Helper()
		got, out := mboka(t, s.chatVars(), append([]string{"roles"}, args...)...)
		if got != status || !strings.Contains(out, says) {
			t.Errorf("%v ended with %d:\n%s", args, got, out)
		}
		return out
	}
	expect(exitOK, "Nobody has a role", "list")
	d := s.talker(t, "whatsapp")
	d.invited("coordinator", "association")
	d.say("rejoindre " + d.code)
	id := d.roleIDs()[0].String()
	out := expect(exitOK, id, "list")
	if !regexp.MustCompile(`coordinator +association +\d{4}-\d\d-\d\d +\d{4}`).MatchString(out) || strings.Contains(out, strings.TrimPrefix(d.phone.address(), "whatsapp:")) {
		t.Errorf("listed as:\n%s", out)
	}
	expect(exitUsage, "no id of a role", "revoke", "1")
	expect(exitFailed, "no role", "revoke", "0198f0a2-0000-8000-8000-000000000001")
	expect(exitOK, "has ended", "revoke", id)
	expect(exitFailed, "no role", "revoke", id)
	expect(exitOK, "Nobody has a role", "list")
	if _, out := mboka(t, s.vars, "audit", "show", "--act", "role.revoke"); strings.Count(out, id) != 1 {
		t.Errorf("the log:\n%s", out)
	}
}

// The demo prints one code for each role, from injected randomness.
func TestDemoInvites(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	db, err := store.Open(t.Context(), s.dbURL, s.keys)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var out strings.Builder
	e := &world{ctx: t.Context(), out: &out, err: io.Discard, tempo: usualTempo(), random: bytes.NewReader(bytes.Repeat([]byte("0123456789abcdefghijklmnopqrstu"), 20))}
	if err := demoInvites(e, &stores{db: db, keys: s.keys}); err != nil {
		t.Fatal(err)
	}
	codes := joinCodes.FindAllString(out.String(), -1)
	if len(codes) != len(store.Roles) {
		t.Errorf("printed:\n%s", out.String())
	}
	for _, r := range store.Roles {
		if !strings.Contains(out.String(), string(r)) {
			t.Errorf("no code for %s", r)
		}
	}
}
