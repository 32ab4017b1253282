package figures

import (
	"slices"
	"strings"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/locales"
)

// sayFunnel tells how many registrations were begun, and where they stopped.
func (f Figure) sayFunnel(v voice) Said {
	p := f.Published
	out := Said{
		Sentence: v.text(locales.FunnelSentence, locales.Args{"Starts": v.cell(p.Total), "From": locales.Date(v.lang, p.Funnel.From), "To": locales.Date(v.lang, p.Funnel.To)}),
		Footer:   v.text(locales.FunnelFooter, locales.Args{"Step": f.step(v.rules), "ID": f.ID}),
	}
	for _, after := range []struct {
		stage string
		key   locales.Key
	}{{bot.StageCounted, locales.FunnelRegistered}, {bot.StageDone, locales.FunnelThrough}} {
		if n, ok := p.reached(after.stage); ok {
			out.Sentence += " " + v.text(after.key, locales.Args{"N": v.share(n, p.Total)})
		}
	}
	if len(p.Rows) > 1 {
		for i := range p.Rows {
			out.Table = append(out.Table, v.funnelRow(f, i))
		}
	}
	if f.Query.Split != "" {
		out.Understood = v.text(locales.FigUnderstood, locales.Args{"What": f.Query.Words(v.lang)})
		out.Table = append(out.Table, v.text(locales.FigRow, locales.Args{"Name": v.text(locales.FunnelBegun, nil), "Value": v.apart(f, p.ColumnTotals, p.Total)}))
	}
	out.Notes = f.funnelNotes(v)
	return out
}

// funnelNotes say how its table is to be read.
func (f Figure) funnelNotes(v voice) (notes []string) {
	p := f.Published
	say := func(when bool, key locales.Key, args locales.Args) {
		if when {
			notes = append(notes, v.text(key, args))
		}
	}
	joined, with, hidden := false, false, false
	for i, row := range p.Rows {
		named := len(stagesOf(row))
		joined = joined || named > 1
		with = with || named < 3 && slices.Contains(strings.Split(row, joinSign), bot.StageRefused) && row != bot.StageRefused
		hidden = hidden || slices.ContainsFunc(p.Cells[i], func(c protect.Cell) bool { return c.State == protect.Hidden })
	}
	whole, several := f.Query.Split == "", len(p.Rows) > 1
	say(!several, locales.FunnelOneRow, nil)
	say(several && !whole, locales.FunnelSplitNote, nil)
	say(several && joined, locales.FunnelJoined, locales.Args{"K": p.K})
	say(several && with, locales.FunnelWithRefused, locales.Args{"Name": v.text(locales.FunnelConsent, nil)})
	say(hidden, locales.FigHiddenWhy, nil)
	say(several && whole, locales.FunnelMinors, nil)
	say(true, locales.FunnelNote, locales.Args{"Count": int(bot.BegunFor.Hours() / 24)})
	say(p.Funnel.Partial, locales.FunnelPartial, nil)
	return notes
}

// reached is how many came to a stage, where a row begins there.
func (p Published) reached(stage string) (protect.Cell, bool) {
	for i, row := range p.Rows {
		first, _, _ := strings.Cut(row, joinSign)
		if first == stage && i < len(p.Funnel.Reached) {
			return p.Funnel.Reached[i], true
		}
	}
	return protect.Cell{}, false
}

// funnelRow is one line of the table.
func (v voice) funnelRow(f Figure, i int) string {
	p, name := f.Published, v.stages(f.Published.Rows[i])
	if f.Query.Split != "" {
		return v.text(locales.FigRow, locales.Args{"Name": name, "Value": v.apart(f, p.Cells[i], p.RowTotals[i])})
	}
	if p.Rows[i] == bot.StageDone || p.Rows[i] == bot.StageRefused {
		return v.text(locales.FigRow, locales.Args{"Name": name, "Value": v.cell(p.Cells[i][0])})
	}
	return v.text(locales.FunnelRow, locales.Args{"Name": name, "Reached": v.cell(p.Funnel.Reached[i]), "Stopped": v.cell(p.Cells[i][0])})
}

// apart are the cells of a line by language or channel, with their total.
func (v voice) apart(f Figure, cells []protect.Cell, total protect.Cell) string {
	var out []string
	for j, c := range cells {
		out = append(out, f.Query.Split.columnName(f.Published.Columns[j])+" "+v.cell(c))
	}
	return strings.Join(append(out, strings.ToLower(v.text(locales.FigTotal, nil))+" "+v.cell(total)), " · ")
}

// sinceFunnel compares two periods by what was published of them: which part of
// those who began came to a stage, since others began in each, or where they are
// too few for percentages how many.
func (f Figure) sinceFunnel(earlier Figure, v, was voice) string {
	lines := []string{v.text(locales.FigSince, locales.Args{
		"Date": locales.Date(v.lang, earlier.Published.Funnel.To), "ID": earlier.ID, "Change": was.change(v, earlier.Published.Total, f.Published.Total),
	})}
	for _, row := range f.Published.Rows {
		stage, _, _ := strings.Cut(row, joinSign)
		now, ok := f.Published.reached(stage)
		before, known := earlier.Published.reached(stage)
		if !ok || !known || stage == bot.Stages[0] || stage == bot.StageRefused {
			continue
		}
		value := was.change(v, before, now)
		first, some := v.rules.Share(before, earlier.Published.Total)
		second, both := v.rules.Share(now, f.Published.Total)
		if some && both {
			value = v.text(locales.FunnelChange, locales.Args{"Before": first, "After": second})
		}
		lines = append(lines, v.text(locales.FigRow, locales.Args{"Name": v.text(locales.FunnelTo, locales.Args{"Name": v.text(stageNames[stage], nil)}), "Value": value}))
	}
	return strings.Join(lines, "\n")
}

// drawFunnel is a bar for each row: how many came there, or of a split who stopped
// there, in a bar for each language or channel.
func (f Figure) drawFunnel(v voice, d Drawing) (Drawing, bool) {
	p := f.Published
	d.Kind = Bars
	var reached []protect.Cell
	for i, row := range p.Rows {
		if f.Query.Split == "" {
			if row == bot.StageRefused { // nobody comes there on the way
				continue
			}
			reached = append(reached, p.Funnel.Reached[i])
		}
		d.Labels = append(d.Labels, capital(v.stages(row)))
	}
	if f.Query.Split == "" {
		d.Series = []Series{{Values: reached}}
		return d, true
	}
	if len(p.Columns) > seriesOf[Bars].most {
		return Drawing{}, false
	}
	for j, code := range p.Columns {
		d.Series = append(d.Series, Series{Name: f.Query.Split.columnName(code), Values: f.column(j)})
	}
	return d, true
}

// funnelRows are the table of a file.
func (f Figure) funnelRows(v voice) [][]any {
	p := f.Published
	head := []any{v.text(locales.FunnelStage, nil)}
	if f.Query.Split == "" {
		rows := [][]any{append(head, v.text(locales.FunnelReached, nil), v.text(locales.FunnelStopped, nil))}
		for i, row := range p.Rows {
			line := []any{v.stages(row), v.value(p.Funnel.Reached[i])}
			switch row {
			case bot.StageRefused:
				line = []any{v.stages(row), "", v.value(p.Cells[i][0])}
			case bot.StageDone:
			default:
				line = append(line, v.value(p.Cells[i][0]))
			}
			rows = append(rows, line)
		}
		return rows
	}
	for _, code := range p.Columns {
		head = append(head, f.Query.Split.columnName(code))
	}
	rows := [][]any{append(head, v.text(locales.FigTotal, nil))}
	line := func(name string, cells []protect.Cell, total protect.Cell) {
		row := []any{name}
		for _, c := range cells {
			row = append(row, v.value(c))
		}
		rows = append(rows, append(row, v.value(total)))
	}
	for i, row := range p.Rows {
		line(v.stages(row), p.Cells[i], p.RowTotals[i])
	}
	line(v.text(locales.FunnelBegun, nil), p.ColumnTotals, p.Total)
	return rows
}

// funnelDefinitions say what its numbers are.
func (f Figure) funnelDefinitions(v voice, rows [][]any) [][]any {
	p, said := f.Published, f.Say(v.lang, v.rules)
	rows = append(rows,
		[]any{v.text(locales.FunnelFrom, nil), p.Funnel.From.Format("2006-01-02")}, []any{v.text(locales.FunnelUntil, nil), p.Funnel.To.Format("2006-01-02")},
		[]any{v.text(locales.FigDefK, nil), p.K}, []any{v.text(locales.FigDefRounding, nil), f.step(v.rules)})
	small, hidden := p.withheld()
	if small > 0 {
		rows = append(rows, []any{v.text(locales.FigDefSmall, nil), v.many(small, protect.Small)})
	}
	if hidden > 0 {
		rows = append(rows, []any{v.text(locales.FigDefHidden, nil), v.many(hidden, protect.Hidden)})
	}
	for _, note := range said.Notes {
		rows = append(rows, []any{v.text(locales.FigDefNote, nil), note})
	}
	return append(rows, []any{v.text(locales.FigDefNote, nil), said.Footer})
}
