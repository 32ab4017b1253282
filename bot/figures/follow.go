package figures

import (
	"slices"
	"strings"
)

// refining are the first words of a question that goes on from the one before:
// "et en France ?", "par âge", "and the women?".
var refining = strings.Fields("et puis aussi par and also then by mpe lisusu")

// Refines tells whether a question goes on from the one before, by its first
// word.
func Refines(text string) bool {
	parts := strings.Fields(folded(spaced(text[:min(len(text), longestText)])))
	return len(parts) > 1 && slices.Contains(refining, parts[0])
}

// On is the question that a refinement makes of an earlier one: what it names
// takes the place of what was there of the same variable, and all else stays.
func (q Query) On(earlier Query) Query {
	out := Query{By: earlier.By, Qualified: earlier.Qualified || q.Qualified, Share: earlier.Share || q.Share}
	if len(q.By) > 0 {
		out.By, out.Share = q.By, q.Share
	}
	for _, f := range earlier.Where {
		if !q.replaces(f.Variable) {
			out.Where = append(out.Where, f)
		}
	}
	out.Where = append(out.Where, q.Where...)
	// Rows of one value say nothing, unless a share of all is asked for.
	out.By = slices.DeleteFunc(slices.Clone(out.By), func(key string) bool {
		v, _ := VariableOf(key)
		return !v.Several && len(q.By) == 0 && slices.ContainsFunc(q.Where, func(f Filter) bool { return f.Variable == key && len(f.Codes) == 1 })
	})
	if out.Measure = q.Measure; q.Measure == Members && len(q.By) == 0 {
		out.Measure = earlier.Measure
	}
	out, alone := out.aboutBelow().measured()
	if alone != Members && alone == q.Measure { // it is what was asked for; the rest of the earlier one does not go with it
		out, _ = q.measured()
	}
	if len(out.By) == 0 {
		out.By = nil
	}
	return out
}

// replaces tells whether a condition on a variable gives way: places as a whole,
// for a city lies in its country.
func (q Query) replaces(variable string) bool {
	where := func(key string) bool {
		return slices.ContainsFunc(q.Where, func(f Filter) bool { return f.Variable == key })
	}
	if variable == country || variable == city {
		return where(country) || where(city)
	}
	return where(variable)
}
