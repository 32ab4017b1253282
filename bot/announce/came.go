package announce

import (
	"time"

	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
)

// came is how many registered by a link, as it may be told.
type came struct {
	protect.Cell
	k     int
	until time.Time // the last day that is counted, UTC; zero: nothing may be told yet
}

// linkFine is how finely the number of a link looks: by the link, and, beside the
// number of the month before, by the month.
var linkFine = protect.Fine{Variables: 2}

// cameOf protects what was counted of a link.
//
// Whoever passes a link on knows to whom. So its number stands still for a month,
// and moves only where k came in that month: one person who was given the link
// and registers is never seen, see protect.Growing. Nor is it seen who leaves:
// registrations are counted, and stay counted.
//
// The snapshot of figures would not do instead. It is replaced when many members
// have changed, and these may be others: of the link it may be one.
func cameOf(r protect.Rules, months []store.CameIn) came {
	k, err := r.Threshold(linkFine)
	if err != nil { // fewer variables than two are allowed
		return came{Cell: protect.Cell{State: protect.Small}, k: max(r.K, r.KCross)}
	}
	steps := make([]int, len(months))
	for i, m := range months {
		steps[i] = m.N
	}
	out := came{k: k}
	var upto int
	if out.Cell, upto = r.Growing(steps, k); upto > 0 {
		out.until = months[upto-1].Month.AddDate(0, 1, -1)
	}
	return out
}

// came counts a link now.
func (c *clerk) came(a store.Ambassador) (came, error) {
	months, err := c.tx.CameBefore(c.ctx, a.ID, c.d.At)
	return cameOf(c.rules, months), err
}

// say is the number of a link on its card.
func (n came) say(lang locales.Lang) string {
	if n.until.IsZero() {
		return locales.Text(lang, locales.AmbNone, nil) + " " + n.rule(lang)
	}
	return locales.Text(lang, locales.AmbCame, locales.Args{"Date": locales.Date(lang, n.until), "Count": locales.Number(lang, n.N)}) + ". " + n.rule(lang)
}

// rule says when a number comes, and when it moves.
func (n came) rule(lang locales.Lang) string {
	return locales.Text(lang, locales.AmbRule, locales.Args{"K": n.k})
}

// row is the number of a link in the list of all.
func (n came) row(lang locales.Lang, a store.Ambassador) string {
	if n.until.IsZero() {
		return locales.Text(lang, locales.AmbRowNone, locales.Args{"Name": a.Label, "Code": a.Code})
	}
	return locales.Text(lang, locales.AmbRow, locales.Args{"Name": a.Label, "Code": a.Code, "Count": locales.Number(lang, n.N), "Date": locales.Date(lang, n.until)})
}
