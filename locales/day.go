package locales

import (
	"strconv"
	"strings"
	"time"
)

// weekdays in Lingala are counted, which differs from speaker to speaker: the
// French name, which all know, stands beside.
var weekdays = [...][7]string{
	FR: {"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
	EN: {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	LN: {"lomingo (dimanche)", "mokolo ya liboso (lundi)", "mokolo ya mibale (mardi)", "mokolo ya misato (mercredi)",
		"mokolo ya minei (jeudi)", "mokolo ya mitano (vendredi)", "mokolo ya mposo (samedi)"},
}

// unbroken keeps a number with its unit on one line.
const unbroken = "\u00a0"

// Weekday is the name of a day of the week, in t's own zone.
func Weekday(lang Lang, t time.Time) string { return weekdays[lang.index()][t.Weekday()] }

// Day is a day with its name, in t's own zone: "samedi 17 avril", "Saturday 17
// April", "mokolo ya mposo (samedi) 17 sanza ya minei".
func Day(lang Lang, t time.Time, year bool) string {
	return Weekday(lang, t) + " " + date(lang, t, year)
}

// DayRow is Day for a row of a list, which on WhatsApp holds 24 characters:
// Lingala has the French name and digits there, "samedi 17/4/2027".
func DayRow(lang Lang, t time.Time) string {
	if Lang(lang.index()) != LN {
		return Day(lang, t, false)
	}
	return weekdays[FR][t.Weekday()] + " " + t.Format("2/1/2006")
}

// date is Date with or without the year.
func date(lang Lang, t time.Time, year bool) string {
	whole := Date(lang, t)
	if !year {
		whole = strings.TrimSuffix(whole, " "+strconv.Itoa(t.Year()))
	}
	return whole
}

// span are the words around two days.
var span = [...][2]string{FR: {"du ", " au "}, EN: {"from ", " to "}, LN: {"kobanda ", " kino "}}

// Days are the days from one to another, each in its own zone: "du 8 au 12
// juin", "from 8 to 12 June", "kobanda 8 kino 12 sanza ya motoba".
func Days(lang Lang, from, to time.Time, year bool) string {
	first := date(lang, from, year && from.Year() != to.Year())
	if from.Year() == to.Year() && from.Month() == to.Month() {
		first, _, _ = strings.Cut(first, " ")
	}
	words := span[lang.index()]
	return words[0] + first + words[1] + date(lang, to, year)
}

// Clock is a time of day, in t's own zone: "14 h", "17 h 30"; "14:00" in
// English and Lingala.
func Clock(lang Lang, t time.Time) string {
	if Lang(lang.index()) != FR {
		return t.Format("15:04")
	}
	clock := strconv.Itoa(t.Hour()) + unbroken + "h"
	if t.Minute() > 0 {
		clock += unbroken + t.Format("04")
	}
	return clock
}

// Clocks are the times of day from one to another: "14 h-17 h 30",
// "14:00-17:30".
func Clocks(lang Lang, from, to time.Time) string { return Clock(lang, from) + "-" + Clock(lang, to) }
