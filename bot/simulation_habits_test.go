package bot_test

import (
	"slices"
	"strings"
	"time"

	"mboka/bot"
	"mboka/flows"
	"mboka/flows/registration"
	"mboka/locales"
)

var greetings = []string{"mbote", "bonjour", "hello", "Salut", "/start", "hi!", "Mbote na yo", "losako", "bonsoir"}

// noises are answers to nothing.
var noises = []string{"zzzz", "???", "👍", "merci", "ok merci", "c'est quoi ça ?", "trente ans", "je ne sais pas", "wifi oyo ezali mabe", "🙂🙂", "lol", "attends",
	"pourquoi vous demandez ça", "c'est pour l'ambassade ?", "je suis en danger", "\u202e\u200b", strings.Repeat("très long ", 60)}

var media = []bot.Kind{bot.Voice, bot.Sticker, bot.Picture, bot.Place, bot.Contact, bot.Document, bot.Edited, bot.Other}

// decide says what a member does next: one act, or several before an answer.
// gone tells that whoever had the chat meanwhile died with it.
func (m *member) decide() (group []act, gone bool) {
	switch {
	case m.did > 0 && m.chance(m.p.leaves):
		long := m.away() > 36*24*time.Hour
		if long && m.chance(0.7) {
			return []act{say("mbote")}, false
		}
		return []act{m.respond()}, false
	case m.b.flow == "":
		return []act{m.greet()}, false
	case m.b.step == "province_origin" && m.chance(0.2):
		return m.numbers(), false
	case m.b.askedBack() && m.chance(0.1):
		return m.lateYes(), false
	case m.chance(m.p.hasty):
		return m.burst(), m.chance(0.1)
	case m.chance(m.p.roams):
		return []act{m.roam()}, false
	}
	return []act{m.respond()}, false
}

func (m *member) greet() act {
	text := oneOf(m.rng, greetings...)
	a := act{in: bot.Inbound{Kind: bot.Text, Text: text}, noise: true}
	if slices.Contains([]string{"mbote", "bonjour", "hello", "/start"}, text) {
		a.command = "start"
	}
	return a
}

// burst is an impatient thumb, a bad network, a flood.
func (m *member) burst() []act {
	first := m.respond()
	switch m.rng.IntN(7) {
	case 0, 1: // twice or three times the same
		m.saw("double")
		return slices.Repeat([]act{first}, 2+m.rng.IntN(2))
	case 2: // the platform delivers it again
		if len(m.past) > 0 {
			old := m.past[max(0, len(m.past)-1-m.rng.IntN(4)):]
			if m.l.clock().Sub(m.at[len(m.at)-len(old)]) < 24*time.Hour {
				return []act{{in: old[0].in}, first, {in: old[0].in}}
			}
		}
		return []act{first}
	case 3, 4: // a correction, before the bot has said anything
		m.saw("correction")
		q, ok := question(m.b.step)
		if !ok || first.step == "" || first.in.Kind != bot.Text || m.b.body() == locales.OtherTextAsk {
			return []act{first}
		}
		life := m.p.truth[q.ID]
		m.p.draw(m.rng, q.ID)
		second := m.form(q, m.p.truth[q.ID], false)
		if second.in.Kind != bot.Text {
			m.p.truth[q.ID] = life
			return []act{first}
		}
		return []act{first, second}
	case 5: // out of order
		m.saw("shuffled")
		group := []act{first, m.greet(), m.roam()}
		m.rng.Shuffle(len(group), func(i, j int) { group[i], group[j] = group[j], group[i] })
		return group
	}
	if !m.chance(0.25) {
		return []act{first}
	}
	m.saw("flood")
	var group []act
	for range 30 {
		switch m.rng.IntN(4) {
		case 0:
			group = append(group, m.noise())
		case 1:
			group = append(group, first)
		case 2:
			if all := m.b.payloads(); len(all) > 0 {
				group = append(group, tap(oneOf(m.rng, all...)))
			}
		default:
			group = append(group, m.greet())
		}
	}
	m.did -= len(group) - 1 // it costs no patience
	return group
}

func (m *member) noise() act {
	a := say(oneOf(m.rng, noises...))
	a.noise = true
	if a.in.Text == "👍" && m.b.askedBack() {
		a.takes = m.b.pending[m.b.flow] // a thumb is a yes
	}
	return a
}

// command writes a chat word, with or without its slash.
func (m *member) command(name string) act {
	key, _ := bot.CommandKey(name)
	text := oneOf(m.rng, strings.Split(locales.LabelOf(key).In(m.tongue()), "|")...)
	if m.chance(0.3) {
		text = "/" + name
	}
	return act{in: bot.Inbound{Kind: bot.Text, Text: dress(m.rng, text)}, command: name, noise: true}
}

// roam is anything but an answer.
func (m *member) roam() act {
	r := m.rng
	switch n := r.IntN(20); {
	case n < 4:
		return m.noise()
	case n < 6:
		m.saw("media")
		return act{in: bot.Inbound{Kind: oneOf(r, media...), Text: oneOf(r, "", "37", "oui")}, noise: true}
	case n < 10 && len(m.buttons) > 0:
		m.saw("old button")
		return m.old(m.buttons)
	case n == 10:
		m.saw("number")
		return say(oneOf(r, "5", "0", "99", "12", "1,3"))
	case n == 11 && m.chance(0.5):
		m.saw("blocked")
		return act{in: bot.Inbound{Kind: oneOf(r, bot.Blocked, bot.Unblocked)}}
	case n == 12 && m.chance(0.6):
		if m.p.channel == "whatsapp" && m.chance(0.5) {
			return act{in: bot.Inbound{Kind: bot.Text, Text: "STOP", Payload: bot.OptOut}, command: "stop"}
		}
		return m.command("stop")
	case n == 13 && m.chance(0.4):
		return m.command("erase")
	case n == 14:
		lang := locales.Langs[r.IntN(3)]
		return act{in: bot.Inbound{Kind: bot.Text, Text: lang.Name()}, lang: lang.String()}
	case n == 15:
		return m.command("profile")
	case n == 16:
		return m.command("mydata")
	}
	return m.command(oneOf(r, "back", "skip", "why", "more", "menu", "help", "language", "missions", "whosaw", "share", "complaint", "cancel", "continue", "back", "skip", "start", "export"))
}

// respond is an answer to what is asked.
func (m *member) respond() act {
	b, r := &m.b, m.rng
	s, ok := stepOf(b.flow, b.step)
	if !ok {
		return m.greet()
	}
	if b.flow == bot.FlowContribution || b.flow == bot.FlowFund { // gone into by a slip: the dialogues go through them
		return m.command("cancel")
	}
	if b.askedBack() {
		return m.confirm(s)
	}
	q, isQuestion := question(b.step)
	if isQuestion {
		return m.question(q)
	}
	code := ""
	switch b.flow + "." + b.step {
	case "registration.language", "tongue.language":
		return m.language(s)
	case "registration.consent":
		code = "no"
		if m.p.consents {
			code = oneOf(r, "yes", "yes", "yes", "yes", "more")
		}
	case "registration.counted", "resume.resume":
		code = "later"
		if m.p.goesOn {
			code = "continue"
		}
	case "registration.missions":
		code = "no"
		if m.p.missions {
			code = "yes"
		}
	case "registration.summary", "profile.profile":
		if a, edits := m.edit(); edits {
			return a
		}
		code = options(s, nil)[0].Code
	case "menu.menu":
		code = oneOf(r, "continue", "profile", "missions", "language", "help", "continue", "profile")
		if m.chance(0.05) {
			code = "erase"
		}
	case "offer.contribution", "offer.fund": // the dialogues go through these forms
		code = "later"
	case "erase.erase":
		code = oneOf(r, "yes", "no")
	default:
		code = oneOf(r, options(s, nil)...).Code
	}
	return m.forkForm(s, code)
}

// language chooses one.
func (m *member) language(s *flows.Step) act {
	a := m.forkForm(s, m.p.lang.String())
	if m.chance(0.2) {
		a = exact(say(oneOf(m.rng, m.p.lang.String(), dress(m.rng, m.p.lang.Name()))))
	}
	a.lang, a.takes = m.p.lang.String(), value{codes: []string{m.p.lang.String()}}
	return a
}

// question answers one of the form.
func (m *member) question(q *flows.Step) act {
	want := m.p.truth[q.ID]
	if q.ID == "profession" || q.ID == "city_residence" {
		want = m.fitting(q)
	}
	if b := &m.b; !q.Required && m.chance(m.p.skips) {
		if p := b.action(string(flows.Skip)); p != "" && m.chance(0.7) {
			return tap(p)
		}
		return m.command("skip")
	}
	if m.chance(0.03) || m.b.body() == locales.OtherTextAsk && want.text == "" {
		return m.command("back")
	}
	return m.form(q, want, m.b.misses > 0 || m.told)
}

// fitting is what is true of a person whose job or country the bot has
// understood as it has.
func (m *member) fitting(q *flows.Step) value {
	want := m.p.truth[q.ID]
	rows := options(q, m.b.answers)
	if want.text == "" && !slices.ContainsFunc(rows, func(o flows.Option) bool { return o.Code == want.code() }) {
		truth := m.p.truth
		m.p.truth = m.b.known()
		m.p.draw(m.rng, q.ID)
		want, m.p.truth = m.p.truth[q.ID], truth
		m.p.truth[q.ID] = want
	}
	return want
}

// confirm answers "is that it?", after reading what stands there.
func (m *member) confirm(s *flows.Step) act {
	b := &m.b
	want, pending := m.p.truth[s.ID], b.pending[b.flow]
	if b.body() == locales.DidYouMeanWhich {
		for i, r := range b.rows() {
			if q, ok := question(s.ID); ok && r.code == want.code() {
				a := tap(r.payload)
				if m.chance(0.4) && i < len(b.shown.Marks) {
					a = say(oneOf(m.rng, r.mark, r.label))
					a.takes = want
				}
				a.step, a.want = q.ID, want
				return a
			}
		}
	}
	if b.body() == locales.DidYouMeanWhich && m.chance(0.4) {
		a := say(oneOf(m.rng, "oui", "yes", "iyo")) // which of them?
		a.noise = true
		return a
	}
	yes := !pending.none() && (pending.same(want) || pending.same(value{codes: []string{m.p.lang.String()}}) && s.ID == "language") || m.chance(m.p.sloppy)
	if b.body() == locales.CommandOrAnswer {
		yes = m.chance(0.5)
	}
	code, words := flows.No, []string{"non", "no", "te", "Non, voir la liste", "👎"}
	if yes && b.body() != locales.DidYouMeanWhich {
		code, words = flows.Yes, []string{"oui", "yes", "eh", "iyo", "OUI !", "👍", "c'est ça"}
	}
	row, ok := find(b.rows(), func(r row) bool { return r.code == code })
	if ok && m.chance(0.6) {
		return tap(row.payload)
	}
	a := say(oneOf(m.rng, words...))
	if code == flows.Yes {
		a.takes = pending
	} else if b.body() == locales.CommandOrAnswer {
		a.command = pending.text
	}
	return a
}

// edit opens a line of a summary, as a person reads it there: life changes, or
// the bot has it wrong.
func (m *member) edit() (act, bool) {
	if !m.chance(0.35) {
		return act{}, false
	}
	for line := range strings.Lines(m.b.shown.Text) {
		mark, rest, found := strings.Cut(line, ". ")
		if !found || strings.Trim(mark, "0123456789") != "" || !m.chance(0.2) {
			continue
		}
		for _, q := range questions {
			if strings.HasPrefix(rest, locales.LabelOf(q.Title).In(m.b.language())) && (q.ID != registration.AgeBand || m.chance(0.2)) {
				m.p.draw(m.rng, q.ID)
				m.saw("edit")
				return say(strings.TrimSpace(mark)), true
			}
		}
	}
	return act{}, false
}
