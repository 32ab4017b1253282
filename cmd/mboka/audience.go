package main

import (
	"context"

	"mboka/bot"
	"mboka/bot/announce"
	"mboka/bot/figures"
	"mboka/locales"
	"mboka/store"
)

// understand reads words about people as figures do, for announcements. What
// figures can count by and announcements cannot choose by is named.
func understand(words string) announce.Meant {
	u := figures.Parse(words)
	m := announce.Meant{Audience: announce.Audience{Qualified: u.Query.Qualified}}
	for _, f := range u.Query.Where {
		a := &m.Audience
		switch f.Variable {
		case "country_residence":
			for _, code := range f.Codes {
				a.Places = append(a.Places, announce.Place{Country: code})
			}
		case "city_residence":
			for _, id := range f.Codes {
				a.Places = append(a.Places, announce.Place{City: id})
			}
		case "sector":
			a.Sectors = f.Codes
		case "profession_group":
			a.Groups = f.Codes
		case "profession":
			a.Professions = f.Codes
		case "contribution_types":
			a.Contributions = f.Codes
		case "languages":
			a.Spoken = f.Codes
		default:
			m.Unknown = append(m.Unknown, unused(f.Variable))
		}
	}
	for _, key := range u.Query.By {
		m.Unknown = append(m.Unknown, unused(key))
	}
	for _, w := range u.Which {
		m.Unknown = append(m.Unknown, announce.Unknown{Word: w.Word, Nearby: w.Nearby, Several: true})
	}
	for _, w := range u.Unknown {
		m.Unknown = append(m.Unknown, announce.Unknown{Word: w.Word, Nearby: w.Nearby})
	}
	return m
}

// unused names a variable by which nobody is chosen, or of which no value was
// said.
func unused(variable string) announce.Unknown {
	v, _ := figures.VariableOf(variable)
	return announce.Unknown{Word: locales.LabelOf(v.Title).In(locales.FR), Unused: true}
}

// Bulk rates of the platforms, with what is left for replies taken off
// (platforms.md, A3 and C5).
var bulkRates = announce.Rates{Telegram: 20, WhatsApp: 40}

// audiences is the desk that tells coordinators whom an announcement would
// reach.
func audiences(s *stores, channels []bot.Channel) *announce.Desk {
	return &announce.Desk{
		DB: s.db, Keys: s.keys, Policy: s.settings.Policy, Understand: understand, Channels: names(channels), Rates: bulkRates,
		Conditions: func(context.Context) (announce.Conditions, error) {
			return announce.Conditions{Windowed: "whatsapp", Outside: func(string) string { return store.MeansTemplate }, Refused: announce.RefusesUS}, nil
		},
	}
}
