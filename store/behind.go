package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store/seal"
)

// Trace is what one message of a chat left behind that no reply waited for.
type Trace struct {
	Chat      seal.Chat
	At        time.Time // when the message was accepted
	MessageID string
	Language  string // fr, en or ln; "" leaves the member's as it is
	Staff     bool   // the chat may hold a role: it was seen
	// Draft is nil when no draft changed. Its Chat is not looked at, nor are its
	// Answers once the member is registered.
	Draft   *Draft
	Answers []Answer // for the profile; nothing unless the member is registered
}

// WriteBehind brings traces of many chats to the records in one transaction. It
// only ever adds to what is there: a chat without an address (not an adult for
// certain yet, or erased meanwhile) is left out silently, a dropped draft is
// not made again by an earlier message, and nothing given later is replaced.
// So a batch may be repeated, come late, and overlap with another one.
//
// An answer that cannot be written is left out; everything else is, and then
// the error is ErrBadAnswer: log it, do not repeat the batch. After any other
// error nothing was written.
func (db *DB) WriteBehind(ctx context.Context, traces []Trace) error {
	if len(traces) == 0 {
		return nil
	}
	// Chats are locked in one order, so that two batches, or a batch and an
	// erasure, do not wait for each other in a circle.
	traces = slices.Clone(traces)
	slices.SortStableFunc(traces, func(a, b Trace) int {
		return cmp.Or(bytes.Compare(a.Chat[:], b.Chat[:]), a.At.Compare(b.At))
	})
	var wrong error
	err := db.Write(ctx, func(tx *Tx) error {
		known, err := tx.advance(ctx, traces)
		if err != nil {
			return err
		}
		var batch pgx.Batch
		wrong = tx.queueTraces(&batch, known, traces)
		return tx.tx.SendBatch(ctx, &batch).Close()
	})
	if err = cmp.Or(err, wrong); err != nil {
		return fmt.Errorf("write behind: %w", err)
	}
	return nil
}

// owner is whom a chat in the batch belongs to.
type owner struct {
	member     uuid.UUID
	registered bool
	before     time.Time // the chat's watermark before this batch; zero: none
}

// advance moves the watermark of each chat on, never back; who writes is within
// reach again. It gives the owners of those that are on record. Their addresses are locked from here on.
func (tx *Tx) advance(ctx context.Context, traces []Trace) (map[seal.Chat]owner, error) {
	// Locked by a statement of their own: the next one then sees the owner that
	// a merge gave a chat meanwhile, and does not lose the chat over it.
	chats := make([]seal.Chat, 0, len(traces))
	for _, t := range traces {
		chats = append(chats, t.Chat)
	}
	var batch pgx.Batch
	batch.Queue(`SELECT FROM address WHERE chat = ANY($1) ORDER BY chat FOR NO KEY UPDATE`, tx.indexes(chats))
	known := map[seal.Chat]owner{}
	for i, t := range traces {
		if i+1 < len(traces) && traces[i+1].Chat == t.Chat {
			continue // the chat's last trace counts
		}
		batch.Queue(`
			WITH before AS (
				SELECT chat, last_inbound_at FROM address WHERE chat = ANY($1) FOR NO KEY UPDATE
			)
			UPDATE address SET
				last_inbound_at = greatest(address.last_inbound_at, $2),
				unreachable_at = CASE WHEN address.unreachable_at > $2 THEN address.unreachable_at END,
				last_message_id = CASE
					WHEN $2 >= address.last_inbound_at OR address.last_inbound_at IS NULL
					THEN $3 ELSE address.last_message_id END
			FROM before, member
			WHERE address.chat = before.chat AND member.id = address.member_id
			RETURNING address.member_id, member.registered_at IS NOT NULL, before.last_inbound_at`,
			tx.index(t.Chat), t.At, t.MessageID,
		).QueryRow(func(row pgx.Row) error {
			var o owner
			var before *time.Time
			err := row.Scan(&o.member, &o.registered, &before)
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}
			o.before = orZero(before)
			known[t.Chat] = o
			return err
		})
	}
	tx.sawStaff(&batch, traces)
	return known, tx.tx.SendBatch(ctx, &batch).Close()
}

// queueTraces adds the statements for the traces of known chats. Members come
// in one order for the same reason as chats.
func (tx *Tx) queueTraces(batch *pgx.Batch, known map[seal.Chat]owner, traces []Trace) error {
	traces = slices.DeleteFunc(slices.Clone(traces), func(t Trace) bool {
		_, ok := known[t.Chat]
		return !ok
	})
	slices.SortStableFunc(traces, func(a, b Trace) int {
		ma, mb := known[a.Chat].member, known[b.Chat].member
		return bytes.Compare(ma[:], mb[:])
	})
	var wrong []error
	for _, t := range traces {
		o := known[t.Chat]
		fresh := !t.At.Before(o.before)
		if t.Language != "" && fresh {
			if !slices.Contains([]string{"fr", "en", "ln"}, t.Language) {
				wrong = append(wrong, fmt.Errorf("language: %w", ErrBadAnswer))
			} else {
				batch.Queue(`UPDATE member SET language = $2 WHERE id = $1 AND language <> $2`, o.member, t.Language)
			}
		}
		if t.Draft != nil {
			d := *t.Draft
			d.Chat = t.Chat
			if o.registered {
				d.Answers = outsideProfile(d)
			}
			wrong = append(wrong, tx.queueDraft(batch, d, t.At, fresh))
		}
		if o.registered {
			wrong = append(wrong, tx.queueAnswers(batch, o.member, t.At, false, t.Answers))
		}
	}
	return errors.Join(wrong...)
}

// outsideProfile gives the answers of a draft that have no place in a profile
// yet: those of a module. The others are a registered member's in the profile,
// not in a draft.
func outsideProfile(d Draft) []Answer {
	return slices.DeleteFunc(slices.Clone(d.Answers), func(a Answer) bool {
		return slices.ContainsFunc(questions, func(q question) bool { return q.step == a.Step && (q.module == "" || q.module != d.Flow) })
	})
}
