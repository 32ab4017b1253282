package figures

import (
	"slices"
	"time"

	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
)

// mostMonths is how many months a figure holds: two years, which is also what a
// picture shows.
const mostMonths = 24

// monthForm is a month as it is kept, after time's reference.
const monthForm = "2006-01"

// PublishMonths sets the total that may be shown behind those that were published
// at the end of each month.
func PublishMonths(p Published, taken time.Time, months []store.PublishedMonth) Published {
	p.Columns = []string{""}
	now := taken.UTC().Format(monthForm)
	for _, m := range months {
		if m.Month < now {
			cell := protect.Cell{State: protect.Small}
			if m.Members != nil {
				cell = protect.Cell{N: *m.Members}
			}
			p.Rows, p.Cells = append(p.Rows, m.Month), append(p.Cells, []protect.Cell{cell})
		}
	}
	p.Rows, p.Cells = append(p.Rows, now), append(p.Cells, []protect.Cell{p.Members})
	if more := len(p.Rows) - mostMonths; more > 0 {
		p.Rows, p.Cells = slices.Clone(p.Rows[more:]), slices.Clone(p.Cells[more:])
	}
	return p
}

// month is a month as people write it.
func (v voice) month(code string) string {
	t, err := time.Parse(monthForm, code)
	if err != nil {
		return code
	}
	return locales.Month(v.lang, t)
}

// sayMonths is the total, what the last month brought, and the months before it.
func (f Figure) sayMonths(v voice) Said {
	p := f.Published
	out := Said{
		Understood: v.text(locales.FigUnderstood, locales.Args{"What": f.Query.Words(v.lang)}),
		Sentence:   v.text(locales.FigMembers, locales.Args{"Members": v.cell(p.Members)}),
		Footer:     v.footer(f),
	}
	if last := len(p.Rows) - 1; last < 1 {
		out.Notes = append(out.Notes, v.text(locales.MonthsFirst, nil))
	} else {
		out.Sentence += " " + v.text(locales.MonthsNow, locales.Args{"Month": v.month(p.Rows[last]), "Change": v.step(p, last)})
		out.Table = v.lastMonths(p)
		out.Notes = append(out.Notes, v.text(locales.MonthsNote, nil))
	}
	if p.Synthetic {
		out.Notes = append(out.Notes, v.text(locales.FigSynthetic, nil))
	}
	return out
}

// lastMonths are the lines of the last months, as many as a phone shows.
func (v voice) lastMonths(p Published) []string {
	var lines []string
	first := max(0, len(p.Rows)-mostRows)
	for i := first; i < len(p.Rows); i++ {
		value := v.cell(p.Cells[i][0])
		if i > 0 && p.Cells[i][0].State == protect.Shown && p.Cells[i-1][0].State == protect.Shown {
			value += " (" + v.step(p, i) + ")"
		}
		lines = append(lines, v.text(locales.FigRow, locales.Args{"Name": v.month(p.Rows[i]), "Value": value}))
	}
	if first > 0 {
		lines = append(lines, v.text(locales.MonthsMore, locales.Args{"Count": mostRows, "All": len(p.Rows)}))
	}
	return lines
}

// step is by how much the published total of a month differs from the one before:
// "+15", or both where one of them is not told.
func (v voice) step(p Published, i int) string {
	before, after := p.Cells[i-1][0], p.Cells[i][0]
	if before.State != protect.Shown || after.State != protect.Shown {
		return v.cell(before) + " → " + v.cell(after)
	}
	return v.signed(after.N - before.N)
}

// drawMonths is a line from month to month.
func (f Figure) drawMonths(v voice, d Drawing) (Drawing, bool) {
	if len(f.Published.Rows) < 2 {
		return Drawing{}, false
	}
	d.Kind, d.Title = Line, capital(v.text(locales.MonthsTitle, nil))
	for _, code := range f.Published.Rows {
		d.Labels = append(d.Labels, v.month(code))
	}
	d.Series = []Series{{Values: f.column(0)}}
	return d, true
}
