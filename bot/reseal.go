package bot

import (
	"bytes"
	"fmt"

	"mboka/store/seal"
	"mboka/store/sessions"
)

// Reseal gives a visitor for sessions.Walk that seals with the primary key what
// older keys sealed in Redis.
func Reseal(keys *seal.Keys) func(sessions.Place, []byte) ([]byte, error) {
	return func(p sessions.Place, sealed []byte) ([]byte, error) {
		table, id, column, err := sealedAt(p)
		if err != nil {
			return nil, err
		}
		return keys.Reseal(table, id, column, sealed)
	}
}

// Beginning gives a visitor for sessions.Walk that changes nothing and counts
// what begins with a prefix, or with not what does not.
func Beginning(prefix []byte, not bool, count *int) func(sessions.Place, []byte) ([]byte, error) {
	return func(_ sessions.Place, sealed []byte) ([]byte, error) {
		if bytes.HasPrefix(sealed, prefix) != not {
			*count++
		}
		return nil, nil
	}
}

// sealedAt is the place that was bound to a value when it was sealed.
func sealedAt(p sessions.Place) (table, id, column string, err error) {
	switch p.Kind {
	case sessions.SessionKind:
		return "session", p.Owner, "state", nil
	case sessions.MessageKind:
		return "mailbox", p.Owner, p.ID, nil
	case sessions.ReplyKind:
		return "outbox", p.Owner, p.ID, nil
	case sessions.EntryKind:
		return "journal", p.Owner, "entry", nil
	case sessions.PickupKind:
		return "pickup", p.Owner, p.ID, nil
	}
	return "", "", "", fmt.Errorf("reseal: unknown kind %q", p.Kind)
}
