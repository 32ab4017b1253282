package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"mboka/flows"
	"mboka/store"
)

// ErrNoRecord says that what was kept about the person is gone: erased, or
// separated from this chat, by way of another one. A turn that meets it goes on
// as with somebody new.
var ErrNoRecord = errors.New("nothing is kept about this chat any more")

// Refusal is what an effect says that changed nothing: all of its transaction
// is taken back, the turn's row too, and its results are used nevertheless.
type Refusal struct{ Results map[string]string }

func (Refusal) Error() string { return "refused" }

// ResultElsewhere is the result that names other chats whose sessions have to
// follow what was changed here: see Elsewhere.
const ResultElsewhere = "Elsewhere"

// Elsewhere makes the result. Each of the inbounds has a channel, an address,
// and the kind Renewed, Erased or Demoted.
func Elsewhere(chats []Inbound) (string, error) {
	if len(chats) == 0 {
		return "", nil
	}
	b, err := json.Marshal(chats)
	if err != nil {
		return "", fmt.Errorf("name other chats: %w", err)
	}
	return string(b), nil
}

// act carries out the effects of events in one transaction with the turn's row.
// Whose record it is, the records say: a session may be older than what was
// linked or separated from another chat.
func (h *held) act(ctx context.Context, in Inbound, s Session, due []flows.Event, at time.Time) (map[string]string, error) {
	if err := h.b.flush(ctx, h.g.Chat); err != nil {
		return nil, err
	}
	policy, err := h.b.cfg.Policy(ctx)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	notice, err := h.notice(ctx, s)
	if err != nil {
		return nil, err
	}
	results, _, err := h.b.cfg.Store.Turn(ctx, h.g.Chat, in.ID, at, func(tx *store.Tx) (map[string]string, error) {
		owner, found, err := tx.MemberByChat(ctx, h.g.Chat)
		if err != nil {
			return nil, err
		}
		d := Doing{Chat: h.g.Chat, Member: s.Member, Channel: in.Channel, Address: in.Address,
			Language: s.Lang, MessageID: in.ID, At: at, Running: store.Organisation(policy.OrganisationKind), Notice: notice, Shared: s.Shared}
		if found {
			d.Member = owner.ID.String()
		}
		results := make(map[string]string)
		for _, e := range due {
			d.Event = e
			got, err := h.b.cfg.Effects[e.Flow+"."+e.Name](ctx, tx, d)
			switch {
			case err != nil && !found && s.Member != "" && !errors.As(err, new(Refusal)) && !store.Unavailable(err):
				return nil, errors.Join(ErrNoRecord, err)
			case err != nil:
				return nil, fmt.Errorf("effect %s.%s: %w", e.Flow, e.Name, err)
			}
			for k, v := range got {
				results[k] = v
			}
			if m := got[ResultMember]; m != "" {
				d.Member = m
			}
		}
		if _, named := results[ResultMember]; !named && found {
			results[ResultMember] = owner.ID.String()
		}
		return results, nil
	})
	if err != nil {
		return nil, err
	}
	return results, h.tellElsewhere(ctx, in, results)
}

// tellElsewhere puts a note into the mailbox of each chat whose session has to
// follow. It comes before the turn is saved, under an id of its own: a turn
// that is repeated tells it once.
func (h *held) tellElsewhere(ctx context.Context, in Inbound, results map[string]string) error {
	named := results[ResultElsewhere]
	delete(results, ResultElsewhere)
	if named == "" {
		return nil
	}
	var chats []Inbound
	if err := json.Unmarshal([]byte(named), &chats); err != nil {
		return fmt.Errorf("read other chats: %w", err)
	}
	for _, c := range chats {
		c.ID = h.b.derived(h.g.Chat, "elsewhere", in.ID)
		if err := h.b.Accept(ctx, c); err != nil {
			return fmt.Errorf("tell another chat: %w", err)
		}
	}
	return nil
}

// followed is the turn over a note from another chat of the person. The session
// is dropped: the next message goes on from the records. After an erasure
// nothing of the chat may stay.
func followed(in Inbound) (t outcome, dropped, ok bool) {
	t.Silent, t.Forget = true, in.Kind == Erased
	return t, true, in.Kind == Renewed || in.Kind == Erased
}
