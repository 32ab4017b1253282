package figures

import (
	"cmp"
	"slices"

	"mboka/bot/protect"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// Trained is what officials said of themselves before and after a workshop, of
// those who did both. The means are of all of them together: by institution or
// topic two means could be apart by a few people, and would tell what those said.
type Trained struct {
	People protect.Cell `json:"people"`
	Before protect.Mean `json:"before"`
	After  protect.Mean `json:"after"`
	// Institutions count them, the most frequent first; empty where that cannot be
	// told. Other stands for all that are not listed.
	Institutions []TrainedAt `json:"institutions,omitempty"`
	// Changed is how many people have to have changed before the means do.
	Changed int `json:"changed"`
}

// TrainedAt is one institution.
type TrainedAt struct {
	Code   string       `json:"code"`
	People protect.Cell `json:"people"`
}

// The marks that officials give themselves.
const (
	lowestMark  = 1
	highestMark = 5
)

// WorkshopChanges is how many different people must have come, gone or changed
// their marks before the means are counted again, and WorkshopFirst how many
// there must be to begin with. What officials say of themselves needs the larger
// threshold.
func WorkshopChanges(r protect.Rules) int { return 2 * WorkshopFirst(r) }

// WorkshopFirst is the threshold of these means.
func WorkshopFirst(r protect.Rules) int { return max(r.K, r.KCross) }

// publishTrainees is the figure of the snapshot that stands, however many have
// answered since.
func (c *counter) publishTrainees() (Published, error) {
	k := WorkshopFirst(c.rules)
	p := Published{K: k, At: c.d.At, Step: c.rules.Rounding}
	s, found, err := c.tx.WorkshopSnapshotNow(c.ctx)
	if err != nil || !found || s.People < k {
		return p, err
	}
	p.At = s.TakenAt
	p.Trained = &Trained{
		People: c.rules.Count(s.People, k), Changed: WorkshopChanges(c.rules),
		Before: c.rules.Mean(s.SumBefore, s.People, lowestMark, highestMark, k), After: c.rules.Mean(s.SumAfter, s.People, lowestMark, highestMark, k),
	}
	p.Trained.Institutions = trainedAt(c.rules, s, k)
	return p, nil
}

// trainedAt counts people by institution; nil where nothing of it can be told.
func trainedAt(r protect.Rules, s store.WorkshopSnapshot, k int) []TrainedAt {
	var all []value
	for code, n := range s.Institutions {
		all = append(all, value{code: cmp.Or(code, Other), n: n})
	}
	slices.SortFunc(all, func(a, b value) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.code, b.code)) })
	all = gathered(all, k, mostRows)
	counts := make([]int, len(all))
	for i, v := range all {
		counts[i] = v.n
	}
	cells, err := r.List(counts, k, false)
	if err != nil || len(all) < 2 {
		return nil
	}
	var out []TrainedAt
	for i, v := range all {
		out = append(out, TrainedAt{v.code, cells[i]})
	}
	return out
}

// mean says a mean: "2,8", "4,5 ou plus".
func (v voice) mean(m protect.Mean) string {
	if m.State != protect.Shown {
		return v.cell(protect.Cell{State: m.State})
	}
	text := locales.Tenths(v.lang, m.Tenths)
	switch m.Edge {
	case 1:
		return v.text(locales.TraineesOver, locales.Args{"Mean": text})
	case -1:
		return v.text(locales.TraineesUnder, locales.Args{"Mean": text})
	}
	return text
}

// institutionName names an institution of officials.
func (v voice) institutionName(code string) string {
	for _, o := range reference.List("official_institution") {
		if o.Code == code {
			return o.Label.In(v.lang)
		}
	}
	return v.text(locales.FigOther, nil)
}

// sayTrainees tells the two means, and how many there are by institution.
func (f Figure) sayTrainees(v voice) Said {
	p := f.Published
	out := Said{
		Understood: v.text(locales.FigUnderstood, locales.Args{"What": f.Query.Words(v.lang)}),
		Sentence:   v.text(locales.TraineesNone, locales.Args{"K": p.K}),
		Footer:     v.text(locales.TraineesFooter, locales.Args{"K": p.K, "Date": locales.Date(v.lang, p.At), "ID": f.ID}),
	}
	t := p.Trained
	if t == nil {
		return out
	}
	out.Sentence = v.text(locales.TraineesSentence, locales.Args{"N": v.cell(t.People), "Before": v.mean(t.Before), "After": v.mean(t.After)})
	if len(t.Institutions) > 0 {
		out.Table = append(out.Table, v.text(locales.TraineesBy, nil))
	}
	for _, at := range t.Institutions {
		out.Table = append(out.Table, v.text(locales.FigRow, locales.Args{"Name": v.institutionName(at.Code), "Value": v.cell(at.People)}))
	}
	out.Notes = append(out.Notes, v.text(locales.TraineesScale, nil))
	if p.Synthetic {
		out.Notes = append(out.Notes, v.text(locales.FigSynthetic, nil))
	}
	return out
}

// traineesRule is how the figure was made.
func (f Figure) traineesRule(lang locales.Lang, r protect.Rules) string {
	changed := WorkshopChanges(r)
	if f.Published.Trained != nil {
		changed = f.Published.Trained.Changed
	}
	return locales.Text(lang, locales.TraineesRule, locales.Args{"K": f.Published.K, "Changed": changed})
}

// drawTrainees are two dots on the scale of the marks.
func (f Figure) drawTrainees(v voice, d Drawing) (Drawing, bool) {
	t := f.Published.Trained
	if t == nil || t.Before.State != protect.Shown || t.After.State != protect.Shown {
		return Drawing{}, false
	}
	dot := func(name locales.Key, m protect.Mean) Series {
		return Series{Name: v.text(name, nil), Values: []protect.Cell{{N: m.Tenths}}}
	}
	d.Kind, d.Low, d.High = Dots, 10*lowestMark, 10*highestMark
	d.Labels = []string{v.cell(t.People) + " " + v.text(locales.TraineesCount, nil)}
	d.Series = []Series{dot(locales.TraineesBefore, t.Before), dot(locales.TraineesAfter, t.After)}
	d.Says = [][]string{{v.mean(t.Before)}, {v.mean(t.After)}}
	return d, true
}

// traineeRows are the table of the file.
func (f Figure) traineeRows(v voice) [][]any {
	t, word := f.Published.Trained, func(key locales.Key) string { return capital(v.text(key, nil)) }
	rows := [][]any{{word(locales.TraineesTitle), word(locales.TraineesPeople), word(locales.TraineesMean)}}
	if t == nil {
		return append(rows, []any{v.text(locales.TraineesNone, locales.Args{"K": f.Published.K})})
	}
	rows = append(rows, []any{word(locales.TraineesBefore), v.value(t.People), v.mean(t.Before)}, []any{word(locales.TraineesAfter), v.value(t.People), v.mean(t.After)})
	for i, at := range t.Institutions {
		if i == 0 {
			rows = append(rows, []any{}, []any{v.text(locales.TraineesBy, nil), word(locales.TraineesPeople)})
		}
		rows = append(rows, []any{v.institutionName(at.Code), v.value(at.People)})
	}
	return rows
}
