package sessions_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"mboka/store/sessions"
	"mboka/store/storetest"
)

// machine drives a chat and its model side by side.
type machine struct {
	*fixture
	*model
	c     sessions.Chat
	ids   []string
	toks  map[string]string // token of each id's first call
	grips []*sessions.Grip  // all that were given; the model counts from 1
	saves []func(*rapid.T)  // calls to repeat
	count int
}

// TestMachine makes random calls, by holders of now and of before, and
// compares every answer and what is stored with the model.
func TestMachine(t *testing.T) {
	t.Parallel()
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		client := storetest.Redis(t)
		rapid.Check(t, func(rt *rapid.T) { newMachine(newFixture(t, client, sessions.Options{})).run(rt) })
	})
	t.Run("miniredis", func(t *testing.T) {
		t.Parallel()
		client := miniClient(t)
		rapid.Check(t, func(rt *rapid.T) { newMachine(newFixture(t, client, sessions.Options{})).run(rt) })
	})
}

func newMachine(f *fixture) *machine {
	return &machine{fixture: f, model: &model{seen: map[string]bool{}, once: map[string]bool{}}, c: chat(1), toks: map[string]string{}}
}

func (m *machine) run(rt *rapid.T) {
	rt.Repeat(map[string]func(*rapid.T){
		"":             m.check,
		"acceptNew":    m.acceptNew,
		"acceptOld":    m.acceptOld,
		"claim":        m.claimIt,
		"save":         m.saveIt,
		"settle":       m.settleIt,
		"settleOldest": m.settleOldest,
		"repeat":       m.repeatIt,
		"renew":        m.renewIt,
		"release":      m.releaseIt,
		"attempt":      m.attemptIt,
		"expire":       m.expireIt,
		"journal":      m.journalIt,
		"forget":       m.forgetIt,
		"unstrand":     m.unstrandIt,
		"fate":         m.fateIt,
	})
}

func (m *machine) name(kind string) string {
	m.count++
	return fmt.Sprint(kind, m.count)
}

func equal(rt *rapid.T, what string, got, want any) {
	rt.Helper()
	opts := cmp.Options{
		cmpopts.IgnoreUnexported(sessions.Grip{}, sessions.Reply{}), cmpopts.IgnoreTypes(time.Time{}),
		cmpopts.IgnoreFields(sessions.Grip{}, "Fence"), cmpopts.EquateEmpty(),
	}
	if diff := cmp.Diff(want, got, opts); diff != "" {
		rt.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

func sameErr(rt *rapid.T, what string, got, want error) {
	rt.Helper()
	if !errors.Is(got, want) {
		rt.Fatalf("%s: got error %v, want %v", what, got, want)
	}
}

// gave checks a grip and remembers it.
func (m *machine) gave(rt *rapid.T, g *sessions.Grip) {
	rt.Helper()
	if g == nil {
		rt.Fatal("the free lease was not given")
	}
	if n := len(m.grips); n > 0 && g.Fence <= m.grips[n-1].Fence {
		rt.Fatalf("fence %d after %d", g.Fence, m.grips[n-1].Fence)
	}
	equal(rt, "grip", g, m.given(m.c, false))
	m.grips = append(m.grips, g)
}

// anyGrip is mostly the newest, else one of before.
func (m *machine) anyGrip(rt *rapid.T) (int, *sessions.Grip) {
	if len(m.grips) == 0 {
		rt.Skip("nobody has had the lease")
	}
	n := len(m.grips)
	if rapid.IntRange(0, 4).Draw(rt, "former") == 0 {
		n = rapid.IntRange(1, n).Draw(rt, "grip")
	}
	return n, m.grips[n-1]
}

func (m *machine) acceptNew(rt *rapid.T) {
	id, token := m.name("m"), m.name("t")
	m.ids, m.toks[id] = append(m.ids, id), token
	m.acceptIt(rt, id, token)
}

func (m *machine) acceptOld(rt *rapid.T) {
	if len(m.ids) == 0 {
		rt.Skip("no message")
	}
	id := rapid.SampledFrom(m.ids).Draw(rt, "id")
	token := m.toks[id]
	if rapid.Bool().Draw(rt, "other token") {
		token = m.name("t")
	}
	m.acceptIt(rt, id, token)
}

func (m *machine) acceptIt(rt *rapid.T, id, token string) {
	a, err := m.Accept(m.ctx, m.c, id, token, []byte("sealed "+id), "one")
	sameErr(rt, "accept", err, nil)
	mine := id + "\n" + token
	again := m.seen[mine]
	if seen := !again && m.seen[id]; a.Seen != seen {
		rt.Fatalf("Seen = %v, want %v", a.Seen, seen)
	} else if seen {
		return
	}
	if !again {
		m.mail = append(m.mail, modelMessage{id: id})
		m.seen[id], m.seen[mine] = true, true
	}
	switch {
	case m.held && again && m.took == token:
		equal(rt, "grip again", a.Grip, m.given(m.c, true))
	case m.held || len(m.mail) == 0:
		if a.Grip != nil {
			rt.Fatalf("the lease was given: %+v", a.Grip)
		}
	default:
		m.take(token)
		m.gave(rt, a.Grip)
	}
}

func (m *machine) claimIt(rt *rapid.T) {
	g, ok, err := m.Claim(m.ctx, m.c, "one")
	sameErr(rt, "claim", err, nil)
	if ok == m.held {
		rt.Fatalf("claim: %v while held is %v", ok, m.held)
	}
	if ok {
		m.take("")
		m.gave(rt, g)
	}
}

func (m *machine) saveIt(rt *rapid.T) {
	n, g := m.anyGrip(rt)
	r := sessions.SaveRequest{
		Token:         m.name("t"),
		DeleteSession: rapid.IntRange(0, 9).Draw(rt, "delete") == 0,
		Supersede:     rapid.Bool().Draw(rt, "supersede"),
	}
	switch rapid.IntRange(0, 9).Draw(rt, "done") {
	case 0:
	case 1:
		r.Done = "never"
	default:
		if len(m.mail) > 0 {
			r.Done = m.mail[0].id
		}
	}
	if rapid.IntRange(0, 4).Draw(rt, "aside") == 0 {
		r.Aside = "a fault"
	}
	if rapid.IntRange(0, 4).Draw(rt, "once") == 0 {
		r.Once = rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "name")
	}
	if rapid.Bool().Draw(rt, "session") {
		r.Session = []byte(m.name("s"))
	}
	for range rapid.IntRange(0, 2).Draw(rt, "replies") {
		id := m.name("r")
		r.Replies = append(r.Replies, sessions.Reply{
			ID: id, Sealed: []byte("sealed " + id), Prompt: rapid.Bool().Draw(rt, "prompt"),
		})
	}
	for range rapid.IntRange(0, 2).Draw(rt, "journal") {
		r.Journal = append(r.Journal, []byte(m.name("j")))
	}
	m.call(rt, func(rt *rapid.T) {
		got, err := m.Save(m.ctx, g, r)
		want, wantErr := m.model.save(n, r)
		sameErr(rt, "save", err, wantErr)
		equal(rt, "saved", got, want)
	})
}

// call makes a call and keeps it for repeatIt.
func (m *machine) call(rt *rapid.T, f func(*rapid.T)) {
	m.saves = append(m.saves, f)
	f(rt)
}

func (m *machine) repeatIt(rt *rapid.T) {
	if len(m.saves) == 0 {
		rt.Skip("no call")
	}
	n := len(m.saves) - 1
	m.saves[max(0, n-rapid.IntRange(0, 2).Draw(rt, "back"))](rt)
}

func (m *machine) settleIt(rt *rapid.T) {
	m.settleAs(rt, sessions.Outcome{
		ReplyID: fmt.Sprint("r", rapid.IntRange(1, m.count+1).Draw(rt, "reply")),
		Attempt: rapid.IntRange(0, 2).Draw(rt, "attempt"),
	})
}

func (m *machine) settleOldest(rt *rapid.T) {
	if len(m.out) == 0 {
		rt.Skip("no reply")
	}
	m.settleAs(rt, sessions.Outcome{ReplyID: m.out[0].id, Attempt: m.out[0].attempt})
}

func (m *machine) settleAs(rt *rapid.T, o sessions.Outcome) {
	n, g := m.anyGrip(rt)
	o.State = rapid.SampledFrom([]sessions.State{
		sessions.Sent, sessions.Sent, sessions.Failed, sessions.Retry, sessions.Unknown, sessions.Parked,
	}).Draw(rt, "state")
	if rapid.Bool().Draw(rt, "later") {
		o.RetryAt = time.Hour
	}
	m.call(rt, func(rt *rapid.T) {
		got, err := m.Settle(m.ctx, g, o)
		want, wantErr := m.model.settle(n, o)
		sameErr(rt, "settle", err, wantErr)
		equal(rt, "settled", got, want)
	})
}

func (m *machine) renewIt(rt *rapid.T) {
	n, g := m.anyGrip(rt)
	var want error
	if !m.held || n != m.grip {
		want = sessions.ErrLost
	}
	sameErr(rt, "renew", m.Renew(m.ctx, g), want)
}

func (m *machine) releaseIt(rt *rapid.T) {
	n, g := m.anyGrip(rt)
	after := rapid.SampledFrom([]time.Duration{0, time.Hour}).Draw(rt, "after")
	sameErr(rt, "release", m.Postpone(m.ctx, g, after), nil)
	if m.held && n == m.grip {
		m.held, m.later = false, after > 0
	}
}

func (m *machine) attemptIt(rt *rapid.T) {
	n, g := m.anyGrip(rt)
	if len(m.mail) == 0 {
		rt.Skip("no message")
	}
	got, err := m.Attempt(m.ctx, g, m.head())
	if !m.held || n != m.grip {
		sameErr(rt, "attempt", err, sessions.ErrLost)
		return
	}
	m.mail[0].attempts++
	if err != nil || got != m.mail[0].attempts {
		rt.Fatalf("attempt = %d, %v, want %d", got, err, m.mail[0].attempts)
	}
}

func (m *machine) expireIt(rt *rapid.T) {
	if !m.held {
		rt.Skip("nobody has the lease")
	}
	m.expire(m.c)
	m.held = false
	// What a script would have found at the lease's end in the due index.
	if len(m.mail) == 0 && len(m.out) == 0 {
		m.claimIt(rt)
	}
}

func (m *machine) journalIt(rt *rapid.T) {
	entries, err := m.Journal(m.ctx, m.c, 100)
	sameErr(rt, "journal", err, nil)
	equal(rt, "journal", sealedOf(entries), m.journal)
	if n := rapid.IntRange(0, len(entries)).Draw(rt, "drop"); n > 0 {
		sameErr(rt, "drop", m.DropJournal(m.ctx, m.c, entries[n-1].Seq), nil)
		m.journal = m.journal[n:]
	}
}

func (m *machine) forgetIt(rt *rapid.T) {
	if rapid.IntRange(0, 3).Draw(rt, "forget") > 0 {
		rt.Skip("not now")
	}
	n, g := m.anyGrip(rt)
	sameErr(rt, "forget", m.Forget(m.ctx, g), m.forget(n))
}

// check compares what is stored, and the indexes, after every step.
func (m *machine) check(rt *rapid.T) {
	p := m.client.Pipeline()
	mail, out := p.LLen(m.ctx, m.key("m", m.c)), p.LLen(m.ctx, m.key("o", m.c))
	aside, stranded := p.LLen(m.ctx, m.key("x", m.c)), p.ZScore(m.ctx, m.key("stranded", m.c), m.c.String())
	session, clock := p.Get(m.ctx, m.key("s", m.c)), p.Time(m.ctx)
	journal := p.LLen(m.ctx, m.key("j", m.c))
	dirty := p.ZScore(m.ctx, m.key("dirty", m.c), m.c.String())
	due := p.ZScore(m.ctx, m.key("due", m.c), m.c.String())
	if _, err := p.Exec(m.ctx); err != nil && !errors.Is(err, redis.Nil) {
		rt.Fatal(err)
	}
	equal(rt, "messages", mail.Val(), int64(len(m.mail)))
	equal(rt, "replies", out.Val(), int64(len(m.out)))
	equal(rt, "set aside", aside.Val(), int64(len(m.aside)))
	equal(rt, "stranded", stranded.Err() == nil, len(m.aside) > 0)
	equal(rt, "session", session.Val(), m.session)
	equal(rt, "journal", journal.Val(), int64(len(m.journal)))
	equal(rt, "dirty", dirty.Err() == nil, len(m.journal) > 0)
	equal(rt, "due", due.Err() == nil && int64(due.Val()) <= clock.Val().UnixMilli(), m.model.due())
	parked := len(m.out) > 0 && m.out[0].state == sessions.Parked
	if due.Err() != nil && (m.held || len(m.mail) > 0 || len(m.out) > 0 && !parked) {
		rt.Fatal("a chat with a holder or with work is not in the due index")
	}
	// Replies behind the oldest are always untried, or order would be lost.
	for i, r := range m.out {
		if i > 0 && r.state != sessions.Pending {
			rt.Fatalf("reply %d is %s", i, r.state)
		}
	}
}
