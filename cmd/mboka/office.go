package main

import (
	"mboka/bot"
	"mboka/bot/announce"
)

// office is where staff plan missions and announce them.
func office(s *stores, channels []bot.Channel) *announce.Office {
	return &announce.Office{DB: s.db, Keys: s.keys, Policy: s.settings.Policy, Audiences: audiences(s, channels), Reports: s.reports(channels)}
}
