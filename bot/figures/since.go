package figures

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
)

// sinceShape is the end of a question that is to be compared with an earlier
// figure: "secteur depuis F-7Q2MA".
var sinceShape = regexp.MustCompile(`(?i)^(.*?)\s*(?:depuis|since|banda)\s+F[- ]?([2-9A-HJ-NP-Z]{5})\s*\??\s*$`)

// since takes such an end off a question; id is "" where there is none.
func since(text string) (question, id string) {
	if m := sinceShape.FindStringSubmatch(text); m != nil {
		return strings.TrimSpace(m[1]), strings.ToUpper(m[2])
	}
	return text, ""
}

// onRecord is a figure as it is on record.
func onRecord(f store.Figure) (Figure, error) {
	out := Figure{ID: spokenID(f.ID), Taken: f.TakenAt}
	if err := json.Unmarshal(f.Query, &out.Query); err != nil {
		return Figure{}, fmt.Errorf("read figure %s: %w", f.ID, err)
	}
	if err := json.Unmarshal(f.Published, &out.Published); err != nil {
		return Figure{}, fmt.Errorf("read figure %s: %w", f.ID, err)
	}
	return out, nil
}

// Since says how a figure differs from an earlier one of the same question: the
// difference of what was published, and of nothing else.
func (f Figure) Since(earlier Figure, lang locales.Lang, r protect.Rules) string {
	was, is := voice{lang, r, earlier.Published.K}, voice{lang, r, f.Published.K}
	if f.Query.Measure == Funnel {
		return f.sinceFunnel(earlier, is, was)
	}
	lines := []string{locales.Text(lang, locales.FigSince, locales.Args{
		"Date": locales.Date(lang, earlier.Taken), "ID": earlier.ID, "Change": was.change(is, earlier.Published.whole(f.Query), f.Published.whole(f.Query)),
	})}
	if len(f.Query.By) == 1 {
		of, _ := VariableOf(f.Query.By[0])
		for i, code := range f.Published.Rows {
			j := slices.Index(earlier.Published.Rows, code)
			if j < 0 || code == Other { // what is gathered under it may be something else now
				continue
			}
			before, now := earlier.Published.Cells[j][0], f.Published.Cells[i][0]
			if before != now {
				lines = append(lines, locales.Text(lang, locales.FigRow, locales.Args{"Name": is.name(of, code), "Value": was.change(is, before, now)}))
			}
		}
	}
	return strings.Join(lines, "\n")
}

// whole is the count that a question is about.
func (p Published) whole(q Query) protect.Cell {
	if len(q.Where) > 0 || q.Qualified {
		return p.Total
	}
	if len(q.By) > 0 {
		return p.Answered
	}
	return p.Members
}

// change is "120 → 135 (+15)"; without a difference where one of the two is not
// shown.
func (v voice) change(now voice, before, after protect.Cell) string {
	out := v.cell(before) + " → " + now.cell(after)
	if before.State != protect.Shown || after.State != protect.Shown {
		return out
	}
	return out + " (" + v.signed(after.N-before.N) + ")"
}

// signed is a difference with its sign.
func (v voice) signed(n int) string {
	sign := "+"
	if n < 0 {
		sign = "−"
	}
	return sign + locales.Number(v.lang, max(n, -n))
}
