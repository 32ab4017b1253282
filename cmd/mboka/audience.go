package main

import (
	"context"

	"mboka/bot"
	"mboka/bot/announce"
	"mboka/bot/figures"
	"mboka/locales"
	"mboka/store/limits"
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

// audiences is the desk that tells coordinators whom an announcement would
// reach.
func audiences(s *stores, channels []bot.Channel) *announce.Desk {
	d := &announce.Desk{
		DB: s.db, Keys: s.keys, Policy: s.settings.Policy, Understand: understand, Conditions: conditions(channels),
		Rates: announce.Rates{Telegram: float64(limits.Rates["telegram"].Bulk), WhatsApp: float64(limits.Rates["whatsapp"].Bulk)},
	}
	for _, c := range channels {
		d.Channels = append(d.Channels, c.Name())
	}
	return d
}

// conditions are those of the platforms: which texts WhatsApp has approved
// changes while the service runs.
func conditions(channels []bot.Channel) func(context.Context) (announce.Conditions, error) {
	c := announce.Conditions{
		Windowed:  "whatsapp",
		Approved:  func(bot.NoticeKind, string) bool { return false },
		Marketing: func(bot.NoticeKind, string) bool { return false },
	}
	if w := withTemplates(channels); w != nil {
		c.Approved, c.Marketing = w.Template, w.Marketing
	}
	return func(context.Context) (announce.Conditions, error) { return c, nil }
}
