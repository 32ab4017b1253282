package bot_test

import (
	"slices"
	"strings"

	"mboka/bot"
	"mboka/flows"
	"mboka/flows/registration"
	"mboka/locales"
)

// reply is what came back for one act.
type reply struct {
	flow, step string
	said       []string
	bot.Message
}

func (r reply) has(keys ...locales.Key) bool {
	return slices.ContainsFunc(keys, func(k locales.Key) bool { return slices.Contains(r.said, string(k)) })
}

// stays tells whether a question is asked again.
func (r reply) stays(flow, step string) bool { return r.flow == flow && r.step == step }

// learn takes in what the bot did with an act. before is what was asked when it
// was written, and early tells that the reply to another came between.
func (m *member) learn(a act, t turnLine, msg *bot.Message, before place, early bool) {
	b := &m.b
	m.told = false
	if msg == nil {
		m.note("< (silence)")
		if !b.paused {
			m.checkSilence(a, early)
		}
		if a.in.Payload == bot.OptOut {
			m.stopped(true)
		}
		b.chosen[a.in.Payload] = true
		return
	}
	r := reply{t.flow, t.step, t.said, *msg}
	b.paused = r.has(locales.Pause)
	r = r.paceless()
	m.note("< %s @%s.%s %s", strings.Join(r.said, " "), r.flow, r.step, r.Language)
	for _, k := range r.said {
		m.saw("said " + k)
	}
	if early && several(a.step) {
		a.exact = false // what was ticked meanwhile counts too
	}
	m.checkReturn(a, r)
	lang, ends := b.lang, false
	switch {
	case r.has(locales.Corrected):
		ends = m.corrected(a, r, before)
	case a.in.Kind == bot.Tap:
		ends = m.tapped(a, r)
	case a.in.Kind == bot.Text:
		ends = m.typed(a, r, before)
	case r.has(locales.Echo, locales.BandEcho, locales.EchoSeveral, locales.EchoText):
		m.fail("%s was taken for an answer", a.in.Kind)
	}
	if a.command == "stop" || a.in.Payload != "" && strings.HasSuffix(a.in.Payload, ".stop") {
		m.stopped(false)
	}
	if r.has(locales.LangChanged) {
		if a.lang != "" {
			b.lang = a.lang
		} else if named, ok := locales.ParseLang(strings.Trim(a.in.Text, " .!?…\n")); ok {
			b.lang = named.String()
		}
	}
	b.chosen[a.in.Payload] = true
	m.checkReply(a, r, lang)
	m.checkMisses(a, r)
	m.checkEnds(r, ends)
	m.remember(a, r)
	m.checkSummary(r)
	if r.has(locales.Under18, locales.Declined, locales.EraseDone, locales.StopNothing) {
		b.forget()
		b.lang, m.past, m.at = "", m.past[len(m.past)-1:], m.at[len(m.at)-1:]
	}
}

// remember keeps what is asked now.
func (m *member) remember(a act, r reply) {
	b := &m.b
	was, pending := b.place(), b.pending[r.flow]
	if b.open[r.flow] != r.step {
		delete(b.ticks, r.flow)
	}
	b.flow, b.step, b.said, b.shown, b.lang, b.saved = r.flow, r.step, r.said, r.Message, r.Language, m.l.clock()
	delete(b.pending, r.flow)
	switch b.body() {
	case locales.Suggest:
		b.pending[r.flow] = m.suggested(r)
	case locales.AgeConfirm:
		b.pending[r.flow] = value{codes: []string{"u18"}}
	case locales.CommandOrAnswer:
		b.pending[r.flow] = value{text: m.quoted(r)}
	case locales.CityKeepAsk: // the city is not named
		b.pending[r.flow] = pending
		fresh := was.body != b.body() || len(r.said) == 1
		if a.in.Kind == bot.Text && a.takes.text == "" && a.command == "" && (was.flow == r.flow || was.flow == "") && fresh {
			b.pending[r.flow] = value{text: kept(a.in.Text)}
		}
	}
	for _, p := range b.payloads() {
		run, _, _, _ := bot.ReadPayload(p)
		if b.run[r.flow] != run {
			delete(b.ticks, r.flow)
		}
		b.runs[run], b.run[r.flow] = r.flow, run
	}
	for _, p := range b.payloads() {
		m.buttons = append(m.buttons, button{p, value{}})
		if _, _, code, _ := bot.ReadPayload(p); bare(code) == flows.Yes && b.body() != locales.CommandOrAnswer {
			m.buttons[len(m.buttons)-1].yes = b.pending[r.flow]
		}
	}
	b.open[r.flow] = r.step
	delete(b.asks, r.flow)
	if b.askedBack() {
		for _, row := range b.rows() {
			if row.code == flows.Yes {
				b.asks[r.flow] = row.payload
			}
		}
	}
	switch {
	case r.flow == registration.ID && !r.has(locales.Declined, locales.Under18):
		b.running = true
	case r.has(locales.LaterOk, locales.StopReply, locales.StopReplyPaused):
		b.running = false
	}
	if b.running && b.record {
		b.drafted, b.stands = true, b.open[registration.ID]
	}
	if r.has(locales.Thanks) || r.has(locales.Updated) && b.actedOn(a, was) == registration.ID {
		b.drafted, b.skipped, b.running = false, map[string]bool{}, false
	}
}

// actedOn is the flow that an act was given to.
func (b *belief) actedOn(a act, was place) string {
	if run, _, _, ok := bot.ReadPayload(a.in.Payload); ok {
		return b.runs[run]
	}
	return was.flow
}

// kept is a text as it is kept.
func kept(text string) string { return strings.Join(strings.Fields(text), " ") }

// tapped learns from the answer to a button. It tells whether the button ends
// something for good.
func (m *member) tapped(a act, r reply) (ends bool) {
	b := &m.b
	run, step, code, _ := bot.ReadPayload(a.in.Payload)
	flow, known := b.runs[run]
	if !known || r.has(locales.Stale) {
		return false
	}
	s, ok := stepOf(flow, step)
	if !ok || s.Kind == flows.Commands {
		return false
	}
	if open, is := b.open[flow]; is && open != step {
		m.fail("the old button %s.%s of %s was taken", step, code, flow)
	}
	moved := !r.stays(flow, step)
	switch {
	case bare(code) == flows.Yes:
		if !slices.Contains(b.payloads(), a.in.Payload) && b.asks[flow] != a.in.Payload {
			m.fail("an old yes is taken for another question: %s", a.in.Payload)
		}
		if moved && b.body() != locales.CommandOrAnswer {
			return m.settle(flow, s, b.pending[flow], a, r)
		}
		if r.has(locales.EchoText) {
			return m.settle(flow, s, m.written(s, b.pending[flow].text), a, r)
		}
	case bare(code) == flows.No, code == string(flows.Back):
	case code == string(flows.Skip):
		m.passed(flow, s, moved)
	case code == string(flows.Done):
		if moved {
			a.exact = false // what is ticked was shown at each tick
			return m.settle(flow, s, value{codes: ordered(s, b.ticks[flow])}, a, r)
		}
	case code[0] == '+' || code[0] == '-':
		m.ticked(flow, s, code, r)
	case moved && several(s.ID):
		m.fail("%s.%s ends a choice of several", step, code)
	case moved && !(s.Kind == flows.Review):
		if v, whole := valueOf(s, code); whole {
			return m.settle(flow, s, v, a, r)
		}
		m.fail("%s.%s opens more, and the bot went on to %s", step, code, r.step)
	}
	return false
}

// ticked learns from a tick: the message must show what is ticked now.
func (m *member) ticked(flow string, s *flows.Step, code string, r reply) {
	b := &m.b
	if !several(s.ID) {
		m.fail("a tick at %s", s.ID)
	}
	ticks := slices.DeleteFunc(slices.Clone(b.ticks[flow]), func(c string) bool { return c == code[1:] })
	if code[0] == '+' {
		alone := func(c string) bool { return c == "none" }
		if alone(code[1:]) {
			ticks = nil
		}
		ticks = append(slices.DeleteFunc(ticks, alone), code[1:])
	}
	var shown []string
	for _, c := range r.Choices {
		if c.Ticked {
			_, _, code, _ := bot.ReadPayload(c.Payload)
			shown = append(shown, bare(code))
		}
	}
	if !slices.Equal(shown, ordered(s, ticks)) {
		m.fail("ticked are %v, the message shows %v", ordered(s, ticks), shown)
	}
	b.ticks[flow] = ticks
}

// ordered puts codes in the order of a list.
func ordered(s *flows.Step, codes []string) []string {
	var out []string
	for _, o := range options(s, nil) {
		if slices.Contains(codes, o.Code) {
			out = append(out, o.Code)
		}
	}
	return out
}

// typed learns from the answer to a text.
func (m *member) typed(a act, r reply, before place) (ends bool) {
	b := &m.b
	s, ok := stepOf(b.flow, b.step)
	echoed := r.has(locales.Echo, locales.BandEcho, locales.EchoSeveral, locales.EchoText)
	switch {
	case !ok:
		if echoed {
			m.fail("something was taken where nothing is asked")
		}
	case echoed && r.stays(b.flow, b.step) && s.ID == "province_origin": // the group opens its provinces
	case echoed:
		m.checkMeant(a, s, before)
		v := m.echoed(a, s, r)
		return m.settle(b.flow, s, v, a, r)
	case r.stays(b.flow, b.step) || a.in.Payload == bot.OptOut:
	case s.Kind == flows.Review && r.flow == b.flow && r.step == registration.Missions:
		b.forks[b.flow+"."+s.ID] = options(s, nil)[0].Code // a thumb is a yes
	case !a.takes.none() && before.still(b.place()):
		return m.settle(b.flow, s, a.takes, a, r)
	case a.command == "skip":
		m.passed(b.flow, s, true)
	case a.command != "" || r.flow != b.flow && r.flow != "" || s.Kind == flows.Review && b.flow == r.flow:
	default:
		m.fail("%q at %s led to %s.%s without a word", a.in.Text, s.ID, r.flow, r.step)
	}
	return false
}

// passed learns that a question was skipped: an earlier answer stays.
func (m *member) passed(flow string, s *flows.Step, moved bool) {
	if _, is := question(s.ID); !is || !moved || s.Required {
		return
	}
	if _, answered := m.b.answers[s.ID]; !answered && flow == registration.ID {
		m.b.skipped[s.ID] = true
	}
	delete(m.b.ticks, flow)
}

// settle takes an answer that the bot has taken.
func (m *member) settle(flow string, s *flows.Step, v value, a act, r reply) (ends bool) {
	b := &m.b
	if a.exact && a.step == s.ID && !a.want.none() && !a.want.same(v) {
		m.fail("%s was meant to be %s and is taken as %s", s.ID, a.want, v)
	}
	if a.step == s.ID && !a.want.none() && !a.want.same(v) {
		m.told = true
		m.saw("misread, and told")
	}
	if a.opens {
		m.fail("%s opens more rows of %s and is taken as %s", described(a), s.ID, v)
	}
	if v.none() {
		m.fail("nothing is taken for %s", s.ID)
	}
	if _, is := question(s.ID); is {
		if s.ID == registration.AgeBand && v.code() == "u18" {
			return true
		}
		b.take(flow, s.ID, v)
		b.record = b.record || s.ID == registration.AgeBand
		return false
	}
	b.forks[flow+"."+s.ID] = v.code()
	switch flow + "." + s.ID {
	case "registration.language", "tongue.language":
		b.lang = v.code()
	case "registration.consent":
		if !a.exact && a.in.Kind != bot.Tap {
			m.fail("%q was taken for a consent", a.in.Text)
		}
		b.consent = a.in.ID
		return v.code() == "no"
	case "registration.missions":
		b.missions = v.code()
		return true
	case "erase.erase":
		return v.code() == "yes"
	}
	return false
}

// stopped learns that announcements are off, and the form laid aside.
func (m *member) stopped(silent bool) {
	b := &m.b
	if !b.record {
		if silent {
			b.forget()
			b.lang, m.past, m.at = "", m.past[len(m.past)-1:], m.at[len(m.at)-1:]
		}
		return
	}
	b.missions = "no" // also who was not asked yet has answered by it
	b.running = false
	if silent {
		b.flow, b.step, b.said = "", "", nil
	}
}
