package whatsapp

import (
	"errors"
	"strconv"
	"strings"

	"mboka/bot"
)

// Frame is the fixed words around the text of a generic object. A Content
// text must neither begin nor end with a variable, so both need something to
// see: a mark in front ("▸ ") and, for instance, an invitation on a line of
// its own behind.
type Frame struct {
	Before string
	After  string
}

func (f Frame) check() error {
	if strings.TrimSpace(f.Before) == "" || strings.TrimSpace(f.After) == "" {
		return errors.New("words are needed before and after the text")
	}
	if placeholder.MatchString(f.Before + f.After) {
		return errors.New("it holds a variable")
	}
	return nil
}

// Generic is the object for n choices that may say anything: text, labels, ids
// and, for a List with desc, descriptions are all variables. It shows
// suggestions, and steps whose own object does not exist (yet).
func Generic(language string, n int, layout bot.Layout, desc bool, frame Frame) Definition {
	def := Definition{
		Language: language,
		Template: frame.Before + "{{B}}" + frame.After,
		Layout:   layout,
	}
	if layout == bot.List {
		def.Opens = "{{O}}"
	}
	for i := 1; i <= n; i++ {
		k := strconv.Itoa(i)
		item := Item{ID: "{{I" + k + "}}", Label: "{{L" + k + "}}"}
		if layout == bot.List && desc {
			item.Desc = "{{D" + k + "}}"
		}
		def.Items = append(def.Items, item)
	}
	return def
}

// Generics are all generic objects of a language: 1 to 3 buttons, and lists of
// 1 to 10 rows with and without descriptions.
func Generics(language string, frame Frame) []Definition {
	var all []Definition
	for n := 1; n <= bot.WhatsAppCapabilities.Buttons; n++ {
		all = append(all, Generic(language, n, bot.Buttons, false, frame))
	}
	for n := 1; n <= bot.WhatsAppCapabilities.Rows; n++ {
		all = append(all,
			Generic(language, n, bot.List, false, frame),
			Generic(language, n, bot.List, true, frame))
	}
	return all
}

// noDesc stands where some rows of a list have a description and this one has
// none: a variable cannot be empty.
const noDesc = "·"

// generalize is the generic object that shows m, with its values. ok is false
// when none can.
func generalize(m bot.Message, frame Frame) (def Definition, vars map[string]string, ok bool) {
	desc := false
	for _, choice := range m.Choices {
		desc = desc || m.Layout == bot.List && choice.Desc != ""
	}
	def = Generic(m.Language, len(m.Choices), m.Layout, desc, frame)
	vars = map[string]string{"B": tidy(m.Text)}
	if m.Layout == bot.List {
		vars["O"] = tidy(m.Opens)
	}
	labels := map[string]bool{}
	for i, choice := range m.Choices {
		k := strconv.Itoa(i + 1)
		label := tidy(choice.Label)
		if labels[label] || strings.Contains(label, "\n") {
			return Definition{}, nil, false
		}
		labels[label] = true
		vars["I"+k], vars["L"+k] = choice.Payload, label
		if desc {
			vars["D"+k] = tidy(choice.Desc)
			if vars["D"+k] == "" {
				vars["D"+k] = noDesc
			}
		}
	}
	if def.check() != nil || def.checkRendered(vars) != nil {
		return Definition{}, nil, false
	}
	return def, vars, true
}

// object picks the Content object that shows m, its own before a generic one,
// among those that exist.
func (c *Channel) object(m bot.Message) (sid, hash string, vars map[string]string, ok bool) {
	if m.Layout == bot.Plain || len(m.Choices) == 0 {
		return "", "", nil, false
	}
	if def, vars, ok := Define(m); ok {
		hash = def.Hash()
		if sid, ok = c.contents.SID(hash); ok {
			return sid, hash, vars, true
		}
	}
	frame, ok := c.frames[m.Language]
	if !ok {
		return "", "", nil, false
	}
	if def, vars, ok := generalize(m, frame); ok {
		hash = def.Hash()
		if sid, ok = c.contents.SID(hash); ok {
			return sid, hash, vars, true
		}
	}
	return "", "", nil, false
}
