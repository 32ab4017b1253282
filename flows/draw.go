package flows

import (
	"fmt"
	"strings"
)

// Draw gives a flow as a Mermaid flowchart: questions as boxes, forks as
// diamonds, last words rounded, routes with their codes, and what is left out
// when.
func Draw(f *Flow) string {
	var b strings.Builder
	fmt.Fprintf(&b, "flowchart TD\n")
	for i := range f.Steps {
		s := &f.Steps[i]
		left, right := "[", "]"
		switch s.Kind {
		case Fork, Commands:
			left, right = "{", "}"
		case Review:
			left, right = "[/", "/]"
		case End:
			left, right = "([", "])"
		}
		fmt.Fprintf(&b, "  %s%s\"%s%s\"%s\n", s.ID, left, s.ID, note(s), right)
		for _, r := range s.Routes {
			fmt.Fprintf(&b, "  %s -->|%s| %s\n", s.ID, r.Code, r.To)
		}
		if s.Kind != End && s.Kind != Commands && i+1 < len(f.Steps) && !allRouted(s) {
			fmt.Fprintf(&b, "  %s --> %s\n", s.ID, f.Steps[i+1].ID)
		}
	}
	return b.String()
}

// allRouted tells whether every answer has a route of its own.
func allRouted(s *Step) bool {
	routed := map[string]bool{}
	for _, r := range s.Routes {
		routed[r.Code] = true
	}
	for _, list := range s.Field.Lists() {
		for _, o := range list {
			if !routed[o.Code] {
				return false
			}
		}
	}
	return true
}

func note(s *Step) string {
	var notes []string
	if s.Required {
		notes = append(notes, "required")
	}
	for c := &s.Unless; c != nil; c = c.Or {
		if c.Unanswered {
			notes = append(notes, "not without "+c.Step)
		}
		if len(c.In) > 0 {
			notes = append(notes, "not if "+c.Step+" is "+strings.Join(c.In, ", "))
		}
	}
	if len(notes) == 0 {
		return ""
	}
	return "<br/>" + strings.Join(notes, "<br/>")
}
