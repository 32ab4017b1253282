package flows

import (
	"strconv"
	"strings"

	"mboka/locales/reference"
)

// Words that people write for yes and no, in any of the three languages
// (Lingala: from public phrase lists; "te" is also the negation).
var (
	yesWords = words("oui yes y iyo ee eee eh e ouais yep yeah ok okay daccord d'accord nandimi malamu exact correct correcte vrai right solo",
		"ya solo", "c'est ca", "c'est bien cela", "c'est correct", "ezali malamu", "ezali bongo", "that's right", "oui c'est ca")
	noWords = words("non no n te nope naboyi tee", "ata te", "pas du tout", "nandimi te", "not at all", "ezali te", "ezali bongo te")
)

// SaysYes tells whether a whole text means yes. Never used for a consent.
func SaysYes(text string) bool {
	return yesWords[reference.Fold(text)] || strings.TrimSpace(text) == "👍"
}

// SaysNo tells whether a whole text means no.
func SaysNo(text string) bool {
	return noWords[reference.Fold(text)] || strings.TrimSpace(text) == "👎"
}

func words(single string, phrases ...string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(single) {
		set[reference.Fold(w)] = true
	}
	for _, p := range phrases {
		set[reference.Fold(p)] = true
	}
	return set
}

// numberWords are the numbers that people spell out, 1 to 20.
var numberWords = spelled(
	"un|une|one|moko",
	"deux|two|mibale",
	"trois|three|misato",
	"quatre|four|minei",
	"cinq|five|mitano",
	"six|motoba",
	"sept|seven|sambo|nsambo",
	"huit|eight|mwambe|mwambi",
	"neuf|nine|libwa",
	"dix|ten|zomi",
	"onze|eleven|zomi na moko",
	"douze|twelve|zomi na mibale",
	"treize|thirteen|zomi na misato",
	"quatorze|fourteen|zomi na minei",
	"quinze|fifteen|zomi na mitano",
	"seize|sixteen|zomi na motoba",
	"dix sept|seventeen|zomi na nsambo|zomi na sambo",
	"dix huit|eighteen|zomi na mwambe",
	"dix neuf|nineteen|zomi na libwa",
	"vingt|twenty|ntuku mibale|tuku mibale",
)

func spelled(rows ...string) map[string]int {
	m := make(map[string]int)
	for i, row := range rows {
		for _, w := range strings.Split(row, "|") {
			m[w] = i + 1
		}
	}
	return m
}

// Number reads a text that is nothing but a row number: "2", "2.", "n° 2",
// "deux", "mibale", "2️⃣".
func Number(text string) (int, bool) { return number(reference.Fold(text)) }

var (
	keycaps     = strings.NewReplacer("\u20e3", "", "\ufe0f", "")
	numberLeads = []string{"no ", "n ", "numero ", "nimero ", "number ", "num "}
	halves      = strings.NewReplacer(",5", " ", ".5", " ")
)

// number is Number for a folded text.
func number(folded string) (int, bool) {
	folded = strings.TrimSpace(keycaps.Replace(folded))
	for _, lead := range numberLeads {
		if rest, ok := strings.CutPrefix(folded, lead); ok {
			folded = rest
			break
		}
	}
	if n, err := strconv.Atoi(folded); err == nil && n >= 0 && n < 10_000 {
		return n, true
	}
	n, ok := numberWords[folded]
	return n, ok
}

// units are the words that may stand beside a quantity without changing it.
var units = words(`ans an annees annee year years yr yrs old yo mbula ba mibu mobu age ages agee
	j'ai j ai nazali nazalaka na i am i'm m im have mon ma my is est depuis since for pendant environ about around
	il y a it has been d experience d'experience experience ya de of personnes membres bato people members dollars usd euros`)

var months = words("mois month months sanza basanza")

// spoils are words that make a number something else than the quantity.
var spoils = words("moins plus less more over under koleka nse avant apres before after kino to entre between")

// Quantity reads a text that states one quantity: "37", "37 ans", "mbula 37",
// "j'ai 37 ans", "2,5". Months become years. A text with "more", "less" or
// two numbers is no single quantity.
func Quantity(text string) (int, bool) {
	if strings.ContainsAny(text, "+<>") || strings.HasPrefix(strings.TrimSpace(text), "-") {
		return 0, false // more, less, or a slip
	}
	folded := reference.Fold(halves.Replace(text))
	if n, ok := number(folded); ok {
		return n, true
	}
	found, inMonths, n := 0, false, 0
	for _, w := range strings.Fields(splitDigits(folded)) {
		v, isNumber := number(w)
		switch {
		case isNumber && w != "un" && w != "une" && w != "n":
			found++
			n = v
		case months[w]:
			inMonths = true
		case spoils[w], !units[w] && w != "demi" && w != "et" && w != "un" && w != "une" && w != "half" && w != "and":
			return 0, false
		}
	}
	if found != 1 {
		return 0, false
	}
	if inMonths && n > 0 {
		n = max(1, n/12) // some months are not nothing
	}
	return n, true
}

// Figures are the numbers in digits that a text holds, in order.
func Figures(text string) []int {
	var out []int
	for _, w := range strings.Fields(splitDigits(reference.Fold(text))) {
		if n, err := strconv.Atoi(w); err == nil && n >= 0 && n < 10_000 {
			out = append(out, n)
		}
	}
	return out
}

// splitDigits puts a space between digits and letters: "37ans".
func splitDigits(s string) string {
	var b strings.Builder
	last := 0
	for _, r := range s {
		kind := 1
		if r >= '0' && r <= '9' {
			kind = 2
		} else if r == ' ' {
			kind = 0
		}
		if last != 0 && kind != 0 && kind != last {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last = kind
	}
	return b.String()
}
