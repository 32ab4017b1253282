package figures

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
)

// stopping is how many stopped at the stages, by the order of bot.Stages.
func stopping(language, channel string, counts []int) (out []store.FunnelCount) {
	for i, n := range counts {
		if n > 0 {
			out = append(out, store.FunnelCount{Language: language, Channel: channel, Stage: bot.Stages[i], Count: n})
		}
	}
	return out
}

var oneWeek = []store.FunnelWeek{{Week: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}}

// TestRefusedStandApart: those who said no have a line of their own from the
// threshold up, below it they are with those who stopped before the same text, and
// never with those who went on.
func TestRefusedStandApart(t *testing.T) {
	t.Parallel()
	r := protect.Rules{K: 5, KCross: 10, Rounding: 5, MostVariables: 3}
	for name, c := range map[string]struct {
		counts []int
		want   string
	}{
		"enough":                       {[]int{6, 8, 7, 6, 9, 6, 6, 6, 6, 6, 30}, "language|consent|refused|age_band"},
		"too few":                      {[]int{6, 8, 4, 9, 9, 6, 6, 6, 6, 6, 30}, "language|consent+refused|age_band"},
		"too few, and few who went on": {[]int{6, 20, 3, 3, 9, 6, 6, 6, 6, 6, 30}, "language|consent+refused|age_band+country_residence"},
		"enough, and few who went on":  {[]int{6, 8, 5, 3, 6, 6, 6, 6, 6, 6, 30}, "language|consent+refused|age_band+country_residence"},
	} {
		tables, err := publishFunnel(r, stopping("fr", "telegram", c.counts), oneWeek)
		if err != nil {
			t.Fatal(name, err)
		}
		if got := strings.Join(tables[""].Rows, "|"); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		var counts []store.FunnelCount
		for _, language := range []string{"fr", "ln"} {
			for _, channel := range []string{"telegram", "whatsapp"} {
				counts = append(counts, stopping(language, channel, rapid.SliceOfN(rapid.IntRange(0, 12), len(bot.Stages), len(bot.Stages)).Draw(t, "counts"))...)
			}
		}
		tables, err := publishFunnel(r, counts, oneWeek)
		if err != nil {
			return
		}
		fine := tables[""].Rows
		for split, p := range tables {
			if got := strings.Join(p.Rows, joinSign); got != strings.Join(bot.Stages, joinSign) {
				t.Fatalf("%q is of the stages %s", split, got)
			}
			for _, row := range p.Rows {
				if strings.HasPrefix(row, bot.StageRefused+joinSign) {
					t.Fatalf("%q: %s", split, row)
				}
				if !slices.ContainsFunc(fine, func(one string) bool { return strings.HasPrefix(row, one) }) {
					t.Fatalf("%q: %s begins where nothing begins in %v", split, row, fine)
				}
			}
		}
	})
}

// TestRefusedAreSaidOnce: they are told by their line, and nobody is said to get
// there on the way; where they have no line, a note says in which they are.
func TestRefusedAreSaidOnce(t *testing.T) {
	t.Parallel()
	r := protect.Rules{K: 5, KCross: 10, Rounding: 5, MostVariables: 3}
	say := func(refused int) (Figure, string) {
		tables, err := publishFunnel(r, stopping("fr", "telegram", []int{6, 8, refused, 6, 9, 6, 6, 6, 6, 6, 30}), oneWeek)
		if err != nil {
			t.Fatal(err)
		}
		f := Figure{ID: "F-7Q2MA", Query: Query{Measure: Funnel}, Published: tables[""]}
		return f, f.Say(locales.FR, r).Text()
	}
	f, text := say(22)
	if !strings.Contains(text, "Information et accord : 105 y arrivent, 10 s'y arrêtent\nDisent « Non merci » : 20\nÂge : 75 y arrivent, 5 s'y arrêtent\n") {
		t.Error(text)
	}
	if d, ok := f.drawFunnel(voice{locales.FR, r, 5}, Drawing{}); !ok || len(d.Labels) != len(bot.Stages)-1 || len(d.Series[0].Values) != len(d.Labels) || d.Series[0].Values[2].N != 75 {
		t.Errorf("drawn: %+v", d)
	}
	rows := f.funnelRows(voice{locales.FR, r, 5})
	if got := rows[3]; got[0] != "Disent « Non merci »" || got[1] != "" || got[2] != 20 {
		t.Errorf("in a file: %v", got)
	}
	if since := f.Since(f, locales.FR, r); strings.Contains(since, "Non merci") {
		t.Error(since)
	}
	if _, text := say(3); strings.Contains(text, "Disent") || !strings.Contains(text, "« Information et accord » compte aussi ceux qui disent « Non merci ».") || strings.Contains(text, "réunies") || !strings.Contains(text, "Information et accord : 85 y arrivent, 10 s'y arrêtent\n") {
		t.Error(text)
	}
}
