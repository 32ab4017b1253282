package fault

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// member is a virtual person. They write when they have seen the reply to what
// they wrote before, and remember what they said.
type member struct {
	w     *world
	n     int
	kind  *kind
	phone phone
	name  string
	thumb bool // taps several times
	rng   *rand.Rand
	model []string // what the phone must show, message by message

	mu     sync.Mutex
	said   []message
	lost   int // webhooks that the platform gave up
	failed error
}

// message is one thing said, and when its reply was seen.
type message struct {
	what    string
	at      time.Time
	replied time.Time
}

// glance is how often a person looks at the phone.
const glance = 40 * time.Millisecond

// register goes through the form until the last reply is there, the world ends,
// or the phone shows what it should not.
func (m *member) register() {
	for i, l := range m.kind.lines {
		if !m.say(i, l.say) {
			return
		}
		if !wait(m.w.over, m.thinks()) {
			return
		}
	}
}

func (m *member) thinks() time.Duration {
	if m.w.haste {
		return time.Millisecond
	}
	return time.Duration(50+m.rng.IntN(450)) * time.Millisecond
}

// say says the i-th thing and waits for its reply. A message that the platform
// lost is said again, after a while without a reply in a healthy world.
func (m *member) say(i int, what string) bool {
	for {
		now := time.Now()
		m.mu.Lock()
		if len(m.said) == i {
			m.said = append(m.said, message{what: what, at: now})
		}
		m.mu.Unlock()
		kept, err := m.utter(i, what)
		if err != nil {
			m.fail(err)
			return false
		}
		patience := time.Duration(0)
		if !kept {
			patience = m.w.again
		}
		switch m.await(i, patience) {
		case replied:
			return true
		case over:
			return false
		}
		m.mu.Lock()
		m.lost++
		m.mu.Unlock()
	}
}

// utter writes or taps, as lines have it.
func (m *member) utter(i int, what string) (kept bool, err error) {
	code, tapped := strings.CutPrefix(what, "[")
	if !tapped {
		return m.phone.write(strings.ReplaceAll(what, "NAME", m.name)), nil
	}
	code = strings.TrimSuffix(code, "]")
	for _, s := range slices.Backward(m.phone.messages()) {
		if _, there := s.choices[code]; !there {
			continue
		}
		kept = m.phone.tap(s, code)
		if m.thumb && m.kind.twice(i) {
			for range m.rng.IntN(3) {
				m.phone.tap(s, code)
			}
		}
		return kept, nil
	}
	return false, fmt.Errorf("no button %s on the phone", code)
}

type end int

const (
	replied end = iota
	over
	silent
)

// await waits for the reply to the i-th thing. With patience it is silent when
// the world was healthy for so long and nothing came.
func (m *member) await(i int, patience time.Duration) end {
	since := time.Now()
	for {
		got, _ := m.seen()
		if len(got) > i {
			m.mu.Lock()
			m.said[i].replied = time.Now()
			m.mu.Unlock()
			if i < len(m.model) && got[i] != m.model[i] {
				m.fail(fmt.Errorf("after %q the phone shows\n%s\nand not\n%s", m.kind.lines[i].say, indent(got[i]), indent(m.model[i])))
				return over
			}
			return replied
		}
		if patience > 0 && time.Since(since) > patience && m.w.healthyFor() > patience {
			return silent
		}
		if !wait(m.w.over, glance) {
			return over
		}
	}
}

// seen is what the phone shows, as everybody of this kind sees it, with how
// often each message stands there in a row.
func (m *member) seen() (messages []string, times []int) {
	for _, s := range m.phone.messages() {
		text := likened(s.text+s.labels, m.name)
		if last := len(messages) - 1; last >= 0 && messages[last] == text {
			times[last]++
			continue
		}
		messages, times = append(messages, text), append(times, 1)
	}
	return messages, times
}

func (m *member) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failed == nil {
		m.failed = err
	}
}

// spoke gives what was said so far.
func (m *member) spoke() ([]message, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]message(nil), m.said...), m.failed
}

func (m *member) String() string {
	return fmt.Sprintf("member %d, %s on %s, chat %s", m.n, m.kind, m.phone.channel(), m.chat())
}

func (m *member) chat() string { return m.w.keys.Chat(m.phone.channel(), m.phone.address()).String() }

func indent(text string) string { return "    " + strings.ReplaceAll(text, "\n", "\n    ") }
