package whatsapp

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/announce"
	"mboka/locales"
	"mboka/store"
)

// All letters of a kind and language with buttons share one Content object,
// whatever they say and whoever gets them.
func TestOneContentForAllLettersOfAKind(t *testing.T) {
	t.Parallel()
	start := time.Date(2027, 4, 17, 12, 0, 0, 0, time.UTC)
	missions := []store.Mission{
		{Kind: store.Awareness, City: "be-brussels", Timezone: "Europe/Brussels", StartsAt: start, Venue: "Maison communale", Capacity: 120, Cost: "gratuit",
			Texts: map[string]store.MissionText{"fr": {Title: "Rencontre {{1}}", Summary: "Un.\n\nDeux  trois."}}},
		{Kind: store.Webinar, Timezone: "Africa/Kinshasa", StartsAt: start, StatePresent: true, Organiser: "l'association Exemple",
			Texts: map[string]store.MissionText{"fr": {Title: "En ligne"}}},
	}
	hashes, ready := map[string]int{}, map[string]bool{}
	for _, m := range announce.Samples() {
		def, _, ok := Define(m)
		if !ok {
			t.Fatalf("no object can be made of %s", m.Text)
		}
		ready[def.Hash()] = true
	}
	for _, m := range missions {
		for _, kind := range []string{store.AnnounceNotice, store.AnnounceChange, store.AnnounceWeekBefore, store.AnnounceDayBefore, store.AnnounceFeedback} {
			for _, lang := range locales.Langs {
				l := announce.Letter{Mission: m, Organisation: "Démo", Announcement: store.Announcement{Kind: kind, Bodies: map[string]string{"fr": "La salle"}}}
				got := l.Message(announce.Recipient{Delivery: uuid.New(), Language: lang, Caps: bot.WhatsAppCapabilities, Zones: []string{"Europe/Brussels"}})
				def, vars, ok := Define(got)
				if !ok {
					t.Fatalf("%s %s cannot be shown:\n%s", kind, lang, got.Text)
				}
				// WhatsApp must read as it was composed: nothing of it is folded away.
				if shown := fill(def.Template, vars); shown != got.Text && m.Texts["fr"].Title != "Rencontre {{1}}" {
					t.Errorf("%s %s reads\n%s\nnot\n%s", kind, lang, shown, got.Text)
				}
				if !ready[def.Hash()] {
					t.Errorf("%s %s: its object is not made before it is sent", kind, lang)
				}
				hashes[fmt.Sprintf("%s %s", lang, def.Hash())]++
			}
		}
	}
	// Notice, change, reminder (week and day are the same) and feedback.
	if len(hashes) != 4*len(locales.Langs) {
		t.Errorf("%d objects: %v", len(hashes), hashes)
	}
}
