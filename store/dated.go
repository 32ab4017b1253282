package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store/seal"
)

// Dated is an answer and when it was given. With neither codes nor text it was
// taken back at that time.
type Dated struct {
	Answer
	At time.Time
}

// DatedAnswers gives what a member ever answered of the profile's questions, in
// their order, answers taken back included; for what is not in the profile yet,
// what the drafts hold.
func (r reader) DatedAnswers(ctx context.Context, member uuid.UUID) ([]Dated, error) {
	answers, err := r.ProfileAnswers(ctx, member)
	if err != nil {
		return nil, err
	}
	times, err := r.answeredAt(ctx, member)
	if err != nil {
		return nil, fmt.Errorf("read profile: %w", err)
	}
	drafted, err := r.draftedAnswers(ctx, member)
	if err != nil {
		return nil, fmt.Errorf("read drafts: %w", err)
	}
	var out []Dated
	for _, q := range questions {
		at, answered := times[q.step]
		d := Dated{Answer: Answer{Step: q.step}, At: at}
		if i := slices.IndexFunc(answers, func(a Answer) bool { return a.Step == q.step }); i >= 0 {
			d.Answer = answers[i]
		} else if !answered {
			if d, answered = drafted[q.step]; !answered {
				continue
			}
		}
		out = append(out, d)
	}
	return out, nil
}

// draftedAnswers gives the newest draft answer to each question of the
// registration, over all chats of a member. An unfinished module stays a draft.
func (r reader) draftedAnswers(ctx context.Context, member uuid.UUID) (map[string]Dated, error) {
	addresses, err := r.Addresses(ctx, member)
	if err != nil {
		return nil, err
	}
	newest := map[string]Dated{}
	for _, a := range addresses {
		drafts, err := r.draftsOf(ctx, a.Chat)
		if err != nil {
			return nil, err
		}
		for _, draft := range drafts {
			for _, d := range draft.Answers {
				if q, err := questionOf(d.Answer); err == nil && q.module == "" && !d.At.Before(newest[d.Step].At) {
					newest[d.Step] = d
				}
			}
		}
	}
	return newest, nil
}

// putDated writes answers into a profile with times of their own, whatever is
// there. An answer without a time leaves its question as if it had never been
// asked.
func (tx *Tx) putDated(ctx context.Context, member uuid.UUID, answers []Dated) error {
	var batch pgx.Batch
	for _, d := range answers {
		at := d.At
		if at.IsZero() {
			at = time.UnixMicro(0)
		}
		if err := tx.queueAnswers(&batch, member, at, true, []Answer{d.Answer}); err != nil {
			return err
		}
		if d.At.IsZero() {
			batch.Queue(`UPDATE profile SET answered_at = answered_at - $2::text WHERE member_id = $1`, member, d.Step)
			continue
		}
		batch.Queue(`UPDATE profile SET answered_at = answered_at || jsonb_build_object($2::text, $3::bigint) WHERE member_id = $1`,
			member, d.Step, d.At.UnixMicro())
	}
	return tx.tx.SendBatch(ctx, &batch).Close()
}

// datedDraft is a draft whose answers have times of their own.
type datedDraft struct {
	Draft
	Answers []Dated
}

// draftsOf gives all drafts of a chat, answers taken back included.
func (r reader) draftsOf(ctx context.Context, chat seal.Chat) ([]datedDraft, error) {
	flows, err := r.q.Query(ctx, `SELECT flow FROM draft WHERE chat = ANY($1) ORDER BY flow`, r.index(chat))
	if err != nil {
		return nil, err
	}
	names, err := pgx.CollectRows(flows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	var out []datedDraft
	for _, name := range names {
		d, found, err := r.DraftOf(ctx, chat, name)
		if err != nil || !found {
			return nil, err
		}
		given := d.Answers
		d.Answers = nil
		draft := datedDraft{Draft: d}
		type stepRow struct {
			Step      string    `db:"step"`
			UpdatedAt time.Time `db:"updated_at"`
		}
		steps, err := many[stepRow](ctx, r.q, `
			SELECT step, updated_at FROM draft_answer WHERE chat = ANY($1) AND flow = $2 ORDER BY updated_at, step`, r.index(chat), name)
		if err != nil {
			return nil, err
		}
		for _, s := range steps {
			a := Dated{Answer: Answer{Step: s.Step}, At: s.UpdatedAt}
			if i := slices.IndexFunc(given, func(g Answer) bool { return g.Step == s.Step }); i >= 0 {
				a.Answer = given[i]
			}
			draft.Answers = append(draft.Answers, a)
		}
		out = append(out, draft)
	}
	return out, nil
}

// putDatedDraft writes a draft with the times that it had.
func (tx *Tx) putDatedDraft(ctx context.Context, d datedDraft) error {
	if err := tx.PutDraft(ctx, d.Draft, d.UpdatedAt); err != nil {
		return err
	}
	for _, a := range d.Answers {
		one := d.Draft
		one.Answers = []Answer{a.Answer}
		if err := tx.PutDraft(ctx, one, a.At); err != nil {
			return err
		}
	}
	return nil
}
