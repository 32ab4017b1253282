package bot_test

import (
	"strings"
	"testing"
	"time"

	"mboka/bot"
	"mboka/flows/registration"
	"mboka/store"
)

// TestProfileBeforeBeingCounted corrects an answer in the middle of the four
// that count: it is the one that counts, here and in the records.
func TestProfileBeforeBeingCounted(t *testing.T) {
	t.Parallel()
	r := newRig(t, 50*time.Millisecond, nil)
	m := r.write("mbote")
	for _, code := range []string{"fr", "yes", "35_44", "BE"} {
		m = r.tap(m, code)
	}
	r.write("modifier")
	m = r.tap(r.write("2"), "FR")
	m = r.tap(r.tap(m, "!skip"), "done") // the city hangs on the country
	m = r.tap(r.tap(m, "edu_master"), "employee")
	if !strings.Contains(strings.Join(m.Keys, " "), "counted") {
		t.Fatalf("said %v", m.Keys)
	}
	if m = r.write("mes données"); !strings.Contains(m.Text, "France") || strings.Contains(m.Text, "Belgique") {
		t.Errorf("on record is %q", m.Text)
	}
}

// TestDraftEndsWithTheForm goes through the form a second time: the draft of
// it must end too, or who comes back later is told that it is unfinished.
func TestDraftEndsWithTheForm(t *testing.T) {
	t.Parallel()
	var db *store.DB
	r := newRig(t, 50*time.Millisecond, func(c *bot.Config) { db = c.Store })
	m := r.tap(r.tap(r.counted(), "later"), "no")
	m = r.write("continuer")
	for m.Keys[len(m.Keys)-1] != "summary" {
		m = r.tap(m, "!skip")
	}
	chat := db.Keys().Chat("telegram", "4711")
	drafted := func() bool {
		t.Helper()
		_, found, err := db.DraftOf(t.Context(), chat, registration.ID)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	r.bot.Idle()
	r.bot.WriteBehind(t.Context())
	if !drafted() {
		t.Fatal("there is no draft in the middle of the form")
	}
	// The no to announcements is remembered: nobody asks again.
	if m = r.tap(m, "yes"); m.Keys[0] != "updated" {
		t.Fatalf("said %v", m.Keys)
	}
	r.bot.Idle()
	r.bot.WriteBehind(t.Context())
	if drafted() {
		t.Error("the draft outlives its form")
	}
}
