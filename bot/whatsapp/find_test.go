package whatsapp

import (
	"testing"
	"time"

	"mboka/bot"
	"mboka/bot/whatsapp/twiliotest"
)

// Each way of sending is found again after its answer was lost, and what never
// arrived is not.
func TestFindAfterAnUnknownSend(t *testing.T) {
	t.Parallel()
	prompt := buttons()
	generic := prompt
	generic.Text, generic.Template = "Autre  chose ?\n\nVraiment ?", ""
	long := prompt
	long.Choices = append([]bot.Choice(nil), prompt.Choices...)
	long.Choices[0].Label = "Un intitulé bien trop long pour un bouton"
	for name, m := range map[string]bot.Message{
		"own object": prompt, "generic object": generic, "numbered text": long,
		"text": {ID: "ob-1", Text: "Mbote, *merci*\n\nA bientôt", Language: "fr"},
	} {
		for fault, taken := range map[string]twiliotest.Fault{
			"cut": twiliotest.Cut(), "closed": twiliotest.Drop(), "502 taken": twiliotest.Page(502).Taken(), "502": twiliotest.Page(502),
		} {
			t.Run(name+", "+fault, func(t *testing.T) {
				t.Parallel()
				r := newRig(t)
				r.srv.Text(anna, "bonjour")
				prepare(t, r, prompt)
				began := time.Now()
				r.srv.Fail(taken)
				if _, err := r.Send(within(t), anna, m); sendErr(t, err).Outcome != bot.Unknown {
					t.Fatal(err)
				}
				found, receipt, err := r.Find(within(t), anna, m, began)
				sids := r.srv.Messages(anna)
				if err != nil || found != (len(sids) == 1) || found != (fault != "502") {
					t.Fatalf("%v %v, %d on the phone", found, err, len(sids))
				}
				if found && receipt.ProviderID != sids[0].SID {
					t.Errorf("%+v", receipt)
				}
			})
		}
	}
}

// prepare creates the objects that show m and any other buttons.
func prepare(t *testing.T, r *rig, m bot.Message) {
	t.Helper()
	def, _, ok := Define(m)
	if !ok {
		t.Fatal("no object can show it")
	}
	save := func(string, string, string, string) error { return nil }
	if err := r.Setup(within(t), append(Generics("fr", testFrame)[:3], def), nil, save, func(string) {}); err != nil {
		t.Fatal(err)
	}
}

// What looks similar is not taken for it: another text, another person, an
// earlier time, what the person wrote.
func TestFindNothingElse(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const other = "whatsapp:+32470000001"
	now := time.Date(2026, 11, 23, 23, 59, 50, 0, time.UTC)
	r.srv.SetClock(func() time.Time { return now })
	r.srv.Text(anna, "Mbote")
	r.srv.Text(other, "Mbote")
	m := bot.Message{ID: "1", Text: "Mbote"}
	send := func(address, text string) {
		if _, err := r.Send(within(t), address, bot.Message{ID: "x", Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	send(anna, "Mbote !")
	send(other, "Mbote")
	send(anna, "Mbote")
	early := r.srv.Messages(anna)[1].SID
	for name, tc := range map[string]struct {
		since time.Time
		want  string
	}{
		"since then":             {now, early},
		"our clock ahead":        {now.Add(findSlack), early},
		"before the next second": {now.Add(findSlack + 999*time.Millisecond), early},
		"since later":            {now.Add(findSlack + time.Second), ""},
		"since the day before":   {now.Add(-24 * time.Hour), early},
		"since the day after":    {now.Add(24 * time.Hour), ""},
	} {
		found, receipt, err := r.Find(within(t), anna, m, tc.since)
		if err != nil || found != (tc.want != "") || receipt.ProviderID != tc.want {
			t.Errorf("%s: %v %+v %v", name, found, receipt, err)
		}
	}
	r.srv.SetClock(func() time.Time { return now.Add(time.Hour) })
	send(anna, "Mbote")
	if _, receipt, _ := r.Find(within(t), anna, m, now); receipt.ProviderID != r.srv.Messages(anna)[2].SID {
		t.Error("not the newest")
	}
	if found, _, err := r.Find(within(t), "", m, now); found || sendErr(t, err).Code != codeNoAddress {
		t.Errorf("%v %v", found, err)
	}
}

// A message that Twilio took and that failed since is found with its outcome.
func TestFindOutcome(t *testing.T) {
	t.Parallel()
	m := bot.Message{ID: "ob-1", Text: "Mbote"}
	for code, want := range map[int]bot.Outcome{63016: bot.OutsideWindow, 63024: bot.Gone, 14107: bot.Throttled, 69999: bot.Rejected} {
		for name, fault := range map[string]twiliotest.Fault{"later": twiliotest.Later(code), "born": twiliotest.Born(code)} {
			r := newRig(t)
			r.srv.Text(anna, "bonjour")
			r.srv.Fail(fault)
			began := time.Now()
			_, _ = r.Send(within(t), anna, m) // its answer is taken for lost
			r.srv.Settle(within(t))
			found, receipt, err := r.Find(within(t), anna, m, began)
			if failed := sendErr(t, err); !found || receipt.ProviderID == "" || failed.Outcome != want {
				t.Errorf("%d %s: %v %v %v", code, name, found, receipt, err)
			}
		}
	}
}

// A message still in Twilio's queue has no DateSent, and is found.
func TestFindQueued(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.srv.Receipts()
	r.srv.Text(anna, "bonjour")
	began := time.Now()
	r.srv.Fail(twiliotest.Drop())
	m := bot.Message{ID: "ob-1", Text: "Mbote"}
	_, _ = r.Send(within(t), anna, m)
	if found, _, err := r.Find(within(t), anna, m, began); !found || err != nil {
		t.Errorf("%v %v", found, err)
	}
}

func TestFindIsBounded(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.srv.Text(anna, "bonjour")
	began := time.Now()
	m := bot.Message{ID: "ob-1", Text: "Mbote"}
	if _, err := r.Send(within(t), anna, m); err != nil {
		t.Fatal(err)
	}
	fill := func(n int) {
		for range n {
			if _, err := r.Send(within(t), anna, bot.Message{ID: "ob-2", Text: "Boni"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	fill(findPage*findPages - 1)
	if found, _, err := r.Find(within(t), anna, m, began); !found || err != nil {
		t.Errorf("on the last page: %v %v", found, err)
	}
	fill(1)
	found, _, err := r.Find(within(t), anna, m, began)
	if failed := sendErr(t, err); found || failed.Code != codeTooMany || failed.Outcome != bot.Unknown {
		t.Errorf("%v %v", found, err)
	}
	if n := r.srv.Calls()["GET /2010-04-01/Accounts/{sid}/Messages.json"]; n != 2*findPages {
		t.Errorf("%d requests", n)
	}
}

// Find does not wait when it is throttled, and says when it could not ask.
func TestFindWhenTwilioFails(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for name, tc := range map[string]struct {
		fault twiliotest.Fault
		want  bot.Outcome
	}{
		"throttled": {twiliotest.Throttle(time.Hour), bot.Throttled},
		"503":       {twiliotest.Page(503), bot.Unknown},
		"cut":       {twiliotest.Cut(), bot.Unknown},
		"token":     {twiliotest.Refuse(401, 20003), bot.Rejected},
	} {
		r.srv.FailList(tc.fault)
		found, _, err := r.Find(within(t), anna, bot.Message{Text: "Mbote"}, time.Now())
		if failed := sendErr(t, err); found || failed.Outcome != tc.want {
			t.Errorf("%s: %v %v", name, found, err)
		}
	}
}
