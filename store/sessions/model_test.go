package sessions_test

import (
	"fmt"
	"slices"

	"mboka/store/sessions"
)

// modelReply is a reply as the model knows it. waits stands for a time far in
// the future; the tests use no other.
type modelReply struct {
	id      string
	state   sessions.State
	attempt int
	doubts  int
	prompt  bool
	waits   bool
	grip    int // which grip began it
}

type modelMessage struct {
	id       string
	attempts int
}

// model is what a chat should be, in plain Go.
type model struct {
	mail    []modelMessage
	seen    map[string]bool // ids, and ids with their tokens
	out     []modelReply
	aside   []string // ids
	once    map[string]bool
	session string
	journal []string
	grip    int  // number of the last grip given
	held    bool // its lease has not ended
	lastOp  string
	ended   bool // lastOp gave the lease back
	took    string
	later   bool // postponed: there is work, but not now
}

// oldest does to the oldest reply what a script does when it looks for
// something to send.
func (m *model) oldest(again bool) (send *modelReply, busy bool) {
	if len(m.out) == 0 {
		return nil, false
	}
	r := &m.out[0]
	if r.state == sessions.Sending && r.grip == m.grip {
		if again {
			return r, true
		}
		return nil, true
	}
	switch {
	case r.state == sessions.Sending:
		r.state, r.waits = sessions.Unknown, false
	case r.waits, r.state == sessions.Parked:
		return nil, false
	case r.state != sessions.Unknown:
		r.state, r.grip, r.attempt = sessions.Sending, m.grip, r.attempt+1
	}
	return r, false
}

// take gives out a new grip.
func (m *model) take(token string) {
	m.grip++
	m.held, m.took, m.later = true, token, false
}

// rest ends a save or a settlement and says what Saved should.
func (m *model) rest(op string, again bool) sessions.Saved {
	send, busy := m.oldest(again)
	want := sessions.Saved{Send: send.reply(), Next: m.head()}
	if want.Next != nil {
		want.Waiting = len(m.mail) - 1
	}
	want.Released = send == nil && !busy && want.Next == nil
	m.held, m.lastOp, m.ended = !want.Released, op, want.Released
	return want
}

// repeated says what a call that was made before should be answered.
func (m *model) repeated(op string, grip int) (want sessions.Saved, err error, is bool) {
	switch {
	case m.lastOp != op:
		return want, nil, false
	case m.ended:
		return sessions.Saved{Released: true}, nil, true
	case !m.held || m.grip != grip:
		return want, sessions.ErrLost, true
	}
	return m.rest(op, true), nil, true
}

func (m *model) save(grip int, r sessions.SaveRequest) (sessions.Saved, error) {
	op := fmt.Sprint(grip, " save ", r.Token)
	if want, err, is := m.repeated(op, grip); is {
		return want, err
	}
	if !m.held || m.grip != grip {
		return sessions.Saved{}, sessions.ErrLost
	}
	if r.Done != "" {
		if len(m.mail) == 0 || m.mail[0].id != r.Done {
			return sessions.Saved{}, sessions.ErrNotOldest
		}
		m.mail = m.mail[1:]
		m.seen[r.Done] = true
		if r.Aside != "" {
			m.aside = append(m.aside, r.Done)
		}
	}
	if r.Once != "" {
		if m.once[r.Once] {
			return m.rest(op, false), nil
		}
		m.once[r.Once] = true
	}
	switch {
	case r.DeleteSession:
		m.session = ""
	case r.Session != nil:
		m.session = string(r.Session)
	}
	if r.Supersede {
		m.out = slices.DeleteFunc(m.out, func(r modelReply) bool {
			return r.prompt && r.state != sessions.Sending && r.state != sessions.Unknown
		})
	}
	for i := range m.out {
		if m.out[i].state == sessions.Parked && r.Done != "" {
			m.out[i].state, m.out[i].waits = sessions.Pending, false
		}
	}
	for _, reply := range r.Replies {
		m.out = append(m.out, modelReply{id: reply.ID, state: sessions.Pending, prompt: reply.Prompt})
	}
	for _, entry := range r.Journal {
		m.journal = append(m.journal, string(entry))
	}
	return m.rest(op, false), nil
}

func (m *model) settle(grip int, o sessions.Outcome) (sessions.Saved, error) {
	op := fmt.Sprint(grip, " settle ", o)
	if want, err, is := m.repeated(op, grip); is {
		return want, err
	}
	if !m.held || m.grip != grip {
		return sessions.Saved{}, sessions.ErrLost
	}
	if len(m.out) == 0 || m.out[0].id != o.ReplyID || m.out[0].attempt != o.Attempt ||
		m.out[0].state != sessions.Sending && m.out[0].state != sessions.Unknown {
		return sessions.Saved{}, sessions.ErrNotOldest
	}
	if o.State == sessions.Sent || o.State == sessions.Failed {
		m.out = m.out[1:]
	} else {
		if o.State == sessions.Unknown && m.out[0].state == sessions.Sending {
			m.out[0].doubts++
		}
		m.out[0].state, m.out[0].waits = o.State, o.RetryAt > 0
	}
	return m.rest(op, false), nil
}

func (m *model) forget(grip int) error {
	if !m.held || m.grip != grip {
		return sessions.ErrLost
	}
	m.session, m.out, m.journal, m.aside = "", nil, nil, nil
	for _, in := range m.mail {
		m.seen[in.id] = true
	}
	return nil
}

// due tells whether the chat should be found by somebody looking for work.
func (m *model) due() bool {
	if m.held || m.later {
		return false
	}
	return len(m.mail) > 0 || len(m.out) > 0 && !m.out[0].waits && m.out[0].state != sessions.Parked
}

func (m *model) head() *sessions.Message {
	if len(m.mail) == 0 {
		return nil
	}
	return &sessions.Message{ID: m.mail[0].id, Attempts: m.mail[0].attempts, Sealed: []byte("sealed " + m.mail[0].id)}
}

func (r *modelReply) reply() *sessions.Reply {
	if r == nil {
		return nil
	}
	return &sessions.Reply{
		ID: r.id, Sealed: []byte("sealed " + r.id), Prompt: r.prompt, State: r.state, Attempt: r.attempt, Doubts: r.doubts,
	}
}

// given says what the grip that was just taken should be.
func (m *model) given(c sessions.Chat, again bool) *sessions.Grip {
	send, _ := m.oldest(again)
	g := &sessions.Grip{Chat: c, Head: m.head(), Waiting: max(0, len(m.mail)-1), Send: send.reply()}
	if m.session != "" {
		g.Session = []byte(m.session)
	}
	for i := range m.out {
		g.Outbox = append(g.Outbox, *m.out[i].reply())
	}
	return g
}
