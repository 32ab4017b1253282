package whatsapp

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mboka/bot"
	"mboka/bot/whatsapp/twiliotest"
)

// late collects what Inbound hands over.
func (r *rig) late(t *testing.T, since time.Time) []bot.Inbound {
	t.Helper()
	var got []bot.Inbound
	err := r.Inbound(within(t), since, func(in bot.Inbound) error { got = append(got, in); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Everything a person can send comes by the list as it came by the webhook,
// but for what the list does not hold.
func TestInboundIsWhatTheWebhookTook(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	now := time.Date(2026, 11, 23, 0, 0, 1, 0, time.UTC)
	r.srv.SetClock(func() time.Time { return now })
	media := func(kind string) url.Values {
		return url.Values{"NumMedia": {"1"}, "MediaUrl0": {"https://example.org/m"}, "MediaContentType0": {kind}}
	}
	for _, fields := range []url.Values{
		{"Body": {"bonjour à tous\n2e ligne"}}, media("audio/ogg"), media("image/webp"), media("image/jpeg"),
		media("video/mp4"), media("text/vcard"), media("application/pdf"),
		{"Body": {"une photo"}, "NumMedia": {"2"}, "MediaContentType0": {"image/jpeg"}, "MediaContentType1": {"image/jpeg"}},
		{"Body": {" "}},
	} {
		if r.srv.Post(anna, fields) != 200 {
			t.Fatalf("%v not taken", fields)
		}
	}
	r.srv.Text("whatsapp:CD.123abc", "sans numéro")
	want := r.received()
	for i := range want {
		want[i].At, want[i].Late = now, true
	}
	if diff := cmp.Diff(want, r.late(t, now)); diff != "" {
		t.Error(diff)
	}
}

// A tap comes as the typed label, and a place as something not understood.
func TestInboundLosesWhatTheListLacks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.srv.Text(anna, "bonjour")
	prepare(t, r, buttons())
	if _, err := r.Send(within(t), anna, buttons()); err != nil {
		t.Fatal(err)
	}
	label := buttons().Choices[0].Label
	r.srv.Silence(true)
	r.srv.Tap(anna, label)
	r.srv.Post(anna, url.Values{"Latitude": {"50.8"}, "Longitude": {"4.3"}})
	got := r.late(t, time.Now().Add(-time.Minute))
	if len(got) != 3 || got[1].Kind != bot.Text || got[1].Text != label || got[1].Payload != "" || got[2].Kind != bot.Other {
		t.Errorf("%+v", got)
	}
}

// Messages whose webhook never came are in the list, oldest first, over many
// pages and with others written meanwhile; what is older or ours is not.
func TestInboundOverManyPages(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	start := time.Date(2026, 11, 22, 23, 50, 0, 0, time.UTC)
	var second atomic.Int64
	r.srv.SetClock(func() time.Time { return start.Add(time.Duration(second.Load()) * time.Second) })
	r.srv.Silence(true)
	const n = 5*recordsPage/2 + 1
	for i := range n {
		second.Store(int64(i * 10))
		if code := r.srv.Text(fmt.Sprintf("whatsapp:+3247%07d", i%7), fmt.Sprint(i)); code != 0 {
			t.Fatalf("the webhook answered %d in the silence", code)
		}
		if _, err := r.Send(within(t), anna, bot.Message{ID: "x", Text: "Mbote"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, first := range []int{0, 1, 100, n - 1, n} {
		got := r.late(t, start.Add(time.Duration(first*10)*time.Second))
		if len(got) != n-first {
			t.Errorf("from %d: %d messages", first, len(got))
		}
		for i, in := range got {
			if in.Text != fmt.Sprint(first+i) || !in.Late || in.At.Sub(start) != time.Duration((first+i)*10)*time.Second {
				t.Fatalf("from %d: at %d stands %+v", first, i, in)
			}
		}
	}
	seen := map[string]int{}
	err := r.Inbound(within(t), start, func(in bot.Inbound) error {
		if len(seen) == 0 {
			r.srv.Text(anna, "pendant la lecture")
		}
		seen[in.ID]++
		return nil
	})
	for id, times := range seen {
		if times != 1 {
			t.Errorf("%s came %d times", id, times)
		}
	}
	if err != nil || len(seen) < n {
		t.Errorf("%d of %d, %v", len(seen), n, err)
	}
	if len(r.received()) != 0 {
		t.Error("the webhook was called")
	}
}

// With nothing new a pass costs one request.
func TestInboundStopsAtOldPages(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.srv.Silence(true)
	for range 2*recordsPage + 10 {
		r.srv.Text(anna, "bonjour")
	}
	if got := r.late(t, time.Now().Add(time.Minute)); len(got) != 0 {
		t.Errorf("%d messages", len(got))
	}
	if n := r.srv.Calls()["GET /2010-04-01/Accounts/{sid}/Messages.json"]; n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestInboundFailures(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.srv.Silence(true)
	r.srv.Text(anna, "un")
	r.srv.Text(anna, "deux")
	r.srv.Post(anna, url.Values{"NumMedia": {"1"}, "MediaContentType0": {"audio/ogg"}})
	r.srv.Post(anna, url.Values{"MessageSid": {"odd"}, "Body": {"secret"}})
	since := time.Now().Add(-time.Minute)
	broken := errors.New("no store")
	calls := 0
	err := r.Inbound(within(t), since, func(bot.Inbound) error {
		if calls++; calls == 2 {
			return broken
		}
		return nil
	})
	if !errors.Is(err, broken) || calls != 2 {
		t.Errorf("%v after %d", err, calls)
	}
	r.srv.FailList(twiliotest.Page(503))
	if err := r.Inbound(within(t), since, func(bot.Inbound) error { t.Error("handed over"); return nil }); sendErr(t, err).Outcome != bot.Unknown {
		t.Errorf("%v", err)
	}
	// Twilio's wish to wait is granted.
	r.srv.FailList(twiliotest.Refuse(429, 20429))
	r.srv.FailMedia(twiliotest.Page(500))
	got := r.late(t, since)
	if len(got) != 3 || got[2].Kind != bot.Document {
		t.Errorf("%+v", got)
	}
	if r.late(t, since)[2].Kind != bot.Voice || r.Counts().Undecodable == 0 {
		t.Errorf("%+v", r.Counts())
	}
	if strings.Contains(r.logged(), "secret") || !strings.Contains(r.logged(), "not understood") || !strings.Contains(r.logged(), "media of a listed") {
		t.Error(r.logged())
	}
}
