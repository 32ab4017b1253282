package announce

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
)

var update = flag.Bool("update", false, "rewrite the files under testdata")

func at(t testing.TB, zone, value string) time.Time {
	t.Helper()
	z, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	v, err := time.ParseInLocation("2006-01-02 15:04", value, z)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func texts(pairs ...string) map[string]store.MissionText {
	out := map[string]store.MissionText{}
	for i := 0; i < len(pairs); i += 3 {
		out[pairs[i]] = store.MissionText{Title: pairs[i+1], Summary: pairs[i+2]}
	}
	return out
}

// The four examples of the domain reference, section 3, and news.
func examples(t testing.TB) []store.Mission {
	return []store.Mission{
		{
			ID: uuid.MustParse("00000000-0000-4000-8000-000000000001"), Kind: store.Awareness, Country: "BE", City: "be-brussels", Timezone: "Europe/Brussels",
			StartsAt: at(t, "Europe/Brussels", "2027-04-17 14:00"), EndsAt: at(t, "Europe/Brussels", "2027-04-17 17:30"),
			RSVPUntil:    at(t, "Europe/Brussels", "2027-04-14 20:00"),
			StatePresent: true, Languages: []string{"fr", "ln"}, Capacity: 120, Cost: "gratuit", Venue: "Maison communale, Ixelles", Hint: "168 chaussée d'Exemple",
			Bring: "rien", Contact: "l'équipe Rencontres, rencontres@example.org",
			Texts: texts("fr", "Rencontre de la diaspora, Bruxelles", "Le ministère en charge de la diaspora et l'OIM présentent la cartographie des compétences et répondent à vos questions.",
				"en", "Community meeting, Brussels", "The ministry for the diaspora and IOM present the skills mapping and take your questions."),
		},
		{
			ID: uuid.MustParse("00000000-0000-4000-8000-000000000002"), Kind: store.Information, Country: "SN", City: "sn-dakar", Timezone: "Africa/Dakar",
			StartsAt: at(t, "Africa/Dakar", "2027-06-10 18:00"), StatePresent: true,
			Texts: texts("fr", "Visite d'étude, Dakar", "Du 8 au 12 juin, une délégation congolaise étudie les bureaux d'accueil (BAOS) et le fonds FAISE. Vous vivez au Sénégal ? Venez la rencontrer.",
				"en", "Study visit, Dakar", "From 8 to 12 June a Congolese delegation studies Senegal's welcome offices (BAOS) and FAISE fund. Living in Senegal? Come and meet it."),
		},
		{
			ID: uuid.MustParse("00000000-0000-4000-8000-000000000003"), Kind: store.Workshop, Country: "CD", Timezone: "Africa/Kinshasa",
			StartsAt: at(t, "Africa/Kinshasa", "2027-09-21 09:00"), EndsAt: at(t, "Africa/Kinshasa", "2027-09-23 16:00"), StatePresent: true, Capacity: 25,
			Venue: "Immeuble Exemple, Kinshasa",
			Texts: texts("fr", "Atelier de formation, Kinshasa (agents de l'État, sur invitation)", "Thèmes : données de la diaspora, protection des données, mobilisation de l'épargne.",
				"en", "Training workshop, Kinshasa (officials, by invitation)", "Topics: diaspora data, data protection, mobilising savings."),
		},
		{
			ID: uuid.MustParse("00000000-0000-4000-8000-000000000004"), Kind: store.Webinar, Timezone: "Africa/Kinshasa",
			StartsAt: at(t, "Africa/Kinshasa", "2027-10-06 19:00"), EndsAt: at(t, "Africa/Kinshasa", "2027-10-06 20:30"), URL: "https://meet.example.org/fonds",
			Texts: texts("fr", "Réunion en ligne : un fonds d'investissement ?", "Étude de faisabilité ; aucune somme n'est demandée.",
				"en", "Online meeting: an investment fund?", "Feasibility study; no money is asked for.",
				"ln", "Likita na internet: fonds ya investissement?", "Étude de faisabilité; tokosenga mbongo te."),
		},
		{
			ID: uuid.MustParse("00000000-0000-4000-8000-000000000005"), Kind: store.News, Timezone: "Africa/Kinshasa",
			Texts: texts("fr", "La cartographie est publiée", "Les chiffres de l'étude sont en ligne : https://mboka.example.org/chiffres"),
		},
	}
}

func letterOf(t testing.TB, m store.Mission, kind string) Letter {
	return Letter{Mission: m, Organisation: "Démo Mboka (fictive)",
		Announcement: store.Announcement{ID: uuid.MustParse("00000000-0000-4000-8000-0000000000aa"), Kind: kind, CreatedAt: at(t, "UTC", "2027-03-01 09:00")}}
}

var delivery = uuid.MustParse("00000000-0000-4000-8000-0000000000dd")

func reader(lang locales.Lang, zones ...string) Recipient {
	return Recipient{Delivery: delivery, Language: lang, Caps: bot.WhatsAppCapabilities, Zones: zones}
}

// TestLetters keeps what people read. After a change read testdata/letters.txt
// aloud.
func TestLetters(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	show := func(name string, l Letter, r Recipient) {
		m := l.Message(r)
		b.WriteString("== " + name + ", " + r.Language.String() + "\n" + strings.ReplaceAll(m.Text, "\u00a0", " ") + "\n")
		for _, c := range m.Choices {
			b.WriteString("[" + c.Label + "] ")
		}
		b.WriteString("\n(" + string(m.Notice) + ": " + strings.ReplaceAll(strings.Join(m.Fields, " | "), "\u00a0", " ") + ")\n\n")
	}
	zones := []string{"Europe/Brussels", "Africa/Dakar", "Africa/Lubumbashi", "America/Vancouver", "Europe/Paris"}
	for i, m := range examples(t) {
		for _, lang := range locales.Langs {
			show(m.Texts["fr"].Title, letterOf(t, m, store.AnnounceNotice), reader(lang, zones[i]))
		}
	}
	for _, lang := range locales.Langs { // an official, who is asked before and after
		for _, caps := range []bot.Capabilities{bot.TelegramCapabilities, bot.WhatsAppCapabilities} {
			for _, kind := range []string{store.AnnounceNotice, store.AnnounceWeekBefore, store.AnnounceFeedback} {
				official := reader(lang, "Africa/Kinshasa")
				official.Official, official.Caps = true, caps
				show("an official, "+kind, letterOf(t, examples(t)[2], kind), official)
			}
		}
	}
	online := letterOf(t, examples(t)[3], store.AnnounceNotice)
	show("a country with several zones", online, reader(locales.FR, "America/New_York", "America/Chicago", "America/Denver", "America/Detroit", "America/Los_Angeles"))
	show("a country without a city", online, reader(locales.FR, "UTC"))
	meeting := examples(t)[0]
	for _, lang := range locales.Langs {
		for _, kind := range []string{store.AnnounceChange, store.AnnounceCancellation} {
			l := letterOf(t, meeting, kind)
			l.Announcement.Bodies = map[string]string{"fr": "La salle a changé", "en": "The room has changed"}
			if kind == store.AnnounceCancellation {
				l.Announcement.Bodies = map[string]string{"fr": "La délégation ne peut pas venir. Une autre date suivra.", "en": "The delegation cannot come. Another date will follow."}
			}
			show(kind, l, reader(lang, "Europe/Brussels"))
		}
		show(store.AnnounceWeekBefore, letterOf(t, meeting, store.AnnounceWeekBefore), reader(lang, "Europe/Brussels"))
		coming := reader(lang, "Europe/Brussels")
		coming.Coming = true
		show("who comes", letterOf(t, meeting, store.AnnounceDayBefore), coming)
		show(store.AnnounceFeedback, letterOf(t, meeting, store.AnnounceFeedback), coming)
	}
	golden(t, "letters.txt", b.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is out of date: run go test ./bot/announce -update, then read it", path)
	}
}
