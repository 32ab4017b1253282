package bot

import (
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
	"mboka/store/seal"
)

// JoinTried is the event of ChatFlow that a code was written that gives a role;
// Answer.Text is the code.
const JoinTried = "jointried"

// What became of it, as ResultOutcome. A code too many is linkLocked.
const (
	JoinDone    = "joined"
	JoinOwn     = "joinown" // the chat has that role already
	JoinWrong   = "joinwrong"
	JoinExpired = "joinexpired"
	JoinUsed    = "joinused"
)

// joinRefusals say why no role was given.
var joinRefusals = map[any]locales.Key{
	JoinOwn: locales.JoinOwn, JoinWrong: locales.JoinWrong, JoinExpired: locales.JoinExpired, JoinUsed: locales.JoinUsed,
}

// A code that gives a role: twelve signs of 32 without look-alikes, 60 bits.
const (
	joinSigns   = 12
	joinLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
)

var (
	joinShape = regexp.MustCompile(`^[2-9A-HJ-NP-Z]{12}$`)
	// joinStart is how a t.me link of JoinPayload arrives.
	joinStart = regexp.MustCompile(`(?i)^\s*/start(?:@\w+)?\s+join_([0-9a-z]+)\s*$`)
)

// NewJoinCode draws a code.
func NewJoinCode(random io.Reader) (string, error) {
	code := make([]byte, joinSigns)
	if _, err := io.ReadFull(random, code); err != nil {
		return "", fmt.Errorf("draw a code: %w", err)
	}
	for i, b := range code {
		code[i] = joinLetters[int(b)%len(joinLetters)] // 256 is a multiple of 32: no sign comes oftener
	}
	return string(code), nil
}

// SpokenJoin is a code as it is printed: in three groups.
func SpokenJoin(code string) string { return code[:4] + "-" + code[4:8] + "-" + code[8:] }

// JoinPayload is the start parameter of a t.me link that takes up the role.
func JoinPayload(code string) string { return "join_" + code }

// JoinHash is what is kept of a code.
func JoinHash(keys *seal.Keys, code string) []byte { return keys.CodeHash("invite", code) }

// joinWords are the words before a code, folded, in all languages.
var joinWords = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{"join": true}
	for _, lang := range locales.Langs {
		for _, w := range strings.Split(locales.LabelOf(locales.CmdJoin).In(lang), "|") {
			words[reference.Fold(w)] = true
		}
	}
	return words
})

// joinCode reads "rejoindre ABCD-EFGH-2345" in any of the languages, however the
// code is grouped, and the start parameter of a link. code is "" when what
// stands there cannot be one. The word alone, and other texts that begin with
// it, are no tries: they are words that nobody knows.
func joinCode(text string) (code string, tried bool) {
	if m := joinStart.FindStringSubmatch(text); m != nil {
		return shaped(strings.ToUpper(m[1])), true
	}
	text = strings.TrimPrefix(strings.TrimSpace(text), "/")
	end := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	if end < 0 || !joinWords()[reference.Fold(text[:end])] {
		return "", false
	}
	return writtenCode(text[end:], joinShape, 8)
}

func shaped(code string) string {
	if joinShape.MatchString(code) {
		return code
	}
	return ""
}

// joins tries a text as a code that gives a role. False: it is something else.
func (t *thinker) joins() bool {
	code, tried := joinCode(t.in.Text)
	switch {
	case !tried:
		return false
	case code == "":
		t.repeat(flows.Line{Key: locales.JoinShape})
	default:
		t.decide(flows.Event{Flow: ChatFlow, Name: JoinTried, Answer: flows.Answered{Text: code}})
	}
	return true
}

// remembered is what a session keeps of a text, to know the same one again: of
// a code that gives a role only a hash.
func (b *Bot) remembered(text string) string {
	if _, tried := joinCode(text); tried {
		return hex.EncodeToString(b.keys.CodeHash("lasttext", text))
	}
	return text
}

// StaffRole is a role in the cache of a session and in the results of effects.
type StaffRole struct {
	Role         store.Role         `json:"r"`
	Organisation store.Organisation `json:"o"`
}

// label names a role for a person to read.
func (r StaffRole) label() (out locales.Label) {
	for _, lang := range locales.Langs {
		out[lang] = RoleName(lang, r.Role) + ", " + OrganisationName(lang, r.Organisation)
	}
	return out
}

// RoleName is the word for a role.
func RoleName(lang locales.Lang, r store.Role) string {
	return locales.Text(lang, locales.Key("role_"+string(r)), nil)
}

// OrganisationName is the word for an organisation that staff act for.
func OrganisationName(lang locales.Lang, o store.Organisation) string {
	return locales.Text(lang, locales.Key("org_"+string(o)), nil)
}

// StaffRoles are roles as they stand in a result of an effect.
func StaffRoles(held []store.Held) string {
	var out []string
	for _, h := range held {
		out = append(out, string(h.Role)+":"+string(h.Organisation))
	}
	return strings.Join(out, " ")
}

// readRoles is the way back from StaffRoles.
func readRoles(s string) []StaffRole {
	var out []StaffRole
	for _, one := range strings.Fields(s) {
		role, org, _ := strings.Cut(one, ":")
		out = append(out, StaffRole{Role: store.Role(role), Organisation: store.Organisation(org)})
	}
	return out
}
