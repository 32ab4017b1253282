package figures

import (
	"slices"
	"sync"

	"mboka/locales"
	"mboka/locales/reference"
)

// Who works below their level has a degree of ISCED 6 to 8, is employed, and
// works outside the major groups 1 to 3 of ISCO-08. By the profession, where it
// is told; without it by the group, and where a group mixes levels nothing is
// known of its people: they are not in the base (domain reference, section 4).

// belowKey is the variable that is made of others: "yes", "no", or nothing for
// whom it is not asked or not known of.
const belowKey = "below_level"

// outsideGroups lie outside ISCO 1 to 3 altogether.
var outsideGroups = []string{"services_sales", "trades_transport_agri"}

var (
	// graduate are the levels of ISCED 6 to 8.
	graduate = sync.OnceValue(func() []string {
		var levels []string
		for _, c := range reference.Classes(reference.ISCED2011) {
			if c.Code >= "6" && c.Code <= "8" {
				levels = append(levels, c.Group)
			}
		}
		return levels
	})
	// atWork are the situations of people who are employed, as the ILO counts.
	atWork = sync.OnceValue(func() []string {
		var codes []string
		for _, o := range reference.List(employed) {
			if slices.Contains(o.Classes, "employed") {
				codes = append(codes, o.Code)
			}
		}
		return codes
	})
)

func belowLevel(level, situation, inGroup, as string) string {
	if !slices.Contains(graduate(), level) || !slices.Contains(atWork(), situation) {
		return ""
	}
	yes, known := isSkilled(inGroup, as)
	switch {
	case known && yes:
		return "no"
	case known, slices.Contains(outsideGroups, inGroup):
		return "yes"
	}
	return ""
}

// belowOptions are its values.
func belowOptions() []reference.Option {
	return []reference.Option{
		{Code: "yes", Label: locales.LabelOf(locales.BelowYes)},
		{Code: "no", Label: locales.LabelOf(locales.BelowNo)},
	}
}

// aboutBelow fits a question to that variable: who it is about has a degree and
// is employed, so that saying so adds nothing.
func (q Query) aboutBelow() Query {
	if !slices.Contains(q.variables(), belowKey) {
		return q
	}
	q.By = slices.DeleteFunc(q.By, func(key string) bool { return key == education || key == employed })
	q.Where = slices.DeleteFunc(q.Where, func(f Filter) bool {
		return f.Variable == education && subset(graduate(), f.Codes) || f.Variable == employed && subset(atWork(), f.Codes)
	})
	return q
}

// subset tells whether all codes are among others.
func subset(codes, of []string) bool {
	return !slices.ContainsFunc(codes, func(code string) bool { return !slices.Contains(of, code) })
}
