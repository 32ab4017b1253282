package flows

import (
	"regexp"
	"strings"
)

// numberShape is a member number as it is compared: six signs without
// look-alikes.
var numberShape = regexp.MustCompile(`^[2-9A-HJ-NP-Z]{6}$`)

// MemberNumber reads a member number, however it is grouped and in any case:
// "abc-234", "ABC 234".
func MemberNumber(text string) (number string, ok bool) {
	number = strings.ToUpper(strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '–', '—', '\u00a0', '.':
			return -1
		}
		return r
	}, text))
	return number, numberShape.MatchString(number)
}
