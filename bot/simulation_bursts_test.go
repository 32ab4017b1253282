package bot_test

import (
	"mboka/bot"
	"mboka/locales"
)

// old taps a button of an earlier message.
func (m *member) old(of []button) act {
	b := oneOf(m.rng, of...)
	a := tap(b.payload)
	if !b.yes.none() { // a yes to what stood above it, and to nothing else
		_, a.step, _, _ = bot.ReadPayload(b.payload)
		a.want, a.exact = b.yes, true
	}
	return a
}

// numbers are two row numbers, the second written before the first has opened
// further rows: both mean the rows that were shown.
func (m *member) numbers() []act {
	rows := m.b.rows()
	if len(rows) < 2 || m.b.askedBack() {
		return []act{m.respond()}
	}
	m.saw("two numbers")
	s, _ := stepOf(m.b.flow, m.b.step)
	var group []act
	for range 2 {
		i := m.rng.IntN(len(rows))
		a := say(m.marked(i, rows[i].mark))
		a.step = s.ID
		for _, o := range options(s, nil) {
			if m.names(s, rows[i], o.Code) {
				v, whole := valueOf(s, o.Code)
				a.want, a.exact, a.opens = v, true, !whole
				break
			}
		}
		group = append(group, a)
	}
	return group
}

// lateYes says yes to a guess, or taps one to an earlier guess, when another
// answer is on its way already.
func (m *member) lateYes() []act {
	b := &m.b
	q, ok := question(b.step)
	pending := b.pending[b.flow]
	if !ok || pending.none() || b.body() == locales.CommandOrAnswer {
		return []act{m.respond()}
	}
	m.saw("late yes")
	var yes []button
	for _, x := range m.buttons {
		if _, step, _, _ := bot.ReadPayload(x.payload); step == q.ID && !x.yes.none() {
			yes = append(yes, x)
		}
	}
	// A slip of the same answer: perhaps another guess.
	other := m.form(q, m.p.truth[q.ID], false)
	if other.in.Kind == bot.Text {
		other.in.Text, other.exact = typo(m.rng, other.in.Text), false
	}
	if numerals[folded(other.in.Text)] > 0 {
		return []act{m.respond()} // a number is a row of the question back
	}
	late := say(oneOf(m.rng, "oui", "yes", "eh"))
	late.takes = pending
	if len(yes) > 0 && m.chance(0.6) {
		late = m.old(yes)
	}
	return []act{other, late}
}
