package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Actors of the audit log besides staff, whose name is RoleActor.
const (
	ActorService  = "service"  // a job, or a rule that acts by itself
	ActorOperator = "operator" // somebody at the command line
)

// RoleActor names the one who acted in a role, by the role's id: it stays when
// the person behind it is erased.
func RoleActor(role uuid.UUID) string { return "role:" + role.String() }

// Entry is one act in the audit log. It holds no answer, no name and no member.
type Entry struct {
	ID           uuid.UUID
	At           time.Time
	Actor        string // ActorService, ActorOperator or RoleActor
	Role         string // "" without one
	Organisation string // "" without one
	Act          string // noun.verb: role.grant, setting.set, profile.open
	Object       string // ids and codes only: a setting's key, a figure's id; may be ""
	Size         int64  // of the result: rows, people (protected), bytes; 0: does not apply
	Exported     bool   // a file left the service
	Words        string // as they were written; sealed on record
	Understood   []byte // a question in figures, as JSON: codes only; nil: does not apply
}

// Audit adds an act to the log, in the transaction of the act itself.
func (tx *Tx) Audit(ctx context.Context, e Entry) error {
	sealed, err := tx.sealText("audit", e.ID.String(), "sealed_words", e.Words)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	insert := func() error {
		return pgx.BeginFunc(ctx, tx.tx, func(inner pgx.Tx) error {
			_, err := inner.Exec(ctx, `
				INSERT INTO audit (id, at, actor, role, organisation, act, object, size, exported, sealed_words, understood)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
				e.ID, e.At, e.Actor, orNull(e.Role), orNull(e.Organisation), e.Act, orNull(e.Object), orNull(e.Size), e.Exported, sealed, e.Understood)
			return err
		})
	}
	err = insert()
	if noPartition(err) {
		if _, err := tx.tx.Exec(ctx, `SELECT audit_month($1)`, e.At); err != nil {
			return fmt.Errorf("audit: make the month's partition: %w", err)
		}
		err = insert()
	}
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// noPartition tells that a row has no partition to lie in yet.
func noPartition(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23514" && pg.ConstraintName == ""
}

// AuditQuery says which acts are looked for.
type AuditQuery struct {
	Since time.Time
	Act   string // "": any
	Actor string // "": anybody
	Words bool   // with the words as they were written, opened
}

type auditRow struct {
	ID           uuid.UUID `db:"id"`
	At           time.Time `db:"at"`
	Actor        string    `db:"actor"`
	Role         *string   `db:"role"`
	Organisation *string   `db:"organisation"`
	Act          string    `db:"act"`
	Object       *string   `db:"object"`
	Size         *int64    `db:"size"`
	Exported     bool      `db:"exported"`
	SealedWords  []byte    `db:"sealed_words"`
	Understood   []byte    `db:"understood"`
}

// AuditLog gives the acts of the log, the oldest first. Who reads it writes an
// act of its own: see ReadAudit.
func (r reader) AuditLog(ctx context.Context, q AuditQuery) ([]Entry, error) {
	rows, err := many[auditRow](ctx, r.q, `
		SELECT id, at, actor, role, organisation, act, object, size, exported, sealed_words, understood FROM audit
		WHERE at >= $1 AND ($2 = '' OR act = $2) AND ($3 = '' OR actor = $3) ORDER BY at, id`, q.Since, q.Act, q.Actor)
	if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	entries := make([]Entry, 0, len(rows))
	for _, row := range rows {
		e := row.entry()
		if q.Words {
			if e.Words, err = r.openText("audit", e.ID.String(), "sealed_words", row.SealedWords); err != nil {
				return nil, fmt.Errorf("read audit log: %w", err)
			}
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// entry is a row without its words.
func (row auditRow) entry() Entry {
	return Entry{
		ID: row.ID, At: row.At, Actor: row.Actor, Role: orZero(row.Role), Organisation: orZero(row.Organisation),
		Act: row.Act, Object: orZero(row.Object), Size: orZero(row.Size), Exported: row.Exported, Understood: row.Understood,
	}
}

// ReadAudit is AuditLog for somebody: that they read it, and how much, is an
// act of by, whose Size is given here. It is on record before they see a line.
func (db *DB) ReadAudit(ctx context.Context, q AuditQuery, by Entry) (entries []Entry, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		if entries, err = tx.AuditLog(ctx, q); err != nil {
			return err
		}
		by.Size = int64(len(entries))
		return tx.Audit(ctx, by)
	})
	if err != nil {
		return nil, err
	}
	return entries, nil
}
