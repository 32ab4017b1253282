package main

import "mboka/bot/figures"

// funnels joins what the bot counts of registrations begun with the records.
func (s service) funnels() *figures.Funnels {
	return &figures.Funnels{
		DB: s.stores.db, Sessions: s.stores.sessions, Policy: s.stores.settings.Policy, Counted: s.bot.BegunIn, Logger: s.log,
	}
}
