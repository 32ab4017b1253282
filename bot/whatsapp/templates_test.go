package whatsapp

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/whatsapp/twiliotest"
	"mboka/locales"
	"mboka/store"
)

// TestEveryKindHasATextOrAReason holds the table against the list of kinds.
func TestEveryKindHasATextOrAReason(t *testing.T) {
	t.Parallel()
	seen := map[bot.NoticeKind]int{}
	for _, n := range Notices() {
		seen[n.Kind]++
		if n.Why == "" {
			t.Errorf("%s: no reason", n.Kind)
		}
		if (n.Category == "") != (n.text == "") {
			t.Errorf("%s has a text without a category, or a category without a text", n.Kind)
		}
		if n.text == "" {
			continue
		}
		if has := len(locales.Fields(locales.FR, n.text)); has != len(n.fields) {
			t.Errorf("%s: the text has %d fields, the table %v", n.Kind, has, n.fields)
		}
	}
	for _, kind := range bot.NoticeKinds {
		if seen[kind] != 1 {
			t.Errorf("%s stands %d times in the table", kind, seen[kind])
		}
	}
	if len(seen) != len(bot.NoticeKinds) {
		t.Errorf("%d kinds in the table, %d exist", len(seen), len(bot.NoticeKinds))
	}
}

func TestTemplatesObeyTheRules(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, tpl := range Templates() {
		if err := tpl.check(); err != nil {
			t.Errorf("%s %s: %v", tpl.Kind, tpl.Language, err)
		}
		if strings.ContainsAny(tpl.Body, "⟦⟧") || strings.Contains(tpl.Body, "<no value>") {
			t.Errorf("%s %s: %q", tpl.Kind, tpl.Language, tpl.Body)
		}
		if names[tpl.Name()] || !strings.HasSuffix(tpl.Name(), "_"+tpl.Language) {
			t.Errorf("the name %s is taken, or does not say its language", tpl.Name())
		}
		names[tpl.Name()] = true
		if tpl.Filed == "ln" {
			t.Error("WhatsApp has no Lingala")
		}
	}
	good := Template{Category: Utility, Body: "Mbote {{1}} !", Samples: map[string]string{"1": "x"}}
	if err := good.check(); err != nil {
		t.Fatal(err)
	}
	for what, spoil := range map[string]func(*Template){
		"begins with a variable": func(x *Template) { x.Body = "{{1}} !" },
		"ends with one":          func(x *Template) { x.Body = "Mbote {{1}}" },
		"two adjacent":           func(x *Template) { x.Body = "Mbote {{1}}\n{{1}} !" },
		"no sample":              func(x *Template) { x.Samples = nil },
		"no category":            func(x *Template) { x.Category = "" },
		"too long":               func(x *Template) { x.Samples = map[string]string{"1": strings.Repeat("x", 1024)} },
		"a title with a variable": func(x *Template) {
			x.Buttons = []Item{{ID: "a.b.c", Label: "{{1}}"}}
		},
		"a long title": func(x *Template) { x.Buttons = []Item{{ID: "a.b.c", Label: strings.Repeat("x", 21)}} },
	} {
		bad := good
		spoil(&bad)
		if bad.check() == nil {
			t.Errorf("%s passes", what)
		}
	}
}

// The stub names neither a meeting nor the state.
func TestTheStubIsNeutral(t *testing.T) {
	t.Parallel()
	for _, tpl := range Templates() {
		if tpl.Kind != bot.NoticeStub {
			continue
		}
		if strings.Contains(tpl.Body, "{{") {
			t.Errorf("%s: a field may say anything", tpl.Language)
		}
		for _, word := range []string{"réunion", "visite", "meeting", "visit", "makita", "likita", "mission", "ambassade", "état", "state", "leta", "ministère", "oim", "iom"} {
			if strings.Contains(strings.ToLower(tpl.Body), word) {
				t.Errorf("%s says %q", tpl.Language, word)
			}
		}
	}
}

// templateRows stands for the table of templates.
type templateRows struct {
	rows map[string]store.Template
	puts int
	fail error
}

func (k *templateRows) save(row store.Template) error {
	if k.fail != nil {
		return k.fail
	}
	if k.rows == nil {
		k.rows = map[string]store.Template{}
	}
	k.rows[row.Hash] = row
	k.puts++
	return nil
}

func (k *templateRows) all() []store.Template {
	var rows []store.Template
	for _, row := range k.rows {
		rows = append(rows, row)
	}
	return rows
}

const submissions = "POST /v1/Content/{sid}/ApprovalRequests/whatsapp"

// approvedRig is a channel whose templates are all approved.
func approvedRig(t *testing.T) (*rig, *templateRows) {
	t.Helper()
	r, k := newRig(t), &templateRows{}
	if _, err := r.SetupTemplates(within(t), nil, k.save); err != nil {
		t.Fatal(err)
	}
	r.srv.Decide("", "approved", "")
	if _, err := r.RefreshTemplates(within(t), k.all(), k.save); err != nil {
		t.Fatal(err)
	}
	return r, k
}

func invitation(lang string) bot.Message {
	run := bot.About{Kind: bot.AboutDelivery, ID: uuid.MustParse("11111111-2222-4333-8444-555555555555")}.Run()
	l, _ := locales.ParseLang(lang)
	m := bot.Message{
		ID: "delivery-1", Language: lang, Layout: bot.Buttons, Text: "all of it", Notice: bot.NoticeMission, Outside: true,
		Fields: []string{"Rencontre", "samedi,\n14:00", "Ixelles    2", "{{1}} gratuit"},
	}
	for code, key := range map[string]locales.Key{"yes": locales.RsvpYes, "maybe": locales.RsvpMaybe, "no": locales.RsvpNo} {
		m.Choices = append(m.Choices, bot.Choice{Payload: bot.Payload(run, "rsvp", code), Label: locales.Text(l, key, nil)})
	}
	return m
}

func TestSetupTwiceSubmitsOnce(t *testing.T) {
	t.Parallel()
	r, k := newRig(t), &templateRows{}
	n := len(Templates())
	states, err := r.SetupTemplates(within(t), nil, k.save)
	if err != nil || len(states) != n || len(k.rows) != n {
		t.Fatal(err, len(states), len(k.rows))
	}
	if r.Template(bot.NoticeMission, "fr") {
		t.Error("a text is used before it is approved")
	}
	if _, err := r.SetupTemplates(within(t), k.all(), k.save); err != nil {
		t.Fatal(err)
	}
	// The records are lost: what is there is found by its name.
	lost := &templateRows{}
	if _, err := r.SetupTemplates(within(t), nil, lost.save); err != nil {
		t.Fatal(err)
	}
	if calls := r.srv.Calls(); calls[creations] != n || calls[submissions] != n {
		t.Errorf("%d creations and %d submissions of %d", calls[creations], calls[submissions], n)
	}
	for _, row := range lost.rows {
		if row.State != "pending" || row.SID != k.rows[row.Hash].SID {
			t.Errorf("%s %s is %s", row.Kind, row.Language, row.State)
		}
	}
	r.srv.Decide("mboka_mission", "approved", "")
	r.srv.Decide("mboka_stub", "rejected", "INVALID_FORMAT")
	states, err = r.RefreshTemplates(within(t), k.all(), k.save)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range states {
		want, reason := "pending", ""
		switch s.Kind {
		case bot.NoticeMission:
			want = StateApproved
		case bot.NoticeStub:
			want, reason = StateRejected, "INVALID_FORMAT"
		}
		if s.Row.State != want || s.Reason != reason || r.Template(s.Kind, s.Language) != (want == StateApproved) {
			t.Errorf("%s %s is %s (%s)", s.Kind, s.Language, s.Row.State, s.Reason)
		}
	}
}

// An answer that was lost costs no second object and no second submission.
func TestSetupAfterLostAnswers(t *testing.T) {
	t.Parallel()
	r, k := newRig(t), &templateRows{}
	r.srv.FailContent(twiliotest.Fault{}, twiliotest.Cut())
	r.srv.FailApproval(twiliotest.Refuse(500, 20500).Taken())
	for range 3 {
		_, _ = r.SetupTemplates(within(t), k.all(), k.save)
	}
	if _, err := r.SetupTemplates(within(t), k.all(), k.save); err != nil {
		t.Fatal(err)
	}
	if n := len(Templates()); len(r.srv.Contents()) != n || len(r.srv.Templates()) != n {
		t.Errorf("%d objects, %d submitted of %d", len(r.srv.Contents()), len(r.srv.Templates()), n)
	}
}

// A deleted name is barred: the text gets another one.
func TestSetupReplacesDeletedTemplates(t *testing.T) {
	t.Parallel()
	r, k := approvedRig(t)
	gone := r.srv.Templates()[0]
	r.srv.Forget(gone.SID)
	if _, err := r.RefreshTemplates(within(t), k.all(), k.save); err != nil {
		t.Fatal(err)
	}
	if first := Templates()[0]; r.Template(first.Kind, first.Language) {
		t.Error("a text is used that is gone")
	}
	for range 2 {
		if _, err := r.SetupTemplates(within(t), k.all(), k.save); err != nil {
			t.Fatal(err)
		}
	}
	row := k.rows[Templates()[0].Hash()]
	if row.Name == gone.Name || row.SID == gone.SID || len(r.srv.Contents()) != len(Templates()) {
		t.Errorf("%+v", row)
	}
}

func TestSendByTemplate(t *testing.T) {
	t.Parallel()
	r, _ := approvedRig(t)
	for lang, want := range map[string]string{
		"fr": "Mbote ! Mboka vous annonce « Rencontre ».\nQuand : samedi, 14:00\nOù : Ixelles 2\nÀ savoir : { {1}} gratuit\nTouchez un bouton pour répondre. « stop » arrête les annonces.",
		"ln": "Mbote! Mboka eyebisi bino « Rencontre ».\nNtango: samedi, 14:00\nEsika: Ixelles 2\nBoyeba: { {1}} gratuit\nBofina bouton moko mpo na koyanola. « stop » etelemisaka bansango.",
	} {
		address := "whatsapp:+3247000001" + map[string]string{"fr": "1", "ln": "2"}[lang]
		receipt, err := r.Send(within(t), address, invitation(lang))
		if err != nil || receipt.Notice != bot.NoticeMission {
			t.Fatal(receipt, err)
		}
		got := r.srv.Messages(address)
		if len(got) != 1 || got[0].Body != want || len(got[0].Buttons) != 3 || got[0].Validity != 4*time.Hour {
			t.Fatalf("%+v", got)
		}
		r.srv.Tap(address, locales.Text(map[string]locales.Lang{"fr": locales.FR, "ln": locales.LN}[lang], locales.RsvpMaybe, nil))
		in := r.received()[len(r.received())-1]
		if in.Kind != bot.Tap || !strings.HasSuffix(in.Payload, ".rsvp.maybe") || in.Source != receipt.ProviderID {
			t.Errorf("%+v", in)
		}
		if run, _, _, _ := bot.ReadPayload(in.Payload); run != strings.Split(invitation(lang).Choices[0].Payload, ".")[0] {
			t.Errorf("the tap is about %s", run)
		}
		found, receipt2, err := r.Find(within(t), address, invitation(lang), time.Now().Add(-time.Minute))
		if !found || err != nil || receipt2.ProviderID != receipt.ProviderID {
			t.Errorf("not found: %v", err)
		}
	}
}

// What has no approved text that fits goes out as the stub, where it is an
// announcement, and else not at all.
func TestWithoutATextThatFits(t *testing.T) {
	t.Parallel()
	r, k := approvedRig(t)
	news := invitation("fr")
	news.Fields = news.Fields[:1] // no day: it is no meeting
	long := invitation("fr")
	long.Fields[3] = strings.Repeat("très ", 200)
	other := invitation("fr")
	other.Choices = nil
	for i, m := range []bot.Message{news, long, other} {
		address := "whatsapp:+3247000002" + string(rune('0'+i))
		receipt, err := r.Send(within(t), address, m)
		got := r.srv.Messages(address)
		if err != nil || receipt.Notice != bot.NoticeStub || len(got) != 1 || !strings.Contains(got[0].Body, "répondez LIRE") || len(got[0].Buttons) != 1 || got[0].Buttons[0].ID != "stub.menu.read" {
			t.Errorf("%d: %v %+v", i, err, got)
		}
	}
	warning := bot.Message{ID: "notice-1", Language: "fr", Text: "…", Notice: bot.NoticeRetention, Fields: []string{"Org"}, Outside: true}
	progress := bot.Message{ID: "notice-2", Language: "fr", Text: "…", Notice: bot.NoticeProgress, Outside: true}
	plain := bot.Message{ID: "ob-1", Language: "fr", Text: "…", Outside: true}
	for _, m := range []bot.Message{warning, progress, plain} {
		if _, err := r.Send(within(t), anna, m); sendErr(t, err).Outcome != bot.OutsideWindow {
			t.Errorf("%s: %v", m.ID, err)
		}
	}
	// A text that Meta has paused since is not used again, nor its stub when
	// that is rejected.
	r.srv.AtOnce(true)
	r.srv.Decide("mboka_mission", "paused", "")
	if _, err := r.Send(within(t), anna, invitation("fr")); sendErr(t, err).Outcome != bot.OutsideWindow || r.Template(bot.NoticeMission, "fr") {
		t.Errorf("a paused text: %v", err)
	}
	if receipt, err := r.Send(within(t), anna, invitation("fr")); err != nil || receipt.Notice != bot.NoticeStub {
		t.Errorf("%v %v", receipt, err)
	}
	r.srv.Decide("mboka_", "rejected", "")
	if _, err := r.RefreshTemplates(within(t), k.all(), k.save); err != nil {
		t.Fatal(err)
	}
	before := len(r.srv.Messages(anna))
	if _, err := r.Send(within(t), anna, invitation("fr")); sendErr(t, err).Outcome != bot.OutsideWindow || len(r.srv.Messages(anna)) != before {
		t.Errorf("nothing is approved: %v", err)
	}
}

func TestMarketingToTheUnitedStates(t *testing.T) {
	t.Parallel()
	r, k := approvedRig(t)
	if !r.Marketing(bot.NoticeMission, "en") || r.Marketing(bot.NoticeChange, "en") {
		t.Error("the categories are not those of the table")
	}
	const washington, montreal = "whatsapp:+12025550143", "whatsapp:+15145550143"
	for _, address := range []string{washington, montreal} {
		if _, err := r.Send(within(t), address, invitation("en")); err != nil {
			t.Fatal(err)
		}
	}
	r.srv.Settle(within(t))
	if len(r.srv.Messages(washington)) != 0 || len(r.srv.Messages(montreal)) != 1 {
		t.Error("marketing reached the United States, or did not reach Canada")
	}
	if s := r.settled()[0]; s.Code != "63049" || s.Outcome == nil || s.Outcome.Outcome != bot.Rejected {
		t.Errorf("%+v", s)
	}
	r.srv.Recategorise("mboka_change", Marketing)
	if _, err := r.RefreshTemplates(within(t), k.all(), k.save); err != nil {
		t.Fatal(err)
	}
	if !r.Marketing(bot.NoticeChange, "en") {
		t.Error("Meta's category is not known")
	}
}
