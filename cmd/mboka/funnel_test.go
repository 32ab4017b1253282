package main

import (
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"mboka/bot"
	"mboka/bot/figures"
	"mboka/flows/registration"
	"mboka/locales"
	"mboka/store"
)

// beginner is how far some people come on a channel, in a language.
type beginner struct {
	channel, lang, stage string
	n                    int
	says                 string // after the greeting
}

// beginners stop at known places. Who says no, is too young, or changes the
// language on the way is among them.
var beginners = []beginner{
	{"telegram", "fr", "language", 2, ""},
	{"telegram", "fr", "consent", 6, "[fr]"},
	{"telegram", "fr", "refused", 6, "[fr] [no]"},
	{"telegram", "fr", "age_band", 1, "[fr] [yes] [u18]"},
	{"telegram", "en", "age_band", 5, "[en] [yes]"},
	{"telegram", "ln", "country_residence", 5, "[ln] [yes] [35_44]"},
	{"whatsapp", "fr", "counted", 6, "[fr] [yes] [35_44] [BE] [edu_master] [employee]"},
	{"whatsapp", "en", "more", 1, "[en] [yes] [35_44] [BE] [edu_master] [employee] [continue]"},
	{"whatsapp", "en", "done", 6, "[en] [yes] [35_44] [BE] [edu_master] [employee] [later] [no]"},
}

// funnelsOf are the jobs over the stores of a service, under a clock of the test's.
func (s *testService) funnelsOf(t *testing.T) (*figures.Funnels, *bot.Bot) {
	t.Helper()
	st, err := openStores(t.Context(), s.dbURL, s.redisURL, s.keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(st.close)
	log := slog.New(slog.DiscardHandler)
	b, err := wire(st, nil, "", log, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	return &figures.Funnels{DB: st.db, Sessions: st.sessions, Policy: st.settings.Policy, Counted: b.BegunIn, Logger: log}, b
}

// TestFunnel: people begin and stop at known places, on both platforms and in three
// languages, and every update comes three times. What is folded is what was counted
// by hand; who may, reads it rounded, by language and by channel; and once it is
// published no exact count is left.
func TestFunnel(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.sql(`INSERT INTO funnel_since VALUES (date_trunc('week', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - interval '21 days')`) // counting began before this week
	if err := s.redis.Set(t.Context(), "mboka:mark:funnel", time.Now().UnixMilli(), 0).Err(); err != nil {
		t.Fatal(err)
	}
	s.telegram.Repeat(3)
	s.start()
	s.jobsDone()
	week := bot.WeekOf(time.Now())
	want := s.begin(t)
	funnels, b := s.funnelsOf(t)
	counted, unread, err := b.BegunIn(t.Context(), week)
	got := map[string]int{}
	for _, c := range counted {
		got[c.Channel+" "+c.Language+" "+c.Stage] = c.N
	}
	if diff := cmp.Diff(want, got); diff != "" || unread != 0 || err != nil {
		t.Fatalf("%d unread, %v, counted:\n%s", unread, err, diff)
	}
	reader := s.staffer(t, "telegram", "coordinator", "iom")
	if reader.say("/funnel"); !strings.Contains(reader.phone.last(), "Pas encore") {
		t.Errorf("before the week is over:\n%s", reader.phone.last())
	}
	later := week.AddDate(0, 0, 16)
	var both sync.WaitGroup
	for range 2 { // two replicas at once
		both.Go(func() {
			if _, err := funnels.Run(t.Context(), later); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if n := s.number(`SELECT count(*) FROM funnel_count`) + 10*s.number(`SELECT count(*) FROM funnel_period`); n != 10 {
		t.Errorf("exact counts and periods: %d, want one period alone", n)
	}
	s.funnelIsRead(t, reader)
	if got := dump(t, s.dbURL); strings.Contains(got, "begun") && strings.Contains(got, reader.chat()) {
		t.Error("the records name a chat of the funnel")
	}
}

// begin lets people begin, and says by hand where they stopped.
func (s *testService) begin(t *testing.T) map[string]int {
	t.Helper()
	want := map[string]int{}
	for _, g := range beginners {
		want[g.channel+" "+g.lang+" "+g.stage] += g.n
		lang, _ := locales.ParseLang(g.lang)
		for range g.n {
			d := &dialogue{t: t, s: s, lang: lang, phone: s.newPhone(t, g.channel, g.lang, int(persons.Add(1)))}
			d.say(map[string]string{"fr": "bonjour", "en": "hello", "ln": "mbote"}[g.lang])
			for what := range strings.FieldsSeq(g.says) {
				d.say(what)
			}
		}
	}
	d := s.talker(t, "telegram")
	d.say("bonjour")
	d.say("[fr]")
	d.say("English") // counts there from now on
	want["telegram en consent"]++
	staff := s.talker(t, "telegram")
	staff.say("bonjour") // before the code
	staff.say("[fr]")
	staff.invited("official", "iom")
	staff.say("rejoindre " + staff.code)
	staff.say("/start") // and they never count
	return want
}

// funnelIsRead asks for it in every way.
func (s *testService) funnelIsRead(t *testing.T, reader *dialogue) {
	t.Helper()
	asked := func(d *dialogue, words string) string {
		t.Helper()
		if said := d.say(words); strings.Join(said, " ") != string(locales.FigSaid) {
			t.Fatalf("after %q: %v\n%s", words, said, d.phone.last())
		}
		return d.phone.last()
	}
	all := asked(reader, "entonnoir")
	for _, part := range []string{
		"40 débuts d'inscription", "15 (38 %) ont donné les quatre réponses", "5 (13 %) sont allés jusqu'au bout",
		"Choix de la langue, Information et accord : 40 y arrivent, 10 s'y arrêtent\nDisent « Non merci » : 5\nÂge : 25 y arrivent, 5 s'y arrêtent\n", "Pays … Travail : 20 y arrivent, 5 s'y arrêtent", "Jusqu'au bout : 5",
	} {
		if !strings.Contains(all, part) {
			t.Errorf("%q is not in\n%s", part, all)
		}
	}
	if strings.Contains(all, "trop bas") {
		t.Errorf("nothing is missing, and it says so:\n%s", all)
	}
	id := regexp.MustCompile(`F-[2-9A-Z]{5}`).FindString(all)
	s.pictured(t, reader)
	if got := asked(reader, "/funnel canal"); !strings.Contains(got, "Telegram 25 · WhatsApp 15 · total 40") {
		t.Errorf("by channel:\n%s", got)
	}
	s.pictured(t, reader)
	if got := asked(reader, "/funnel langue"); !strings.Contains(got, "English") || strings.Contains(got, "Lingala 0") {
		t.Errorf("by language:\n%s", got)
	}
	if got := asked(reader, "/funnel zorglub"); !strings.Contains(got, "« zorglub »") {
		t.Errorf("an unknown word:\n%s", got)
	}
	for _, words := range []string{"/funnel depuis " + id, "/stats depuis " + id} {
		if got := asked(reader, words); !strings.Contains(got, "40 → 40 (+0)") {
			t.Errorf("%s:\n%s", words, got)
		}
	}
	if got := asked(reader, "/explain "+id); !strings.Contains(got, "40 débuts d'inscription") || !strings.Contains(got, "5 personnes") {
		t.Errorf("explained:\n%s", got)
	}
	reader.say("/csv " + id)
	for _, part := range []string{id, "Choix de la langue", ";40;10", "Pays"} {
		if file := string(reader.fetched("csv")); !strings.Contains(file, part) {
			t.Errorf("%q is not in the file:\n%s", part, file)
		}
	}
	for _, d := range []*dialogue{s.staffer(t, "whatsapp", "coordinator", "association"), s.staffer(t, "telegram", "official", "iom")} {
		for _, words := range []string{"/explain " + id, "/csv " + id, "/stats depuis " + id} {
			if got := asked(d, words); strings.Contains(got, "inscription") || !strings.Contains(got, "ne trouve pas") && !strings.Contains(got, "autres chiffres sont pour") {
				t.Errorf("somebody else's role reads by %s:\n%s", words, got)
			}
		}
	}
	if n := s.number(`SELECT count(*) FROM audit WHERE act = 'figure.funnel' AND role = 'coordinator' AND organisation = 'iom'`); n != 6 {
		t.Errorf("%d acts on record with their words", n)
	}
}

// TestStagesFollowTheForm: going on in the registration never leads to an earlier
// stage, and every stage has a place in it.
func TestStagesFollowTheForm(t *testing.T) {
	t.Parallel()
	seen, last := map[string]bool{}, 0
	for _, step := range registration.Flow().Steps {
		if step.Field == nil {
			continue
		}
		stage := bot.StageOf(step.ID)
		at := strings.Index(strings.Join(bot.Stages, "\n"), stage)
		if seen[stage] = true; at < last {
			t.Errorf("%s is of %s, which comes before", step.ID, stage)
		}
		last = at
	}
	seen[bot.StageDone], seen[bot.StageRefused] = true, true
	if !bot.Refuses(registration.Declined) {
		t.Error("a no to the notice is not counted as one")
	}
	if want := len(bot.Stages); len(seen) != want {
		t.Errorf("the form has the stages %v", fmt.Sprint(maps.Keys(seen)))
	}
	for _, event := range []string{registration.Thanked, registration.Finished} {
		if !bot.Through(event) {
			t.Errorf("the form ends by %s, and that is not counted as all the way", event)
		}
	}
	if store.Permissions[store.ReadFunnel].Running == false {
		t.Error("other organisations read who stops")
	}
}
