package figures

import (
	"github.com/google/uuid"

	"mboka/bot/protect"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// Of what a phone shows of trainees: rows in all, and of topics. The file has all.
const (
	traineeRowsShown = 10
	topicsShown      = 4
)

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

// listed names the value of a list of the reference data.
func (v voice) listed(list, code string) string {
	for _, o := range reference.List(list) {
		if o.Code == code {
			return o.Label.In(v.lang)
		}
	}
	return v.text(locales.FigOther, nil)
}

func (v voice) institutionName(code string) string { return v.listed("official_institution", code) }

func (v voice) topicName(code string) string { return v.listed("workshop_topics", code) }

// workshopName is a workshop's title, place and day; for all others together that
// they are others.
func (v voice) workshopName(f Figure, in TrainedIn) string {
	if in.Mission == uuid.Nil {
		return v.text(locales.TraineesOthers, nil)
	}
	return v.missionName(f, Result{Mission: in.Mission, Kind: store.Workshop, City: in.City, Country: in.Country, Day: in.Day})
}

// sayTrainees tells the means, of the last workshops too, what was wished for, and
// how many there are by institution.
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
	if t.Content != nil {
		out.Sentence += " " + v.text(locales.TraineesContent, locales.Args{"Mean": v.mean(t.Content.Mean), "N": v.cell(t.Content.People)})
	}
	var whole bool
	out.Table, whole = f.traineeTable(v)
	out.Notes = append(out.Notes, v.text(locales.TraineesScale, nil))
	if !whole {
		out.Notes = append(out.Notes, v.text(locales.TraineesFile, nil))
	}
	if p.Synthetic {
		out.Notes = append(out.Notes, v.text(locales.FigSynthetic, nil))
	}
	return out
}

// traineeTable are the rows that a phone shows; whole is false where the file has
// more.
func (f Figure) traineeTable(v voice) (rows []string, whole bool) {
	t, left := f.Published.Trained, traineeRowsShown
	if len(t.Workshops) > 0 {
		rows = append(rows, v.text(locales.TraineesByWorkshop, nil))
	}
	for _, in := range t.Workshops {
		args := locales.Args{"Name": v.workshopName(f, in), "Before": v.mean(in.Before), "After": v.mean(in.After), "N": v.cell(in.People)}
		row := v.text(locales.TraineesWorkshop, args)
		if in.Content != nil {
			row += v.text(locales.TraineesWorkshopContent, locales.Args{"Mean": v.mean(in.Content.Mean)})
		}
		rows, left = append(rows, row), left-1
	}
	list := func(head string, all []TrainedAt, most int, name func(string) string) (cut bool) {
		if len(all) == 0 {
			return false
		}
		rows = append(rows, head)
		for _, at := range all[:min(len(all), most)] {
			rows, left = append(rows, v.text(locales.FigRow, locales.Args{"Name": name(at.Code), "Value": v.cell(at.People)})), left-1
		}
		return len(all) > most
	}
	cut := list(v.text(locales.TraineesTopics, locales.Args{"N": v.cell(t.Wishing)}), t.Topics, topicsShown, v.topicName)
	cut = list(v.text(locales.TraineesBy, nil), t.Institutions, left, v.institutionName) || cut
	return rows, !cut
}

// traineesRule is how the figure was made.
func (f Figure) traineesRule(lang locales.Lang, r protect.Rules) string {
	changed := WorkshopChanges(r)
	if f.Published.Trained != nil {
		changed = f.Published.Trained.Changed
	}
	return locales.Text(lang, locales.TraineesRule, locales.Args{"K": f.Published.K, "Changed": changed})
}

// drawTrainees are two dots on the scale of the marks, for all and for each of the
// workshops.
func (f Figure) drawTrainees(v voice, d Drawing) (Drawing, bool) {
	t := f.Published.Trained
	if t == nil || t.Before.State != protect.Shown || t.After.State != protect.Shown {
		return Drawing{}, false
	}
	d.Kind, d.Low, d.High = Dots, 10*lowestMark, 10*highestMark
	d.Series = []Series{{Name: v.text(locales.TraineesBefore, nil)}, {Name: v.text(locales.TraineesAfter, nil)}}
	add := func(label string, n protect.Cell, marks ...protect.Mean) {
		d.Labels = append(d.Labels, label+" ("+v.cell(n)+")")
		for i, m := range marks {
			d.Series[i].Values = append(d.Series[i].Values, protect.Cell{N: m.Tenths, State: m.State})
		}
	}
	add(capital(v.text(locales.TraineesCount, nil)), t.People, t.Before, t.After)
	d.Says = [][]string{{v.mean(t.Before)}, {v.mean(t.After)}}
	for _, in := range t.Workshops {
		add(v.workshopName(f, in), in.People, in.Before, in.After)
		d.Says[0], d.Says[1] = append(d.Says[0], v.mean(in.Before)), append(d.Says[1], v.mean(in.After))
	}
	return d, true
}

// traineeRows are the tables of the file, one under the other.
func (f Figure) traineeRows(v voice) [][]any {
	t, word := f.Published.Trained, func(key locales.Key) string { return capital(v.text(key, nil)) }
	rows := [][]any{{word(locales.TraineesTitle), word(locales.TraineesPeople), word(locales.TraineesMean)}}
	if t == nil {
		return append(rows, []any{v.text(locales.TraineesNone, locales.Args{"K": f.Published.K})})
	}
	rows = append(rows, []any{word(locales.TraineesBefore), v.value(t.People), v.mean(t.Before)}, []any{word(locales.TraineesAfter), v.value(t.People), v.mean(t.After)})
	if t.Content != nil {
		rows = append(rows, []any{}, []any{word(locales.TraineesSatisfaction), word(locales.TraineesPeople), word(locales.TraineesContentMean)},
			[]any{word(locales.TraineesCount), v.value(t.Content.People), v.mean(t.Content.Mean)})
	}
	if len(t.Workshops) > 0 {
		rows = append(rows, []any{}, []any{v.text(locales.TraineesByWorkshop, nil), word(locales.TraineesPeople), word(locales.TraineesBefore), word(locales.TraineesAfter), word(locales.TraineesSatisfaction)})
	}
	for _, in := range t.Workshops {
		row := []any{v.workshopName(f, in), v.value(in.People), v.mean(in.Before), v.mean(in.After)}
		if in.Content != nil {
			row = append(row, v.mean(in.Content.Mean))
		}
		rows = append(rows, row)
	}
	counts := func(head string, all []TrainedAt, name func(string) string) {
		if len(all) == 0 {
			return
		}
		rows = append(rows, []any{}, []any{head, word(locales.TraineesPeople)})
		for _, at := range all {
			rows = append(rows, []any{name(at.Code), v.value(at.People)})
		}
	}
	counts(v.text(locales.TraineesTopics, locales.Args{"N": v.cell(t.Wishing)}), t.Topics, v.topicName)
	counts(v.text(locales.TraineesBy, nil), t.Institutions, v.institutionName)
	return rows
}
