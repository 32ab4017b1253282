package announce

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
)

// foretold draws what may become of an announcement, with many small counts.
func foretold(t *rapid.T) Forecast {
	var all Forecast
	seen := map[Expected]bool{}
	for range rapid.IntRange(1, 30).Draw(t, "cells") {
		e := Expected{
			Country: rapid.SampledFrom([]string{"BE", "FR", "CA", "US", "ZA", "GB", "CH"}).Draw(t, "country"), Language: rapid.SampledFrom([]string{"fr", "en", "ln"}).Draw(t, "language"),
			Channel: "telegram", Means: store.MeansTelegram,
		}
		switch rapid.IntRange(0, 5).Draw(t, "how") {
		case 1:
			e.Channel, e.Means = "whatsapp", store.MeansWindow
		case 2:
			e.Channel, e.Means = "whatsapp", store.MeansTemplate
		case 3:
			e.Channel, e.Means = "whatsapp", store.DeliveryParked
		case 4:
			e.Means, e.Skipped = "", store.SkippedCap
		case 5:
			e.Channel, e.Means, e.Skipped = "", "", store.SkippedGone
		}
		if seen[e] {
			continue
		}
		seen[e] = true
		e.People = rapid.OneOf(rapid.IntRange(1, 12), rapid.IntRange(1, 400)).Draw(t, "people")
		all = append(all, e)
	}
	return all
}

func audienceDrawn(t *rapid.T) Audience {
	a := Audience{Qualified: rapid.Bool().Draw(t, "qualified")}
	some := func(of ...string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, 2, rapid.ID).Draw(t, "codes")
	}
	for _, c := range some("BE", "FR", "CA") {
		a.Places = append(a.Places, Place{Country: c})
	}
	for _, c := range some("be-liege", "fr-paris") {
		a.Places = append(a.Places, Place{City: c, Radius: rapid.SampledFrom([]int{0, 60}).Draw(t, "km")})
	}
	a.Sectors, a.Groups, a.Professions = some("health_social"), some("health", "ict"), some("nursing", "software")
	a.Spoken, a.Languages = some("ln", "sw"), some("fr", "ln")
	return a
}

// TestDryRunIsProtected holds all that a dry run shows against the rules: no
// count under its threshold, every one rounded, lists that add up only as far
// as they may, and nothing that a level of the tree takes back from another.
func TestDryRunIsProtected(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f, a := foretold(t), audienceDrawn(t)
		s := f.sums()
		run, err := protected(testRules, a, s, "whatsapp")
		if f.Reach() < run.K || f.Reach() < 5 || err != nil {
			if !errors.Is(err, protect.ErrTooFew) || f.Reach() >= 10 {
				t.Fatalf("reach %d: %v", f.Reach(), err)
			}
			return
		}
		if run.Reach.N != coarsely(f.Reach()) {
			t.Fatalf("reach %d is told as %v", f.Reach(), run.Reach)
		}
		list := func(name string, rows []Row, of map[string]int, whole int) {
			lacks, hidden, people := 0, 0, whole
			for _, row := range rows {
				n := of[row.Code]
				if row.Code == OtherRow {
					n = rest(rows, of)
				}
				switch row.Cell.State {
				case protect.Shown:
					people -= n
					if n < run.KRows || row.Cell.N != coarsely(n) {
						t.Fatalf("%s: %d is told as %d", name, n, row.Cell.N)
					}
				case protect.Hidden:
					hidden++
					lacks++
				default:
					lacks++
				}
			}
			if lacks == 1 || lacks > 0 && people < run.KRows {
				t.Fatalf("%s of %v: %d withheld, %d people behind them", name, of, lacks, people)
			}
		}
		list("countries", run.Countries, s.Countries, f.Reach())
		list("languages", run.Languages, s.Languages, f.Reach())
		list("channels", run.Channels, s.Channels, f.Reach())
		list("means", run.Means, s.Means, s.Channels["whatsapp"])
		if cell, _ := cellOf(run.Channels, "whatsapp"); cell.State != protect.Shown && run.Means != nil {
			t.Fatal("means of a channel that is not shown")
		}
		for _, row := range run.Templates {
			if n := s.Templates[row.Code]; row.Cell.State != protect.Shown || n < run.KRows {
				t.Fatalf("templates to %s: %d told", row.Code, n)
			}
			// What is left of the country is in the chat too: it must hold as well.
			if left := s.Countries[row.Code] - s.Templates[row.Code]; left > 0 && left < run.KRows {
				t.Fatalf("templates to %s leave %d", row.Code, left)
			}
		}
		for _, row := range run.Skipped {
			if n := s.Skipped[row.Code]; (row.Cell.State == protect.Shown) != (n >= run.KRows) {
				t.Fatalf("skipped %s: %d is told as %v", row.Code, n, row.Cell)
			}
		}
	})
}

// rest are the people of a list that have no row of their own.
func rest(rows []Row, of map[string]int) int {
	n := 0
	for code, people := range of {
		if !slices.ContainsFunc(rows, func(r Row) bool { return r.Code == code }) {
			n += people
		}
	}
	return n
}

func TestThresholds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a       Audience
		k, rows int
	}{
		{Audience{}, 5, 5},
		{Audience{Places: []Place{{Country: "BE"}, {Country: "FR"}}}, 5, 10},
		{Audience{Places: []Place{{City: "be-liege"}}}, 10, 10},
		{Audience{Professions: []string{"nursing"}}, 10, 10},
		{Audience{Contributions: []string{"return"}}, 10, 10},
		{Audience{Contributions: []string{"invest"}}, 5, 10},
		{Audience{Groups: []string{"health"}, Qualified: true}, 10, 10},
		{Audience{Officials: true}, 5, 5},
		{Audience{Places: []Place{{Country: "BE"}}, Groups: []string{"health"}, Sectors: []string{"health_social"}, Spoken: []string{"ln"}, Qualified: true}, 10, 10},
	} {
		if k, rows := c.a.threshold(testRules, 0), c.a.threshold(testRules, 1); k != c.k || rows != c.rows {
			t.Errorf("%+v: %d and %d, want %d and %d", c.a, k, rows, c.k, c.rows)
		}
	}
}

// sample is the audience of the example, with counts that round to it.
func sample() (Audience, Forecast) {
	f := Forecast{
		{Country: "BE", Language: "fr", Channel: "telegram", Means: store.MeansTelegram, People: 514},
		{Country: "BE", Language: "ln", Channel: "telegram", Means: store.MeansTelegram, People: 160},
		{Country: "NL", Language: "en", Channel: "telegram", Means: store.MeansTelegram, People: 40},
		{Country: "BE", Language: "fr", Channel: "whatsapp", Means: store.MeansWindow, People: 131},
		{Country: "BE", Language: "fr", Channel: "whatsapp", Means: store.MeansTemplate, People: 356},
		{Country: "BE", Language: "ln", Channel: "whatsapp", Means: store.DeliveryParked, People: 25},
		{Country: "BE", Language: "fr", Channel: "telegram", Skipped: store.SkippedCap, People: 15},
		{Country: "BE", Language: "fr", Skipped: store.SkippedGone, People: 2},
	}
	return Audience{Places: []Place{{Country: "BE"}, {City: "be-liege", Radius: 60}}}, f
}

func TestSay(t *testing.T) {
	t.Parallel()
	policy, err := store.NewPolicy(map[string]string{"price.BE": "0.0625"})
	if err != nil {
		t.Fatal(err)
	}
	a, f := sample()
	run, err := protected(testRules, a, f.sums(), "whatsapp")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"Destinataires : Belgique + 60 km autour de Liège, toutes professions, avec leur accord.",
		"Cela touche environ 1 230 personnes.",
		"Telegram : 710, tout de suite",
		"WhatsApp, fenêtre ouverte : 130, tout de suite",
		"WhatsApp, modèle : 360, en 2 jours (palier 250 par jour), 22 $ et plus (prix inconnu : Pays-Bas)",
		"En attente d'un message : 30",
		"Non comptés : exclus par le plafond 20 · injoignables moins de 10.",
		"Français 1 000 · Lingala 190 · English 40",
		"Belgique 1 190 · Pays-Bas 40",
		"Envoi, au rythme des plateformes : moins d'une minute.",
	}, "\n")
	if got := strings.ReplaceAll(run.Say(locales.FR, policy, Rates{20, 35}), "\u00a0", " "); got != want {
		t.Errorf("said:\n%s\nwant:\n%s", got, want)
	}
	for _, lang := range locales.Langs {
		if said := run.Say(lang, policy, Rates{20, 35}); utf8.RuneCountInString(said) > bot.WhatsAppCapabilities.Body {
			t.Errorf("%s: %d characters", lang, utf8.RuneCountInString(said))
		} else {
			t.Log(said)
		}
	}
}

func TestExpect(t *testing.T) {
	t.Parallel()
	c := Conditions{
		Windowed: "whatsapp", Marketing: func(kind bot.NoticeKind, _ string) bool { return kind == bot.NoticeMission },
		Approved: func(kind bot.NoticeKind, lang string) bool {
			return kind == bot.NoticeMission && lang == "fr" || kind == bot.NoticeStub && lang != "en"
		},
	}
	for _, x := range []struct {
		counted        store.Counted
		means, skipped string
	}{
		{store.Counted{Channel: "telegram", Capped: false}, store.MeansTelegram, ""},
		{store.Counted{Channel: "telegram", Capped: true}, "", store.SkippedCap},
		{store.Counted{Channel: "", Capped: true}, "", store.SkippedGone},
		{store.Counted{Channel: "whatsapp", Open: true, Country: "US"}, store.MeansWindow, ""},
		{store.Counted{Channel: "whatsapp", Language: "fr", Country: "BE"}, store.MeansTemplate, ""},
		{store.Counted{Channel: "whatsapp", Language: "ln", Country: "BE"}, store.MeansStub, ""},
		{store.Counted{Channel: "whatsapp", Language: "en", Country: "US"}, store.DeliveryParked, ""},
		{store.Counted{Channel: "whatsapp", Language: "fr", Country: "US"}, "", store.SkippedTemplate},
		{store.Counted{Channel: "whatsapp", Language: "ln", Country: "US"}, store.MeansStub, ""},
	} {
		x.counted.People = 3
		got := c.Expect([]store.Counted{x.counted, x.counted}, bot.NoticeMission)
		if len(got) != 1 || got[0].Means != x.means || got[0].Skipped != x.skipped || got[0].People != 6 {
			t.Errorf("%+v: %+v", x.counted, got)
		}
	}
	news := c.Expect([]store.Counted{{Channel: "whatsapp", Language: "fr", Country: "US", People: 1}}, bot.NoticeStub)
	waits := c.Expect([]store.Counted{{Channel: "whatsapp", Language: "fr", Country: "US", People: 1}}, "")
	if news[0].Means != store.MeansStub || waits[0].Means != store.DeliveryParked {
		t.Error(news, waits)
	}
}

// coarsely is a count as a dry run tells it: to the nearest ten.
func coarsely(n int) int { return (n + 5) / 10 * 10 }
