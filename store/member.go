package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"mboka/store/seal"
)

// Errors of members that a caller branches on.
var (
	// ErrNumberTaken: another member has this number; try the next one.
	ErrNumberTaken = errors.New("the member number is taken")
	// ErrNoMember: there is no such member, or none that is not registered yet.
	ErrNoMember = errors.New("no such member")
)

// Member is a person on record. Without RegisteredAt the four required answers
// are not all in.
type Member struct {
	ID           uuid.UUID
	Number       string // "" until registered
	Language     string // fr, en or ln
	Synthetic    bool   // made up for a demonstration
	CreatedAt    time.Time
	RegisteredAt time.Time // zero until registered
	RecoveryHash []byte    // seal.Keys.CodeHash of the recovery code; nil if none was given
	SilentSince  time.Time // when the last chat was heard last, once there is none; zero while there is one
}

// Registered says whether the member counts.
func (m Member) Registered() bool { return !m.RegisteredAt.IsZero() }

// CreateMember adds a member who is not registered yet. Number, RegisteredAt
// and RecoveryHash are not looked at.
func (tx *Tx) CreateMember(ctx context.Context, m Member) error {
	_, err := tx.tx.Exec(ctx, `
		INSERT INTO member (id, language, synthetic, created_at) VALUES ($1, $2, $3, $4)`,
		m.ID, m.Language, m.Synthetic, m.CreatedAt)
	if err != nil {
		return fmt.Errorf("create member: %w", err)
	}
	return nil
}

// RegisterMember gives a member a number, once, and counts them for the link by
// which they came. With ErrNumberTaken nothing has changed and the transaction
// goes on: try another number.
func (tx *Tx) RegisterMember(ctx context.Context, id uuid.UUID, number string, at time.Time) error {
	// A nested transaction is a savepoint, which outlives the violation.
	err := pgx.BeginFunc(ctx, tx.tx, func(inner pgx.Tx) error {
		var merged bool // a number in the journal of merges may come back
		if err := inner.QueryRow(ctx, `SELECT EXISTS (SELECT FROM member_merge WHERE merged_number = $1)`, number).Scan(&merged); err != nil {
			return err
		}
		if merged {
			return ErrNumberTaken
		}
		var registered int
		err := inner.QueryRow(ctx, `
			WITH registered AS (
				UPDATE member SET number = $2, registered_at = $3
				WHERE id = $1 AND registered_at IS NULL RETURNING ambassador_id),
			came AS (
				INSERT INTO ambassador_month (ambassador_id, month, came)
				SELECT ambassador_id, $4::date, 1 FROM registered WHERE ambassador_id IS NOT NULL
				ON CONFLICT (ambassador_id, month) DO UPDATE SET came = ambassador_month.came + 1)
			SELECT count(*) FROM registered`, id, number, at, day(monthOf(at))).Scan(&registered)
		if err == nil && registered == 0 {
			return ErrNoMember
		}
		return err
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" { // unique_violation
		return fmt.Errorf("register member: %w", ErrNumberTaken)
	}
	if err != nil {
		return fmt.Errorf("register member: %w", err)
	}
	return nil
}

// SetRecovery keeps the hash of a member's recovery code, 32 bytes, in place of
// an earlier one.
func (tx *Tx) SetRecovery(ctx context.Context, id uuid.UUID, hash []byte) error {
	tag, err := tx.tx.Exec(ctx, `UPDATE member SET recovery_hash = $2 WHERE id = $1`, id, hash)
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNoMember
	}
	if err != nil {
		return fmt.Errorf("set recovery code: %w", err)
	}
	return nil
}

type memberRow struct {
	ID           uuid.UUID  `db:"id"`
	Number       *string    `db:"number"`
	Language     string     `db:"language"`
	Synthetic    bool       `db:"synthetic"`
	CreatedAt    time.Time  `db:"created_at"`
	RegisteredAt *time.Time `db:"registered_at"`
	RecoveryHash []byte     `db:"recovery_hash"`
	SilentSince  *time.Time `db:"silent_since"`
}

const selectMember = `
	SELECT m.id, m.number, m.language, m.synthetic, m.created_at, m.registered_at, m.recovery_hash, m.silent_since
	FROM member m`

func (row memberRow) member() Member {
	return Member{
		ID: row.ID, Number: orZero(row.Number), Language: row.Language, Synthetic: row.Synthetic,
		CreatedAt: row.CreatedAt, RegisteredAt: orZero(row.RegisteredAt), RecoveryHash: row.RecoveryHash,
		SilentSince: orZero(row.SilentSince),
	}
}

// MemberByChat finds the member that a chat belongs to.
func (r reader) MemberByChat(ctx context.Context, chat seal.Chat) (m Member, found bool, err error) {
	row, found, err := one[memberRow](ctx, r.q, selectMember+` JOIN address a ON a.member_id = m.id WHERE a.chat = ANY($1)`, r.index(chat))
	if err != nil {
		return Member{}, false, fmt.Errorf("find member: %w", err)
	}
	return row.member(), found, nil
}

// MemberByID finds a member.
func (r reader) MemberByID(ctx context.Context, id uuid.UUID) (m Member, found bool, err error) {
	row, found, err := one[memberRow](ctx, r.q, selectMember+` WHERE m.id = $1`, id)
	if err != nil {
		return Member{}, false, fmt.Errorf("find member: %w", err)
	}
	return row.member(), found, nil
}

// MemberByRecovery finds the member whose recovery code has this hash, 32 bytes,
// and locks the member and all their chats until the transaction ends: of two
// that use a code at the same time the second finds it changed.
func (tx *Tx) MemberByRecovery(ctx context.Context, hash []byte) (m Member, found bool, err error) {
	row, found, err := one[memberRow](ctx, tx.q, selectMember+` WHERE m.recovery_hash = $1`, hash)
	if err != nil || !found {
		return Member{}, false, wrapped("find member by recovery code", err)
	}
	switch err := tx.lockMembers(ctx, row.ID); {
	case errors.Is(err, ErrNoMember):
		return Member{}, false, nil
	case err != nil:
		return Member{}, false, fmt.Errorf("find member by recovery code: %w", err)
	}
	m, found, err = tx.MemberByID(ctx, row.ID)
	return m, found && bytes.Equal(m.RecoveryHash, hash), err
}

// wrapped says what failed, where something did.
func wrapped(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// EraseMember takes back everything about a member: the member, the addresses,
// consents, profile, drafts, codes, journal of merges, whose the roles were, and the turns of the
// member's chats, the running one included. Of notices the outcome stays, not whom they
// were for; and one more in the anonymous count of that day (UTC).
// Without such a member it does nothing, so it can be repeated.
func (tx *Tx) EraseMember(ctx context.Context, id uuid.UUID, day time.Time) error {
	// Chats first and in order, as WriteBehind takes them: neither waits for
	// the other in a circle, and what it brings later finds no chat.
	chats, err := tx.chats(ctx, `SELECT chat FROM address WHERE member_id = $1 ORDER BY chat FOR UPDATE`, id)
	if err != nil {
		return fmt.Errorf("erase member: %w", err)
	}
	if _, err := tx.EraseStaff(ctx, day, chats...); err != nil {
		return err
	}
	if err := tx.EraseTurns(ctx, chats...); err != nil {
		return err
	}
	if _, err := tx.tx.Exec(ctx, `UPDATE notice SET member_id = NULL, chat = NULL WHERE member_id = $1 OR chat = ANY($2)`, id, tx.indexes(chats)); err != nil {
		return fmt.Errorf("erase addressees of notices: %w", err)
	}
	if _, err := tx.tx.Exec(ctx, `
		UPDATE delivery SET member_id = NULL, place = '', country = '',
			state = CASE WHEN state IN ('planned', 'parked') THEN 'withdrawn' ELSE state END
		WHERE member_id = $1`, id); err != nil { // the row stays: totals add up
		return fmt.Errorf("erase addressee of deliveries: %w", err)
	}
	if err := tx.eraseWords(ctx, id); err != nil {
		return err
	}
	if err := tx.eraseSeen(ctx, id); err != nil {
		return err
	}
	tag, err := tx.tx.Exec(ctx, `DELETE FROM member WHERE id = $1`, id) // and all that refers to it
	if err != nil {
		return fmt.Errorf("erase member: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	if _, err := tx.tx.Exec(ctx, `
		INSERT INTO erased (day, count) VALUES ($1, 1)
		ON CONFLICT (day) DO UPDATE SET count = erased.count + 1`, day.UTC()); err != nil {
		return fmt.Errorf("count erasure: %w", err)
	}
	return nil
}
