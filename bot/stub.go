package bot

import (
	"encoding/json"
	"fmt"

	"mboka/flows"
	"mboka/locales"
)

// ReadAsked is the event of ChatFlow by which somebody asks to read an
// announcement of which a platform let them be told only in part. Answer.Text is
// the platform's id of the message that they answer, "" for none.
const ReadAsked = "read"

// What came of it, as ResultOutcome.
const (
	ReadShown   = "read_shown"   // it is in ResultLetter, as LetterResult writes it
	ReadNothing = "read_nothing" // nothing waits
	ReadOver    = "read_over"    // it is of no use any more

	ResultLetter = "Letter"
)

// shownLetter is what a letter says, with the buttons under it.
type shownLetter struct {
	Text    string   `json:"text"`
	Choices []Choice `json:"choices,omitempty"`
}

// LetterResult is a letter as the result of an effect.
func LetterResult(m Message) (map[string]string, error) {
	b, err := json.Marshal(shownLetter{m.Text, m.Choices})
	if err != nil {
		return nil, fmt.Errorf("write letter: %w", err)
	}
	return map[string]string{ResultOutcome: ReadShown, ResultLetter: string(b)}, nil
}

// read brings the whole of what somebody was told of in part.
func (t *thinker) read() {
	if t.b.cfg.Effects[ChatFlow+"."+ReadAsked] == nil || t.s.Member == "" && !t.s.Staff {
		t.repeat(flows.Line{Key: locales.ReadNone})
		return
	}
	t.decide(flows.Event{Flow: ChatFlow, Name: ReadAsked, Answer: flows.Answered{Text: t.in.Source}})
}

// readDecided says what came of it. A letter stands alone; what was asked before
// is asked still. False: it was something else.
func (t *thinker) readDecided(fact flows.Fact) bool {
	switch fact.Args[ResultOutcome] {
	case ReadShown:
		var letter shownLetter
		written, _ := fact.Args[ResultLetter].(string)
		if err := json.Unmarshal([]byte(written), &letter); err != nil {
			return false
		}
		t.out.Prompt = letter.prompt()
	case ReadNothing:
		if t.s.Member != "" && t.b.cfg.Facts[flows.FactContact] != nil && t.reads("", nil) {
			return true
		}
		t.repeat(flows.Line{Key: locales.ReadNone})
	case ReadOver:
		t.repeat(flows.Line{Key: locales.ReadOver})
	default:
		return false
	}
	return true
}

func (l shownLetter) prompt() flows.Prompt {
	p := flows.Prompt{Marks: flows.None, Body: flows.Line{Key: locales.ReadLetter, Args: locales.Args{"Text": l.Text}}}
	for _, c := range l.Choices {
		run, step, code, ok := ReadPayload(c.Payload)
		if !ok {
			continue
		}
		var label locales.Label
		for _, lang := range locales.Langs {
			label[lang] = c.Label
		}
		p.Run, p.Step = run, step
		p.Options = append(p.Options, flows.Option{Code: code, Label: label})
	}
	return p
}
