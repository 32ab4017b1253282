package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"runtime/debug"
	"time"

	"mboka/flows"
	"mboka/locales"
	"mboka/store"
	"mboka/store/sessions"
)

// maxAttempts is how often a message is tried before it is given up with an
// apology, when the fault is in the message and not in the stores.
const maxAttempts = 3

// turn thinks over one message and saves what came of it.
func (h *held) turn(ctx context.Context, m sessions.Message, behind int) (sessions.Saved, error) {
	in, err := h.open(m)
	if err != nil {
		h.b.log.Error("message cannot be read: set aside", "chat", h.g.Chat, "message", m.ID, "error", err)
		h.b.metrics.Aside.Inc()
		return h.save(ctx, m, sessions.SaveRequest{Aside: "unreadable"})
	}
	in.Behind = behind
	saved, err := h.answered(ctx, m, in)
	if err != nil && transient(err) && !in.Kind.note() {
		if told, said := h.busy(ctx, m, in); said {
			return told, nil
		}
	}
	return saved, err
}

// transient tells whether an error comes from a store that is not there, so
// that the message only has to wait.
func transient(err error) bool { return store.Unavailable(err) || sessions.Unavailable(err) }

// answered is the turn over a message that can be read.
func (h *held) answered(ctx context.Context, m sessions.Message, in Inbound) (sessions.Saved, error) {
	b, begun := h.b, h.b.cfg.Clock()
	if m.Attempts > 0 || m.AcceptedAt.Before(b.now().Add(-b.cfg.Sessions.Lease())) {
		// A message that only waits for Postgres has not been tried.
		if err := b.cfg.Store.Ping(ctx); err != nil {
			return sessions.Saved{}, err
		}
		n, err := b.cfg.Sessions.Attempt(ctx, h.g, &m)
		if err != nil {
			return sessions.Saved{}, err
		}
		if n > maxAttempts {
			return h.apologise(ctx, m, in)
		}
	}
	t, request, err := h.prepared(ctx, m, in)
	if err != nil {
		if !transient(err) && ctx.Err() == nil {
			if _, counted := b.cfg.Sessions.Attempt(ctx, h.g, &m); counted != nil {
				return sessions.Saved{}, errors.Join(err, counted)
			}
		}
		return sessions.Saved{}, fmt.Errorf("turn over message %s: %w", m.ID, err)
	}
	if t.Forget {
		if err := h.clear(ctx, in, m.AcceptedAt); err != nil {
			return sessions.Saved{}, err
		}
		if err := b.cfg.Sessions.Forget(ctx, h.g); err != nil {
			return sessions.Saved{}, err
		}
	}
	saved, err := h.save(ctx, m, request)
	if err == nil {
		took := b.cfg.Clock().Sub(begun)
		b.metrics.Turns.Observe(took.Seconds())
		b.log.Info("turn", "channel", in.Channel, "chat", h.g.Chat, "message", m.ID, "kind", in.Kind,
			"flow", t.Prompt.Flow, "step", t.Prompt.Step, "said", t.said(), "took", took)
	}
	return saved, err
}

func (h *held) open(m sessions.Message) (Inbound, error) {
	plain, err := h.b.keys.Open("mailbox", h.g.Chat.String(), m.ID, m.Sealed)
	if err != nil {
		return Inbound{}, err
	}
	var in Inbound
	if err := json.Unmarshal(plain, &in); err != nil {
		return Inbound{}, fmt.Errorf("decode message: %w", err)
	}
	return in, nil
}

func (h *held) save(ctx context.Context, m sessions.Message, r sessions.SaveRequest) (sessions.Saved, error) {
	r.Done, r.Token = m.ID, h.b.derived(h.g.Chat, "save", m.ID)
	saved, err := h.b.cfg.Sessions.Save(ctx, h.g, r)
	if err != nil {
		return saved, err
	}
	switch {
	case r.DeleteSession:
		h.stored = nil
	case r.Session != nil:
		h.stored = r.Session
	}
	return saved, nil
}

// outcome is a thought whose effects are done.
type outcome struct {
	thought
	results map[string]string
	fresh   bool // an effect or an answer hangs on the reply: never superseded
}

// said are the catalogue keys of the reply.
func (o outcome) said() []string {
	if o.Silent {
		return []string{}
	}
	keys := make([]string, 0, len(o.Prompt.Lead)+1)
	for _, l := range append(o.Prompt.Lead[:len(o.Prompt.Lead):len(o.Prompt.Lead)], o.Prompt.Body) {
		if l.Key != "" {
			keys = append(keys, string(l.Key))
		}
	}
	return keys
}

// prepared does all of a turn but save it: it thinks, acts, and puts the reply
// into words. A panic in any of it is an error of this message.
func (h *held) prepared(ctx context.Context, m sessions.Message, in Inbound) (t outcome, r sessions.SaveRequest, err error) {
	defer recovered(&err)
	if t, dropped, ok := followed(in); ok {
		return t, sessions.SaveRequest{DeleteSession: dropped}, nil
	}
	if in.Kind == Notified {
		return h.notification(ctx, m, in)
	}
	if in.Kind == Demoted {
		return h.demoted(ctx)
	}
	if t, err = h.considered(ctx, m, in); err != nil {
		return t, r, err
	}
	if !in.Kind.speaks() && t.Silent && t.Session.empty() {
		return t, sessions.SaveRequest{DeleteSession: true}, nil // nothing to remember of whoever is not there
	}
	r, err = h.request(ctx, m, in, t)
	return t, r, err
}

// recovered makes an error of a panic. To be deferred.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %s\n%s", panicked(r), debug.Stack())
	}
}

// panicked describes a panic without the words that may be in its value: only
// the runtime's own faults are known to hold none.
func panicked(r any) string {
	if fault, ok := r.(runtime.Error); ok {
		return fault.Error()
	}
	return fmt.Sprintf("a %T", r)
}

// considered thinks, looks up what is needed, and carries out the effects.
func (h *held) considered(ctx context.Context, m sessions.Message, in Inbound) (outcome, error) {
	s, err := h.session(ctx, in, m.AcceptedAt)
	if err != nil {
		return outcome{}, err
	}
	switch in.Kind {
	case Blocked, Unblocked, Unreached:
		if s.Gated {
			break // by whoever has proven nothing
		}
		if err := h.b.cfg.Store.SetReachable(ctx, h.g.Chat, in.Kind == Unblocked, m.AcceptedAt); err != nil {
			return outcome{}, err
		}
	}
	out, err := h.consideredAs(ctx, m, in, s)
	if errors.Is(err, ErrNoRecord) && s.Member != "" {
		return h.consideredAs(ctx, m, in, Session{Lang: s.Lang, Chosen: s.Chosen, Roles: s.Roles, Staff: s.Staff})
	}
	return out, err
}

// consideredAs is considered for a session.
func (h *held) consideredAs(ctx context.Context, m sessions.Message, in Inbound, s Session) (outcome, error) {
	policy, err := h.b.cfg.Policy(ctx)
	if err != nil {
		return outcome{}, fmt.Errorf("read settings: %w", err)
	}
	facts := flows.Facts{factRunning: running(policy)}
	var t thought
	for {
		t = h.b.think(h.g.Chat, s, in, m.AcceptedAt, facts)
		if t.Need == "" {
			break
		}
		lookup, known := h.b.cfg.Facts[t.Need]
		_, again := facts[t.Need]
		if !again && t.Need == factOutcome {
			if facts[t.Need], err = h.decided(ctx, in, t, m.AcceptedAt); err != nil {
				return outcome{}, err
			}
			continue
		}
		if !known || again || s.Gated {
			return outcome{}, fmt.Errorf("fact %q cannot be had", t.Need)
		}
		if err := h.b.flush(ctx, h.g.Chat); err != nil {
			return outcome{}, err
		}
		if facts[t.Need], err = lookup(ctx, Looking{Chat: h.g.Chat, Channel: in.Channel, Member: s.Member, Lang: s.language(), At: m.AcceptedAt, Answers: t.Answers}); err != nil {
			return outcome{}, fmt.Errorf("look up %s: %w", t.Need, err)
		}
	}
	return h.effects(ctx, in, t, m.AcceptedAt)
}

// session is the stored session, or what the records tell of the chat.
func (h *held) session(ctx context.Context, in Inbound, at time.Time) (Session, error) {
	if h.stored != nil {
		s, err := h.read()
		if err == nil {
			return guarded(s, in, at), nil
		}
		h.b.log.Error("session cannot be read, going on from the records", "chat", h.g.Chat, "error", err)
		if err := h.b.flush(ctx, h.g.Chat); err != nil { // they may lack the last answers
			return Session{}, err
		}
	}
	record, err := h.b.cfg.Record(ctx, h.g.Chat)
	if err != nil {
		return Session{}, fmt.Errorf("restore session: %w", err)
	}
	if record.Member != "" && in.Kind.speaks() && sealed(record.LastInboundAt, at, record.Away) && in.ID != record.LastMessageID {
		return gate(in, record.Language, at), nil
	}
	s := Session{Member: record.Member, Away: record.Away, Lang: record.Language, Chosen: record.Language != "",
		At: record.LastInboundAt, Country: record.Answers.Code(countryStep), Results: record.Results}
	s.Staff = record.Staff
	if h.b.now().Sub(record.StaffSeenAt) < store.RoleSilence {
		s.Roles = record.Roles
	}
	if record.Unfinished {
		// Counted from one lower than in a turn: what this message begins
		// besides must have another name.
		t := &thinker{b: h.b, chat: h.g.Chat, s: s, in: in, facts: flows.Facts{}, runs: -1}
		t.begin(FlowRegistration, record.Answers)
		s = t.s
	}
	if offers, ok := record.Answers.Get(offersStep); ok && !offers.Skipped {
		s.Wants = Wanted(offers.Codes)
	}
	s.Gave = record.Gave
	for i, open := range record.Open {
		if h.b.flows[open.Flow] == nil || record.Unfinished {
			continue // the registration comes first
		}
		t := &thinker{b: h.b, chat: h.g.Chat, s: s, in: in, facts: flows.Facts{}, runs: -1 - i}
		t.begin(open.Flow, open.Answers)
		s = t.s
	}
	s.restored = record.Member != ""
	s.known = in.ID == record.LastMessageID
	return s, nil
}

// read opens the stored session.
func (h *held) read() (Session, error) {
	plain, err := h.b.keys.Open("session", h.g.Chat.String(), "state", h.stored)
	if err != nil {
		return Session{}, err
	}
	s, err := DecodeSession(plain)
	if err != nil {
		return Session{}, err
	}
	return s, h.b.known(s)
}

// known tells whether all flows of a session still exist.
func (b *Bot) known(s Session) error {
	for _, state := range s.Stack {
		if b.flows[state.Flow] == nil {
			return fmt.Errorf("session has an unknown flow %q", state.Flow)
		}
	}
	return nil
}

// effects runs what the events change, in one transaction with the turn row.
func (h *held) effects(ctx context.Context, in Inbound, t thought, at time.Time) (outcome, error) {
	out := outcome{thought: t, results: t.Session.Results}
	var due []flows.Event
	recorded := t.Session.Member != ""
	for _, e := range t.Events {
		name := e.Flow + "." + e.Name
		if name == h.b.cfg.Begins {
			recorded = true
		}
		if (recorded || t.Session.Staff && (name == FlowErase+"."+Erasing || ofStaff(e.Flow))) && h.b.cfg.Effects[name] != nil {
			due = append(due, e)
		}
	}
	if len(due) == 0 {
		return out, nil
	}
	out.fresh = true
	results, err := h.act(ctx, in, t.Session, due, at)
	if err != nil {
		return outcome{}, err
	}
	out.results = maps.Clone(t.Session.Results)
	if out.results == nil {
		out.results = make(map[string]string, len(results))
	}
	maps.Copy(out.results, results)
	if m := results[ResultMember]; m != "" {
		out.Session.Member = m
	}
	out.Session.Results = nil
	if out.Session.runs(FlowRegistration) >= 0 {
		out.Session.Results = kept(out.results) // not the recovery code: the form is over by then
	}
	return out, nil
}

// base are the fields that any text may use, from the settings.
func (h *held) base(ctx context.Context, s Session, caps Capabilities) (locales.Args, error) {
	policy, err := h.b.cfg.Policy(ctx)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return BaseArgs(policy, s.Country, caps, s.language()), nil
}
