package figures

import (
	"fmt"
	"slices"

	"mboka/locales"
)

// Measure is what is told of members.
type Measure string

// The measures. Members is the number of people, and the zero value.
const (
	Members Measure = ""
	// Months is how many there were at the end of each month, as it was
	// published then. It is known of all members together only.
	Months Measure = "months"
	// Stock sets the countries of members beside those of all people born in the
	// DRC, as the UN estimates them.
	Stock Measure = "stock"
	// Results is what came of meetings and visits. A country is where they were.
	Results Measure = "results"
	// Funnel is how many registrations were begun, and how far they came. It is not
	// counted over members: see Funnels.
	Funnel Measure = "funnel"
)

// measureTitles name the measures, and alone says of what they are known.
var (
	measureTitles = map[Measure]locales.Key{Months: locales.MonthsTitle, Stock: locales.StockTitle, Results: locales.ResultsTitle, Funnel: locales.FunnelTitle}
	alone         = map[Measure]locales.Key{Months: locales.AloneMonths, Stock: locales.AloneStock, Results: locales.AloneResults}
)

// checkMeasure tells whether a question asks of a measure only what is known.
func (q Query) checkMeasure() error {
	ok := true
	switch q.Measure {
	case Members:
	case Months:
		ok = len(q.By)+len(q.Where) == 0 && !q.Qualified
	case Stock:
		ok = slices.Equal(q.By, []string{country}) && len(q.Where) == 0 && !q.Qualified
	case Results:
		ok = len(q.By) == 0 && !q.Qualified && (len(q.Where) == 0 || len(q.Where) == 1 && q.Where[0].Variable == country)
	case Funnel:
		ok = len(q.By)+len(q.Where) == 0 && !q.Qualified && slices.Contains(splits, q.Split)
	default:
		ok = false
	}
	if !ok {
		return fmt.Errorf("%w: measure %q", ErrQuery, q.Measure)
	}
	return nil
}

// measured fits the rest of a question to its measure. Where the measure is not
// known of what is asked, it is left out and given back: the rest can be asked without
// it.
func (q Query) measured() (fit Query, left Measure) {
	switch {
	case q.Measure == Stock && len(q.By) == 0 && len(q.Where) == 1 && q.Where[0].Variable == country && !q.Qualified:
		q.Measure = Members // of one country the footer of its number tells it
	case q.Measure == Stock && len(q.By) == 0:
		q.By = []string{country}
	case q.Measure == Results:
		q.By = slices.DeleteFunc(q.By, func(key string) bool { return key == country }) // they are told one by one anyway
		q.Share = false
	}
	if len(q.By) == 0 {
		q.By = nil
	}
	if q.checkMeasure() != nil {
		left, q.Measure = q.Measure, Members
	}
	return q, left
}
