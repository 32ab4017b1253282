package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store/seal"
)

// journalled is one entry of the journal of merges.
type journalled struct {
	ID     uuid.UUID `db:"id"`
	Merged uuid.UUID `db:"merged_id"`
	Number *string   `db:"merged_number"`
	Sealed []byte    `db:"sealed_snapshot"`

	rows  mergedRows
	chats []seal.Chat // those of the merged member that are the survivor's still
}

// MergedWith finds the merge that separating a chat from its member would take
// back: the newest that brought this chat; for the chat that the survivor
// registered in, the newest of all. There is none where the chat was joined by
// a code alone, or where nobody would be left to the survivor.
func (r reader) MergedWith(ctx context.Context, chat seal.Chat) (merge uuid.UUID, found bool, err error) {
	own, found, err := r.AddressOf(ctx, chat)
	if err != nil || !found {
		return uuid.Nil, false, err
	}
	all, err := r.journal(ctx, own.MemberID)
	if err != nil {
		return uuid.Nil, false, fmt.Errorf("read journal of merges: %w", err)
	}
	addresses, err := r.Addresses(ctx, own.MemberID)
	if err != nil {
		return uuid.Nil, false, err
	}
	fits := func(j journalled) bool { return len(j.chats) > 0 && len(j.chats) < len(addresses) }
	for _, j := range all {
		if fits(j) && slices.Contains(j.chats, chat) {
			return j.ID, true, nil
		}
	}
	brought := slices.ContainsFunc(all, func(j journalled) bool { return slices.Contains(j.chats, chat) })
	if i := slices.IndexFunc(all, fits); i >= 0 && !brought && own.LinkedAt.IsZero() {
		return all[i].ID, true, nil
	}
	return uuid.Nil, false, nil
}

// journal gives the merges into a member, the newest first.
func (r reader) journal(ctx context.Context, survivor uuid.UUID) ([]journalled, error) {
	all, err := many[journalled](ctx, r.q, `
		SELECT id, merged_id, merged_number, sealed_snapshot FROM member_merge
		WHERE survivor_id = $1 ORDER BY at DESC, id DESC`, survivor)
	if err != nil {
		return nil, err
	}
	addresses, err := r.Addresses(ctx, survivor)
	if err != nil {
		return nil, err
	}
	for i := range all {
		j := &all[i]
		plain, err := r.keys.Open("member_merge", j.ID.String(), "sealed_snapshot", j.Sealed)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(plain, &j.rows); err != nil {
			return nil, err
		}
		brought, err := parseChats(j.rows.Chats)
		if err != nil {
			return nil, err
		}
		for _, a := range addresses {
			if slices.Contains(brought, a.Chat) {
				j.chats = append(j.chats, a.Chat)
			}
		}
	}
	return all, nil
}

// SplitMember takes a merge back and gives the member that is one again: with
// its number, its answers and consents as they were, and the chats it brought.
// The survivor gets back what the merge had replaced, unless it was answered
// anew since. Nobody is subscribed by it: a purpose that was off for both stays
// off for both. It fails with ErrNoMember when there is no such merge.
func (tx *Tx) SplitMember(ctx context.Context, survivor, merge uuid.UUID) (Member, error) {
	if err := tx.lockMembers(ctx, survivor); err != nil {
		return Member{}, fmt.Errorf("split member: %w", err)
	}
	all, err := tx.journal(ctx, survivor)
	if err != nil {
		return Member{}, fmt.Errorf("split member: %w", err)
	}
	i := slices.IndexFunc(all, func(j journalled) bool { return j.ID == merge })
	if i < 0 {
		return Member{}, fmt.Errorf("split member: %w", ErrNoMember)
	}
	j := all[i]
	before, err := tx.Consents(ctx, survivor)
	if err != nil {
		return Member{}, err
	}
	if err := tx.restore(ctx, survivor, j); err != nil {
		return Member{}, fmt.Errorf("split member: %w", err)
	}
	if err := tx.keepWithdrawals(ctx, j, before, survivor, j.Merged); err != nil {
		return Member{}, fmt.Errorf("split member: %w", err)
	}
	if err := tx.cardNeedsConsent(ctx, survivor, j.Merged); err != nil {
		return Member{}, fmt.Errorf("split member: %w", err)
	}
	if err := tx.giveBack(ctx, survivor, j.rows.Replaced); err != nil {
		return Member{}, fmt.Errorf("split member: %w", err)
	}
	m, _, err := tx.MemberByID(ctx, j.Merged)
	return m, err
}

// restore makes the merged member again, with all that was its own.
func (tx *Tx) restore(ctx context.Context, survivor uuid.UUID, j journalled) error {
	was := j.rows
	chats := tx.indexes(j.chats)
	var batch pgx.Batch
	batch.Queue(`
		INSERT INTO member (id, number, recovery_hash, language, synthetic, created_at, registered_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		j.Merged, j.Number, was.Recovery, was.Language, was.Synthetic, was.CreatedAt, orNull(was.RegisteredAt))
	batch.Queue(`UPDATE address SET member_id = $3 WHERE member_id = $1 AND chat = ANY($2)`, survivor, chats, j.Merged)
	batch.Queue(`UPDATE notice SET member_id = $3 WHERE member_id = $1 AND chat = ANY($2)`, survivor, chats, j.Merged)
	batch.Queue(`UPDATE consent SET member_id = $3 WHERE member_id = $1 AND id = ANY($2)`, survivor, was.Consents, j.Merged)
	batch.Queue(`UPDATE profile_view SET member_id = $3 WHERE member_id = $1 AND id = ANY($2)`, survivor, was.Views, j.Merged)
	batch.Queue(`UPDATE share_request SET member_id = $3 WHERE member_id = $1 AND id = ANY($2)`, survivor, was.Requests, j.Merged)
	splitDirectory(&batch, survivor, j)
	batch.Queue(`UPDATE member_merge SET survivor_id = $3 WHERE survivor_id = $1 AND id = ANY($2)`, survivor, was.Merges, j.Merged)
	if was.LentRecovery {
		batch.Queue(`UPDATE member SET recovery_hash = NULL WHERE id = $1 AND recovery_hash = $2`, survivor, was.Recovery)
	}
	batch.Queue(`DELETE FROM draft WHERE chat = ANY($1)`, chats)
	batch.Queue(`DELETE FROM member_merge WHERE id = $1`, j.ID)
	if err := tx.tx.SendBatch(ctx, &batch).Close(); err != nil {
		return err
	}
	for _, c := range was.Twins {
		if err := tx.RecordConsent(ctx, c); err != nil {
			return err
		}
	}
	if err := tx.putDated(ctx, j.Merged, was.Answers); err != nil {
		return err
	}
	for _, d := range was.Drafts {
		if !slices.Contains(j.chats, d.Chat) {
			continue
		}
		if err := tx.putDatedDraft(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// keepWithdrawals copies the last word on each purpose that was off to whoever
// of the two would have a yes without it.
func (tx *Tx) keepWithdrawals(ctx context.Context, j journalled, before []Consent, members ...uuid.UUID) error {
	last := map[string]Consent{}
	for _, c := range before { // the oldest first
		last[c.Purpose] = c
	}
	for _, id := range members {
		live, err := tx.LiveConsents(ctx, id)
		if err != nil {
			return err
		}
		for purpose := range live {
			c := last[purpose]
			if c.Granted {
				continue
			}
			c.ID, c.MemberID = uuid.NewSHA1(j.ID, append([]byte(purpose), id[:]...)), id
			if err := tx.RecordConsent(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// giveBack restores the survivor's earlier answers where those taken over stand
// unchanged.
func (tx *Tx) giveBack(ctx context.Context, survivor uuid.UUID, replaced []replacedAnswer) error {
	times, err := tx.answeredAt(ctx, survivor)
	if err != nil {
		return err
	}
	var back []Dated
	for _, r := range replaced {
		if at, ok := times[r.Was.Step]; ok && at.UnixMicro() == r.Taken.UnixMicro() {
			back = append(back, r.Was)
		}
	}
	return tx.putDated(ctx, survivor, back)
}
