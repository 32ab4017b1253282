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
				INSERT INTO audit (id, at, actor, role, organisation, act, object, size, exported, sealed_words)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
				e.ID, e.At, e.Actor, orNull(e.Role), orNull(e.Organisation), e.Act, orNull(e.Object), orNull(e.Size), e.Exported, sealed)
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
