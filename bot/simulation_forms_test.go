package bot_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"mboka/bot"
	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

// act is one thing that a member does, and what they mean by it.
type act struct {
	in   bot.Inbound
	step string // the question that it is an answer to, "" when it is none
	want value  // the answer meant
	// takes is what is kept where nothing is echoed: a yes to what was shown,
	// the exact words of a consent.
	takes   value
	exact   bool   // it cannot be understood as another answer
	opens   bool   // it is a row that opens more
	noise   bool   // it can be an answer to nothing but a question for a text
	command string // the chat word it is
	lang    string // the language it asks for
}

func say(text string) act { return act{in: bot.Inbound{Kind: bot.Text, Text: text}} }

func tap(payload string) act { return act{in: bot.Inbound{Kind: bot.Tap, Payload: payload}} }

// form writes or taps an answer to the question that is asked. plain asks for
// one that cannot be mistaken: after a misunderstanding.
func (m *member) form(s *flows.Step, want value, plain bool) act {
	a := m.rawForm(s, want, plain)
	a.step, a.want = s.ID, want
	return a
}

func (m *member) rawForm(s *flows.Step, want value, plain bool) act {
	switch {
	case several(s.ID):
		return m.severalForm(s, want)
	case s.ID == "display_name":
		return exact(say(spaced(m.rng, want.text)))
	case want.text != "":
		return m.textForm(want)
	}
	rows, code := m.b.rows(), want.code()
	name := label(s, m.b.answers, code, m.tongue())
	if s.ID == "province_origin" && !m.shows(rows, s, code) && len(want.codes) == 2 {
		if m.shows(rows, s, want.codes[0]) && (plain || m.chance(0.6)) {
			code = want.codes[0] // the group first
		} else {
			return exact(say(dress(m.rng, name)))
		}
	}
	for i, r := range rows {
		if !m.names(s, r, code) {
			continue
		}
		if r.payload != "" && (plain || m.chance(m.p.taps)) {
			return exact(tap(r.payload))
		}
		if r.mark != "" && (plain || m.chance(0.3)) {
			return exact(say(m.marked(i, r.mark)))
		}
	}
	if _, shown := find(rows, func(r row) bool { return m.names(s, r, code) }); !shown && len(rows) > 0 && !m.chance(0.5) {
		if other, ok := find(rows, func(r row) bool { return r.code == "other" }); ok {
			return tap(other.payload)
		}
	}
	return m.wordForm(s, want, code, plain)
}

// wordForm writes an answer in words.
func (m *member) wordForm(s *flows.Step, want value, code string, plain bool) act {
	name := label(s, m.b.answers, code, m.tongue())
	r := m.rng
	if words := written()[s.ID+"="+want.String()]; len(words) > 0 && m.chance(0.4) {
		return exact(say(dress(r, oneOf(r, words...))))
	}
	if s.ID == "age_band" || s.ID == "experience_years" || s.ID == "years_abroad" {
		if n, ok := m.quantity(s, code); ok && m.chance(0.6) {
			return exact(say(oneOf(r, fmt.Sprint(n), fmt.Sprint(n, " ans"), fmt.Sprint("j'ai ", n, " ans"), fmt.Sprint("mbula ", n), fmt.Sprint(n, "ans"))))
		}
	}
	if s.ID == "country_residence" {
		if c, ok := reference.CountryByCode(code); ok && m.chance(0.5) {
			name = c.Name.In(m.tongue())
		}
	}
	if plain || !m.chance(m.p.typos) {
		return exact(say(dress(r, name)))
	}
	if runes := []rune(name); len(runes) > 4 && m.chance(0.4) {
		return say(string(runes[:3+r.IntN(len(runes)-3)])) // a beginning
	}
	return say(typo(r, name))
}

func exact(a act) act { a.exact = true; return a }

// spaced writes a text with the spaces that thumbs leave.
func spaced(r *rand.Rand, text string) string {
	return oneOf(r, text, text, " "+text, text+"\n", strings.ReplaceAll(text, " ", "  "))
}

func find(rows []row, is func(row) bool) (row, bool) {
	if i := slices.IndexFunc(rows, is); i >= 0 {
		return rows[i], true
	}
	return row{}, false
}

// names tells whether a row is that of a code; a printed line has only a label.
func (m *member) names(s *flows.Step, r row, code string) bool {
	if r.code != "" {
		return r.code == code
	}
	name := label(s, m.b.answers, code, m.b.language())
	return name != "" && r.label == name
}

func (m *member) shows(rows []row, s *flows.Step, code string) bool {
	_, ok := find(rows, func(r row) bool { return m.names(s, r, code) })
	return ok
}

// marked writes the number or the letter of a row.
func (m *member) marked(i int, mark string) string {
	if mark[0] >= 'A' {
		return oneOf(m.rng, mark, strings.ToLower(mark), mark+")", mark+".")
	}
	return numeral(m.rng, i+1)
}

// quantity is a number that falls into a band.
func (m *member) quantity(s *flows.Step, code string) (int, bool) {
	for _, o := range options(s, nil) {
		if o.Code == code && o.HasRange && o.High >= o.Low {
			return o.Low + m.rng.IntN(min(o.High, o.Low+20)-o.Low+1), true
		}
	}
	return 0, false
}

// textForm writes a text: where only rows are shown it opens the way first.
func (m *member) textForm(want value) act {
	other, ok := find(m.b.rows(), func(r row) bool { return r.code == "other" })
	switch {
	case !ok:
		return exact(say(spaced(m.rng, want.text)))
	case len(want.codes) == 0 && m.chance(0.5): // a city may be written at once
		return exact(say(want.text))
	}
	return tap(other.payload)
}

// severalForm ticks one by one, or writes a list.
func (m *member) severalForm(s *flows.Step, want value) act {
	b := &m.b
	if len(b.shown.Choices) > 0 && (len(b.ticks[b.flow]) > 0 || m.chance(m.p.taps)) {
		for _, c := range b.shown.Choices {
			_, _, code, _ := bot.ReadPayload(c.Payload)
			wanted := slices.Contains(want.codes, code[1:])
			if wanted && code[0] == '+' || !wanted && code[0] == '-' {
				return tap(c.Payload)
			}
		}
		return exact(tap(b.action(string(flows.Done))))
	}
	var parts []string
	words := m.chance(0.5)
	for i, o := range options(s, nil) {
		switch {
		case !slices.Contains(want.codes, o.Code):
		case words && !strings.Contains(o.Label.In(m.tongue()), ","):
			parts = append(parts, dress(m.rng, o.Label.In(m.tongue())))
		default:
			parts = append(parts, fmt.Sprint(i+1))
		}
	}
	return exact(say(strings.Join(parts, oneOf(m.rng, ",", ", ", " et ", ";", "\n", " / "))))
}

// tongue is the language that a member writes in now.
func (m *member) tongue() locales.Lang {
	if m.chance(m.p.mixes) {
		return locales.Langs[m.rng.IntN(3)]
	}
	return m.b.language()
}

func (m *member) chance(p float64) bool { return m.rng.Float64() < p }

// forkForm answers a step that leads on and is not of the record. Of a consent
// only the exact words count.
func (m *member) forkForm(s *flows.Step, code string) act {
	r := m.rng
	button, shown := find(m.b.rows(), func(r row) bool { return r.code == code })
	strict := s.ID == "consent" || s.ID == "missions" || s.ID == "erase"
	if shown && (m.chance(m.p.taps) || m.chance(0.5)) {
		return exact(tap(button.payload))
	}
	for _, o := range options(s, nil) {
		if o.Code != code {
			continue
		}
		name := o.Label.In(m.tongue())
		if bare, _, ok := strings.Cut(name, " ("); ok && m.chance(0.6) {
			name = bare
		}
		switch {
		case strict && m.chance(0.25): // what must not count
			wrong := oneOf(r, "oui", "ok", "1", "yes", "eh", "nandimi te", "👍", "d'accord", "18", typo(r, name))
			if folded(wrong) != folded(name) {
				return act{in: bot.Inbound{Kind: bot.Text, Text: wrong}, noise: true}
			}
		case !strict && m.chance(0.3) && button.mark != "":
			return act{in: bot.Inbound{Kind: bot.Text, Text: m.marked(slices.IndexFunc(m.b.rows(), func(x row) bool { return x.code == code }), button.mark)}, takes: value{codes: []string{code}}, exact: true}
		}
		return act{in: bot.Inbound{Kind: bot.Text, Text: dress(r, name)}, takes: value{codes: []string{code}}, exact: true}
	}
	if shown {
		return exact(tap(button.payload))
	}
	return say("?")
}
