package announce

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

func TestWhen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		kind       store.MissionKind
		zone       string
		start, end string
		reader     string
		fr, en     string
	}{
		{"an afternoon", store.Forum, "Europe/Brussels", "2027-04-17 14:00", "2027-04-17 17:30", "Europe/Brussels",
			"samedi 17 avril, 14 h-17 h 30 (13 h à Kinshasa)", "Saturday 17 April, 14:00-17:30 (13:00 in Kinshasa)"},
		{"in winter Brussels and Kinshasa have the same clock", store.Forum, "Europe/Brussels", "2027-11-20 14:00", "", "Europe/Brussels",
			"samedi 20 novembre, 14 h (même heure à Kinshasa)", "Saturday 20 November, 14:00 (same time in Kinshasa)"},
		{"in Kinshasa", store.Workshop, "Africa/Kinshasa", "2027-09-21 09:00", "2027-09-23 16:00", "Africa/Kinshasa",
			"du 21 au 23 septembre, 9 h-16 h", "from 21 to 23 September, 09:00-16:00"},
		{"in Kinshasa, read in the east", store.Workshop, "Africa/Kinshasa", "2027-09-21 09:00", "", "Africa/Lubumbashi",
			"mardi 21 septembre, 9 h (10 h à Lubumbashi)", "Tuesday 21 September, 09:00 (10:00 in Lubumbashi)"},
		{"in Lubumbashi", store.Workshop, "Africa/Lubumbashi", "2027-09-21 09:00", "", "Africa/Kinshasa",
			"mardi 21 septembre, 9 h (8 h à Kinshasa)", "Tuesday 21 September, 09:00 (08:00 in Kinshasa)"},
		{"a night", store.Forum, "Europe/Paris", "2027-07-03 20:00", "2027-07-04 02:00", "Europe/Paris",
			"samedi 3 juillet, 20 h-2 h (19 h à Kinshasa)", "Saturday 3 July, 20:00-02:00 (19:00 in Kinshasa)"},
		{"from one evening to another morning", store.Forum, "Europe/Paris", "2027-07-02 18:00", "2027-07-04 12:00", "Europe/Paris",
			"vendredi 2 juillet, 18 h (17 h à Kinshasa), jusqu'au dimanche 4 juillet, 12 h", "Friday 2 July, 18:00 (17:00 in Kinshasa), until Sunday 4 July, 12:00"},
		{"over a new year", store.Forum, "Europe/Paris", "2027-12-30 10:00", "2028-01-02 17:00", "Europe/Paris",
			"du 30 décembre 2027 au 2 janvier 2028, 10 h-17 h (même heure à Kinshasa)", "from 30 December 2027 to 2 January 2028, 10:00-17:00 (same time in Kinshasa)"},
		{"next year", store.Forum, "Africa/Kinshasa", "2028-01-15 10:00", "", "Africa/Kinshasa", "samedi 15 janvier 2028, 10 h", "Saturday 15 January 2028, 10:00"},
		{"another day in Kinshasa", store.Forum, "Pacific/Auckland", "2027-05-01 09:00", "", "Pacific/Auckland",
			"samedi 1er mai, 9 h (vendredi 22 h à Kinshasa)", "Saturday 1 May, 09:00 (Friday 22:00 in Kinshasa)"},
		{"online, where the clock is the organiser's", store.Webinar, "Africa/Cairo", "2027-01-13 19:00", "", "America/Toronto",
			"mercredi 13 janvier, 19 h au Caire (18 h à Kinshasa, 12 h chez vous)", "Wednesday 13 January, 19:00 in Cairo (18:00 in Kinshasa, 12:00 where you are)"},
		{"online, the reader where the organiser is", store.Webinar, "Europe/Brussels", "2027-10-06 20:00", "", "Europe/Brussels",
			"mercredi 6 octobre, 20 h à Bruxelles (19 h à Kinshasa)", "Wednesday 6 October, 20:00 in Brussels (19:00 in Kinshasa)"},
		{"online, the next morning for the reader", store.Webinar, "Africa/Kinshasa", "2027-10-06 19:00", "", "Asia/Tokyo",
			"mercredi 6 octobre, 19 h à Kinshasa (jeudi 3 h chez vous)", "Wednesday 6 October, 19:00 in Kinshasa (Thursday 03:00 where you are)"},
		{"online, read in two zones of one clock", store.Webinar, "Africa/Kinshasa", "2027-10-06 19:00", "", "Europe/Berlin Europe/Busingen",
			"mercredi 6 octobre, 19 h à Kinshasa (20 h chez vous)", "Wednesday 6 October, 19:00 in Kinshasa (20:00 where you are)"},
	} {
		m := store.Mission{Kind: c.kind, Timezone: c.zone, StartsAt: at(t, c.zone, c.start)}
		if c.end != "" {
			m.EndsAt = at(t, c.zone, c.end)
		}
		for lang, want := range map[locales.Lang]string{locales.FR: c.fr, locales.EN: c.en} {
			l := letterOf(t, m, store.AnnounceNotice)
			if got := strings.ReplaceAll(l.when(reader(lang, strings.Fields(c.reader)...)), "\u00a0", " "); got != want {
				t.Errorf("%s:\n%s, want\n%s", c.name, got, want)
			}
		}
	}
}

// An hour that the clock shows twice is told apart by what it shows in Kinshasa.
func TestAnHourThatComesTwice(t *testing.T) {
	t.Parallel()
	first := at(t, "UTC", "2027-10-31 00:30")
	for start, want := range map[time.Time]string{
		first:                "dimanche 31 octobre, 2 h 30 (1 h 30 à Kinshasa)",
		first.Add(time.Hour): "dimanche 31 octobre, 2 h 30 (même heure à Kinshasa)",
	} {
		l := letterOf(t, store.Mission{Kind: store.Forum, Timezone: "Europe/Brussels", StartsAt: start}, store.AnnounceNotice)
		if got := strings.ReplaceAll(l.when(reader(locales.FR, "Europe/Brussels")), "\u00a0", " "); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

var clocks = regexp.MustCompile(`(\d{1,2})(?:\x{a0}h(?:\x{a0}(\d\d))?|:(\d\d))`)

// Whatever the zones, the clocks that people read are those of that moment: of
// the venue by the database of zones, of Kinshasa an hour and of Lubumbashi two
// hours ahead of UTC.
func TestEveryClockIsRight(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("../../store/testdata/zones.txt")
	if err != nil {
		t.Fatal(err)
	}
	zones := strings.Fields(string(list))
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		start := time.Unix(rapid.Int64Range(1735689600, 2051222400).Draw(t, "start")/60*60, 0)
		if rapid.Bool().Draw(t, "near a change of the clock") {
			if _, change := start.In(reference.Zone(zone)).ZoneBounds(); !change.IsZero() {
				start = change.Add(time.Duration(rapid.IntRange(-180, 180).Draw(t, "minutes")) * time.Minute)
			}
		}
		l := Letter{Mission: store.Mission{Kind: store.Webinar, Timezone: zone, StartsAt: start}}
		here := rapid.SampledFrom(zones).Draw(t, "reader")
		r := Recipient{Language: rapid.SampledFrom(locales.Langs[:]).Draw(t, "language"), Zones: []string{reference.Lubumbashi}}
		east := rapid.Bool().Draw(t, "east")
		if !east {
			r.Zones = []string{here}
		}
		want := []time.Time{start.In(reference.Zone(zone))}
		beside := func(name string, utc time.Duration) {
			t := start.In(reference.Zone(name))
			if utc != 0 {
				t = start.UTC().Add(utc)
			}
			if t.Format("15:04") != want[0].Format("15:04") || t.Day() != want[0].Day() {
				want = append(want, t) // else it is said in words
			}
		}
		if zone != reference.Kinshasa {
			beside(reference.Kinshasa, time.Hour)
		}
		switch {
		case east && zone != reference.Lubumbashi:
			beside(reference.Lubumbashi, 2*time.Hour)
		case !east && here != zone && here != reference.Kinshasa && here != reference.Lubumbashi && here != "UTC":
			want = append(want, start.In(reference.Zone(here)))
		case !east && here == reference.Lubumbashi && zone != here:
			beside(here, 0)
		}
		text := l.when(r)
		got := clocks.FindAllStringSubmatch(text, -1)
		if len(got) != len(want) {
			t.Fatalf("%q has %d clocks, want %v", text, len(got), want)
		}
		for i, g := range got {
			hour, _ := strconv.Atoi(g[1])
			minute, _ := strconv.Atoi(g[2] + g[3])
			if hour != want[i].Hour() || minute != want[i].Minute() {
				t.Fatalf("%q: clock %d is %d:%02d, want %s", text, i, hour, minute, want[i])
			}
		}
	})
}
