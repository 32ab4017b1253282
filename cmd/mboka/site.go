package main

import (
	"context"
	"log/slog"
	"net/url"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/announce"
	"mboka/bot/web"
	"mboka/locales"
)

// site is the public pages over open stores. public is the address of the
// service, "" where it has none; demo marks everything as made up.
func (s *stores) site(public string, demo bool, log *slog.Logger, channels ...bot.Channel) *web.Site {
	policy, links := s.policy(), linksOf(channels)
	return &web.Site{
		Origin: originOf(public), Now: s.clock, Policy: policy, Demo: demo, Logger: log,
		Telegram: links.Telegram, WhatsApp: links.WhatsApp,
		Directory: &web.Directory{
			Cards: s.db.PublicCards, Card: s.db.PublicCard, Count: s.db.CountCards, Countries: s.db.CardCountries, Secret: s.keys.Code,
		},
		Readers: s.db.FigureReaders, Notices: s.db.Notices, Figure: s.desk.Public,
		Meetings: func(ctx context.Context, lang locales.Lang, at time.Time) ([]web.Meeting, error) {
			p, err := policy(ctx)
			if err != nil {
				return nil, err
			}
			posted, err := announce.PostedFor(ctx, s.db, lang, p.Organisation, at)
			var all []web.Meeting
			for _, m := range posted {
				all = append(all, web.Meeting(m))
			}
			return all, err
		},
		Calendar: func(ctx context.Context, lang locales.Lang, id uuid.UUID, at time.Time) ([]byte, bool, error) {
			return announce.PostedCalendar(ctx, s.db, lang, id, at)
		},
	}
}

// originOf is the scheme and host of an address, "" of none.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
