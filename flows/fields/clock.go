package fields

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// stated is what a text says of a day and a time of day. What it does not say
// is -1, or the zero time.
type stated struct {
	day     time.Time // midnight, UTC: a date without a zone
	weekday time.Weekday
	minute  int // since midnight
}

const unsaid = -1

// dayMonths are names of months, folded. Of two letters only those that are no
// other word.
var dayMonths = monthNames(
	"janvier janv jan january yanwali", "fevrier fevr fev february feb febwali", "mars march mar", "avril avr april apr apili", "mai may",
	"juin june jun yuni", "juillet juil july jul yuli", "aout august aug", "septembre sept september sep", "octobre oct october",
	"novembre nov november", "decembre dec december")

func monthNames(rows ...string) map[string]time.Month {
	m := map[string]time.Month{}
	for i, row := range rows {
		for _, w := range strings.Fields(row) {
			m[w] = time.Month(i + 1)
		}
	}
	return m
}

// counted are the numbers by which Lingala counts months and days of the week.
var counted = map[string]int{"liboso": 1, "yambo": 1, "mibale": 2, "misato": 3, "minei": 4, "mitano": 5, "motoba": 6, "nsambo": 7, "sambo": 7,
	"mwambe": 8, "libwa": 9, "zomi": 10, "zomi na moko": 11, "zomi na mibale": 12}

var weekdayNames = map[string]time.Weekday{
	"lundi": time.Monday, "mardi": time.Tuesday, "mercredi": time.Wednesday, "jeudi": time.Thursday, "vendredi": time.Friday,
	"samedi": time.Saturday, "dimanche": time.Sunday,
	"lun": time.Monday, "mer": time.Wednesday, "jeu": time.Thursday, "ven": time.Friday, "sam": time.Saturday, "dim": time.Sunday,
	"monday": time.Monday, "tuesday": time.Tuesday, "wednesday": time.Wednesday, "thursday": time.Thursday, "friday": time.Friday,
	"saturday": time.Saturday, "sunday": time.Sunday,
	"mon": time.Monday, "tue": time.Tuesday, "tues": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday, "thur": time.Thursday,
	"thurs": time.Thursday, "fri": time.Friday, "sat": time.Saturday, "sun": time.Sunday,
	"mokolo ya mposo": time.Saturday, "mokolo ya poso": time.Saturday, "lomingo": time.Sunday, "eyenga": time.Sunday,
	"mokolo ya liboso": time.Monday, "mokolo ya mibale": time.Tuesday, "mokolo ya misato": time.Wednesday, "mokolo ya minei": time.Thursday,
	"mokolo ya mitano": time.Friday,
}

// relative are days by their distance from today.
var relative = map[string]int{"aujourd'hui": 0, "today": 0, "lelo": 0, "demain": 1, "tomorrow": 1, "lobi ekoya": 1, "lobi": 1,
	"apres demain": 2, "day after tomorrow": 2}

// relativeOrder has what holds another one first.
var relativeOrder = []string{"day after tomorrow", "apres demain", "aujourd'hui", "today", "lelo", "demain", "tomorrow", "lobi ekoya", "lobi"}

// beside are words that may stand beside a day and a time and change nothing.
var beside = wordSet("le la l' a at on the de du of na ya ngonga mokolo prochain prochaine next ce this o'clock")

func wordSet(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

var (
	clocks = []*regexp.Regexp{
		regexp.MustCompile(`\b(\d{1,2})(?::(\d{2}))?\s*([ap])\.?m\b\.?`),
		regexp.MustCompile(`\b(\d{1,2})\s*(?:h|hrs?|heures?)\s*(\d{2})?\b`),
		regexp.MustCompile(`\b(\d{1,2}):(\d{2})\b`),
		regexp.MustCompile(`\bngonga ya (\d{1,2})\b`),
	}
	noon = regexp.MustCompile(`\b(?:midi|noon)\b`)

	isoDay     = regexp.MustCompile(`\b(\d{4})-(\d{1,2})-(\d{1,2})\b`)
	digitsDay  = regexp.MustCompile(`\b(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?\b`)
	lingalaDay = regexp.MustCompile(`\b(\d{1,2}) sanza ya (zomi na mibale|zomi na moko|\pL+|\d{1,2})(?: (?:mobu|mbula)(?: ya)?)?(?: (\d{4}))?\b`)
	namedDay   = regexp.MustCompile(`\b(\d{1,2})(?:er|st|nd|rd|th)?\s+(?:of\s+|de\s+)?(\pL{3,9})\.?(?:,?\s+(\d{4}))?\b`)
	americaDay = regexp.MustCompile(`\b(\pL{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?\b`)
)

// plain is a text in lower case without accents, its signs kept.
func plain(text string) string {
	text = strings.ToLower(norm.NFKD.String(strings.TrimSpace(text)))
	text = strings.Map(func(r rune) rune {
		switch {
		case r >= 0x300 && r <= 0x36f:
			return -1
		case r == '’' || r == '`':
			return '\''
		case r == '–' || r == '—':
			return '-'
		case r == '\u00a0' || r == '\u202f':
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// readDay reads a text that states a day, a time of day, or both, and nothing
// else; today is the local date (midnight, UTC). A day without a year is the
// next one. ok is false for anything that could mean something else.
func readDay(text string, today time.Time) (s stated, ok bool) {
	text = plain(text)
	s = stated{weekday: unsaid, minute: unsaid}
	if text, ok = s.takeClock(text); !ok {
		return s, false
	}
	if text, ok = s.takeDay(text, today); !ok {
		return s, false
	}
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;.()", r) }) {
		if !beside[w] {
			return s, false
		}
	}
	return s, !s.day.IsZero() || s.minute != unsaid
}

// takeClock takes one time of day out of a text.
func (s *stated) takeClock(text string) (rest string, ok bool) {
	for _, shape := range clocks {
		found := shape.FindAllStringSubmatchIndex(text, -1)
		if len(found) == 0 {
			continue
		}
		if len(found) > 1 || s.minute != unsaid {
			return text, false // two of them: a span
		}
		m := shape.FindStringSubmatch(text)
		hour, _ := strconv.Atoi(m[1])
		minute := 0
		if len(m) > 2 {
			minute, _ = strconv.Atoi(m[2])
		}
		if len(m) > 3 {
			if hour < 1 || hour > 12 {
				return text, false
			}
			hour = hour%12 + map[string]int{"a": 0, "p": 12}[m[3]]
		}
		if hour > 23 || minute > 59 {
			return text, false
		}
		s.minute = hour*60 + minute
		text = text[:found[0][0]] + " " + text[found[0][1]:]
	}
	if s.minute == unsaid && noon.MatchString(text) {
		s.minute = 12 * 60
		text = noon.ReplaceAllString(text, " ")
	}
	return text, true
}

// takeDay takes one day out of a text: a date, one by its distance from today,
// or the next one of a name. A name beside a date has to fit: without a year
// it says which.
func (s *stated) takeDay(text string, today time.Time) (rest string, ok bool) {
	day, month, year, rest, dated := takeDate(text)
	text = rest
	text, s.weekday = takeWeekday(text)
	if dated {
		s.day, ok = nextDate(year, month, day, s.weekday, today)
		return text, ok
	}
	text = strings.ReplaceAll(text, "apres-demain", "apres demain")
	for _, name := range relativeOrder {
		if cut, found := cutWords(text, name); found {
			s.day = today.AddDate(0, 0, relative[name])
			return cut, s.weekday == unsaid || s.day.Weekday() == s.weekday
		}
	}
	if s.weekday != unsaid {
		ahead := (int(s.weekday)-int(today.Weekday())+6)%7 + 1 // today's name means in a week
		s.day = today.AddDate(0, 0, ahead)
	}
	return text, true
}

// takeWeekday takes the name of a day of the week out of a text, also where it
// stands there in two languages; of two days one stays in the text.
func takeWeekday(text string) (rest string, day time.Weekday) {
	day = unsaid
	for name, w := range weekdayNames {
		if cut, found := cutWords(text, name); found && (day == unsaid || day == w) {
			text, day = cut, w
		}
	}
	return text, day
}

// cutWords takes a name out of a text where it stands as whole words.
func cutWords(text, name string) (string, bool) {
	padded := " " + strings.NewReplacer(",", " , ", ".", " . ", "(", " ( ", ")", " ) ").Replace(text) + " "
	i := strings.Index(padded, " "+name+" ")
	if i < 0 {
		return text, false
	}
	return padded[:i] + " " + padded[i+len(name)+2:], true
}

// takeDate takes a date out of a text; year is 0 where it is not said.
func takeDate(text string) (day int, month time.Month, year int, rest string, found bool) {
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	cut := func(at []int) string { return text[:at[0]] + " " + text[at[1]:] }
	if m := isoDay.FindStringSubmatch(text); m != nil {
		return number(m[3]), time.Month(number(m[2])), number(m[1]), cut(isoDay.FindStringIndex(text)), true
	}
	if m := digitsDay.FindStringSubmatch(text); m != nil {
		year = number(m[3])
		if len(m[3]) == 2 {
			year += 2000
		}
		return number(m[1]), time.Month(number(m[2])), year, cut(digitsDay.FindStringIndex(text)), true
	}
	if m := lingalaDay.FindStringSubmatch(text); m != nil {
		month := counted[m[2]]
		if month == 0 {
			month = number(m[2])
		}
		return number(m[1]), time.Month(month), number(m[3]), cut(lingalaDay.FindStringIndex(text)), true
	}
	if m := namedDay.FindStringSubmatch(text); m != nil && dayMonths[m[2]] != 0 {
		return number(m[1]), dayMonths[m[2]], number(m[3]), cut(namedDay.FindStringIndex(text)), true
	}
	for _, at := range americaDay.FindAllStringSubmatchIndex(text, -1) {
		part := func(i int) string {
			if at[2*i] < 0 {
				return ""
			}
			return text[at[2*i]:at[2*i+1]]
		}
		if month := dayMonths[part(1)]; month != 0 {
			return number(part(2)), month, number(part(3)), cut(at), true
		}
	}
	return 0, 0, 0, text, false
}

// farthest is how many years ahead a year may be given.
const farthest = 3

// nextDate is the day meant; without a year it is the next one from today that
// has the name, if one was said.
func nextDate(year int, month time.Month, day int, name time.Weekday, today time.Time) (time.Time, bool) {
	first, last := year, year
	if year == 0 {
		first, last = today.Year(), today.Year()+1
	} else if year > today.Year()+farthest {
		return time.Time{}, false
	}
	for y := first; y <= last; y++ {
		d := time.Date(y, month, day, 0, 0, 0, 0, time.UTC)
		switch {
		case d.Day() != day || d.Month() != month: // there is no such day
		case year == 0 && d.Before(today):
		case name != unsaid && d.Weekday() != name:
		default:
			return d, true
		}
	}
	return time.Time{}, false
}
