package announce

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"mboka/bot/protect"
	"mboka/locales/reference"
	"mboka/store"
)

// kind is one of all kinds of people that there can be, as far as these
// audiences can tell.
type kind struct {
	country, city, language, profession, group string
	speaks, qualified                          bool // Lingala
	channel, means, skipped                    string
}

// everyKind lists them. In each country there are people who named no city, and
// in each group people who named no profession: without them a country would
// seem to lie within some cities, and a group within its professions.
func everyKind() []kind {
	var all []kind
	places := [][2]string{{"BE", ""}, {"FR", ""}, {"LU", ""}, {"CA", ""}}
	for _, centre := range []string{"be-liege", "be-brussels", "fr-paris"} {
		for _, city := range reference.Around(centre, 100) {
			for _, place := range [][2]string{{city.Country, ""}, {city.Country, city.ID}} {
				if !slices.Contains(places, place) {
					places = append(places, place)
				}
			}
		}
	}
	for _, place := range places {
		for _, language := range []string{"fr", "en", "ln"} {
			for _, work := range [][2]string{{"health", "nursing"}, {"health", ""}, {"ict", "software"}, {"ict", ""}, {"", ""}} {
				for _, told := range [][3]string{
					{"telegram", store.MeansTelegram, ""}, {"whatsapp", store.MeansWindow, ""}, {"whatsapp", store.MeansTemplate, ""}, {"telegram", "", store.SkippedCap},
				} {
					for bits := range 3 {
						all = append(all, kind{place[0], place[1], language, work[1], work[0], bits&1 > 0, bits&2 > 0, told[0], told[1], told[2]})
					}
				}
			}
		}
	}
	return all
}

// keeper tells by the rules, in code of its own, which kinds an audience means.
func (a Audience) keeper() func(k kind) bool {
	one := func(code string, of []string) bool { return len(of) == 0 || slices.Contains(of, code) }
	in := map[string]bool{} // countries and cities
	for _, p := range a.Places {
		in[p.Country], in[p.City] = true, true
		for _, c := range reference.Around(p.City, float64(p.Radius)) {
			in[c.ID] = true
		}
	}
	return func(k kind) bool {
		place := len(a.Places) == 0 || in[k.country] || k.city != "" && in[k.city]
		return place && one(k.language, a.Languages) && one(k.group, a.Groups) && one(k.profession, a.Professions) && (len(a.Spoken) == 0 || k.speaks) && (!a.Qualified || k.qualified)
	}
}

// glimpse is one count as whoever reads a dry run sees it: who is behind it, and
// how many.
type glimpse struct {
	who []bool // by kind
	n   int
	k   int
	of  string
}

// reads lists the counts that a dry run shows.
func reads(run DryRun, s sums, kinds []kind) []glimpse {
	var out []glimpse
	keeps := run.Audience.keeper()
	add := func(of string, n, k int, is func(kind) bool) {
		x := glimpse{n: n, k: k, of: of}
		for _, kind := range kinds {
			x.who = append(x.who, keeps(kind) && is(kind))
		}
		out = append(out, x)
	}
	add("reach of "+fmt.Sprint(run.Audience), s.reach(), run.K, func(k kind) bool { return k.skipped == "" })
	for _, list := range []struct {
		name string
		rows []Row
		n    map[string]int
		is   func(k kind, code string) bool
	}{
		{"country", run.Countries, s.Countries, func(k kind, code string) bool { return k.skipped == "" && k.country == code }},
		{"language", run.Languages, s.Languages, func(k kind, code string) bool { return k.skipped == "" && k.language == code }},
		{"channel", run.Channels, s.Channels, func(k kind, code string) bool { return k.skipped == "" && k.channel == code }},
		{"means", run.Means, s.Means, func(k kind, code string) bool { return k.skipped == "" && k.means == code }},
		{"skipped", run.Skipped, s.Skipped, func(k kind, code string) bool { return k.skipped == code }},
	} {
		for _, row := range list.rows {
			if row.Code != OtherRow && row.Cell.State == protect.Shown {
				add(list.name+" "+row.Code+" of "+fmt.Sprint(run.Audience), list.n[row.Code], run.KRows, func(k kind) bool { return list.is(k, row.Code) })
			}
		}
	}
	return out
}

// TestNothingFollowsFromTwoDryRuns lets somebody ask for one audience after the
// other, as the guard permits, and then subtract any two of all counts that were
// shown whose people contain each other, by a list of all kinds of people there
// can be.
func TestNothingFollowsFromTwoDryRuns(t *testing.T) {
	t.Parallel()
	kinds := everyKind()
	passed, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		people := make([]int, len(kinds))
		for range rapid.IntRange(3, 40).Draw(t, "sorts") {
			people[rapid.IntRange(0, len(kinds)-1).Draw(t, "kind")] += rapid.OneOf(rapid.IntRange(1, 6), rapid.IntRange(5, 60)).Draw(t, "people")
		}
		var asked [][]crowd
		var read [][]glimpse
		for range rapid.IntRange(2, 6).Draw(t, "runs") {
			a := audienceOf(t)
			var f Forecast
			keeps := a.keeper()
			for i, n := range people {
				if k := kinds[i]; n > 0 && keeps(k) {
					f = append(f, Expected{Country: k.country, Language: k.language, Channel: k.channel, Means: k.means, Skipped: k.skipped, People: n})
				}
			}
			s := f.sums()
			run, err := protected(testRules, a, s, "whatsapp")
			if err != nil {
				continue
			}
			mine := run.crowds(s)
			if slices.ContainsFunc(asked, func(theirs []crowd) bool { return guard(mine, theirs) != nil }) {
				refused++
				continue
			}
			passed++
			asked, read = append(asked, mine), append(read, reads(run, s, kinds))
		}
		for i, earlier := range read {
			for _, later := range read[i+1:] {
				for _, x := range earlier {
					for _, y := range later {
						subtract(t, x, y)
						subtract(t, y, x)
					}
				}
			}
		}
	})
	t.Logf("%d dry runs told, %d refused", passed, refused)
	if passed == 0 || refused == 0 {
		t.Error("nothing was told, or nothing refused")
	}
}

// subtract takes a count from a larger one of whose people all are in it.
func subtract(t *rapid.T, from, x glimpse) {
	inside := 0
	for i := range x.who {
		if x.who[i] && !from.who[i] {
			return
		}
		if x.who[i] {
			inside++
		}
	}
	rest := from.n - x.n
	if inside > 0 && rest > 0 && rest < max(x.k, from.k) {
		t.Fatalf("%s (%d) less %s (%d) are %d people", from.of, from.n, x.of, x.n, rest)
	}
}

// audienceOf draws audiences that often lie within each other.
func audienceOf(t *rapid.T) Audience {
	var a Audience
	some := func(label string, of ...string) []string {
		if rapid.Bool().Draw(t, label) {
			return nil
		}
		return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 1, len(of), rapid.ID).Draw(t, label+" codes")
	}
	for _, place := range some("places", "BE", "FR", "LU", "be-liege", "be-brussels", "fr-paris") {
		if len(place) == 2 {
			a.Places = append(a.Places, Place{Country: place})
		} else {
			a.Places = append(a.Places, Place{City: place, Radius: rapid.SampledFrom([]int{0, 60, 100}).Draw(t, "km")})
		}
	}
	a.Languages, a.Groups = some("languages", "fr", "en", "ln"), some("groups", "health", "ict")
	if rapid.IntRange(0, 3).Draw(t, "narrower") == 0 {
		a.Professions = some("professions", "nursing", "software")
		a.Spoken = some("spoken", "ln")
		a.Qualified = rapid.Bool().Draw(t, "qualified")
	}
	return a
}
