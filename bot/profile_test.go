package bot_test

import (
	"strings"
	"testing"
	"time"
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
