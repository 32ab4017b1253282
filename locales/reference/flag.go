package reference

// A flag is two regional indicator letters; those of England, Scotland and Wales
// are a black flag followed by tag letters that begin with "gb".
const (
	indicatorA = '\U0001F1E6'
	indicatorZ = '\U0001F1FF'
	blackFlag  = '\U0001F3F4'
	tagG, tagB = '\U000E0067', '\U000E0062'
)

// FlagCountry finds the flag of a country in a text. It is false when there is
// none, or flags of several countries.
func FlagCountry(s string) (alpha2 string, ok bool) {
	var pair []byte
	var before [2]rune
	for _, r := range s {
		code := ""
		switch {
		case r >= indicatorA && r <= indicatorZ:
			if pair = append(pair, byte('A'+r-indicatorA)); len(pair) == 2 {
				code, pair = string(pair), nil
			}
		case before == [2]rune{blackFlag, tagG} && r == tagB:
			code = "GB"
		default:
			pair = nil
		}
		before = [2]rune{before[1], r}
		if _, known := CountryByCode(code); !known {
			continue
		}
		if alpha2 != "" && alpha2 != code {
			return "", false
		}
		alpha2 = code
	}
	return alpha2, alpha2 != ""
}
