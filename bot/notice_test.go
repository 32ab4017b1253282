package bot_test

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows/rights"
	"mboka/locales"
	"mboka/store"
)

func policyWith(t *testing.T, changes ...string) store.Policy {
	t.Helper()
	settings := store.DemoSettings()
	for i := 0; i < len(changes); i += 2 {
		settings[changes[i]] = changes[i+1]
	}
	p, err := store.NewPolicy(settings)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The version of the notice is another when a person would read another word
// in it, and the same otherwise.
func TestNoticeOf(t *testing.T) {
	t.Parallel()
	now := bot.NoticeOf(policyWith(t))
	if !regexp.MustCompile(`^` + bot.NoticeVersion + `\.[0-9a-f]{6}$`).MatchString(now) {
		t.Errorf("version %q", now)
	}
	seen := map[string]string{now: ""}
	for _, key := range []string{"organisation", "contact", "host", "complaint_body", "verify_url"} {
		v := bot.NoticeOf(policyWith(t, key, "https://other.example.org"))
		if before, there := seen[v]; there {
			t.Errorf("%s changed, and the version is that of %q", key, before)
		}
		seen[v] = key
	}
	for _, change := range [][2]string{{"k", "7"}, {"emergency.BE", "112"}, {"retention_erase", "20"}, {"organisation_kind", "other"}} {
		if v := bot.NoticeOf(policyWith(t, change[0], change[1])); v != now {
			t.Errorf("%s is not in the notice, and its version is %s now", change[0], v)
		}
	}
	if v := bot.NoticeOf(policyWith(t)); v != now {
		t.Errorf("back again it is %s, not %s", v, now)
	}
	texts := bot.Notices(policyWith(t))
	if len(texts) != 2*len(locales.Langs) {
		t.Errorf("%d texts", len(texts))
	}
	for _, n := range texts {
		if n.Version != now || !strings.Contains(n.Body, now) || n.Details == "" {
			t.Errorf("%s on %s: %+v", n.Language, n.Channel, n)
		}
	}
}

// A consent is stored with the version that the person has read, also when
// another one is in force by the time of the yes.
func TestConsentTellsWhatWasRead(t *testing.T) {
	t.Parallel()
	before, after := policyWith(t), policyWith(t, "contact", "+32 2 000 00 00")
	var now atomic.Pointer[store.Policy]
	now.Store(&before)
	r := newRig(t, 20*time.Millisecond, func(c *bot.Config) {
		c.Policy = func(context.Context) (store.Policy, error) { return *now.Load(), nil }
	})
	notice := r.tap(r.write("mbote"), "fr")
	if !strings.Contains(notice.Text, "Version "+bot.NoticeOf(before)+".") {
		t.Fatalf("the notice does not tell its version:\n%s", notice.Text)
	}
	now.Store(&after)
	r.tap(notice, "yes")
	r.write("37")
	_, live := r.consents(t)
	if v := live["register"].NoticeVersion; v != bot.NoticeOf(before) {
		t.Errorf("agreed to %s, but had read %s", v, bot.NoticeOf(before))
	}
}

// keysOf are the keys of a message in one line.
func keysOf(m bot.Message) string {
	keys := make([]string, 0, len(m.Keys))
	for _, k := range m.Keys {
		keys = append(keys, string(k))
	}
	return strings.Join(keys, " ")
}

// Who agreed to a notice that meant something else is asked once, when nothing
// else is asked: a yes is a consent of its own, and a no takes nothing back.
func TestAskedAgain(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"yes", "no"} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			meaning, err := strconv.Atoi(bot.NoticeVersion)
			if err != nil {
				t.Fatal(err)
			}
			r := newRig(t, 20*time.Millisecond, func(c *bot.Config) {
				c.NoticeHolds = meaning + 1
				c.Flows = append(c.Flows, rights.Notice())
			})
			m := r.tap(r.counted(), "later")
			if m := r.tap(m, "no"); keysOf(m) != "thanks menu_title" {
				t.Fatalf("said %s: the notice has no room behind it", keysOf(m))
			}
			asked := r.write("mbote")
			if keysOf(asked) != "notice_changed notice" || len(asked.Choices) != 3 {
				t.Fatalf("said %s", keysOf(asked))
			}
			want := map[string]string{"yes": "notice_agreed menu_title", "no": "notice_kept menu_title"}[answer]
			if m := r.write("oui"); keysOf(m) != "consent_exact notice_ask" {
				t.Errorf("said %s to a word that is no exact yes", keysOf(m))
			}
			if m := r.tap(asked, answer); keysOf(m) != want {
				t.Errorf("said %s", keysOf(m))
			}
			if m := r.write("/menu"); keysOf(m) != "menu_title" {
				t.Errorf("asked once more: %s", keysOf(m))
			}
			registered := map[string]int{"yes": 2, "no": 1}[answer]
			all, live := r.consents(t)
			n := 0
			for _, c := range all {
				if c.Purpose == "register" && c.Granted {
					n++
				}
			}
			if n != registered || !live["register"].Granted {
				t.Errorf("%d consents to the notice, not %d; now %+v", n, registered, live["register"])
			}
		})
	}
}

// consents are those of the rig's person, all and what counts now.
func (r *rig) consents(t *testing.T) ([]store.Consent, map[string]store.Consent) {
	t.Helper()
	m, _, err := r.cfg.Store.MemberByChat(t.Context(), r.cfg.Keys.Chat("telegram", "4711"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := r.cfg.Store.Consents(t.Context(), m.ID)
	if err != nil {
		t.Fatal(err)
	}
	live, err := r.cfg.Store.LiveConsents(t.Context(), m.ID)
	if err != nil {
		t.Fatal(err)
	}
	return all, live
}

// Who has agreed to the meaning in force is not asked.
func TestNotAskedAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, 20*time.Millisecond, func(c *bot.Config) {
		c.NoticeHolds = 9
		c.Flows = append(c.Flows, rights.Notice())
	})
	m := r.tap(r.counted(), "later")
	all, _ := r.consents(t)
	err := r.cfg.Store.Write(t.Context(), func(tx *store.Tx) error {
		c := all[0]
		c.ID, c.MessageID, c.NoticeVersion, c.At = uuid.New(), "later", "9.0a0b0c", c.At.Add(time.Second)
		return tx.RecordConsent(t.Context(), c)
	})
	if err != nil {
		t.Fatal(err)
	}
	r.tap(m, "no")
	if m = r.write("mbote"); keysOf(m) != "menu_title" {
		t.Errorf("said %s", keysOf(m))
	}
}
