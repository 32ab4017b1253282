package announce

import (
	"maps"
	"slices"
	"time"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
)

// Samples are letters of every kind that has buttons, in every language: from
// their fixed words WhatsApp's objects are made before any letter is sent.
func Samples() []bot.Message {
	start := time.Date(2027, 4, 17, 12, 0, 0, 0, time.UTC)
	mission := store.Mission{Kind: store.Forum, Timezone: "UTC", StartsAt: start, Texts: map[string]store.MissionText{"fr": {Title: "…"}}}
	var all []bot.Message
	for _, lang := range locales.Langs {
		for _, kind := range slices.Sorted(maps.Keys(heads)) {
			l := Letter{Mission: mission, Organisation: "…", Announcement: store.Announcement{Kind: kind}}
			if m := l.Message(Recipient{Language: lang, Caps: bot.WhatsAppCapabilities}); m.Layout != bot.Plain {
				all = append(all, m)
			}
		}
	}
	return all
}
