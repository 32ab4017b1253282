package bot

import (
	"slices"
	"strconv"
	"strings"

	"mboka/flows"
	"mboka/locales"
)

// choices picks the layout and fills in the choices.
func (s Setting) choices(p flows.Prompt, m *Message) {
	if len(p.Options) == 0 {
		s.actions(p, m)
		return
	}
	for i, o := range p.Options {
		code, ticked := o.Code, slices.Contains(p.Ticked, o.Code)
		if p.Multi && s.Caps.MultiTicks {
			code = "+" + o.Code // the wanted state, never "toggle"
			if ticked {
				code = "-" + o.Code
			}
		}
		m.Choices = append(m.Choices, Choice{
			Payload: Payload(p.Run, p.Step, code), Label: o.Label.In(s.Lang), Desc: o.Desc.In(s.Lang), Ticked: ticked,
		})
		switch p.Marks {
		case flows.Letters:
			m.Marks = append(m.Marks, string(rune('A'+i)))
		case flows.Numbers:
			m.Marks = append(m.Marks, strconv.Itoa(i+1))
		}
	}
	m.Layout = s.layout(p)
	m.How = s.how(p)
	if m.Layout == List {
		m.Opens = locales.Text(s.Lang, locales.BtnList, nil)
	}
	s.actions(p, m)
}

func (s Setting) layout(p flows.Prompt) Layout {
	n := len(p.Options)
	switch {
	case p.Multi && !s.Caps.MultiTicks:
		return Plain
	case n <= s.Caps.Buttons && s.fits(p.Options, s.Caps.ButtonTitle, 0):
		return Buttons
	case n <= s.Caps.Rows && s.fits(p.Options, s.Caps.RowTitle, s.Caps.RowDesc):
		return List
	}
	return Plain
}

// fits tells whether all titles fit, and descriptions where there is room for
// them. Telegram has none: there a long title is cut by the phone, not refused.
func (s Setting) fits(options []flows.Option, title, desc int) bool {
	for _, o := range options {
		if s.length(o.Label.In(s.Lang)) > title || desc > 0 && s.length(o.Desc.In(s.Lang)) > desc {
			return false
		}
		if desc == 0 && s.Caps.Rows > 0 && !o.Desc.Empty() {
			return false // a list shows what the buttons would hide
		}
	}
	return true
}

func (s Setting) how(p flows.Prompt) string {
	switch {
	case p.Multi:
		return locales.Text(s.Lang, locales.HowSeveral, nil)
	case p.Marks == flows.Letters:
		return locales.Text(s.Lang, locales.HowLetter, nil)
	case p.Marks == flows.Words:
		return locales.Text(s.Lang, locales.NoticeWords, locales.Args{
			"Yes": bare(p.Options[0].Label.In(s.Lang)),
			"No":  bare(p.Options[len(p.Options)-1].Label.In(s.Lang)),
		})
	case p.Marks == flows.None:
		return locales.Text(s.Lang, locales.HowWords, nil)
	}
	return locales.Text(s.Lang, locales.HowNumber, nil)
}

// bare is a label without what stands in brackets: the words to write.
func bare(label string) string {
	before, _, _ := strings.Cut(label, " (")
	return before
}

func (s Setting) actions(p flows.Prompt, m *Message) {
	if !s.Caps.Actions {
		return
	}
	for _, a := range p.Actions {
		label := ""
		switch a {
		case flows.Done:
			label = locales.Text(s.Lang, locales.BtnDone, locales.Args{"N": len(p.Ticked)})
		case flows.Skip:
			label = locales.Text(s.Lang, locales.BtnSkip, nil)
		case flows.Back:
			label = locales.Text(s.Lang, locales.BtnBack, nil)
		}
		m.Actions = append(m.Actions, Choice{Payload: Payload(p.Run, p.Step, string(a)), Label: label})
	}
	if len(m.Actions) > 0 && m.Layout == Plain {
		m.Layout = Buttons
	}
}

// NumberedText is the message as text alone: what a channel sends where it has
// no buttons for it.
func NumberedText(m Message) string {
	if len(m.Choices) == 0 {
		return m.Text
	}
	var b strings.Builder
	b.WriteString(m.Text)
	for i, c := range m.Choices {
		b.WriteByte('\n')
		if i < len(m.Marks) {
			b.WriteString(m.Marks[i] + ". ")
		} else {
			b.WriteString("• ")
		}
		b.WriteString(c.Label)
	}
	if m.How != "" {
		b.WriteString("\n" + m.How)
	}
	return b.String()
}

// Payload names run, step and option, in at most 64 bytes (Telegram).
func Payload(run, step, code string) string { return run + "." + step + "." + code }

// ReadPayload takes a payload apart.
func ReadPayload(payload string) (run, step, code string, ok bool) {
	run, rest, ok1 := strings.Cut(payload, ".")
	step, code, ok2 := strings.Cut(rest, ".")
	return run, step, code, ok1 && ok2 && run != "" && step != "" && code != "" && len(payload) <= maxPayload
}

// maxPayload is Telegram's callback_data, the tighter of the two platforms.
const maxPayload = 64
