package bot_test

import (
	"context"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mboka/bot"
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
	chat := r.cfg.Keys.Chat("telegram", "4711")
	consent := func(purpose string) store.Consent {
		t.Helper()
		m, _, err := r.cfg.Store.MemberByChat(t.Context(), chat)
		if err != nil {
			t.Fatal(err)
		}
		live, err := r.cfg.Store.LiveConsents(t.Context(), m.ID)
		if err != nil {
			t.Fatal(err)
		}
		return live[purpose]
	}
	if v := consent("register").NoticeVersion; v != bot.NoticeOf(before) {
		t.Errorf("agreed to %s, but had read %s", v, bot.NoticeOf(before))
	}
}
