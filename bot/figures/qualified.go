package figures

import (
	"slices"
	"strings"
	"sync"

	"mboka/locales/reference"
)

// Qualified members have a tertiary degree (ISCED 5 or above), or work as
// managers, professionals or technicians (ISCO-08 major groups 1 to 3) with two
// years of experience or more (domain reference, 1.3: our definition).

// skilled are the professions whose ISCO codes all lie in the major groups 1 to
// 3, and tertiary the levels of ISCED 5 to 8.
var (
	skilled = sync.OnceValue(func() map[string]bool {
		set := map[string]bool{}
		v, _ := VariableOf(profession)
		for _, o := range v.Options() {
			if len(o.Classes) == 0 { // who never worked has no profession
				continue
			}
			set[o.Code] = !slices.ContainsFunc(o.Classes, func(c string) bool { return c[0] < '1' || c[0] > '3' })
		}
		return set
	})
	tertiary = sync.OnceValue(func() map[string]bool {
		set := map[string]bool{}
		for _, c := range reference.Classes(reference.ISCED2011) {
			if c.Code >= "5" && c.Code <= "8" {
				set[c.Group] = true
			}
		}
		return set
	})
)

// wholeGroups lie inside ISCO 1 to 3 altogether; the others mix levels.
var wholeGroups = strings.Fields("management science_engineering teaching ict legal_social_cultural")

// practised are the bands of two years of experience or more.
var practised = strings.Fields("2_5 6_10 11_20 gt20")

// isSkilled tells whether somebody works in ISCO 1 to 3; known is false where
// the answers do not say.
func isSkilled(inGroup, as string) (yes, known bool) {
	if yes, known = skilled()[as]; known {
		return yes, true
	}
	if slices.Contains(wholeGroups, inGroup) {
		return true, true
	}
	return false, false
}

func qualified(level, inGroup, as, years string) bool {
	if tertiary()[level] {
		return true
	}
	yes, _ := isSkilled(inGroup, as)
	return yes && slices.Contains(practised, years)
}
