package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"mboka/store/seal"
)

// Draft is a flow that a chat has begun, with the answers that are not in a
// profile: those before registration, and those of an unfinished module.
type Draft struct {
	Chat      seal.Chat
	Flow      string
	Version   int      // of the flow, when it was answered
	Step      string   // the question that is open
	Skipped   []string // questions passed over
	Answers   []Answer // in the order of their keys
	UpdatedAt time.Time
}

func (d Draft) check() error {
	if !code.MatchString(d.Flow) || !code.MatchString(d.Step) {
		return fmt.Errorf("name of a flow or question: %w", ErrBadAnswer)
	}
	for _, step := range d.Skipped {
		if !code.MatchString(step) {
			return fmt.Errorf("skipped question: %w", ErrBadAnswer)
		}
	}
	return nil
}

// queueDraft adds the statements that write a draft. What is on record with a
// later time stays. A draft that is not on record is made only if fresh. Answers
// with ErrBadAnswer are left out of the batch, the others are in it.
func (r reader) queueDraft(batch *pgx.Batch, d Draft, at time.Time, fresh bool) error {
	if err := d.check(); err != nil {
		return err
	}
	skipped := d.Skipped
	if skipped == nil {
		skipped = []string{}
	}
	batch.Queue(`
		INSERT INTO draft (chat, flow, version, step, skipped, updated_at)
		SELECT `+onRecord+`, $2::text, $3::int, $4::text, $5::text[], $6::timestamptz
		WHERE $7 OR EXISTS (SELECT FROM draft WHERE chat = ANY($1) AND flow = $2)
		ON CONFLICT (chat, flow) DO UPDATE SET
			version = excluded.version, step = excluded.step, skipped = excluded.skipped, updated_at = excluded.updated_at
		WHERE draft.updated_at <= excluded.updated_at`,
		r.index(d.Chat), d.Flow, d.Version, d.Step, skipped, at, fresh)
	var wrong []error
	for _, a := range d.Answers {
		if err := checkAnswer(a); err != nil {
			wrong = append(wrong, err)
			continue
		}
		sealed, err := r.sealText("draft_answer", answerID(d.Chat, d.Flow, a.Step), "sealed_text", a.Text)
		if err != nil {
			return err
		}
		codes := a.Codes
		if codes == nil {
			codes = []string{}
		}
		batch.Queue(`
			INSERT INTO draft_answer (chat, flow, step, codes, sealed_text, updated_at)
			SELECT draft.chat, draft.flow, $3::text, $4::text[], $5::bytea, $6::timestamptz
			FROM draft WHERE chat = ANY($1) AND flow = $2
			ON CONFLICT (chat, flow, step) DO UPDATE SET
				codes = excluded.codes, sealed_text = excluded.sealed_text, updated_at = excluded.updated_at
			WHERE draft_answer.updated_at <= excluded.updated_at`,
			r.index(d.Chat), d.Flow, a.Step, codes, sealed, at)
	}
	return errors.Join(wrong...)
}

// answerID names a row of draft_answer for sealing.
func answerID(chat seal.Chat, flow, step string) string {
	return chat.String() + ":" + flow + ":" + step
}

// PutDraft writes a draft: where it stands, and of the answers those given.
// Others that are on record stay, as does what is on record with a later time.
// The chat needs an address. A wrong answer is refused with ErrBadAnswer, and
// then nothing is written.
func (tx *Tx) PutDraft(ctx context.Context, d Draft, at time.Time) error {
	var batch pgx.Batch
	if err := tx.queueDraft(&batch, d, at, true); err != nil {
		return fmt.Errorf("put draft: %w", err)
	}
	if err := tx.tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("put draft: %w", err)
	}
	return nil
}

// DraftOf finds what a chat has answered in a flow so far.
func (r reader) DraftOf(ctx context.Context, chat seal.Chat, flow string) (d Draft, found bool, err error) {
	d = Draft{Chat: chat, Flow: flow}
	err = r.q.QueryRow(ctx, `
		SELECT version, step, skipped, updated_at FROM draft WHERE chat = ANY($1) AND flow = $2`, r.index(chat), flow).
		Scan(&d.Version, &d.Step, &d.Skipped, &d.UpdatedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Draft{}, false, nil
	}
	if err != nil {
		return Draft{}, false, fmt.Errorf("find draft: %w", err)
	}
	type answerRow struct {
		Step       string   `db:"step"`
		Codes      []string `db:"codes"`
		SealedText []byte   `db:"sealed_text"`
	}
	rows, err := many[answerRow](ctx, r.q, `
		SELECT step, codes, sealed_text FROM draft_answer
		WHERE chat = ANY($1) AND flow = $2 AND (codes <> '{}' OR sealed_text IS NOT NULL)
		ORDER BY step`, r.index(chat), flow)
	if err != nil {
		return Draft{}, false, fmt.Errorf("find draft: %w", err)
	}
	for _, row := range rows {
		plain, err := r.openText("draft_answer", answerID(chat, flow, row.Step), "sealed_text", row.SealedText)
		if err != nil {
			return Draft{}, false, fmt.Errorf("find draft: %w", err)
		}
		d.Answers = append(d.Answers, Answer{Step: row.Step, Codes: row.Codes, Text: plain})
	}
	return d, true, nil
}

// DropDraft forgets a draft, as of the message that ended it: what WriteBehind
// brings later of earlier messages does not make it again.
func (tx *Tx) DropDraft(ctx context.Context, chat seal.Chat, flow string, at time.Time) error {
	if _, err := tx.tx.Exec(ctx, `
		UPDATE address SET last_inbound_at = greatest(last_inbound_at, $2) WHERE chat = ANY($1)`, tx.index(chat), at); err != nil {
		return fmt.Errorf("drop draft: %w", err)
	}
	if _, err := tx.tx.Exec(ctx, `DELETE FROM draft WHERE chat = ANY($1) AND flow = $2`, tx.index(chat), flow); err != nil {
		return fmt.Errorf("drop draft: %w", err)
	}
	return nil
}
