package locales

import (
	"strconv"
	"time"
)

// grouping stands between groups of three digits. French has a no-break space;
// Lingala the point that Unicode CLDR gives it.
var grouping = [...]string{"\u00a0", ",", "."}

// Number is a whole number with the language's digit grouping: "1 234",
// "1,234", "1.234".
func Number(lang Lang, n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	if len(digits) <= 3 {
		return sign + digits
	}
	head := len(digits) % 3
	out := sign + digits[:head]
	for i := head; i < len(digits); i += 3 {
		if i > 0 {
			out += grouping[lang.index()]
		}
		out += digits[i : i+3]
	}
	return out
}

var months = [...][12]string{
	FR: {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
	EN: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	LN: {"sanza ya liboso", "sanza ya mibale", "sanza ya misato", "sanza ya minei", "sanza ya mitano", "sanza ya motoba", "sanza ya nsambo",
		"sanza ya mwambe", "sanza ya libwa", "sanza ya zomi", "sanza ya zomi na moko", "sanza ya zomi na mibale"},
}

// Date is a day as people write it, in t's own zone: "3 mai 2026",
// "3 May 2026", "3 sanza ya mitano 2026".
func Date(lang Lang, t time.Time) string {
	lang = Lang(lang.index())
	day, year := strconv.Itoa(t.Day()), strconv.Itoa(t.Year())
	if lang == FR && t.Day() == 1 {
		day = "1er"
	}
	return day + " " + months[lang][t.Month()-1] + " " + year
}

// DateRow is Date for a line of many, where room is short: Lingala has digits,
// "3/5/2026".
func DateRow(lang Lang, t time.Time) string {
	if Lang(lang.index()) == LN {
		return t.Format("2/1/2006")
	}
	return Date(lang, t)
}

// Month is a month with its year, short enough to stand beside eleven others
// under a line: "mai 2026", "May 2026", "5/2026".
func Month(lang Lang, t time.Time) string {
	lang = Lang(lang.index())
	if lang == LN {
		return strconv.Itoa(int(t.Month())) + "/" + strconv.Itoa(t.Year())
	}
	return months[lang][t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// Percent is a share given in thousandths: "42 %", "42%"; under ten with one
// place behind the point, "0,5 %", "0.5%".
func Percent(lang Lang, thousandths int) string {
	sign, point := " %", ","
	if Lang(lang.index()) == EN {
		sign, point = "%", "."
	}
	if thousandths < 100 {
		return strconv.Itoa(thousandths/10) + point + strconv.Itoa(thousandths%10) + sign
	}
	return Number(lang, (thousandths+5)/10) + sign
}
