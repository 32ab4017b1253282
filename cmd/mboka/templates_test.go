package main

import (
	"context"
	"strings"
	"testing"

	"mboka/bot/whatsapp"
)

func (s *testService) command(args ...string) (string, int) {
	s.t.Helper()
	var out strings.Builder
	code := run(s.t.Context(), args, s.vars, strings.NewReader(""), &out, &out)
	return out.String(), code
}

// TestTemplates submits the texts, has some approved and one rejected, and lets
// two people be silent for a year: one is warned by template, the other is not,
// and stays on record as not told.
func TestTemplates(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	if _, err := s.db.Exec(t.Context(), `INSERT INTO setting VALUES ('quiet_from', '08:00', now(), 'test'), ('quiet_to', '08:00', now(), 'test')`); err != nil {
		t.Fatal(err)
	}
	out, _ := s.command("doctor")
	if !strings.Contains(out, "missing: mission fr, mission en, mission ln") || !strings.Contains(out, "-> mboka whatsapp setup") {
		t.Errorf("doctor says:\n%s", out)
	}
	n := len(whatsapp.Templates())
	for range 2 {
		if out, code := s.command("whatsapp", "setup"); code != exitOK || strings.Count(out, "received")+strings.Count(out, "pending") != n || !strings.Contains(out, "parked") {
			t.Fatalf("setup ends with %d and says:\n%s", code, out)
		}
	}
	if got := s.twilio.Calls()["POST /v1/Content/{sid}/ApprovalRequests/whatsapp"]; got != n || s.number(`SELECT count(*) FROM whatsapp_template`) != n {
		t.Errorf("%d submissions of %d", got, n)
	}
	if out, _ := s.command("doctor"); !strings.Contains(out, "wait for WhatsApp's approval") {
		t.Errorf("doctor says:\n%s", out)
	}
	s.twilio.Decide("", "approved", "")
	for _, tpl := range s.twilio.Templates() {
		if strings.HasPrefix(tpl.Name, "mboka_retention") && strings.HasSuffix(tpl.Name, "_en") {
			s.twilio.Decide(tpl.Name, "rejected", "TAG_CONTENT_MISMATCH")
		}
	}
	if out, code := s.command("whatsapp", "templates"); code != exitOK || !strings.Contains(out, "rejected: TAG_CONTENT_MISMATCH") || strings.Count(out, "approved") != n-1 {
		t.Errorf("templates ends with %d and says:\n%s", code, out)
	}
	const told, untold = "whatsapp:+32470000191", "whatsapp:+32470000192"
	warned, parked := s.silent("whatsapp", told, 12), s.silent("whatsapp", untold, 13)
	if _, err := s.db.Exec(t.Context(), `UPDATE member SET language = 'en' WHERE id = $1`, parked); err != nil {
		t.Fatal(err)
	}
	s.start()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	got := s.twilio.Wait(ctx, told, 1)
	if !strings.Contains(got[0].Body, "Sinon, elles seront effacées le") || got[0].ContentSID == "" {
		t.Errorf("warned by %+v", got[0])
	}
	poll(t, "the warning is known to have arrived", func() bool {
		return s.number(`SELECT count(*) FROM notice WHERE member_id = $1 AND state = 'sent'`, warned) == 1
	})
	poll(t, "the other one is known not to", func() bool {
		return s.number(`SELECT count(*) FROM notice WHERE member_id = $1 AND state = 'parked'`, parked) == 1
	})
	if all := s.twilio.Messages(untold); len(all) != 0 {
		t.Errorf("said all the same: %+v", all)
	}
	if out, _ := s.command("doctor"); !strings.Contains(out, "rejected: retention en; such notices wait") {
		t.Errorf("doctor says:\n%s", out)
	}
	// The person answers, and is somebody who has not been heard for a year.
	s.twilio.Text(told, "mbote")
	s.twilio.Wait(ctx, told, 2)
}
