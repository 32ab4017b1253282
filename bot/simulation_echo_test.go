package bot_test

import (
	"slices"
	"strings"

	"mboka/bot"
	"mboka/flows"
	"mboka/locales"
)

// checkMeant: an answer is kept for the question it was written to, and what
// answers nothing is kept only where a text is asked.
func (m *member) checkMeant(a act, s *flows.Step, before place) {
	if before != m.b.place() && a.in.Payload == "" && a.step != "" && a.step != s.ID {
		m.fail("%q was written to %s and is kept for %s", a.in.Text, a.step, s.ID)
	}
	free := s.ID == "display_name" || s.ID == "profession" || s.ID == "city_residence"
	number := strings.Trim(a.in.Text, "0123456789") == ""
	if a.noise && a.command == "" && a.takes.none() && !free && !number {
		m.fail("%q is taken for an answer to %s", a.in.Text, s.ID)
	}
}

// echoed reads in a reply which answer the bot has taken.
func (m *member) echoed(a act, s *flows.Step, r reply) value {
	lang, _ := locales.ParseLang(r.Language)
	if r.has(locales.EchoText) {
		text := a.in.Text
		if m.b.body() == locales.CommandOrAnswer && a.takes.text != "" {
			text = a.takes.text
		}
		return m.written(s, text)
	}
	key, field := locales.Echo, "Label"
	switch {
	case r.has(locales.BandEcho):
		key = locales.BandEcho
	case r.has(locales.EchoSeveral):
		key, field = locales.EchoSeveral, "Labels"
	}
	return m.spoken(s, r, key, field, strings.TrimSpace(a.in.Text), a.want, lang)
}

// written is a text as it is kept for a step.
func (m *member) written(s *flows.Step, text string) value {
	v := value{text: kept(text)}
	if s.ID == "profession" {
		v.codes = []string{"other"}
	}
	return v
}

// spoken finds the answer that a sentence of a reply names: what was meant, if
// it names that, else the one with the longest name.
func (m *member) spoken(s *flows.Step, r reply, key locales.Key, field, typed string, meant value, lang locales.Lang) value {
	text := strings.TrimPrefix(r.Text, m.caps.Italic)
	says := func(shown string) bool {
		sentence := locales.Text(lang, key, locales.Args{field: shown, "Typed": typed})
		if key == locales.Echo {
			return strings.HasPrefix(text, sentence)
		}
		return strings.Contains(text, sentence)
	}
	if !meant.none() && says(display(s, meant, lang)) {
		return meant
	}
	if several(s.ID) {
		mark := locales.Text(lang, key, locales.Args{field: "\x00"})
		begin, end, _ := strings.Cut(mark, "\x00")
		_, rest, _ := strings.Cut(text, begin)
		for i := len(rest); i > 0; i-- {
			if strings.HasPrefix(rest[i:], end) {
				if codes, ok := subset(options(s, nil), rest[:i], lang); ok {
					return value{codes: codes}
				}
			}
		}
		m.fail("no answer is named in %q", r.Text)
	}
	best, length := value{}, 0
	for _, o := range options(s, m.b.answers) {
		v, whole := valueOf(s, o.Code)
		if shown := display(s, v, lang); whole && len(shown) > length && says(shown) {
			best, length = v, len(shown)
		}
	}
	if best.none() {
		m.fail("no answer of %s is named in %q", s.ID, r.Text)
	}
	return best
}

// suggested is the answer that is put as a question.
func (m *member) suggested(r reply) value {
	lang, _ := locales.ParseLang(r.Language)
	begin, end, _ := strings.Cut(locales.Text(lang, locales.Suggest, locales.Args{"Label": "\x00"}), "\x00")
	s, ok := stepOf(r.flow, r.step)
	for line := range strings.Lines(r.Text) {
		rest, starts := strings.CutPrefix(strings.TrimSpace(line), begin)
		shown, stops := strings.CutSuffix(rest, end)
		if !ok || !starts || !stops {
			continue
		}
		if v, found := named(s, m.b.answers, shown, m.p.truth[s.ID], lang); found {
			return v
		}
		m.fail("%q is no answer to %s", shown, s.ID)
	}
	m.fail("nothing is suggested in %q", r.Text)
	return value{}
}

// quoted is the word of which the bot asks whether it is a command.
func (m *member) quoted(r reply) string {
	lang, _ := locales.ParseLang(r.Language)
	begin, end, _ := strings.Cut(locales.Text(lang, locales.CommandOrAnswer, locales.Args{"Word": "\x00"}), "\x00")
	_, rest, starts := strings.Cut(r.Text, begin)
	word, _, stops := strings.Cut(rest, end)
	if !starts || !stops || word == "" {
		m.fail("no word is asked about in %q", r.Text)
	}
	return kept(word)
}

// corrected learns that a text has changed the answer that it was written to.
func (m *member) corrected(a act, r reply, before place) (ends bool) {
	s, ok := question(before.step)
	if !ok || a.in.Kind != bot.Text || a.noise && s.ID != "display_name" && s.ID != "profession" {
		m.fail("%s corrects %s", described(a), before.step)
	}
	lang, _ := locales.ParseLang(r.Language)
	v := m.written(s, a.in.Text)
	if a.step == s.ID && display(s, a.want, lang) == display(s, v, lang) {
		v = a.want
	}
	if !strings.Contains(r.Text, locales.Text(lang, locales.Corrected, locales.Args{"Label": display(s, v, lang)})) {
		v = m.spoken(s, r, locales.Corrected, "Label", "", a.want, lang)
	}
	m.saw("corrected")
	return m.settle(before.flow, s, v, a, r)
}

// paceless is the reply without what it says first about the pace.
func (r reply) paceless() reply {
	lang, _ := locales.ParseLang(r.Language)
	for _, key := range []locales.Key{locales.Flood, locales.Pause} {
		if i := slices.Index(r.said, string(key)); i >= 0 {
			r.said = slices.Delete(slices.Clone(r.said), i, i+1)
			r.Text = strings.Replace(r.Text, locales.Text(lang, key, nil)+" ", "", 1)
		}
	}
	return r
}
