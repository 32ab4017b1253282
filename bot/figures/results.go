package figures

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mboka/bot/protect"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// Result is what came of one mission. All in it may be told: the counters of a
// sending that has begun as they are, answers from the threshold K up (domain
// reference, 2.5). What staff wrote about it is not kept here.
type Result struct {
	Mission   uuid.UUID         `json:"mission"`
	Kind      store.MissionKind `json:"kind"`
	City      string            `json:"city,omitempty"`
	Country   string            `json:"country,omitempty"`
	Day       time.Time         `json:"day,omitzero"` // where it begins; zero: news without a meeting
	K         int               `json:"k"`
	Targeted  int               `json:"targeted"`
	Sent      int               `json:"sent"`
	Delivered int               `json:"delivered"`
	Read      int               `json:"read"`
	Yes       protect.Cell      `json:"yes"`
	Maybe     protect.Cell      `json:"maybe"`
	No        protect.Cell      `json:"no"`
	Guests    protect.Cell      `json:"guests"`
	Attended  protect.Cell      `json:"attended"`
	Stopped   protect.Cell      `json:"stopped"`
	Held      bool              `json:"held,omitempty"` // it is over
}

// ResultsOf looks up what came of the missions announced last, in a country or,
// where it is "", anywhere: at most so many, the last first.
type ResultsOf func(ctx context.Context, tx *store.Tx, r protect.Rules, country string, most int, at time.Time) ([]Result, error)

// mostResults are as many meetings as one reads on a phone.
const mostResults = 5

// publishResults is the figure of what came of meetings and visits.
func (c *counter) publishResults(s *Snapshot, q Query) (Published, error) {
	where := ""
	if len(q.Where) > 0 {
		where = q.Where[0].Codes[0]
	}
	all, err := c.Results(c.ctx, c.tx, c.rules, where, mostResults, c.d.At)
	return Published{K: c.rules.K, Results: all, Synthetic: s.Synthetic, At: c.d.At}, err
}

// titles are what staff called the missions of a figure. One that is gone has
// none.
func titles(p Published, of func(uuid.UUID) (store.Mission, error), lang locales.Lang) map[uuid.UUID]string {
	out := map[uuid.UUID]string{}
	var ids []uuid.UUID
	for _, r := range p.Results {
		ids = append(ids, r.Mission)
	}
	if p.Trained != nil {
		for _, in := range p.Trained.Workshops {
			ids = append(ids, in.Mission)
		}
	}
	for _, id := range ids {
		if m, err := of(id); id != uuid.Nil && err == nil {
			out[id] = m.Text(lang.String()).Title
		}
	}
	return out
}

// missionName is a mission's title, place and day, as far as they are known.
func (v voice) missionName(f Figure, r Result) string {
	name := f.Titles[r.Mission]
	if name == "" {
		for _, o := range reference.List("mission_type") {
			if o.Code == string(r.Kind) {
				name = o.Label.In(v.lang)
			}
		}
	}
	if city, ok := reference.CityByID(r.City); ok {
		name += ", " + city.Name.In(v.lang)
	} else if c, ok := reference.CountryByCode(r.Country); ok {
		name += ", " + c.Name.In(v.lang)
	}
	if !r.Day.IsZero() {
		name += ", " + locales.Date(v.lang, r.Day)
	}
	return name
}

// sayResults tells of each mission what was sent, who answered and who came.
func (f Figure) sayResults(v voice) Said {
	out := Said{
		Understood: v.text(locales.FigUnderstood, locales.Args{"What": f.Query.Words(v.lang)}),
		Sentence:   v.text(locales.ResultsCount, locales.Args{"N": len(f.Published.Results)}),
		Footer:     v.text(locales.ResultsFooter, locales.Args{"K": v.k, "Date": locales.Date(v.lang, f.Published.At), "ID": f.ID}),
	}
	if len(f.Published.Results) == 0 {
		out.Sentence = v.text(locales.ResultsNone, nil)
	}
	for _, r := range f.Published.Results {
		v := voice{v.lang, v.rules, r.K}
		lines := v.missionName(f, r) + "\n" + v.text(locales.ResultsSent, locales.Args{"Targeted": r.Targeted, "Sent": r.Sent, "Delivered": r.Delivered, "Read": r.Read})
		if !r.Day.IsZero() {
			lines += "\n" + v.text(locales.ResultsComing, locales.Args{"Yes": v.cell(r.Yes), "Maybe": v.cell(r.Maybe), "No": v.cell(r.No), "Guests": v.cell(r.Guests)})
		}
		if r.Held {
			lines += "\n" + v.text(locales.ResultsAttended, locales.Args{"Attended": v.cell(r.Attended), "Stopped": v.cell(r.Stopped)})
		} else {
			lines += "\n" + v.text(locales.ResultsStopped, locales.Args{"Stopped": v.cell(r.Stopped)})
		}
		out.Table = append(out.Table, lines)
	}
	if f.Published.Synthetic {
		out.Notes = append(out.Notes, v.text(locales.FigSynthetic, nil))
	}
	return out
}

// drawResults is a funnel of one mission, or what was sent, read and answered
// with yes side by side for several.
func (f Figure) drawResults(v voice, d Drawing) (Drawing, bool) {
	all := f.Published.Results
	shown := func(n int) protect.Cell { return protect.Cell{N: n} }
	d.Kind = Bars
	switch len(all) {
	case 0:
		return Drawing{}, false
	case 1:
		r := all[0]
		d.SmallText = v.text(locales.FigSmall, locales.Args{"K": r.K})
		d.Title = capital(v.missionName(f, r))
		steps := []struct {
			name locales.Key
			cell protect.Cell
		}{
			{locales.StepTargeted, shown(r.Targeted)}, {locales.StepSent, shown(r.Sent)}, {locales.StepDelivered, shown(r.Delivered)},
			{locales.StepRead, shown(r.Read)}, {locales.StepYes, r.Yes}, {locales.StepAttended, r.Attended},
		}
		if !r.Held {
			steps = steps[:5]
		}
		d.Series = []Series{{}}
		for _, s := range steps {
			d.Labels = append(d.Labels, v.text(s.name, nil))
			d.Series[0].Values = append(d.Series[0].Values, s.cell)
		}
		return d, true
	}
	least := 0
	d.Series = []Series{{Name: v.text(locales.StepSent, nil)}, {Name: v.text(locales.StepRead, nil)}, {Name: v.text(locales.StepYes, nil)}}
	for _, r := range all {
		least = max(least, r.K)
		d.Labels = append(d.Labels, v.missionName(f, r))
		for i, cell := range []protect.Cell{shown(r.Sent), shown(r.Read), r.Yes} {
			d.Series[i].Values = append(d.Series[i].Values, cell)
		}
	}
	d.SmallText = v.text(locales.FigSmall, locales.Args{"K": least})
	return d, true
}
