package figures

import (
	"errors"
	"slices"
	"strings"

	"mboka/bot/protect"
	"mboka/locales"
)

// aimedAt are the variables of where and in what members would act, by those of
// where they come from and work: "quels secteurs et provinces ciblent-ils ?"
var aimedAt = map[string]string{"sector": aimedSector, province: aimedGroup}

// aim turns a question about what members aim at to the variables of that.
func (q Query) aim() Query {
	for i, key := range q.By {
		if to, ok := aimedAt[key]; ok {
			q.By[i] = to
		}
	}
	for i, f := range q.Where {
		if to, ok := aimedAt[f.Variable]; ok {
			q.Where[i].Variable = to
		}
	}
	return q
}

// crossing is the sign that wants two variables against each other.
const crossing = "x"

// apart tells whether several variables are to be told one by one: all of them
// are of the study, and no sign crosses them.
func apart(by []string, text string) bool {
	if len(by) < 2 || slices.Contains(strings.Fields(folded(spaced(text))), crossing) {
		return false
	}
	return !slices.ContainsFunc(by, func(key string) bool { v, _ := VariableOf(key); return !v.Study })
}

// each are questions like this one by other variables.
func (q Query) each(by []string) []Query {
	var out []Query
	for _, key := range by {
		one := q
		one.By = []string{key}
		one.Where = slices.DeleteFunc(slices.Clone(q.Where), func(f Filter) bool { return f.Variable == key })
		if len(one.Where) == 0 {
			one.Where = nil
		}
		out = append(out, one)
	}
	return out
}

// onStudy tells whether a question looks at the study about a fund.
func (q Query) onStudy() bool {
	return slices.ContainsFunc(q.variables(), func(key string) bool { v, _ := VariableOf(key); return v.Study })
}

// indicative is the range that the amounts of a table span: each person shown
// counts with the least and the most of their band, in the open band at the top
// with the least alone. It is computed from what is published, so that it tells
// no more; part tells that some of the table is kept back. ok is false where
// nothing is shown. It is no sum of promises: nobody has promised anything.
func (f Figure) indicative() (low, high, people int, part, ok bool) {
	if !slices.Equal(f.Query.By, []string{amount}) {
		return 0, 0, 0, false, false
	}
	v, _ := VariableOf(amount)
	for i, code := range f.Published.Rows {
		c := f.Published.Cells[i][0]
		if c.State != protect.Shown {
			part = true
			continue
		}
		for _, o := range v.Options() {
			if o.Code != code || !o.HasRange {
				continue
			}
			most := o.High
			if most == 0 {
				most = o.Low
			}
			low, high, people = low+c.N*o.Low, high+c.N*most, people+c.N
		}
	}
	return low, high, people, part, people > 0
}

// study are the notes of a figure that looks at the study.
func (v voice) study(f Figure) []string {
	if !f.Query.onStudy() {
		return nil
	}
	var notes []string
	if low, high, people, part, ok := f.indicative(); ok {
		notes = append(notes, v.text(locales.FigRange, locales.Args{
			"Low": locales.Number(v.lang, low), "High": locales.Number(v.lang, high), "N": locales.Number(v.lang, people),
		}))
		if part {
			notes = append(notes, v.text(locales.FigRangePart, nil))
		}
	}
	return append(notes, v.text(locales.FigStudy, nil))
}

// further answers the questions that stand beside the first. What may not be
// told of one is said there, and the others are told.
func (c *counter) further(s *Snapshot, all []Query) (string, error) {
	var out strings.Builder
	for _, q := range all {
		p, err := c.tells(s, q)
		switch {
		case withheld(err):
			out.WriteString("\n\n" + q.Words(c.lang) + "\n" + Refuse(err, s, q, c.lang, c.rules))
			continue
		case err != nil:
			return "", err
		}
		f := Figure{Taken: s.Taken, Query: q, Published: p}
		if f.ID, err = c.keep(s, f, true); err != nil {
			return "", err
		}
		out.WriteString("\n\n" + f.brief(c.lang, c.rules))
	}
	return out.String(), nil
}

// withheld tells the errors that say why a figure is not told.
func withheld(err error) bool {
	for _, why := range []error{ErrNarrows, protect.ErrTooFew, protect.ErrTooFine, protect.ErrUnsafe} {
		if errors.Is(err, why) {
			return true
		}
	}
	return false
}

// brief is a further figure of the same answer: what is told already, such as
// how to read it, is left out.
func (f Figure) brief(lang locales.Lang, r protect.Rules) string {
	v, said := voice{lang, r, f.Published.K}, f.Say(lang, r)
	parts := []string{f.Query.Words(lang), said.Sentence}
	parts = append(parts, said.Table...)
	for _, note := range said.Notes {
		if note != v.text(locales.FigStudy, nil) && note != v.text(locales.FigSynthetic, nil) {
			parts = append(parts, note)
		}
	}
	return strings.Join(append(parts, f.ID), "\n")
}
