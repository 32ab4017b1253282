package sessions

import (
	"bytes"
	"context"
	_ "embed" // the script
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Kind says what a sealed value is.
type Kind string

// The kinds of sealed values.
const (
	SessionKind Kind = "session"
	MessageKind Kind = "message" // in the mailbox, or set aside
	ReplyKind   Kind = "reply"
	EntryKind   Kind = "entry" // of the journal
	PickupKind  Kind = "pickup"
	ClearKind   Kind = "clearing"
)

// Place is where a sealed value lies.
type Place struct {
	Kind  Kind
	Owner string // the chat, or the name of the pickup
	ID    string // of the message or reply; the part of a pickup
}

func (p Place) String() string { return string(p.Kind) + ":" + p.Owner + ":" + p.ID }

// Walked is what a walk over all sealed values has met.
type Walked struct {
	Seen    int
	Changed int
	Failed  []Place // the visitor could not do with them
	Why     error   // of the first of Failed
}

//go:embed lua/reseal.lua
var resealLua string

var resealScript = redis.NewScript(resealLua)

// sealed are the kinds of keys with sealed values, by the sign in their name,
// and how many lines stand before what is sealed.
var sealed = map[string]struct {
	kind  Kind
	in    string // string, list or hash
	lines int
	id    int // which of the lines is the id
}{
	"s": {kind: SessionKind, in: "string"},
	"m": {kind: MessageKind, in: "list", lines: 3, id: 0},
	"x": {kind: MessageKind, in: "list", lines: 5, id: 2},
	"o": {kind: ReplyKind, in: "list", lines: 7, id: 0},
	"j": {kind: EntryKind, in: "list", lines: 1, id: -1},
	"f": {kind: PickupKind, in: "hash"},
	"c": {kind: ClearKind, in: "hash"},
}

// unsealed are the signs of keys that hold nothing sealed. A key that is of
// neither sort stops a walk: whoever adds one says here what it is.
var unsealed = map[string]bool{
	"l": true, "d": true, "t": true, "i": true, "g": true, "e": true, "w": true, "p": true, "n": true, "due": true, "dirty": true, "stranded": true, "clearing": true,
	"guard": true, "mark": true, "hold": true, "stop": true, "slow": true, "replies": true, "line": true, "heard": true, "tier": true,
}

// walkBatch is how many keys Redis looks at in one call.
const walkBatch = 500

// Walk shows every sealed value to visit, in no order. What visit gives back
// takes its place, unless it is nil or the value has changed meanwhile; expiries
// stay. A value that comes or moves during the walk may be missed, or seen
// twice. It may be ended at any time and run again.
func (s *Store) Walk(ctx context.Context, visit func(Place, []byte) ([]byte, error)) (Walked, error) {
	w := &walk{s: s, visit: visit}
	for cursor := uint64(0); ; {
		keys, next, err := s.client.Scan(ctx, cursor, s.opt.Prefix+":*", walkBatch).Result()
		if err != nil {
			return w.Walked, fmt.Errorf("walk sealed values: %w", err)
		}
		for _, key := range keys {
			if err := w.key(ctx, key); err != nil {
				return w.Walked, fmt.Errorf("walk sealed values: %w", err)
			}
		}
		if cursor = next; cursor == 0 {
			return w.Walked, nil
		}
	}
}

type walk struct {
	Walked
	s     *Store
	visit func(Place, []byte) ([]byte, error)
	args  []any // of the script, for the key at hand
}

// key looks into one key: prefix:{pp}:sign:owner, prefix:{pp}:index or
// prefix:sign:name.
func (w *walk) key(ctx context.Context, key string) error {
	rest := strings.TrimPrefix(key, w.s.opt.Prefix+":")
	if strings.HasPrefix(rest, "{") {
		_, rest, _ = strings.Cut(rest, ":")
	}
	sign, owner, _ := strings.Cut(rest, ":")
	how, ok := sealed[sign]
	if !ok && unsealed[sign] {
		return nil
	}
	if !ok {
		return fmt.Errorf("%w: a key of kind %q: is it of a newer version of the program?", ErrInvalid, sign)
	}
	w.args = []any{how.in}
	place := Place{Kind: how.kind, Owner: owner}
	if err := w.values(ctx, key, how.in, place, how.lines, how.id); err != nil || len(w.args) == 1 {
		return err
	}
	n, err := resealScript.Run(ctx, w.s.client, []string{key}, w.args...).Int()
	w.Changed += n
	return err
}

func (w *walk) values(ctx context.Context, key, in string, place Place, lines, id int) error {
	switch in {
	case "string":
		raw, err := w.s.client.Get(ctx, key).Bytes()
		if errors.Is(err, redis.Nil) {
			return nil
		}
		if err == nil {
			w.one(place, "", nil, raw)
		}
		return err
	case "hash":
		fields, err := w.s.client.HGetAll(ctx, key).Result()
		for field, raw := range fields {
			if field != takenField && field != sinceField {
				place.ID = field
				w.one(place, field, nil, []byte(raw))
			}
		}
		return err
	}
	raws, err := w.s.client.LRange(ctx, key, 0, -1).Result()
	for _, raw := range raws {
		parts := strings.SplitN(raw, "\n", lines+1)
		if len(parts) != lines+1 {
			w.fail(place, errAnswer)
			continue
		}
		if id >= 0 {
			place.ID = parts[id]
		}
		head := raw[:len(raw)-len(parts[lines])]
		w.one(place, "", []byte(head), []byte(parts[lines]))
	}
	return err
}

// one shows a value and keeps what takes its place for the script.
func (w *walk) one(place Place, field string, head, value []byte) {
	w.Seen++
	fresh, err := w.visit(place, value)
	switch {
	case err != nil:
		w.fail(place, err)
	case fresh != nil && !bytes.Equal(fresh, value):
		w.args = append(w.args, field, string(head)+string(value), string(head)+string(fresh))
	}
}

func (w *walk) fail(place Place, err error) {
	if w.Why == nil {
		w.Why = err
	}
	w.Failed = append(w.Failed, place)
}
