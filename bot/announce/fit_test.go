package announce

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
)

var kinds = []string{store.AnnounceNotice, store.AnnounceChange, store.AnnounceCancellation, store.AnnounceWeekBefore, store.AnnounceDayBefore, store.AnnounceFeedback}

// written are words of any number, as staff write them and worse.
func written(most int) *rapid.Generator[string] {
	word := rapid.OneOf(rapid.StringMatching(`[a-zé]{1,12}`), rapid.SampledFrom([]string{"🗓", "{{1}}", "\n\n", "  ", ".", "漢字漢字", "https://example.org/a?b=c", "\x02", "« a »"}))
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(word, 0, most).Draw(t, "words"), " ")
	})
}

func anyLetter(t *rapid.T, base []store.Mission) (Letter, Recipient) {
	m := base[rapid.IntRange(0, len(base)-1).Draw(t, "mission")]
	if rapid.Bool().Draw(t, "own texts") {
		m.Venue, m.Cost, m.Bring = written(60).Draw(t, "venue"), written(30).Draw(t, "cost"), written(80).Draw(t, "bring")
		m.Contact, m.Organiser, m.Hint = written(60).Draw(t, "contact"), written(40).Draw(t, "organiser"), written(60).Draw(t, "hint")
		m.Texts = texts("fr", written(40).Draw(t, "title"), written(300).Draw(t, "summary"))
	}
	if rapid.Bool().Draw(t, "end") && !m.StartsAt.IsZero() {
		m.EndsAt = m.StartsAt.Add(time.Duration(rapid.IntRange(1, 10*24*60).Draw(t, "minutes")) * time.Minute)
	}
	l := Letter{Mission: m, Organisation: "Démo Mboka (fictive)"}
	some := kinds
	if m.StartsAt.IsZero() {
		some = kinds[:3] // nobody is reminded of news
	}
	l.Announcement.Kind = rapid.SampledFrom(some).Draw(t, "kind")
	l.Announcement.CreatedAt = time.Unix(rapid.Int64Range(1735689600, 2051222400).Draw(t, "at"), 0)
	l.Announcement.Bodies = map[string]string{"fr": written(300).Draw(t, "body")}
	r := Recipient{Delivery: delivery, Language: rapid.SampledFrom(locales.Langs[:]).Draw(t, "language"), Coming: rapid.Bool().Draw(t, "coming")}
	r.Caps = rapid.SampledFrom([]bot.Capabilities{bot.WhatsAppCapabilities, bot.TelegramCapabilities}).Draw(t, "channel")
	r.Zones = rapid.SliceOfN(rapid.SampledFrom([]string{"Europe/Brussels", "America/Vancouver", "Africa/Lubumbashi", "Africa/Kinshasa", "UTC", "Pacific/Apia", "Asia/Kathmandu"}), 1, 4).Draw(t, "zones")
	return l, r
}

// Whatever staff write, a letter fits its channel, says when it is, whether the
// state is there and how to stop, and is the same with its template as without.
func TestEveryLetterFits(t *testing.T) {
	t.Parallel()
	base := examples(t)
	rapid.Check(t, func(t *rapid.T) {
		l, r := anyLetter(t, base)
		m := l.Message(r)
		most := r.Caps.Text
		if m.Layout != bot.Plain {
			most = r.Caps.Body
		}
		if n := length(r.Caps, m.Text); n > most {
			t.Fatalf("%d characters of %d:\n%s", n, most, m.Text)
		}
		if got := fill(m.Template, m.Variables); got != m.Text {
			t.Fatalf("template gives\n%s\nnot\n%s", got, m.Text)
		}
		if !strings.HasSuffix(m.Text, locales.Text(r.Language, locales.LetterStop, nil)) {
			t.Fatalf("does not say how to stop:\n%s", m.Text)
		}
		if l.Announcement.Kind != store.AnnounceFeedback {
			s := &sheet{lang: r.Language}
			if state := l.state(s); l.Announcement.Kind != store.AnnounceCancellation && !strings.Contains(m.Text, state) {
				t.Fatalf("does not say whether the state is there:\n%s", m.Text)
			}
			if when := l.when(r); !strings.Contains(m.Text, sentence(when)) {
				t.Fatalf("does not say when (%s):\n%s", when, m.Text)
			}
		}
		cut := slices.Contains(m.Keys, string(locales.LetterMore))
		if said := strings.Contains(m.Text, l.more(r.Language)); said != cut {
			t.Fatalf("cut %t, told %t:\n%s", cut, said, m.Text)
		}
		if length(r.Caps, l.Whole(r)) > r.Caps.Text {
			t.Fatalf("the whole is too long:\n%s", l.Whole(r))
		}
		for _, f := range m.Fields {
			if f == "" || strings.Contains(f, "\n") || length(r.Caps, f) > 3*longestField {
				t.Fatalf("field %q of %q", f, m.Fields)
			}
		}
	})
}

// What has no room is never dropped silently, and nothing is cut that has room.
func TestALongSummaryIsCut(t *testing.T) {
	t.Parallel()
	m := examples(t)[0]
	long := strings.TrimSpace(strings.Repeat("Une phrase de plus. ", 60))
	m.Texts = texts("fr", m.Texts["fr"].Title, long)
	l := letterOf(t, m, store.AnnounceNotice)
	whatsapp := l.Message(reader(locales.FR, "Europe/Brussels"))
	if !strings.Contains(whatsapp.Text, "phrase de…\n") && !strings.Contains(whatsapp.Text, "…\n") || !strings.Contains(whatsapp.Text, "La suite : écrivez « réunions ».") ||
		!strings.Contains(whatsapp.Text, "À apporter") && !strings.Contains(whatsapp.Text, "Contact") {
		t.Error(whatsapp.Text)
	}
	r := reader(locales.FR, "Europe/Brussels")
	r.Caps = bot.TelegramCapabilities
	if telegram := l.Message(r); !strings.Contains(telegram.Text, long) || strings.Contains(telegram.Text, "La suite") {
		t.Error(telegram.Text)
	}
	if whole := l.Whole(reader(locales.FR, "Europe/Brussels")); !strings.Contains(whole, "…") || length(bot.WhatsAppCapabilities, whole) < 1500 {
		t.Error(whole)
	}
}

func BenchmarkMessage(b *testing.B) {
	l := letterOf(b, examples(b)[0], store.AnnounceNotice)
	r := reader(locales.FR, "Europe/Brussels")
	b.ReportAllocs()
	for b.Loop() {
		l.Message(r)
	}
}
