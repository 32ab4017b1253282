package figures

import (
	"slices"
	"strings"
	"time"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
)

// Split parts the measure Funnel.
type Split string

// The splits; the zero value is all together.
const (
	ByLanguage Split = "language"
	ByChannel  Split = "channel"
)

// splits are all of them.
var splits = []Split{"", ByLanguage, ByChannel}

// FunnelOf says of which weeks a funnel is, and how many came to the first stage
// of each row. Rows are stages, several joined by joinSign where too few stopped
// at one; cells are how many stopped there. For those who refused, that is a row
// like any: they are in one stage and no other, and told of only when they are
// as many as must be anywhere.
type FunnelOf struct {
	From    time.Time      `json:"from"` // the first day
	To      time.Time      `json:"to"`   // the last day
	Partial bool           `json:"partial,omitempty"`
	Reached []protect.Cell `json:"reached"`
}

// joinSign stands between the stages of one row.
const joinSign = "+"

// publishFunnel protects what was counted in some weeks: all together, and by
// each split that can be told. They are made at one time, once for these weeks,
// and kept; what a reading of the chat shows is one of them.
//
// So the differences of two readings tell nothing new: two of the same weeks are
// the same tables, and each beginning is of one week, so that those of other weeks
// are of other beginnings. Of the tables of the same weeks all together are runs
// of stages with enough people each, which add up to nothing but such runs; those
// of a split are joined out of the same runs, and protected knowing that all
// their totals are told there.
func publishFunnel(r protect.Rules, counts []store.FunnelCount, weeks []store.FunnelWeek) (map[Split]Published, error) {
	of := FunnelOf{From: weeks[0].Week, To: weeks[len(weeks)-1].Week.AddDate(0, 0, 6),
		Partial: slices.ContainsFunc(weeks, func(w store.FunnelWeek) bool { return w.Partial })}
	all := make([]int, len(bot.Stages))
	for _, c := range counts {
		if i := slices.Index(bot.Stages, c.Stage); i >= 0 {
			all[i] += c.Count
		}
	}
	k, err := r.Threshold(protect.Fine{Variables: 1}) // how far they came
	if err != nil {
		return nil, err
	}
	runs, err := stageRuns(all, k)
	if err != nil {
		return nil, err
	}
	p := Published{K: k, Step: r.Rounding, Columns: []string{""}, Rows: stageRows(runs), Total: r.Count(sum(all), k), Funnel: &of}
	stopped := protect.Joined(all, runs)
	for i, n := range stopped {
		of.Reached = append(of.Reached, r.Count(sum(stopped[i:]), k))
		p.Cells = append(p.Cells, []protect.Cell{r.Count(n, k)})
	}
	out := map[Split]Published{"": p}
	for _, split := range splits[1:] {
		if p, ok := splitFunnel(r, split, counts, runs, of); ok {
			out[split] = p
		}
	}
	return out, nil
}

// splitFunnel is a table of it, over the runs of stages that all together are told
// in; ok is false for one with too few people.
func splitFunnel(r protect.Rules, split Split, counts []store.FunnelCount, runs []int, of FunnelOf) (p Published, ok bool) {
	k, err := r.Threshold(protect.Fine{Variables: 2})
	if err != nil {
		return Published{}, false
	}
	var names []string
	for _, c := range counts {
		if name := split.of(c); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	table := make([][]int, len(names))
	for i := range table {
		table[i] = make([]int, len(bot.Stages))
	}
	for _, c := range counts {
		if i := slices.Index(bot.Stages, c.Stage); i >= 0 {
			table[slices.Index(names, split.of(c))][i] += c.Count
		}
	}
	for i, row := range table {
		table[i] = protect.Joined(row, runs)
	}
	joined, t, err := r.Apart(table, k)
	if no := slices.Index(runs, refusedAt); err == nil && no >= 0 && mixes(joined, no) {
		for i, row := range table {
			table[i] = fold(row, no)
		}
		runs = slices.Delete(slices.Clone(runs), no, no+1)
		joined, t, err = r.Apart(table, k)
	}
	if err != nil {
		return Published{}, false
	}
	for i, at := range joined {
		joined[i] = runs[at]
	}
	runs = joined
	of.Reached = nil
	last, end := len(names), len(runs)
	p = Published{K: k, Step: r.Rounding, Columns: names, Rows: stageRows(runs), Total: t.Cells[last][end], RowTotals: t.Cells[last][:end], Funnel: &of}
	for j := range runs {
		var row []protect.Cell
		for i := range names {
			row = append(row, t.Cells[i][j])
		}
		p.Cells = append(p.Cells, row)
	}
	for i := range names {
		p.ColumnTotals = append(p.ColumnTotals, t.Cells[i][end])
	}
	return p, true
}

// refusedAt is the place of those who said no to the notice.
var refusedAt = slices.Index(bot.Stages, bot.StageRefused)

// stageRuns are the runs of stages that can be told. Those who said no are apart or
// with those who stopped before the same text: a number of theirs and of people
// who went on would tell nothing of either.
func stageRuns(all []int, k int) ([]int, error) {
	runs, err := protect.Runs(all, k)
	if err != nil || !mixes(runs, refusedAt) {
		return runs, err
	}
	if runs, err = protect.Runs(fold(all, refusedAt), k); err != nil {
		return nil, err
	}
	for i, at := range runs {
		if at >= refusedAt {
			runs[i]++
		}
	}
	return runs, nil
}

// mixes tells whether a run begins at a place and goes on behind it.
func mixes(starts []int, at int) bool {
	return slices.Contains(starts, at) && !slices.Contains(starts, at+1)
}

// fold adds a count to the one before it.
func fold(counts []int, at int) []int {
	out := slices.Delete(slices.Clone(counts), at, at+1)
	out[at-1] += counts[at]
	return out
}

func (s Split) of(c store.FunnelCount) string {
	if s == ByChannel {
		return c.Channel
	}
	return c.Language
}

// stageRows name the runs of stages that begin at some places.
func stageRows(starts []int) []string {
	var rows []string
	for i, from := range starts {
		to := len(bot.Stages)
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		rows = append(rows, strings.Join(bot.Stages[from:to], joinSign))
	}
	return rows
}

func sum(all []int) (n int) {
	for _, one := range all {
		n += one
	}
	return n
}

// stageNames are what coordinators read of the stages.
var stageNames = map[string]locales.Key{
	"language": locales.FunnelLanguage, "consent": locales.FunnelConsent, bot.StageRefused: locales.FunnelRefused, "age_band": locales.FunnelAge, country: locales.FunnelCountry,
	"education_level": locales.FunnelEducation, "employment_status": locales.FunnelEmployment,
	bot.StageCounted: locales.FunnelCounted, bot.StageMore: locales.FunnelMore, bot.StageEnd: locales.FunnelEnd, bot.StageDone: locales.FunnelDone,
}

// stages is the name of a row. Of many it is the first and the last. To say no is
// one way to stop at the notice.
func (v voice) stages(row string) string {
	var names []string
	for _, code := range stagesOf(row) {
		names = append(names, v.text(stageNames[code], nil))
	}
	if len(names) > 2 {
		return names[0] + " … " + names[len(names)-1]
	}
	return strings.Join(names, ", ")
}

// stagesOf are the stages of a row that stand in its name.
func stagesOf(row string) []string {
	codes := strings.Split(row, joinSign)
	if len(codes) > 1 {
		codes = slices.DeleteFunc(codes, func(code string) bool { return code == bot.StageRefused })
	}
	return codes
}

// columnName is the name of a language or a channel.
func (s Split) columnName(code string) string {
	if lang, ok := locales.ParseLang(code); ok && s == ByLanguage {
		return lang.Name()
	}
	return map[string]string{"telegram": "Telegram", "whatsapp": "WhatsApp"}[code]
}
