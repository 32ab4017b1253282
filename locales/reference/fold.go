package reference

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold makes texts comparable: lower case, no accents, Lingala's ɔ and ɛ as o
// and e, every digit as 0-9, straight apostrophes, and one space for any run of
// other characters; none at the ends. A folded text folds to itself.
func Fold(s string) string {
	if folded(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	if ascii(s) {
		foldASCII(&b, s)
		return b.String()
	}
	gap := false
	for _, r := range norm.NFD.String(s) {
		r, several := foldRune(r)
		switch {
		case r == dropped:
			continue
		case r == ' ':
			gap = true
			continue
		case gap && b.Len() > 0:
			b.WriteByte(' ')
		}
		gap = false
		if several != "" {
			b.WriteString(several)
		} else {
			b.WriteRune(r)
		}
	}
	// The lower case of a letter may decompose again.
	if out := b.String(); ascii(out) || norm.NFD.IsNormalString(out) {
		return out
	}
	return Fold(b.String())
}

// foldASCII is Fold for the usual case, without a decision per Unicode table.
func foldASCII(b *strings.Builder, s string) {
	gap := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c == '`' {
			c = '\''
		}
		if !kept(c) {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteByte(c)
	}
}

func kept(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '\''
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// folded says that nothing is left to do, as for most typed answers.
func folded(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == ' ' && i > 0 && i < len(s)-1 && s[i-1] != ' ' {
			continue
		}
		if !kept(s[i]) {
			return false
		}
	}
	return true
}

// letters are those that decomposition leaves alone.
var letters = map[rune]string{
	'ɔ': "o", 'ɛ': "e", 'ø': "o", 'đ': "d", 'ł': "l", 'ı': "i", 'ŋ': "n", 'œ': "oe", 'æ': "ae", 'ß': "ss",
}

const dropped rune = -1

// foldRune gives what one rune of a decomposed string becomes: a rune, several
// letters, ' ' for a separator, or dropped.
func foldRune(r rune) (rune, string) {
	r = unicode.ToLower(r)
	switch {
	case r == '’' || r == '‘' || r == 'ʼ' || r == '`' || r == '´' || r == '′':
		return '\'', ""
	case r < utf8.RuneSelf:
		if kept(byte(r)) {
			return r, ""
		}
		return ' ', ""
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return dropped, ""
	case unicode.Is(unicode.Nd, r):
		return '0' + digit(r), ""
	case unicode.IsLetter(r), unicode.IsNumber(r), unicode.Is(unicode.Mc, r):
		return r, letters[r]
	}
	return ' ', ""
}

// digit is the value of a decimal digit of any script. Unicode keeps the ten
// digits of a script together and in order, so each range starts at a zero.
func digit(r rune) rune {
	for _, in := range unicode.Nd.R16 {
		if r >= rune(in.Lo) && r <= rune(in.Hi) {
			return (r - rune(in.Lo)) % 10
		}
	}
	for _, in := range unicode.Nd.R32 {
		if r >= rune(in.Lo) && r <= rune(in.Hi) {
			return (r - rune(in.Lo)) % 10
		}
	}
	return 0
}
