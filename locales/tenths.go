package locales

import "strconv"

// Tenths is a number of tenths with one decimal: 28 is "2,8" or "2.8".
func Tenths(lang Lang, n int) string {
	point := ","
	if lang == EN {
		point = "."
	}
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return sign + Number(lang, n/10) + point + strconv.Itoa(n%10)
}
