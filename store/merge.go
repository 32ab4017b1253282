package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store/seal"
)

// Merge makes one member of two. It is kept in a journal, so that Split can
// take it back; the journal goes when the survivor is erased.
type Merge struct {
	ID       uuid.UUID
	Survivor uuid.UUID // keeps id, number and language
	Merged   uuid.UUID // is no member any more; its number stays taken
	At       time.Time
	// Answers are those that the survivor takes over, with their times; one
	// without codes and text clears its question.
	Answers []Dated
}

// mergedRows is what it takes to make a merged member a member again, and what
// the survivor had before. It is stored sealed.
type mergedRows struct {
	Language     string
	Synthetic    bool
	CreatedAt    time.Time
	RegisteredAt time.Time
	Recovery     []byte
	LentRecovery bool // the survivor had none and was given this one
	Chats        []string
	Answers      []Dated
	Consents     []uuid.UUID
	Twins        []Consent // that the survivor has too: copies made by an earlier split
	Drafts       []datedDraft
	Merges       []uuid.UUID // earlier merges into it
	Views        []uuid.UUID // of its profile
	Requests     []uuid.UUID // for its profile
	Directory    mergedDirectory
	Replaced     []replacedAnswer
}

// replacedAnswer is what the survivor had answered before it took over another
// answer; At is zero where it had not answered.
type replacedAnswer struct {
	Taken time.Time // of the answer taken over
	Was   Dated
}

// MergeMembers merges two members. The chats and consents of the merged one
// become the survivor's, so that the last word on a purpose, from either, is
// the one that counts; its drafts and its code are dropped. What was announced
// to it, and what it answered, goes to the survivor and stays there after a split.
// It fails with ErrNoMember,
// and then nothing has changed, when one of them is not there any more.
func (tx *Tx) MergeMembers(ctx context.Context, m Merge) error {
	if err := tx.lockMembers(ctx, m.Survivor, m.Merged); err != nil {
		return fmt.Errorf("merge members: %w", err)
	}
	merged, _, err := tx.MemberByID(ctx, m.Merged)
	if err != nil {
		return err
	}
	rows, err := tx.snapshot(ctx, m, merged)
	if err != nil {
		return fmt.Errorf("merge members: %w", err)
	}
	var batch pgx.Batch
	batch.Queue(`DELETE FROM draft USING address WHERE draft.chat = address.chat AND address.member_id = $1`, m.Merged)
	batch.Queue(`UPDATE address SET member_id = $2 WHERE member_id = $1`, m.Merged, m.Survivor)
	batch.Queue(`DELETE FROM consent WHERE id = ANY($1)`, consentIDs(rows.Twins))
	batch.Queue(`UPDATE consent SET member_id = $2 WHERE member_id = $1`, m.Merged, m.Survivor)
	batch.Queue(`UPDATE notice SET member_id = $2 WHERE member_id = $1`, m.Merged, m.Survivor)
	batch.Queue(`UPDATE profile_view SET member_id = $2 WHERE member_id = $1`, m.Merged, m.Survivor)
	batch.Queue(`UPDATE share_request SET member_id = $2 WHERE member_id = $1`, m.Merged, m.Survivor)
	// What was announced to both stays counted for both, once with a name.
	batch.Queue(`UPDATE delivery d SET member_id = $2 WHERE member_id = $1
		AND NOT EXISTS (SELECT FROM delivery o WHERE o.announcement_id = d.announcement_id AND o.member_id = $2)`, m.Merged, m.Survivor)
	batch.Queue(`UPDATE delivery SET state = 'withdrawn', settled_at = $2 WHERE member_id = $1 AND state IN ('planned', 'parked')`, m.Merged, m.At)
	// Of two answers the later one counts, unless the earlier one has a seat.
	batch.Queue(`DELETE FROM rsvp r USING rsvp o WHERE r.member_id = $2 AND o.member_id = $1 AND o.mission_id = r.mission_id AND o.at > r.at
		AND NOT (r.answer = 'yes' AND o.answer = 'yes' AND o.waiting)`, m.Merged, m.Survivor)
	batch.Queue(`UPDATE rsvp r SET member_id = $2 WHERE member_id = $1
		AND NOT EXISTS (SELECT FROM rsvp o WHERE o.mission_id = r.mission_id AND o.member_id = $2)`, m.Merged, m.Survivor)
	batch.Queue(`UPDATE feedback f SET member_id = $2 WHERE member_id = $1
		AND NOT EXISTS (SELECT FROM feedback o WHERE o.mission_id = f.mission_id AND o.member_id = $2)`, m.Merged, m.Survivor)
	mergeDirectory(&batch, m)
	batch.Queue(`UPDATE member_merge SET survivor_id = $2 WHERE survivor_id = $1`, m.Merged, m.Survivor)
	batch.Queue(`UPDATE member SET recovery_hash = coalesce(recovery_hash, $2) WHERE id = $1`, m.Survivor, merged.RecoveryHash)
	batch.Queue(`DELETE FROM member WHERE id = $1`, m.Merged)
	if err := tx.tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("merge members: %w", err)
	}
	if err := tx.notSilent(ctx, m.Survivor); err != nil {
		return err
	}
	if err := tx.cardNeedsConsent(ctx, m.Survivor); err != nil {
		return err
	}
	if err := tx.putDated(ctx, m.Survivor, m.Answers); err != nil {
		return fmt.Errorf("merge answers: %w", err)
	}
	plain, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("write journal of merges: %w", err)
	}
	sealed, err := tx.keys.Seal("member_merge", m.ID.String(), "sealed_snapshot", plain)
	if err != nil {
		return err
	}
	_, err = tx.tx.Exec(ctx, `
		INSERT INTO member_merge (id, survivor_id, merged_id, merged_number, at, sealed_snapshot)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		m.ID, m.Survivor, m.Merged, orNull(merged.Number), m.At, sealed)
	if err != nil {
		return fmt.Errorf("write journal of merges: %w", err)
	}
	return nil
}

// lockMembers locks members, their chats first and each in one order, as
// WriteBehind and EraseMember take them. From then on nothing is added to them.
func (tx *Tx) lockMembers(ctx context.Context, ids ...uuid.UUID) error {
	if _, err := tx.tx.Exec(ctx, `SELECT FROM address WHERE member_id = ANY($1) ORDER BY chat FOR UPDATE`, ids); err != nil {
		return err
	}
	tag, err := tx.tx.Exec(ctx, `SELECT FROM member WHERE id = ANY($1) ORDER BY id FOR UPDATE`, ids)
	if err != nil {
		return err
	}
	if int(tag.RowsAffected()) != len(ids) {
		return ErrNoMember
	}
	return nil
}

// snapshot reads what a split will need.
func (tx *Tx) snapshot(ctx context.Context, m Merge, merged Member) (mergedRows, error) {
	survivor, _, err := tx.MemberByID(ctx, m.Survivor)
	if err != nil {
		return mergedRows{}, err
	}
	rows := mergedRows{
		Language: merged.Language, Synthetic: merged.Synthetic, CreatedAt: merged.CreatedAt, RegisteredAt: merged.RegisteredAt,
		Recovery: merged.RecoveryHash, LentRecovery: survivor.RecoveryHash == nil && merged.RecoveryHash != nil,
	}
	addresses, err := tx.Addresses(ctx, m.Merged)
	if err != nil {
		return mergedRows{}, err
	}
	for _, a := range addresses {
		rows.Chats = append(rows.Chats, a.Chat.String())
		drafts, err := tx.draftsOf(ctx, a.Chat)
		if err != nil {
			return mergedRows{}, err
		}
		rows.Drafts = append(rows.Drafts, drafts...)
	}
	if merged.Registered() {
		if rows.Answers, err = tx.DatedAnswers(ctx, m.Merged); err != nil {
			return mergedRows{}, err
		}
	}
	if rows.Consents, rows.Twins, err = tx.twins(ctx, m); err != nil {
		return mergedRows{}, err
	}
	if rows.Merges, err = tx.ids(ctx, `SELECT id FROM member_merge WHERE survivor_id = $1 ORDER BY id`, m.Merged); err != nil {
		return mergedRows{}, err
	}
	if rows.Views, err = tx.ids(ctx, `SELECT id FROM profile_view WHERE member_id = $1 ORDER BY id`, m.Merged); err != nil {
		return mergedRows{}, err
	}
	if rows.Requests, err = tx.ids(ctx, `SELECT id FROM share_request WHERE member_id = $1 ORDER BY id`, m.Merged); err != nil {
		return mergedRows{}, err
	}
	if rows.Directory, err = tx.directoryOf(ctx, m); err != nil {
		return mergedRows{}, err
	}
	had, err := tx.DatedAnswers(ctx, m.Survivor)
	if err != nil {
		return mergedRows{}, err
	}
	for _, taken := range m.Answers {
		was := Dated{Answer: Answer{Step: taken.Step}}
		if i := slices.IndexFunc(had, func(d Dated) bool { return d.Step == taken.Step }); i >= 0 {
			was = had[i]
		}
		rows.Replaced = append(rows.Replaced, replacedAnswer{Taken: taken.At.Truncate(time.Microsecond), Was: was})
	}
	return rows, nil
}

// twins gives the consents of the merged member, apart from those that the
// survivor has by the same message.
func (r reader) twins(ctx context.Context, m Merge) (own []uuid.UUID, twins []Consent, err error) {
	theirs, err := r.Consents(ctx, m.Survivor)
	if err != nil {
		return nil, nil, err
	}
	all, err := r.Consents(ctx, m.Merged)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range all {
		if slices.ContainsFunc(theirs, func(o Consent) bool { o.ID, o.MemberID = c.ID, c.MemberID; return o == c }) {
			twins = append(twins, c)
		} else {
			own = append(own, c.ID)
		}
	}
	return own, twins, nil
}

func consentIDs(all []Consent) []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(all))
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	return ids
}

func (r reader) ids(ctx context.Context, sql string, args ...any) ([]uuid.UUID, error) {
	rows, err := r.q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

func parseChats(names []string) ([]seal.Chat, error) {
	chats := make([]seal.Chat, 0, len(names))
	for _, name := range names {
		chat, err := seal.ParseChat(name)
		if err != nil {
			return nil, err
		}
		chats = append(chats, chat)
	}
	return chats, nil
}
