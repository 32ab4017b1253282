package bot

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"mboka/flows"
	"mboka/flows/registration"
	"mboka/locales"
	"mboka/store"
	"mboka/store/seal"
)

// formSteps are the questions of the registration, each a place to stand at.
func formSteps() []string {
	var out []string
	for _, s := range registration.Flow().Steps {
		if s.Field != nil {
			out = append(out, s.ID)
		}
	}
	return out
}

// formSessions stand at each of them.
func formSessions(lang locales.Lang) []Session {
	var out []Session
	for _, step := range formSteps() {
		out = append(out, at(step, lang))
	}
	return out
}

// typed are texts that lead to every kind of answer: none, a guess, a
// question back, an aside, a command.
var typed = []string{
	"zzzz", "zzzzzz qqqq", "5", "44", "1,3 et 5", "Beljique", "un_deux {{1}}", strings.Repeat("très long ", 40), "aide", "effacer", "plus",
	"pourquoi", "retour", "passer", "langue", "mes données", "modifier", "plainte", "lier", "lier ABC-DEF-234", "rejoindre ABCD-EFGH-2345", "rôles", "journal", "menu", "annuler", "qui m'a vu", "mes accords", "ouvrir", "ouvrir ABC-234", "demander", "réunions", "partager", "/nothing",
	"code", "nouveau profil", "lire", "contribuer", "fonds", "annuaire", "/start d_aaaaaaaaaaaaaaaaaaaaaaaaaa",
	"je suis en danger", "c'est l'ambassade ?", "English", "Liège", "Dresseur", "oui", "non",
}

// facts are what the records would tell.
func facts(s Session) flows.Facts {
	var given flows.Answers
	outcome := LinkAsk
	if len(s.Stack) > 0 {
		given = s.Stack[0].Answers
	}
	if top, ok := s.top(); ok && ofStaff(top.Flow) {
		outcome = StaffRevoked
	} else if top.Flow == FlowShare {
		outcome = ShareNo
	} else if top.Flow == FlowComing {
		outcome = RSVPParty
	} else if top.Flow == FlowFeedback {
		outcome = FeedbackKept
	} else if top.Flow == FlowContact {
		outcome = ContactTaken
	} else if top.Flow == FlowContacted {
		outcome = ContactAway
	} else if top.Flow == FlowDirectory {
		outcome = CardShown
	}
	waits := "no"
	if len(given)%2 == 0 { // a request waits for some
		waits = "yes"
	}
	card := map[string]any{"Card": "Nom : x"}
	if len(given)%3 == 0 { // a message waits for some
		card[ContactNamed] = "x"
	}
	return flows.Facts{flows.FactRecord: {Answers: given, Args: map[string]any{
		"Summary": flows.Rows{{Title: locales.TSex, Values: flows.Labels{same("x")}}}, "Consents": "x : oui", "Number": "ABC-234", "Date": "3 mai 2026",
		"Channels": "Telegram, WhatsApp",
	}},
		flows.FactLinks: {Args: map[string]any{"State": LinksSome, "Channels": "Telegram, WhatsApp"}},
		flows.FactConsents: {Args: map[string]any{"Consents": "x : oui", "Shares": "x", ConsentsOpen: waits},
			Answers: flows.Answers{{Step: "missions_now", Codes: []string{"off"}}, {Step: "contact_now", Codes: []string{"on"}}, {Step: "share_gov_now", Codes: []string{"on"}}}},
		flows.FactViews: {Args: map[string]any{ViewsCount: 2, "Mailings": 0, "Rows": "x"}},
		flows.FactShare: {Args: map[string]any{"Ministère": "x", "But": "x"}, Answers: flows.Answers{{Step: ShareNamed, Text: "x"}}},
		FactMissions:    {Answers: flows.Answers{{Step: MissionsList, Codes: []string{"a", "b"}, Text: "Rencontre\tRencontre, samedi\nForum\tForum, lundi"}}, Args: map[string]any{"Told": "yes"}},
		FactMission:     {Args: map[string]any{"Title": "Rencontre", "Letter": "Rencontre\n\nVenez.", "Mine": "je viens", "Answer": "yes", "Door": true, "Run": About{Kind: AboutMission}.Run()}},

		flows.FactCard: {Args: card, Answers: flows.Answers{{Step: "now", Codes: []string{"on"}},
			{Step: "name", Codes: []string{"text"}, Text: "x"}, {Step: "country", Codes: []string{"text"}, Text: "Belgique"}, {Step: "tongues", Codes: []string{"text"}, Text: "Lingala"}}},
		flows.FactContact: {Args: map[string]any{CardState: HasMessage, "Label": "x", "Text": "x"}, Answers: flows.Answers{{Step: ContactNamed, Codes: []string{"text"}, Text: "x"}}},
		FactCardOf:        {Args: map[string]any{CardState: CardThere, "Label": "x"}, Answers: flows.Answers{{Step: CardNamed, Codes: []string{"text"}, Text: "x"}}},

		flows.FactDryRun: {Args: map[string]any{"Text": "x"}, Answers: flows.Answers{{Step: flows.FactDryRun, Codes: []string{flows.DryRunReady}}}},
		flows.FactSample: {Args: map[string]any{"Text": "x"}},

		FactContribution: moduleFact, FactFund: moduleFact,

		factRunning: {Args: map[string]any{"Kind": "iom"}},
		factOutcome: {Args: map[string]any{ResultOutcome: outcome, "Number": "ABC-234", "Page": "https://example.org/x", "Count": "7"}}}
}

// reached are all prompts that one or two inputs at a session lead to.
func reached(b *Bot, s Session, deeper bool, see func(how string, after Session, p flows.Prompt)) {
	ask := func(how string, in Inbound) {
		in.Channel, in.ID = "telegram", "m"+how
		out := b.think(seal.Chat{1}, s, in, today, facts(s))
		if out.Silent {
			return
		}
		see(how, out.Session, out.Prompt)
		if deeper && (in.Kind == Tap || len(out.Session.Stack) > len(s.Stack) || len(out.Session.Stack) == 1 && out.Session.Stack[0].Flow != s.Stack[0].Flow) {
			reached(b, out.Session, false, func(more string, after Session, p flows.Prompt) { see(how+" > "+more, after, p) })
		}
	}
	for _, text := range typed {
		ask(text, Inbound{Kind: Text, Text: text})
	}
	for _, k := range []Kind{Voice, Sticker, Picture, Place, Contact, Document, Edited, Other} {
		ask(string(k), Inbound{Kind: k})
	}
	top, ok := s.top()
	if !ok {
		return
	}
	standing := flows.Repeat(b.flows[top.Flow], top, flows.Input{Facts: facts(s)}).Prompt
	codes := []string{string(flows.Done), string(flows.Skip), string(flows.Back)}
	for _, o := range standing.Options {
		codes = append(codes, o.Code)
	}
	for _, c := range codes {
		ask("["+c+"]", Inbound{Kind: Tap, Payload: Payload(top.Run, top.Step, c)})
	}
}

// staffPlaces are places where only staff stand.
func staffPlaces(b *Bot, lang locales.Lang) map[string]Session {
	s := Session{Lang: lang.String(), Chosen: true, Staff: true, Roles: []StaffRole{{store.Admin, store.Ministry}, {store.Coordinator, store.Association}}}
	id := "0198f0a2-0000-8000-8000-00000000000"
	listed := map[string]any{ResultOutcome: StaffListed, "N": "12", ResultLines: id + "1 coordinator association 2026-11-01\n" + id + "2 admin ministry 2026-11-02"}
	in := Inbound{Channel: "telegram", ID: "0", Kind: Text, Text: "/menu"}
	menu := b.think(seal.Chat{1}, s, in, today, facts(s)).Session
	in.Text = "/roles"
	with := facts(s)
	with[factOutcome] = flows.Fact{Args: listed}
	list := b.think(seal.Chat{1}, menu, in, today, with).Session
	top, _ := list.top()
	tap := Inbound{Channel: "telegram", ID: "1", Kind: Tap, Payload: Payload(top.Run, RoleWhich, id+"2")}
	addressed := func(outcome string) Session {
		with := facts(s)
		with[factOutcome] = flows.Fact{Args: map[string]any{ResultOutcome: outcome, "Mission": id + "1", "Title": "Rencontre", ResultDoor: "ABC-DEF-GHJ", "Address": "rue 1"}}
		says := Inbound{Channel: "telegram", ID: "2", Kind: Text, Text: "je viens"}
		return b.think(seal.Chat{1}, Session{Lang: lang.String(), Chosen: true, Member: "m"}, says, today, with).Session
	}
	plans := func(form string) Session {
		with := facts(s)
		with[factOutcome] = flows.Fact{Args: map[string]any{ResultOutcome: AnnouncementSaid, ResultForm: form}}
		asks := Inbound{Channel: "telegram", ID: "3", Kind: Text, Text: "/announce"}
		return b.think(seal.Chat{1}, menu, asks, today, with).Session
	}
	return map[string]Session{FlowAnnounce: plans(FlowAnnounce), FlowChange: plans(FlowChange), FlowAnnounced: plans(FlowAnnounced), FlowRefusal: plans(FlowRefusal), FlowComing: addressed(RSVPSeated), FlowFeedback: addressed(FeedbackAsked), FlowStaff: menu, FlowRoles: list, FlowRoles + ".sure": b.think(seal.Chat{1}, list, tap, today, with).Session}
}

// TestEveryPrompt renders what the bot may say at every question of every flow
// in three languages for both platforms. It does not run beside others: the
// count of texts with holes is one for the whole process.
func TestEveryPrompt(t *testing.T) {
	b := thinking(t)
	policy, err := store.NewPolicy(store.DemoSettings())
	if err != nil {
		t.Fatal(err)
	}
	holes := locales.Missing()
	flowsSeen, static, open, all := map[string]bool{}, map[string]bool{}, map[string]uint64{}, 0
	for _, lang := range locales.Langs {
		for _, caps := range []Capabilities{TelegramCapabilities, WhatsAppCapabilities} {
			s := Setting{Lang: lang, Caps: caps, Base: BaseArgs(policy, "BE", caps, lang), Results: locales.Args{"Number": "ABC-234", "Code": "ABC-234-XYZ", "LinkCode": "ABC-DEF-234"}}
			places := staffPlaces(b, lang)
			for _, from := range append(formSessions(lang), returning(lang)) {
				places[from.Stack[0].Step] = from
			}
			maps.Copy(places, modulePlaces(b, lang))
			for step, place := range places {
				reached(b, place, lang == locales.FR && moduleFacts[place.Stack[0].Flow] == "", func(how string, after Session, p flows.Prompt) {
					all++
					s.Lang = after.language()
					before := locales.Missing()
					m := Render(p, s)
					if n := locales.Missing() - before; n > 0 && open[p.Flow+"."+p.Step] == 0 {
						open[p.Flow+"."+p.Step] = n
						t.Logf("%s at %s in %s: %d fields of %v are not filled: %q", how, step, s.Lang, n, m.Keys, m.Text)
					}
					if p.Flow != "" {
						flowsSeen[p.Flow] = true
					}
					checkMessage(t, p, m, s)
					// A guess begins with what was guessed, a request with who asks, an announcement with its title: they
					// have the generic object.
					if len(p.Lead) == 0 && len(p.Options) > 0 && m.Layout != Plain && m.Template == "" && p.Body.Key != locales.Suggest && p.Body.Key != locales.ShareGov && p.Body.Key != locales.MissionView && p.Body.Key != locales.MissionMine {
						t.Errorf("%s at %s: a question without a template: %q", how, step, m.Text)
					}
					if m.Template != "" && len(p.Lead) == 0 {
						static[p.Flow+"."+p.Step] = true
					}
					if t.Failed() {
						t.Fatalf("%s at %s in %s", how, step, s.Lang)
					}
				})
			}
		}
	}
	if n := locales.Missing() - holes; n > 0 {
		t.Errorf("%d texts have holes", n)
	}
	for id := range b.flows {
		if !flowsSeen[id] && id != FlowResume && id != FlowMyData && id != FlowNotice { // asked after its meaning has changed
			t.Errorf("flow %q was never seen", id)
		}
	}
	if all < 5000 || len(static) < 20 {
		t.Errorf("only %d prompts and %d static ones were seen", all, len(static))
	}
}

// TestStepTextsStandAlone holds the question of each step, as WhatsApp's
// Content objects are made of it: the same template for everybody.
func TestStepTextsStandAlone(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	for _, lang := range locales.Langs {
		for _, step := range formSteps() {
			var seen []string
			for _, number := range []string{"ABC-234", "XYZ-987"} {
				s := at(step, lang)
				p := flows.Repeat(b.flows[registration.ID], s.Stack[0], flows.Input{}).Prompt
				m := Render(p, Setting{Lang: lang, Caps: WhatsAppCapabilities, Base: locales.Args{"Org": "O"}, Results: locales.Args{"Number": number}})
				seen = append(seen, m.Template)
			}
			if seen[0] != seen[1] {
				t.Errorf("%s in %s: two templates:\n%s\n%s", step, lang, seen[0], seen[1])
			}
		}
	}
}

func TestRunsAreNamedByTheMessage(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	seen := map[string]string{}
	for _, chat := range []seal.Chat{{1}, {2}} {
		for _, id := range []string{"1", "2"} {
			in := Inbound{ID: id, Kind: Text, Text: "menu"}
			first := b.think(chat, Session{Member: "m"}, in, today, nil)
			if again := b.think(chat, Session{Member: "m"}, in, today, nil); again.Session.Stack[0].Run != first.Session.Stack[0].Run {
				t.Error("the same message gives another run")
			}
			run := first.Session.Stack[0].Run
			if other, twice := seen[run]; twice || len(run) != 6 || strings.Contains(run, ".") {
				t.Errorf("run %q of %v %s, also of %s", run, chat, id, other)
			}
			seen[run] = fmt.Sprint(chat, id)
		}
	}
}
