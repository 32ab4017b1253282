package fields

import (
	"testing"
	"time"

	"mboka/flows"
	"mboka/locales"
)

// thursday is 26 November 2026 at ten in the morning, UTC.
var thursday = time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)

func place(country, city string) flows.Answers {
	return flows.Answers{{Step: "country", Codes: []string{country}}, {Step: "city", Codes: []string{city}}}
}

func TestDaysAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	w := WhenAt(locales.AnnStarts, "country", "city")
	for text, want := range map[string]string{
		"samedi 17 avril 14h":                  "20270417-1400",
		"Samedi 17 avril 2027 à 14 h 30":       "20270417-1430",
		"17/04/2027 14:00":                     "20270417-1400",
		"17-4-27 14h":                          "20270417-1400",
		"17.04.2027, 9h05":                     "20270417-0905",
		"2027-04-17 14:00":                     "20270417-1400",
		"le 1er mai à midi":                    "20270501-1200",
		"demain 18h":                           "20261127-1800",
		"après-demain à 9 heures":              "20261128-0900",
		"aujourd'hui 20h":                      "20261126-2000",
		"samedi 14h":                           "20261128-1400",
		"samedi prochain 14h":                  "20261128-1400",
		"jeudi 14h":                            "20261203-1400", // not today
		"14h samedi 17 avril":                  "20270417-1400",
		"30 décembre 8h":                       "20261230-0800",
		"2 janvier 8h":                         "20270102-0800",
		"Saturday 17 April 2pm":                "20270417-1400",
		"April 17, 2027 at 2:30 pm":            "20270417-1430",
		"sat 17th of april 14:00":              "20270417-1400",
		"tomorrow 6 p.m.":                      "20261127-1800",
		"the day after tomorrow at noon":       "20261128-1200",
		"next Sunday 12 am":                    "20261129-0000",
		"lobi ekoya 18h":                       "20261127-1800",
		"lelo na ngonga ya 20":                 "20261126-2000",
		"mokolo ya 17 sanza ya minei 2027 14h": "20270417-1400",
		"17 sanza ya zomi na mibale 14:00":     "20261217-1400",
		"mokolo ya mposo, na ngonga ya 14:00":  "20261128-1400",
		"samedi 17/4/2027, 14:00":              "20270417-1400",
		"mokolo ya mposo (samedi) 17 sanza ya minei 2027, 14:00": "20270417-1400",
		"29 février 2028 10h":                   "20280229-1000",
		"SAMEDI 17 AVRIL 14H":                   "20270417-1400",
		"samedi\u00a017 avril, 14\u202fh\u202f": "20270417-1400",
	} {
		r := w.Read(flows.View{Answers: place("BE", "be-brussels")}, flows.Input{Text: text, At: thursday})
		if r.As != flows.Unsure || len(r.Codes) != 1 || r.Codes[0] != want {
			t.Errorf("%q: %v %v %v, want %s to confirm", text, r.As, r.Codes, r.Miss, want)
		}
	}
	for text, want := range map[string]locales.Key{
		"samedi 18 avril 2027 14h":  locales.WhenMiss, // a Sunday
		"lundi (mardi) 14h":         locales.WhenMiss, // two days
		"17 avril ou 18 avril 14h":  locales.WhenMiss,
		"17 avril 14h-17h30":        locales.WhenMiss, // two times
		"vers le 17 avril 14h":      locales.WhenMiss,
		"31 avril 14h":              locales.WhenMiss,
		"29 février 2027 10h":       locales.WhenMiss,
		"17 avril 25h":              locales.WhenMiss,
		"17 avril 14h75":            locales.WhenMiss,
		"13/13/2027 14h":            locales.WhenMiss,
		"17 avril 2035 14h":         locales.WhenMiss,
		"bientôt":                   locales.WhenMiss,
		"":                          locales.WhenMiss,
		"17 avril":                  locales.WhenHourMiss,
		"14h":                       locales.WhenDayMiss,
		"26/11/2026 8h":             locales.WhenPast,
		"17/04/2020 8h":             locales.WhenPast,
		"lobi eleki 18h":            locales.WhenMiss,
		"17 avril 14h, apportez-le": locales.WhenMiss,
	} {
		r := w.Read(flows.View{Answers: place("BE", "be-brussels")}, flows.Input{Text: text, At: thursday})
		if r.As != flows.Missed || r.Miss == nil || r.Miss.Key != want {
			t.Errorf("%q: %v %v %v, want %s", text, r.As, r.Codes, r.Miss, want)
		}
	}
}

// TestClockChanges: a time that the clocks jump over is refused, one that they
// show twice is asked back and means the first.
func TestClockChanges(t *testing.T) {
	t.Parallel()
	w := WhenAt(locales.AnnStarts, "country", "city")
	read := func(text string) flows.Reading {
		return w.Read(flows.View{Answers: place("BE", "be-brussels")}, flows.Input{Text: text, At: thursday})
	}
	if r := read("28/03/2027 2h30"); r.As != flows.Missed || r.Miss.Key != locales.WhenGap {
		t.Errorf("in the gap: %v %v", r.As, r.Miss)
	}
	if r := read("31/10/2027 2h30"); r.As != flows.Unsure || r.Ask == nil || r.Ask.Key != locales.WhenTwice || r.Ask.Args["Typed"] != "2:30" {
		t.Errorf("twice: %+v", r)
	}
	for _, fine := range []string{"28/03/2027 1h30", "28/03/2027 3h00", "31/10/2027 1h59", "31/10/2027 3h"} {
		if r := read(fine); r.As != flows.Unsure || r.Ask != nil {
			t.Errorf("%s: %+v", fine, r)
		}
	}
}

// TestTodayIsThatOfThePlace: near midnight it is another day elsewhere.
func TestTodayIsThatOfThePlace(t *testing.T) {
	t.Parallel()
	w := WhenAt(locales.AnnStarts, "country", "city")
	late := time.Date(2026, 11, 26, 23, 30, 0, 0, time.UTC)
	for _, c := range []struct{ country, city, want string }{
		{"BE", "be-brussels", "20261128-1800"}, {"CA", "ca-montreal", "20261127-1800"}, {"", "", "20261128-1800"},
	} {
		r := w.Read(flows.View{Answers: place(c.country, c.city)}, flows.Input{Text: "demain 18h", At: late})
		if len(r.Codes) != 1 || r.Codes[0] != c.want {
			t.Errorf("%s %s: %v %v, want %s", c.country, c.city, r.Codes, r.Miss, c.want)
		}
	}
}

func TestTappedTimes(t *testing.T) {
	t.Parallel()
	w := WhenAt(locales.AnnStarts, "country", "city")
	v := flows.View{Answers: place("BE", "be-brussels"), At: thursday}
	rows := w.Offer(v).Options
	if len(rows) != 8 || rows[0].Code != "20261128" || rows[0].Label[locales.FR] != "samedi 28 novembre" {
		t.Fatalf("%+v", rows)
	}
	opened := w.Read(v, flows.Input{Code: "20261128", At: thursday})
	if opened.As != flows.Opened {
		t.Fatal(opened)
	}
	v.Sub = opened.Sub
	if hours := w.Offer(v); len(hours.Options) != 9 || hours.Body.Key != locales.WhenHour {
		t.Fatalf("%+v", hours)
	}
	if r := w.Read(v, flows.Input{Code: "20261128-1400", At: thursday}); r.As != flows.Taken || r.Codes[0] != "20261128-1400" || r.Echo == nil {
		t.Errorf("%+v", r)
	}
	if r := w.Read(v, flows.Input{Text: "14h30", At: thursday}); r.As != flows.Unsure || r.Codes[0] != "20261128-1430" {
		t.Errorf("%+v", r)
	}
	ends := WhenAt(locales.AnnEnds, "country", "city")
	ends.Follows = "starts"
	v = flows.View{Answers: append(place("BE", "be-brussels"), flows.Answered{Step: "starts", Codes: []string{"20261128-1400"}}), At: thursday}
	if r := ends.Read(v, flows.Input{Text: "17h30", At: thursday}); r.Codes[0] != "20261128-1730" {
		t.Errorf("%+v", r)
	}
	if r := ends.Read(v, flows.Input{Text: "13h", At: thursday}); r.As != flows.Missed || r.Miss.Key != locales.WhenOrder {
		t.Errorf("%+v", r)
	}
	until := WhenAt(locales.AnnUntil, "country", "city")
	until.Precedes, until.DayEnds = "starts", true
	if r := until.Read(v, flows.Input{Text: "27/11/2026", At: thursday}); r.Codes[0] != "20261127-2359" {
		t.Errorf("%+v", r)
	}
	if r := until.Read(v, flows.Input{Text: "29/11/2026", At: thursday}); r.As != flows.Missed || r.Miss.Key != locales.WhenLate {
		t.Errorf("%+v", r)
	}
}

func TestQuantities(t *testing.T) {
	t.Parallel()
	q := NewQuantity(1, 9999, "places", "place", "km")
	for text, want := range map[string]string{"120": "120", "120 places": "120", "60km": "60", "60 KM": "60", "zomi": "10", "vingt places": "20", "une place": "1",
		"0": "", "-5": "", "plus de 100": "", "100 à 120": "", "100-120": "", "12000": "", "beaucoup": "", "2,5": "", "": ""} {
		r := q.Read(flows.View{}, flows.Input{Text: text})
		got := ""
		if r.As == flows.Taken {
			got = r.Codes[0]
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestNotesAndAddresses(t *testing.T) {
	t.Parallel()
	n := NewNote(10, flows.Option{Code: "buttons", Label: locales.LabelOf(locales.AnnByButtons)})
	for text, want := range map[string]flows.Understood{"Belgique": flows.Taken, "12": flows.Missed, "plus de dix lettres": flows.Missed, "Choose by buttons": flows.Taken} {
		if r := n.Read(flows.View{}, flows.Input{Text: text}); r.As != want {
			t.Errorf("%q: %+v", text, r)
		}
	}
	for text, want := range map[string]string{"https://exemple.org/x": "https://exemple.org/x", "exemple.org/x": "https://exemple.org/x",
		"mailto:a@exemple.org": "", "https://u:p@exemple.org": "", "javascript:alert(1)": "", "bonjour": "", "https://localhost": ""} {
		if r := (WebAddress{}).Read(flows.View{}, flows.Input{Text: text}); r.Text != want {
			t.Errorf("%q: %+v", text, r)
		}
	}
}
