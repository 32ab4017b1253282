package whatsapp

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mboka/bot"
	"mboka/bot/whatsapp/twiliotest"
)

func buttons() bot.Message {
	return bot.Message{
		ID: "ob-1", Language: "fr", Layout: bot.Buttons,
		Text: "37 ans → 35-44 ans, c'est cela ?", Template: "37 ans → {{1}}, c'est cela ?", Variables: []string{"35-44 ans"},
		Choices: []bot.Choice{
			{Payload: "r1.age.yes", Label: "Oui"},
			{Payload: "r1.age.list", Label: "Non, voir la liste"},
		},
		Marks: []string{"1", "2"},
	}
}

func list() bot.Message {
	return bot.Message{
		ID: "ob-2", Language: "fr", Layout: bot.List, Opens: "Voir la liste",
		Text: "Votre tranche d'âge ?", Template: "Votre tranche d'âge ?",
		Choices: []bot.Choice{
			{Payload: "r1.age.u18", Label: "Moins de 18 ans"},
			{Payload: "r1.age.a18", Label: "18-24 ans", Desc: "jeune adulte"},
		},
		Marks: []string{"A", "B"},
	}
}

func sendErr(t *testing.T, err error) *bot.SendError {
	t.Helper()
	var failed *bot.SendError
	if !errors.As(err, &failed) {
		t.Fatalf("not a SendError: %v", err)
	}
	return failed
}

func TestSendText(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.srv.Text(anna, "bonjour")
	receipt, err := r.Send(within(t), anna, bot.Message{ID: "ob-7/é", Text: "Mbote !\n\nBonjour & hello", Language: "fr"})
	if err != nil {
		t.Fatal(err)
	}
	want := []twiliotest.Message{{SID: receipt.ProviderID, To: anna, Body: "Mbote !\n\nBonjour & hello", Validity: time.Hour}}
	if diff := cmp.Diff(want, r.srv.Messages(anna)); diff != "" {
		t.Error(diff)
	}
	r.srv.Settle(within(t))
	var states []string
	for _, s := range r.settled() {
		if s.ReplyID != "ob-7/é" || s.SID != receipt.ProviderID || s.Outcome != nil {
			t.Errorf("%+v", s)
		}
		states = append(states, s.State)
	}
	if diff := cmp.Diff([]string{"sent", "delivered", "read"}, states); diff != "" {
		t.Error(diff)
	}
}

func TestSendToScopedUserID(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const scoped = "whatsapp:CD.15024765943XYZ"
	r.srv.Text(scoped, "mbote")
	if _, err := r.Send(within(t), scoped, bot.Message{ID: "1", Text: "Mbote !"}); err != nil {
		t.Fatal(err)
	}
	in := r.received()[0]
	if in.Address != scoped || in.Phone != "" || len(r.srv.Messages(scoped)) != 1 {
		t.Errorf("%+v", in)
	}
}

// Without any Content object choices are numbered text.
func TestSendNumberedText(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.srv.Text(anna, "bonjour")
	if _, err := r.Send(within(t), anna, list()); err != nil {
		t.Fatal(err)
	}
	got := r.srv.Messages(anna)[0]
	if got.Body != bot.NumberedText(list()) || !strings.Contains(got.Body, "A. Moins de 18 ans\nB. 18-24 ans") || got.Rows != nil {
		t.Errorf("%+v", got)
	}
}

func setUp(t *testing.T, r *rig, defs ...Definition) {
	t.Helper()
	save := func(string, string, string, string) error { return nil }
	if err := r.Setup(within(t), defs, nil, save, func(string) {}); err != nil {
		t.Fatal(err)
	}
}

func define(t *testing.T, m bot.Message) Definition {
	t.Helper()
	def, _, ok := Define(m)
	if !ok {
		t.Fatalf("no definition for %+v", m)
	}
	return def
}

func TestSendOwnContent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	setUp(t, r, define(t, buttons()), define(t, list()))
	r.srv.Text(anna, "bonjour")
	for _, m := range []bot.Message{buttons(), list()} {
		if _, err := r.Send(within(t), anna, m); err != nil {
			t.Fatal(err)
		}
	}
	got := r.srv.Messages(anna)
	want := []twiliotest.Message{{
		Body:    buttons().Text,
		Buttons: []twiliotest.Choice{{ID: "r1.age.yes", Title: "Oui"}, {ID: "r1.age.list", Title: "Non, voir la liste"}},
	}, {
		Body: list().Text, Opens: "Voir la liste",
		Rows: []twiliotest.Choice{{ID: "r1.age.u18", Title: "Moins de 18 ans"}, {ID: "r1.age.a18", Title: "18-24 ans", Desc: "jeune adulte"}},
	}}
	for i := range want {
		want[i].SID, want[i].To, want[i].ContentSID, want[i].Validity = got[i].SID, anna, r.srv.Contents()[i].SID, time.Hour
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	r.srv.Tap(anna, "18-24 ans")
	r.srv.Tap(anna, "Oui")
	inbox := r.received()
	if row := inbox[1]; row.Kind != bot.Tap || row.Payload != "r1.age.a18" || row.Text != "18-24 ans" || row.Source != got[1].SID {
		t.Errorf("%+v", row)
	}
	if button := inbox[2]; button.Kind != bot.Tap || button.Payload != "r1.age.yes" || button.Source != got[0].SID {
		t.Errorf("%+v", button)
	}
}

// One object serves every run and every value of its variables.
func TestSendSameContentForEverybody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	setUp(t, r, define(t, buttons()))
	r.srv.Text(anna, "bonjour")
	m := buttons()
	m.Text, m.Variables = "37 ans → 45-54 ans, c'est cela ?", []string{"45-54 ans"}
	m.Choices[0].Payload, m.Choices[1].Payload = "zz9.age.yes", "zz9.age.list"
	if _, err := r.Send(within(t), anna, m); err != nil {
		t.Fatal(err)
	}
	got := r.srv.Messages(anna)[0]
	if got.Body != m.Text || got.Buttons[0].ID != "zz9.age.yes" || got.ContentSID != r.srv.Contents()[0].SID {
		t.Errorf("%+v", got)
	}
}

func TestSendGenericContent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	setUp(t, r, Generics("fr", testFrame)...)
	r.srv.Text(anna, "bonjour")
	suggestions := list()
	suggestions.Template = ""
	suggestions.Text = "Lequel    voulez-vous dire ?\n\n\nOu rien."
	for _, m := range []bot.Message{suggestions, buttons()} {
		if _, err := r.Send(within(t), anna, m); err != nil {
			t.Fatal(err)
		}
	}
	got := r.srv.Messages(anna)
	if got[0].Body != "▸ Lequel voulez-vous dire ?\nOu rien.\n(ou écrivez votre choix)" || got[0].Opens != "Voir la liste" {
		t.Errorf("%+v", got[0])
	}
	wantRows := []twiliotest.Choice{{ID: "r1.age.u18", Title: "Moins de 18 ans", Desc: noDesc}, {ID: "r1.age.a18", Title: "18-24 ans", Desc: "jeune adulte"}}
	if diff := cmp.Diff(wantRows, got[0].Rows); diff != "" {
		t.Error(diff)
	}
	if len(got[1].Buttons) != 2 || got[1].Buttons[1].ID != "r1.age.list" {
		t.Errorf("%+v", got[1])
	}
	english := buttons()
	english.Language = "en"
	if _, err := r.Send(within(t), anna, english); err != nil {
		t.Fatal(err)
	}
	if last := r.srv.Messages(anna)[2]; last.ContentSID != "" || !strings.Contains(last.Body, "1. Oui") {
		t.Errorf("no frame for this language, so text was expected: %+v", last)
	}
}

// An object that Twilio refuses must not keep the question from the person.
func TestSendTextWhenContentIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	setUp(t, r, define(t, buttons()))
	r.srv.Forget(r.srv.Contents()[0].SID)
	r.srv.Text(anna, "bonjour")
	for range 2 {
		if _, err := r.Send(within(t), anna, buttons()); err != nil {
			t.Fatal(err)
		}
	}
	got := r.srv.Messages(anna)
	if len(got) != 2 || !strings.Contains(got[0].Body, "1. Oui") {
		t.Errorf("%+v", got)
	}
	if n := r.srv.Calls()["POST /2010-04-01/Accounts/{sid}/Messages.json"]; n != 3 {
		t.Errorf("%d requests: the lost object was not forgotten", n)
	}
	setUp(t, r, define(t, buttons()))
	r.srv.Fail(twiliotest.Refuse(400, 63013))
	if _, err := r.Send(within(t), anna, buttons()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Send(within(t), anna, buttons()); err != nil {
		t.Fatal(err)
	}
	if last := r.srv.Messages(anna)[3]; last.ContentSID == "" {
		t.Errorf("one refused message took the object away: %+v", last)
	}
}

func TestSendRefusesLocally(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for name, send := range map[string]struct {
		address, text, code string
	}{
		"no address": {"", "x", codeNoAddress},
		"no text":    {anna, "", codeNoText},
		"too long":   {anna, strings.Repeat("é", 1601), codeTooLong},
	} {
		_, err := r.Send(within(t), send.address, bot.Message{ID: "1", Text: send.text})
		if failed := sendErr(t, err); failed.Outcome != bot.Rejected || failed.Code != send.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := r.Send(within(t), anna, bot.Message{ID: "1", Text: "x", File: &bot.File{Name: "x.csv", Data: []byte("x")}})
	if failed := sendErr(t, err); failed.Outcome != bot.Rejected || failed.Code != codeFile {
		t.Errorf("a file: %v", err)
	}
	if len(r.srv.Calls()) != 0 {
		t.Error("Twilio was called")
	}
	r.srv.Text(anna, "x")
	if _, err := r.Send(within(t), anna, bot.Message{ID: "1", Text: strings.Repeat("é", 1600)}); err != nil {
		t.Errorf("1600 characters are allowed: %v", err)
	}
}
