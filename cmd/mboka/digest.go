package main

import (
	"time"

	"mboka/bot/announce"
	"mboka/bot/figures"
)

// digests joins what tells staff regularly: figures of the desk, and meetings.
func (s service) digests() *figures.Digests {
	limits := limitsOf(s.on.list())
	return &figures.Digests{
		Desk: s.stores.desk, Meetings: announce.Agenda{Policy: s.stores.settings.Policy}.Lines, Notify: s.bot.Notify,
		Window: func(channel string) time.Duration { return limits[channel].Window },
		Room:   func(channel string) int { return limits[channel].Text },
	}
}
