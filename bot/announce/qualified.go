package announce

import (
	"slices"
	"strings"
	"sync"

	"mboka/locales/reference"
	"mboka/store"
)

// qualified gives the codes of the members who count as qualified: a tertiary
// degree (ISCED 5 or above), or work as managers, professionals or technicians
// (ISCO-08 major groups 1 to 3) with two years of experience or more (domain
// reference, 1.3: our definition). Figures count by the same; a test compares
// both.
var qualified = sync.OnceValue(func() *store.Qualified {
	q := &store.Qualified{Unskilled: []string{}}
	for _, c := range reference.Classes(reference.ISCED2011) {
		if c.Code >= "5" && c.Code <= "8" {
			q.Levels = put(q.Levels, c.Group)
		}
	}
	for _, list := range reference.Lists() {
		if !strings.HasPrefix(list, "profession_") {
			continue
		}
		for _, o := range reference.List(list) {
			switch {
			case list == "profession_group" && skilled(o):
				q.Groups = append(q.Groups, o.Code)
			case list == "profession_group", o.Flag == "text", len(o.Classes) == 0: // the group says it, if anything
			case skilled(o):
				q.Professions = append(q.Professions, o.Code)
			default:
				q.Unskilled = append(q.Unskilled, o.Code)
			}
		}
	}
	for _, o := range reference.List("experience_years") {
		if o.HasRange && o.Low >= 2 {
			q.Practised = append(q.Practised, o.Code)
		}
	}
	return q
})

// skilled tells whether a group or profession lies in ISCO-08 1 to 3 altogether.
func skilled(o reference.Option) bool {
	return len(o.Classes) > 0 && !slices.ContainsFunc(o.Classes, func(class string) bool { return class[0] < '1' || class[0] > '3' })
}
