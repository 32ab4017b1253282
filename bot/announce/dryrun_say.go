package announce

import (
	"context"
	"errors"
	"math"
	"strings"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// speech says a dry run in one language. It reads protected counts only, so that
// days, times and costs tell no more than they do.
type speech struct {
	lang   locales.Lang
	run    DryRun
	policy store.Policy
	rates  Rates
}

// Say puts a dry run into words: short lines, for a chat.
func (d DryRun) Say(lang locales.Lang, policy store.Policy, rates Rates) string {
	v := speech{lang, d, policy, rates}
	to := locales.DryTo
	if d.Audience.Officials {
		to = locales.DryToStaff
	}
	lines := []string{
		v.text(to, locales.Args{"Who": d.Audience.Label(lang)}),
		v.text(locales.DryTotal, locales.Args{"Total": v.cell(d.Reach, d.K)}),
	}
	lines = append(lines, v.means()...)
	lines = append(lines, v.outside())
	for _, list := range [][]Row{d.Languages, d.Countries} {
		if len(list) > 0 && !(len(list) == 1 && list[0].Code == "") {
			lines = append(lines, v.row(list))
		}
	}
	if t := v.time(); t != "" {
		lines = append(lines, v.text(locales.DryTime, locales.Args{"Time": t}))
	}
	if d.hides() {
		lines = append(lines, v.text(locales.FigHiddenWhy, nil))
	}
	return strings.Join(lines, "\n")
}

func (v speech) text(key locales.Key, args locales.Args) string {
	return locales.Text(v.lang, key, args)
}

func (v speech) cell(c protect.Cell, k int) string {
	switch c.State {
	case protect.Small:
		return v.text(locales.FigSmall, locales.Args{"K": k})
	case protect.Hidden:
		return v.text(locales.FigHidden, nil)
	}
	return locales.Number(v.lang, c.N)
}

// hides tells whether a count is withheld for the sake of another one.
func (d DryRun) hides() bool {
	for _, list := range [][]Row{d.Countries, d.Languages, d.Channels, d.Means} {
		for _, row := range list {
			if row.Cell.State == protect.Hidden {
				return true
			}
		}
	}
	return false
}

// means are a line for each way of being told.
func (v speech) means() []string {
	var lines []string
	for _, row := range v.run.Channels {
		switch {
		case row.Code != v.run.Windowed:
			lines = append(lines, v.text(locales.DryTelegram, locales.Args{"N": v.cell(row.Cell, v.run.KRows)}))
		case len(v.run.Means) == 0:
			lines = append(lines, v.text(locales.DryWhatsapp, locales.Args{"N": v.cell(row.Cell, v.run.KRows)}))
		}
	}
	for _, means := range []struct {
		code string
		key  locales.Key
	}{{store.MeansWindow, locales.DryWindow}, {store.MeansTemplate, locales.DryTemplate}, {store.DeliveryParked, locales.DryParked}} {
		cell, there := cellOf(v.run.Means, means.code)
		if !there {
			continue
		}
		line := v.text(means.key, locales.Args{"N": v.cell(cell, v.run.KRows)})
		if means.code == store.MeansTemplate {
			line += v.slowly(cell)
		}
		lines = append(lines, line)
	}
	return lines
}

// slowly says how many days the templates take, and what they cost.
func (v speech) slowly(cell protect.Cell) string {
	n := cell.N
	if cell.State == protect.Small {
		n = v.run.KRows - 1
	}
	if cell.State == protect.Hidden {
		return ""
	}
	days := (n + v.policy.WhatsAppTier - 1) / v.policy.WhatsAppTier
	out := ", " + v.text(locales.DryDays, locales.Args{"N": max(1, days), "Tier": v.policy.WhatsAppTier})
	if cell.State != protect.Shown {
		return out
	}
	return out + ", " + v.cost(cell.N)
}

// cost prices so many templates: those of the countries that can be told apart,
// and the others as their countries share the rest.
func (v speech) cost(templates int) string {
	left, weight := templates, 0
	for _, row := range v.run.Templates {
		left -= row.Cell.N
	}
	for _, row := range v.run.Countries {
		if _, told := cellOf(v.run.Templates, row.Code); !told {
			weight += max(row.Cell.N, 1)
		}
	}
	micros, unknown := 0.0, []string{}
	for _, row := range v.run.Countries {
		share := float64(max(left, 0)) * float64(max(row.Cell.N, 1)) / float64(max(weight, 1))
		if cell, told := cellOf(v.run.Templates, row.Code); told {
			share = float64(cell.N)
		}
		price, known := v.policy.Price(row.Code) // of Other: the default
		if !known {
			unknown = append(unknown, v.name(row.Code))
			continue
		}
		micros += share * float64(price)
	}
	dollars := locales.Number(v.lang, int(math.Ceil(micros/1e6)))
	switch {
	case len(v.run.Countries) == 0, len(unknown) == len(v.run.Countries):
		return v.text(locales.DryCostUnknown, nil)
	case len(unknown) > 0:
		return v.text(locales.DryCostPart, locales.Args{"Cost": dollars, "What": strings.Join(unknown, ", ")})
	}
	return v.text(locales.DryCost, locales.Args{"Cost": dollars})
}

// name is a row's, a country or a language.
func (v speech) name(code string) string {
	if code == OtherRow {
		return v.text(locales.FigOther, nil)
	}
	if lang, known := locales.ParseLang(code); known && lang.String() == code {
		return lang.Name()
	}
	return countryName(code, v.lang)
}

// row is a list on one line.
func (v speech) row(list []Row) string {
	var parts []string
	for _, row := range list {
		parts = append(parts, v.name(row.Code)+" "+v.cell(row.Cell, v.run.KRows))
	}
	return strings.Join(parts, " · ")
}

// outside is who is not counted, and why. A template is refused only where
// members of the United States can be meant, which the filters say.
func (v speech) outside() string {
	var parts []string
	for _, row := range v.run.Skipped {
		key := locales.DryCapped
		switch {
		case row.Code == store.SkippedGone:
			key = locales.DryGone
		case row.Code == store.SkippedTemplate && !v.run.Audience.meansUS():
			continue
		case row.Code == store.SkippedTemplate:
			key = locales.DryRefused
		case v.run.Audience.Officials:
			continue // they have no cap
		}
		parts = append(parts, v.text(key, locales.Args{"N": v.cell(row.Cell, v.run.KRows)}))
	}
	return v.text(locales.DryOutside, locales.Args{"What": strings.Join(parts, " · ")})
}

// meansUS tells whether the places of an audience can hold somebody who lives in
// the United States.
func (a Audience) meansUS() bool {
	if a.Officials {
		return false
	}
	for _, p := range a.Places {
		if p.Country == unitedStates {
			return true
		}
		for _, c := range reference.Around(p.City, float64(p.Radius)) {
			if c.Country == unitedStates {
				return true
			}
		}
	}
	return len(a.Places) == 0
}

// time is how long the platforms take, each at its own rate, side by side;
// days of templates are told apart. "": nothing can be told.
func (v speech) time() string {
	seconds := 0.0
	for _, row := range v.run.Channels {
		rate := v.rates.Telegram
		n := row.Cell.N
		if row.Code == v.run.Windowed {
			rate = v.rates.WhatsApp
			if parked, there := cellOf(v.run.Means, store.DeliveryParked); there {
				n -= parked.N
			}
		}
		if rate > 0 {
			seconds = max(seconds, float64(n)/rate)
		}
	}
	switch {
	case seconds == 0:
		return ""
	case seconds < 60:
		return v.text(locales.DryUnderMinute, nil)
	case seconds < 90*60:
		return v.text(locales.DryMinutes, locales.Args{"N": int(math.Ceil(seconds / 60))})
	}
	return v.text(locales.DryHours, locales.Args{"N": int(math.Ceil(seconds / 3600))})
}

// tooFew says that so few cannot be written to, and who could be.
func (d *Desk) tooFew(ctx context.Context, a Audience, q bot.Looking, policy store.Policy) (string, error) {
	out := locales.Text(q.Lang, locales.DryTooFew, locales.Args{"K": a.threshold(rulesOf(policy), 0)})
	var wider []string
	for _, w := range a.wider() {
		switch err := d.Enough(ctx, w, q.At); {
		case err == nil:
			wider = append(wider, w.Label(q.Lang))
		case !errors.Is(err, protect.ErrTooFew):
			return "", err
		}
		if len(wider) == mostWider {
			break
		}
	}
	if len(wider) == 0 {
		return out, nil
	}
	return out + " " + locales.Text(q.Lang, locales.DryWider, locales.Args{"What": strings.Join(wider, " ; ")}), nil
}
