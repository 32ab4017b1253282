package console

import (
	"slices"
	"strings"

	"mboka/bot"
	"mboka/locales"
)

// Line is something that a person did, as a transcript of the dialogue tests
// has it (cmd/mboka/testdata/dialogues).
type Line struct {
	// Before is something that happens first ("! invite coordinator iom").
	Before string
	// Said is what was written or tapped, without the mark.
	Said string
}

// script is a conversation as a transcript. What was said to what, the turns of
// the service tell themselves: the order of messages on a phone does not, for
// some turns say nothing.
type script struct {
	lines []scriptLine
	// owed is how many messages of turns that nobody on the phone began are on
	// their way.
	owed int
}

type scriptLine struct {
	id       string // of the message, "" of what was not done on the phone
	text     string
	answered bool
	said     []string
}

func (s *script) did(id string, l Line) {
	if l.Before != "" {
		s.lines = append(s.lines, scriptLine{text: l.Before})
	}
	s.lines = append(s.lines, scriptLine{id: id, text: "> " + l.Said})
}

// turn is told of each turn of the service over a message of the chat.
func (s *script) turn(id string, said []string) {
	i := slices.IndexFunc(s.lines, func(l scriptLine) bool { return l.id == id && id != "" })
	if i >= 0 {
		s.lines[i].answered, s.lines[i].said = true, said
		return
	}
	s.lines = append(s.lines, scriptLine{text: strings.TrimSpace("! told " + strings.Join(said, " "))})
	if len(said) > 0 {
		s.owed++
	}
}

// arrived is told of each notice. What no turn has said was announced: a
// transcript begins no announcements, and can only tell that one came.
func (s *script) arrived(keys []string) {
	if s.owed > 0 {
		s.owed--
		return
	}
	s.lines = append(s.lines, scriptLine{text: strings.TrimSpace("# an announcement came here: " + strings.Join(keys, " "))})
}

// filed are the replies that differ between platforms by how files come.
var filed = map[string]string{
	string(locales.ExportDone): "{files}", string(locales.ExportLink): "{files}",
	string(locales.RepFile): "{table}", string(locales.RepLink): "{table}",
}

// text is the transcript, below a line that says what it is. What is not
// answered yet is left out, with all behind it.
func (s *script) text(head string) string {
	var b strings.Builder
	b.WriteString("# " + head + "\n")
	for _, l := range s.lines {
		if l.id != "" && !l.answered {
			break
		}
		b.WriteString(l.text + "\n")
		if l.id == "" {
			continue
		}
		said := make([]string, len(l.said))
		for i, key := range l.said {
			said[i] = key
			if same := filed[key]; same != "" {
				said[i] = same
			}
		}
		b.WriteString(strings.TrimSpace("< "+strings.Join(said, " ")) + "\n")
	}
	return b.String()
}

// Turned tells the phones of a turn of the service over a message of a chat, by
// the name that the log has for it: what it said, as keys of the catalogue.
func (p *Phones) Turned(logged, id string, said []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.chats {
		if c.Logged == logged {
			c.script.turn(id, said)
		}
	}
}

// Transcript is the conversation of a chat so far, in the form of the dialogue
// tests. head is a line that tells what it is.
func (p *Phones) Transcript(c Chat, head string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	here := p.of[[2]string{c.Channel, c.Address}]
	if here == nil {
		return ""
	}
	return here.script.text(head)
}

// TapLine is a tapped button in a transcript. The language that a person chooses
// is the one in which the transcript runs.
func TapLine(payload string) Line {
	_, step, code, _ := bot.ReadPayload(payload)
	code = strings.TrimLeft(code, "+-")
	if doubt, _, ok := strings.Cut(code, "-"); ok && strings.HasPrefix(doubt, "~") {
		code = doubt // the mark of the question is another each time
	}
	if _, tongue := locales.ParseLang(code); tongue && step == languageStep {
		code = "{lang}"
	}
	return Line{Said: "[" + code + "]"}
}

// languageStep is the step, in the form and in the change of language, at which
// the language of the conversation is chosen.
const languageStep = "language"

// sentKinds are the words of transcripts for what is no text.
var sentKinds = map[bot.Kind]string{
	bot.Voice: "voice", bot.Sticker: "sticker", bot.Picture: "picture", bot.Place: "place", bot.Contact: "contact", bot.Document: "document",
}

// SentLine is something else than a text in a transcript. False: there is no
// word for it.
func SentLine(kind bot.Kind) (Line, bool) {
	word, ok := sentKinds[kind]
	return Line{Said: "(" + word + ")"}, ok
}
