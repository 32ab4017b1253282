package announce

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"mboka/bot"
	"mboka/locales"
)

// sheet is a letter on its way to a message: a title, lines, and a foot. Its
// fixed words make one template for everybody, so that WhatsApp needs one
// Content object for each kind and language; such a template neither begins nor
// ends with a variable, and a variable holds no blank line.
type sheet struct {
	lang  locales.Lang
	head  locales.Key // with Title, and Day where it has one
	title string
	day   string
	mark  string // before the lines
	lines []line
	foot  locales.Key // says who organises
	by    string      // who that is; "" where it is not said
	keys  []string
}

// line is one line of a letter. Where room is short, the lines of the highest
// rank go first; those of rank 0 always stay.
type line struct {
	text string
	rank int
	long bool // the text that staff wrote: it is cut before anything goes
}

// Where there is no room for all.
const (
	leastSummary = 80  // characters; less of a summary says nothing
	longestField = 120 // characters of a title or a place where nothing else helps
	highestRank  = 3
)

func (s *sheet) say(key locales.Key, args locales.Args) string {
	s.keys = append(s.keys, string(key))
	return locales.Text(s.lang, key, args)
}

// add puts a line where it says something.
func (s *sheet) add(rank int, text string) {
	if text = sentence(text); text != "" {
		s.lines = append(s.lines, line{text: text, rank: rank})
	}
}

// template is the text with its variable parts as {{1}}, {{2}}…, and those parts.
func (s *sheet) template() (string, []string) {
	var vars []string
	v := func(value string) string {
		vars = append(vars, value)
		return "{{" + strconv.Itoa(len(vars)) + "}}"
	}
	args := locales.Args{"Title": v(s.title)}
	if s.day != "" {
		args["Day"] = v(s.day)
	}
	t := locales.Text(s.lang, s.head, args)
	if len(s.lines) > 0 {
		t += "\n\n" + s.mark + v(s.text())
	}
	t += "\n\n"
	if s.by != "" {
		t += locales.Text(s.lang, s.foot, locales.Args{"Organiser": v(s.by)}) + " "
	}
	return t + locales.Text(s.lang, locales.LetterStop, nil), vars
}

// text is the lines alone.
func (s *sheet) text() string {
	texts := make([]string, len(s.lines))
	for i, l := range s.lines {
		texts[i] = l.text
	}
	return strings.Join(texts, "\n")
}

// fill is a template with its variables.
func fill(template string, vars []string) string {
	pairs := make([]string, 0, 2*len(vars))
	for i, value := range vars {
		pairs = append(pairs, "{{"+strconv.Itoa(i+1)+"}}", value)
	}
	return strings.NewReplacer(pairs...).Replace(template)
}

// fit brings the letter within a number of characters: what staff wrote is
// shortened, then lines go, and at last the title, the place and the organiser
// are shortened too. more is said where something is cut.
func (s *sheet) fit(most int, caps bot.Capabilities, more string) {
	over := func() int { return length(caps, fill(s.template())) - most }
	if over() <= 0 {
		return
	}
	if more != "" {
		s.keys = append(s.keys, string(locales.LetterMore))
		s.lines = append(s.lines, line{text: more})
	}
	for rank := highestRank; ; rank-- {
		if s.shorten(over(), caps) || over() <= 0 {
			return
		}
		if rank == 0 {
			break
		}
		s.drop(func(l line) bool { return l.rank == rank })
	}
	s.drop(func(l line) bool { return l.long })
	s.title, s.by = cut(s.title, longestField, caps), cut(s.by, longestField, caps)
	for i := range s.lines {
		s.lines[i].text = cut(s.lines[i].text, 2*longestField, caps)
	}
}

// shorten cuts what staff wrote by a number of characters, where enough of it
// stays.
func (s *sheet) shorten(by int, caps bot.Capabilities) bool {
	for i, l := range s.lines {
		if l.long {
			if left := length(caps, l.text) - by; left >= leastSummary {
				s.lines[i].text = cut(l.text, left, caps)
				return true
			}
		}
	}
	return false
}

func (s *sheet) drop(gone func(line) bool) {
	var left []line
	for _, l := range s.lines {
		if !gone(l) {
			left = append(left, l)
		}
	}
	s.lines = left
}

// length counts as the platform does.
func length(caps bot.Capabilities, text string) int {
	if caps.UTF16 {
		return len(utf16.Encode([]rune(text)))
	}
	return utf8.RuneCountInString(text)
}

// cut shortens a text to a number of characters, behind a word where one ends
// in its last third.
func cut(text string, most int, caps bot.Capabilities) string {
	if length(caps, text) <= most {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 && length(caps, string(runes)) > most-1 {
		runes = runes[:len(runes)-1]
	}
	kept := string(runes)
	if end := strings.LastIndexAny(kept, " \n"); end > len(kept)*2/3 {
		kept = kept[:end]
	}
	return strings.TrimRight(kept, " \n.,;:-") + "…"
}

// tidy is a text of staff without the spaces and blank lines that a platform
// would refuse or fold.
func tidy(text string) string {
	var lines []string
	for l := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if l = strings.Join(strings.FieldsFunc(l, blank), " "); l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n")
}

// blank are the spaces that may be folded; a no-break space is there for a reason.
func blank(r rune) bool { return r == ' ' || r == '\t' || r == '\f' || r == '\v' }

// oneLine is a text on one line, within a number of characters.
func oneLine(text string, most int) string {
	return cut(strings.Join(strings.Fields(text), " "), most, bot.Capabilities{})
}

// sentence begins with a capital letter and ends with a full stop, unless it
// ends with another mark or an address that the stop would spoil.
func sentence(text string) string {
	text = tidy(text)
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	last := text[strings.LastIndexAny(text, " \n")+1:]
	if !strings.Contains(text[:min(len(text), 12)], "://") {
		text = strings.ToUpper(string(first)) + text[size:]
	}
	if strings.Contains(last, "://") || strings.ContainsAny(text[len(text)-1:], ".!?:") || strings.HasSuffix(text, "»") || strings.HasSuffix(text, "…") {
		return text
	}
	return text + "."
}
