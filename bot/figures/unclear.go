package figures

import (
	"strings"

	"mboka/locales"
)

// Unclear names what was not understood, and what it may have been.
func (u Understood) Unclear(lang locales.Lang) string {
	var lines []string
	for _, w := range u.Which {
		lines = append(lines, locales.Text(lang, locales.FigWhich, locales.Args{"Word": w.Word, "What": strings.Join(w.Nearby, ", ")}))
	}
	for _, w := range u.Unknown {
		line := locales.Text(lang, locales.FigUnknown, locales.Args{"Word": w.Word})
		if len(w.Nearby) > 0 {
			line += " " + locales.Text(lang, locales.FigNearby, locales.Args{"What": strings.Join(w.Nearby, ", ")})
		}
		lines = append(lines, line)
	}
	if u.Alone != Members {
		line := locales.Text(lang, alone[u.Alone], nil)
		if rest := u.Query; len(lines) == 0 && len(rest.variables()) > 0 {
			line += " " + locales.Text(lang, locales.AloneRest, locales.Args{"What": rest.Words(lang)})
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
