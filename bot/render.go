package bot

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"mboka/flows"
	"mboka/locales"
)

// Setting is what rendering needs beside the prompt.
type Setting struct {
	Lang    locales.Lang
	Caps    Capabilities
	Base    locales.Args // fields of every text: organisation, contact…
	Results locales.Args // what the effects of this turn gave: number, code…
}

// Variable parts of a text stand between these marks while it is put together,
// so that its template can be told from its variables.
const (
	openMark  = "\x02"
	closeMark = "\x03"
)

// longestLead is how long a line before the question may be to ride in a
// static WhatsApp object; longer ones are sent as text.
const longestLead = 250

// Render puts a prompt into words for a channel. It is pure, and drops nothing
// silently: choices that do not fit the platform's buttons are printed in the
// text.
func Render(p flows.Prompt, s Setting) Message {
	m := Message{Language: s.Lang.String()}
	lead := s.lead(p.Lead, &m)
	body := s.line(p.Body, &m)
	if p.Left > 0 {
		body += "\n" + s.left(p.Left, hasSkip(p))
	}
	s.choices(p, &m)
	marked := body
	if lead != "" && body != "" {
		marked = lead + "\n" + body
	} else if lead != "" {
		marked = lead
	}
	m.Text = marks.Replace(marked)
	if m.Layout != Plain && s.length(m.Text) > s.Caps.Body {
		m.Layout = Plain
	}
	if m.Layout == Plain && len(m.Choices) > 0 {
		m.Text = NumberedText(m)
		m.Choices, m.Marks, m.How = nil, nil, ""
	}
	m.Text = s.cut(m.Text)
	if m.Layout != Plain && !strings.Contains(lead, "\n") && len(lead) <= longestLead && !strings.HasPrefix(marked, openMark) {
		m.Template, m.Variables = template(marked)
	}
	return m
}

func hasSkip(p flows.Prompt) bool {
	for _, a := range p.Actions {
		if a == flows.Skip {
			return true
		}
	}
	return false
}

// left says how many optional questions there are still; where there is no
// button to skip one, it also says the word.
func (s Setting) left(n int, skippable bool) string {
	key := locales.Left
	if skippable && !s.Caps.Actions {
		key = locales.LeftSkip
	}
	return "(" + s.text(key, locales.Args{"N": n}) + ")"
}

// lead joins what is said before the question. On WhatsApp it stands in
// italics: a Content body must not begin with a variable.
func (s Setting) lead(lines []flows.Line, m *Message) string {
	parts := make([]string, 0, len(lines))
	for _, l := range lines {
		if t := s.line(l, m); t != "" {
			parts = append(parts, marks.Replace(t))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	text := openMark + strings.Join(parts, " ") + closeMark
	for _, p := range parts {
		if strings.Contains(p, "\n") || len(p) > longestLead {
			return openMark + strings.Join(parts, "\n") + closeMark + "\n"
		}
	}
	if s.Caps.Italic != "" && !strings.Contains(text, s.Caps.Italic) {
		return s.Caps.Italic + text + s.Caps.Italic
	}
	return text
}

func (s Setting) line(l flows.Line, m *Message) string {
	if l.Key == "" {
		return ""
	}
	m.Keys = append(m.Keys, string(l.Key))
	return s.text(l.Key, l.Args)
}

// text renders one key; arguments of this turn are marked as variable.
func (s Setting) text(key locales.Key, args locales.Args) string {
	all := make(locales.Args, len(args)+len(s.Base)+len(s.Results))
	for k, v := range s.Base {
		all[k] = v
	}
	for k, v := range s.Results {
		all[k] = mark(s.value(v))
	}
	for k, v := range args {
		all[k] = mark(s.value(v))
		if n, ok := v.(int); ok && k == "N" {
			all[k] = locales.Count{N: n, Shown: mark(s.value(v))}
		}
	}
	return locales.Text(s.Lang, key, all)
}

// mark drops the marks that a person's own text may hold.
func mark(s string) string { return openMark + marks.Replace(s) + closeMark }

var marks = strings.NewReplacer(openMark, "", closeMark, "")

func (s Setting) value(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case int:
		return locales.Number(s.Lang, x)
	case locales.Label:
		return x.In(s.Lang)
	case flows.Labels:
		return s.join(x)
	case flows.Rows:
		return s.rows(x)
	}
	return ""
}

func (s Setting) join(labels flows.Labels) string {
	out := make([]string, 0, len(labels))
	for _, l := range labels {
		out = append(out, l.In(s.Lang))
	}
	return strings.Join(out, ", ")
}

func (s Setting) rows(rows flows.Rows) string {
	var b strings.Builder
	for i, r := range rows {
		value := s.join(r.Values)
		if value == "" {
			value = locales.Text(s.Lang, locales.SummaryUnanswered, nil)
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(locales.Text(s.Lang, locales.SummaryLine, locales.Args{
			"Line": i + 1, "Title": locales.LabelOf(r.Title), "Label": value,
		}))
	}
	return b.String()
}

// length counts as the platform does.
func (s Setting) length(text string) int {
	if s.Caps.UTF16 {
		return len(utf16.Encode([]rune(text)))
	}
	return utf8.RuneCountInString(text)
}

// cut keeps a text within the platform's longest message. Texts are checked to
// fit; only a review with very long names can come here.
func (s Setting) cut(text string) string {
	most := s.Caps.Text
	if s.length(text) <= most {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 && s.length(string(runes)) >= most {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// template turns a marked text into a template and its variables.
func template(marked string) (string, []string) {
	var b strings.Builder
	var vars []string
	for {
		before, rest, found := strings.Cut(marked, openMark)
		b.WriteString(before)
		if !found {
			return b.String(), vars
		}
		value, after, _ := strings.Cut(rest, closeMark)
		vars = append(vars, value)
		b.WriteString("{{" + strconv.Itoa(len(vars)) + "}}")
		marked = after
	}
}
