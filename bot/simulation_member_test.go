package bot_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"mboka/bot"
	"mboka/locales"
	"mboka/store/seal"
)

// member is a persona in a chat.
type member struct {
	l       *lane
	rng     *rand.Rand
	p       persona
	b       belief
	caps    bot.Capabilities
	chat    seal.Chat
	address string

	seen    *sights
	did     int // messages so far
	ids     int
	past    []delivery // what a platform may deliver again
	at      []time.Time
	buttons []button // that the phone still shows
	told    bool     // somebody read that they were misunderstood
	script  []string // the dialogue
}

// button is one that the phone still shows, and what a yes under it is to.
type button struct {
	payload string
	yes     value
}

// sights counts what a run has met, so that it can be seen to have met it.
type sights map[string]int

// broken is a rule that was broken.
type broken string

func (m *member) fail(format string, args ...any) { panic(broken(fmt.Sprintf(format, args...))) }

func (m *member) saw(what string) { (*m.seen)[what]++ }

// newMember makes the member of an index: all that they are and do comes from
// the seed and the index alone.
func newMember(l *lane, seed uint64, index int, seen *sights) *member {
	rng := rand.New(rand.NewPCG(seed, uint64(index)))
	m := &member{l: l, rng: rng, p: newPersona(rng), b: newBelief(), seen: seen, address: fmt.Sprintf("%d-%d", seed, index)}
	m.caps = bot.TelegramCapabilities
	if m.p.channel == "whatsapp" {
		m.caps = bot.WhatsAppCapabilities
	}
	m.chat = l.db.Keys().Chat(m.p.channel, m.address)
	return m
}

// live plays a whole life through. It gives the rule that was broken, or "".
func (m *member) live() (fault string) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case broken:
			fault = string(r)
		default:
			panic(r)
		}
	}()
	m.l.begin()
	for m.did < m.p.patience {
		group, gone := m.decide()
		m.do(group, gone)
		if m.chance(0.08) {
			m.audit()
		}
	}
	m.audit()
	return ""
}

// do delivers acts, several of them before any is answered, and learns from
// what comes back.
func (m *member) do(group []act, gone bool) {
	group = unblocked(group)
	line := make([]delivery, 0, len(group))
	kept := group[:0:0]
	for i := range group {
		a := &group[i]
		m.did++
		if a.in.ID == "" {
			m.ids++
			a.in.ID = fmt.Sprint("u", m.ids)
		}
		a.in.Channel, a.in.Address, a.in.Phone = m.p.channel, m.address, m.p.phone
		if m.p.channel == "telegram" {
			a.in.Language = m.p.lang.String()
		}
		longest := 90.0
		if len(group) > 1 { // together well within a lease
			longest = min(0.9, 8/float64(len(group)))
		}
		wait := time.Duration(between(m.rng, longest/10, longest) * float64(time.Second))
		if i == 0 && m.b.paused {
			wait += 31 * time.Second // as they were asked
		}
		d := delivery{in: a.in, wait: wait}
		line = append(line, d)
		if slices.ContainsFunc(m.past, func(p delivery) bool { return p.in.ID == a.in.ID }) {
			m.note("> (again) %s", a.in.ID)
			m.saw("redelivered")
			continue
		}
		m.past = append(m.past, d)
		kept = append(kept, *a)
	}
	written := m.l.clock()
	if len(line) > 1 {
		m.note("(%d at once, gone %v)", len(line), gone)
	}
	for range kept {
		m.at = append(m.at, written)
	}
	var bad []bot.Outcome
	if len(line) == 1 && m.chance(m.p.badLine) {
		bad = []bot.Outcome{oneOf(m.rng, bot.Retry, bot.Unknown)}
		m.saw(map[bot.Outcome]string{bot.Retry: "reply sent again", bot.Unknown: "reply perhaps sent"}[bad[0]])
	}
	if err := m.l.deliver(m.chat, line, gone, bad...); err != nil {
		m.fail("not accepted: %v", err)
	}
	turns, faults := m.l.log.take()
	sent := m.l.take()
	if len(faults) > 0 {
		m.fail("the log has %q", faults)
	}
	if left := m.l.waiting(); len(left) > 0 {
		m.fail("the mailbox does not drain: %v", left)
	}
	m.answered(kept, turns, sent)
}

// unblocked takes each block back: nobody writes to whom they have blocked.
func unblocked(group []act) []act {
	var all []act
	for _, a := range group {
		all = append(all, a)
		if a.in.Kind == bot.Blocked && a.in.ID == "" {
			all = append(all, act{in: bot.Inbound{Kind: bot.Unblocked}})
		}
	}
	return all
}

// answered matches acts with their turns and replies: one turn each, in order,
// and one reply for each turn that says something.
func (m *member) answered(group []act, turns []turnLine, sent []bot.Message) {
	if len(turns) != len(group) {
		for _, a := range group {
			m.note("> %s", described(a))
		}
		m.fail("%d messages, %d turns: %v", len(group), len(turns), turns)
	}
	before := m.b.place()
	for i, a := range group {
		m.note("> %s", described(a))
		if turns[i].message != a.in.ID {
			m.fail("turn over %s where %s was next", turns[i].message, a.in.ID)
		}
		var reply *bot.Message
		if len(turns[i].said) > 0 {
			if len(sent) == 0 {
				m.fail("no reply for %s, which says %v", a.in.ID, turns[i].said)
			}
			for len(sent) > 1 && sent[0].File != nil { // files go before their reply
				m.saw("file")
				sent = sent[1:]
			}
			reply, sent = &sent[0], sent[1:]
			if !slices.Equal(reply.Keys, turns[i].said) {
				m.fail("the reply to %s is %v, sent was %v", a.in.ID, turns[i].said, reply.Keys)
			}
		}
		if i > 0 && reply != nil && a.in.Kind == bot.Text && a.in.Text == group[i-1].in.Text && group[i-1].in.Kind == bot.Text && m.b.lang != "" {
			m.fail("%q is answered twice", a.in.Text)
		}
		m.learn(a, turns[i], reply, before, len(group) > 1 && i > 0)
	}
	if len(sent) > 0 {
		m.fail("%d replies too many, such as %v", len(sent), sent[0].Keys)
	}
}

// place is a question of a flow, and how it is put.
type place struct {
	flow, step string
	body       locales.Key
}

func (b *belief) place() place { return place{b.flow, b.step, b.body()} }

// still tells whether what was written to one place is an answer to the other:
// the same question, put the same way.
func (p place) still(now place) bool {
	doubts := slices.Contains(doubtful, p.body) || slices.Contains(doubtful, now.body)
	return p.flow == now.flow && p.step == now.step && (p.body == now.body || !doubts)
}

func (m *member) note(format string, args ...any) {
	m.script = append(m.script, fmt.Sprintf(format, args...))
}

func described(a act) string {
	what := string(a.in.Kind)
	switch a.in.Kind {
	case bot.Text:
		what = fmt.Sprintf("%q", a.in.Text)
	case bot.Tap:
		_, step, code, _ := bot.ReadPayload(a.in.Payload)
		what = fmt.Sprintf("[%s.%s]", step, code)
	}
	if a.step != "" {
		what += fmt.Sprintf("   (%s = %s)", a.step, a.want)
	}
	return a.in.ID + " " + what
}

// away lets a member leave for a while. After 35 days Redis has forgotten.
func (m *member) away() time.Duration {
	d := oneOf(m.rng, 3*time.Minute, 2*time.Hour, 26*time.Hour, 5*24*time.Hour, 40*24*time.Hour, 40*24*time.Hour)
	m.note("(away for %v)", d)
	m.l.settle()
	m.l.pass(d)
	m.saw("away " + d.String())
	if d > 36*24*time.Hour {
		m.b.lose()
	}
	return d
}

// tail is the end of the dialogue, or all of it.
func (m *member) tail(lines int) string {
	return strings.Join(m.script[max(0, len(m.script)-lines):], "\n")
}
