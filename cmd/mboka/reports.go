package main

import (
	"context"
	"sync"
	"time"

	"mboka/bot"
	"mboka/bot/announce"
	"mboka/bot/telegram"
	"mboka/bot/whatsapp"
)

// reports tell staff what became of announcements.
func (s *stores) reports(channels []bot.Channel) *announce.Reports {
	return &announce.Reports{DB: s.db, Keys: s.keys, Policy: s.settings.Policy, Links: linksOf(channels)}
}

// teller tells how far a sending is.
func (s service) teller() *announce.Teller {
	return &announce.Teller{
		DB: s.stores.db, Keys: s.stores.keys, Bot: s.bot, Channels: s.on.list(), Reports: s.stores.reports(s.on.list()),
		Holds: s.stores.holds, Lanes: s.stores.lanes, Clock: s.tempo.clock, Logger: s.log,
	}
}

// nameLimit bounds the question for the bot's name: somebody waits for a link.
const nameLimit = 3 * time.Second

// linksOf make links to the channels that are on.
func linksOf(channels []bot.Channel) (l announce.Links) {
	for _, c := range channels {
		switch c := c.(type) {
		case *telegram.Channel:
			l.Telegram = telegramNamed(c)
		case *whatsapp.Channel:
			l.WhatsApp = c.Number()
		}
	}
	return l
}

// telegramNamed gives the bot's name, which is asked for once.
func telegramNamed(c *telegram.Channel) func(context.Context) string {
	var mu sync.Mutex
	var known string
	return func(ctx context.Context) string {
		mu.Lock()
		defer mu.Unlock()
		if known == "" {
			ctx, cancel := context.WithTimeout(ctx, nameLimit)
			defer cancel()
			known, _ = c.Me(ctx) // without it there is no such link this time
		}
		return known
	}
}
