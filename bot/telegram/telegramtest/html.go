package telegramtest

import (
	"fmt"
	"html"
	"regexp"
	"strings"
)

var (
	tagForm    = regexp.MustCompile(`^</?([a-zA-Z0-9-]*)([^<>]*)>`)
	entityForm = regexp.MustCompile(`^&(?:lt|gt|amp|quot|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});`)
)

// The tags of core.telegram.org/bots/api#html-style.
var tags = setOf([]string{
	"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "tg-spoiler",
	"a", "tg-emoji", "code", "pre", "blockquote",
})

// parseHTML gives the text without its formatting, or what is wrong with it.
// Only the four named entities and numeric ones are resolved, as there.
func parseHTML(text string) (plain, problem string) {
	var out strings.Builder
	var open []string
	for at := 0; at < len(text); {
		rest := text[at:]
		switch rest[0] {
		case '&':
			if e := entityForm.FindString(rest); e != "" {
				out.WriteString(html.UnescapeString(e))
				at += len(e)
				continue
			}
		case '<':
			m := tagForm.FindStringSubmatch(rest)
			if m == nil {
				return "", fmt.Sprintf("Unclosed start tag at byte offset %d", at)
			}
			name := strings.ToLower(m[1])
			switch {
			case !tags[name]:
				return "", fmt.Sprintf("Unsupported start tag %q at byte offset %d", name, at)
			case !strings.HasPrefix(rest, "</"):
				open = append(open, name)
			case len(open) == 0:
				return "", fmt.Sprintf("Unexpected end tag at byte offset %d", at)
			case open[len(open)-1] != name:
				return "", fmt.Sprintf("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", at, open[len(open)-1], name)
			default:
				open = open[:len(open)-1]
			}
			at += len(m[0])
			continue
		}
		out.WriteByte(rest[0])
		at++
	}
	if len(open) > 0 {
		return "", fmt.Sprintf("Can't find end tag corresponding to start tag %q", open[len(open)-1])
	}
	return out.String(), ""
}
