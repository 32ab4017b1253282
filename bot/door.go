package bot

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

// DoorAsked is the word of staff by which an entry code is looked at; Answer.Text
// is the code.
const DoorAsked = "door"

// What became of it, as ResultOutcome. A code too many is doorLocked.
const (
	DoorFits   = "doorfits"  // a seat, and Guests more
	DoorShown  = "doorshown" // the same, shown before: Date, Clock
	DoorWrong  = "doorwrong"
	doorLocked = "doorlocked"
)

// An entry code: nine signs of 32 without look-alikes, 45 bits.
const doorSigns = 9

var doorShape = regexp.MustCompile(`^[2-9A-HJ-NP-Z]{9}$`)

// DoorCode writes 9 random bytes as a code.
func DoorCode(random []byte) string {
	code := make([]byte, doorSigns)
	for i := range code {
		code[i] = joinLetters[int(random[i])%len(joinLetters)] // 256 is a multiple of 32
	}
	return string(code)
}

// SpokenDoor is a code as it is printed: in three groups.
func SpokenDoor(code string) string { return code[:3] + "-" + code[3:6] + "-" + code[6:] }

// doors looks at an entry code, for who announces. False: to this chat it is no
// word.
func (t *thinker) doors() bool {
	first, rest := firstOf(t.in.Text)
	if t.b.staff[reference.Fold(first)] != DoorAsked || !t.mayUse(DoorAsked) {
		return false
	}
	slash := strings.HasPrefix(strings.TrimSpace(t.in.Text), "/")
	if top, open := t.s.top(); open && !slash && t.free(top) {
		return false // where a text is asked it may be the answer
	}
	code, tried := writtenCode(" "+rest, doorShape, 6)
	switch {
	case !tried && !slash && rest != "":
		return false // words that begin alike
	case code == "":
		t.repeat(flows.Line{Key: locales.DoorHow})
	default:
		t.decide(flows.Event{Flow: ChatFlow, Name: DoorAsked, Answer: flows.Answered{Text: code}})
	}
	return true
}

// doorDecided says what an entry code proves. False: it was something else.
func (t *thinker) doorDecided(fact flows.Fact, lead []flows.Line) bool {
	args := locales.Args{}
	for k, v := range fact.Args {
		args[k] = v
	}
	var key locales.Key
	switch fact.Args[ResultOutcome] {
	case DoorFits:
		key = locales.DoorFits
		if guests := number(fact.Args["Guests"]); guests > 0 {
			key, args["N"] = locales.DoorParty, guests
		}
	case DoorShown:
		key, args["Seats"] = locales.DoorShown, 1+number(fact.Args["Guests"])
	case DoorWrong:
		key = locales.DoorWrong
	case doorLocked:
		key = locales.DoorLocked
	default:
		return false
	}
	t.out.Prompt = flows.Prompt{Marks: flows.None, Lead: lead, Body: flows.Line{Key: key, Args: args}}
	return true
}

// number reads a result that is a count.
func number(result any) int {
	text, _ := result.(string)
	n, _ := strconv.Atoi(text)
	return n
}

// saidComing maps folded words by which people say whether they come to the
// code of their answer, in all languages.
var saidComing = sync.OnceValue(func() map[string]string {
	said := make(map[string]string)
	for code, key := range map[string]locales.Key{"yes": locales.SaidYes, "maybe": locales.SaidMaybe, "no": locales.SaidNo} {
		for _, lang := range locales.Langs {
			for _, w := range strings.Split(locales.LabelOf(key).In(lang), "|") {
				said[reference.Fold(w)] = code
			}
		}
	}
	return said
})

// saying is a text as such words are compared: without the signs around them.
func saying(text string) string {
	return reference.Fold(strings.TrimFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }))
}
