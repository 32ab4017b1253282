package figures

import (
	"mboka/locales"
)

// measureRows are the table of a figure that does not count people by a variable.
func (f Figure) measureRows(v voice) [][]any {
	switch f.Query.Measure {
	case Months:
		return f.monthRows(v)
	case Stock:
		return f.stockRows(v)
	case Trainees:
		return f.traineeRows(v)
	case Funnel:
		return f.funnelRows(v)
	}
	return f.resultRows(v)
}

func (f Figure) monthRows(v voice) [][]any {
	rows := [][]any{{v.text(locales.ColMonth, nil), v.text(locales.StockMembers, nil)}}
	for i, code := range f.Published.Rows {
		rows = append(rows, []any{v.month(code), v.value(f.Published.Cells[i][0])})
	}
	return rows
}

// stockRows are counts, not shares: whoever has a spreadsheet makes those.
func (f Figure) stockRows(v voice) [][]any {
	of, _ := VariableOf(country)
	rows := [][]any{{capital(title(of, v.lang)), v.text(locales.StockMembers, nil), v.text(locales.StockUn, nil)}}
	for i, code := range f.Published.Rows {
		un := any(v.text(locales.FigUnknownStock, nil))
		if n := f.Published.Stock[i]; n > 0 {
			un = n
		}
		rows = append(rows, []any{v.name(of, code), v.value(f.Published.Cells[i][0]), un})
	}
	return rows
}

func (f Figure) resultRows(v voice) [][]any {
	head := []any{v.text(locales.ResultsTitle, nil)}
	for _, key := range []locales.Key{
		locales.StepTargeted, locales.StepSent, locales.StepDelivered, locales.StepRead,
		locales.StepYes, locales.StepMaybe, locales.StepNo, locales.StepGuests, locales.StepAttended, locales.StepStopped,
	} {
		head = append(head, v.text(key, nil))
	}
	rows := [][]any{head}
	for _, r := range f.Published.Results {
		v := voice{v.lang, v.rules, r.K}
		rows = append(rows, []any{
			v.missionName(f, r), r.Targeted, r.Sent, r.Delivered, r.Read,
			v.value(r.Yes), v.value(r.Maybe), v.value(r.No), v.value(r.Guests), v.value(r.Attended), v.value(r.Stopped),
		})
	}
	return rows
}
