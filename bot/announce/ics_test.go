package announce

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"pgregory.net/rapid"

	"mboka/locales"
)

// properties reads a file as RFC 5545 has it, without the library that wrote
// it: lines of at most 75 bytes that end with CR LF, folded by a space.
func properties(t rapid.TB, file []byte) map[string][]string {
	if !bytes.HasSuffix(file, []byte("\r\n")) || !utf8.Valid(file) {
		t.Fatalf("not a text of lines: %q", file)
	}
	of := map[string][]string{}
	last := ""
	for _, l := range strings.Split(strings.TrimSuffix(string(file), "\r\n"), "\r\n") {
		if len(l) > 75 || strings.ContainsAny(l, "\r\n") || !utf8.ValidString(l) {
			t.Fatalf("line %q", l)
		}
		if rest, folded := strings.CutPrefix(l, " "); folded {
			n := len(of[last]) - 1
			of[last][n] += rest
			continue
		}
		name, value, is := strings.Cut(l, ":")
		if !is {
			t.Fatalf("line %q", l)
		}
		last = name
		of[name] = append(of[name], value)
	}
	return of
}

var plain = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\,`, ",", `\;`, ";")

func TestCalendar(t *testing.T) {
	t.Parallel()
	m := examples(t)[0]
	m.CreatedAt = at(t, "UTC", "2027-03-01 09:00")
	file, err := ICS(m, locales.FR, true)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "calendar.ics", string(file))
	of := properties(t, file)
	for name, want := range map[string]string{
		"METHOD": "PUBLISH", "UID": m.ID.String() + "@mboka", "SEQUENCE": "0", "STATUS": "CONFIRMED", "CLASS": "PRIVATE",
		"DTSTART": "20270417T120000Z", "DTEND": "20270417T153000Z", "SUMMARY": `Rencontre de la diaspora\, Bruxelles`,
		"LOCATION": `Maison communale\, Ixelles\, 168 chaussée d'Exemple`,
	} {
		if got := of[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	again, _ := ICS(m, locales.FR, true)
	if !bytes.Equal(file, again) {
		t.Error("the same mission gives another file")
	}
	if _, err := ICS(examples(t)[4], locales.FR, true); err == nil {
		t.Error("news have an appointment")
	}
}

// What a calendar has is replaced by what comes later, and taken out when the
// meeting is called off.
func TestCalendarFollowsChanges(t *testing.T) {
	t.Parallel()
	m := examples(t)[0]
	m.CreatedAt = at(t, "UTC", "2027-03-01 09:00")
	uid, sequence := "", -1
	next := func(what, method, status string) {
		file, err := ICS(m, locales.EN, false)
		if err != nil {
			t.Fatal(err)
		}
		of := properties(t, file)
		n, err := strconv.Atoi(of["SEQUENCE"][0])
		if err != nil || n <= sequence || uid != "" && of["UID"][0] != uid || of["METHOD"][0] != method || of["STATUS"][0] != status {
			t.Errorf("%s: %s after %d, UID %s, %s, %s", what, of["SEQUENCE"], sequence, of["UID"], of["METHOD"], of["STATUS"])
		}
		uid, sequence = of["UID"][0], n
	}
	next("first", "PUBLISH", "CONFIRMED")
	m.ChangedAt = m.CreatedAt.Add(time.Second)
	next("changed at once", "PUBLISH", "CONFIRMED")
	m.ChangedAt = m.CreatedAt.Add(40 * 24 * time.Hour)
	next("changed again", "PUBLISH", "CONFIRMED")
	m.CancelledAt = m.ChangedAt.Add(time.Second)
	next("cancelled", "CANCEL", "CANCELLED")
}

// Whatever staff wrote, it stays in its property, and the address is told to
// nobody who does not come.
func TestCalendarHoldsAnyText(t *testing.T) {
	t.Parallel()
	nasty := []string{"BEGIN:VEVENT", "\r\nATTENDEE:mailto:x@example.org\r\n", `a\nb;c,d"e`, "\x00\x07", "é🗓漢字", strings.Repeat("long ", 40), "\xff\xfe", "<b>a</b>"}
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom(nasty)), 0, 4).Draw(t, "text"), " ")
	})
	base := examples(t)
	rapid.Check(t, func(t *rapid.T) {
		m := base[rapid.IntRange(0, 3).Draw(t, "mission")]
		m.Venue, m.Cost, m.Bring, m.Contact = text.Draw(t, "venue"), text.Draw(t, "cost"), text.Draw(t, "bring"), text.Draw(t, "contact")
		m.Hint, m.URL = "SECRET "+text.Draw(t, "hint"), "https://example.org/SECRET"+text.Draw(t, "url")
		m.Texts = texts("fr", text.Draw(t, "title"), text.Draw(t, "summary"))
		hint := rapid.Bool().Draw(t, "hint told")
		lang := rapid.SampledFrom(locales.Langs[:]).Draw(t, "language")
		file, err := ICS(m, lang, hint)
		if err != nil {
			t.Fatal(err)
		}
		of := properties(t, file)
		if bytes.Contains(file, []byte("SECRET")) != hint {
			t.Fatalf("the address: %t, wanted %t", !hint, hint)
		}
		for name := range of {
			if !slices.Contains([]string{"BEGIN", "VERSION", "PRODID", "CALSCALE", "METHOD", "UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "STATUS",
				"DTSTART", "DTEND", "CLASS", "SUMMARY", "LOCATION", "DESCRIPTION", "URL", "END"}, name) {
				t.Fatalf("a property %q", name)
			}
		}
		if !slices.Equal(of["BEGIN"], []string{"VCALENDAR", "VEVENT"}) || !slices.Equal(of["END"], []string{"VEVENT", "VCALENDAR"}) {
			t.Fatalf("parts: %q %q", of["BEGIN"], of["END"])
		}
		if want := printable(oneLine(Letter{Mission: m}.title(lang), 1000)); plain.Replace(of["SUMMARY"][0]) != want {
			t.Fatalf("title %q, want %q", of["SUMMARY"], want)
		}
		read, err := ics.ParseCalendar(bytes.NewReader(file))
		if err != nil || len(read.Events()) != 1 {
			t.Fatal(err)
		}
		if start, err := read.Events()[0].GetStartAt(); err != nil || !start.Equal(m.StartsAt) {
			t.Fatalf("begins %s, want %s: %v", start, m.StartsAt, err)
		}
	})
}
