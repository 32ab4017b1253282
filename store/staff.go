package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store/seal"
)

// Staff is a chat that has taken up a role at some time. It needs no member.
type Staff struct {
	ID         uuid.UUID
	Chat       seal.Chat
	Channel    string
	Address    string // opaque; sealed on record
	Language   string // fr, en or ln
	JoinedAt   time.Time
	LastSeenAt time.Time // of its last message, as far as the write-behind has come
}

type staffRow struct {
	ID            uuid.UUID `db:"id"`
	Chat          []byte    `db:"chat"`
	Channel       string    `db:"channel"`
	SealedAddress []byte    `db:"sealed_address"`
	Language      string    `db:"language"`
	JoinedAt      time.Time `db:"joined_at"`
	LastSeenAt    time.Time `db:"last_seen_at"`
}

const selectStaff = `SELECT id, chat, channel, sealed_address, language, joined_at, last_seen_at FROM staff`

func (r reader) openStaff(row staffRow) (Staff, error) {
	chat, err := r.keys.ChatOf(row.Chat)
	if err != nil {
		return Staff{}, err
	}
	address, err := r.openText("staff", row.ID.String(), "sealed_address", row.SealedAddress)
	return Staff{
		ID: row.ID, Chat: chat, Channel: row.Channel, Address: address,
		Language: row.Language, JoinedAt: row.JoinedAt, LastSeenAt: row.LastSeenAt,
	}, err
}

// StaffOf finds the staff of a chat, also where all roles have ended.
func (r reader) StaffOf(ctx context.Context, chat seal.Chat) (Staff, bool, error) {
	row, found, err := one[staffRow](ctx, r.q, selectStaff+` WHERE chat = ANY($1)`, r.index(chat))
	if err != nil || !found {
		return Staff{}, false, wrap("find staff", err)
	}
	s, err := r.openStaff(row)
	return s, err == nil, wrap("find staff", err)
}

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// Grant gives a chat a role. s.ID and role are used where the chat is no staff
// yet, and where it has no such role that lives. fresh is false where it has
// one: that one is given back, and stays as it is.
func (tx *Tx) Grant(ctx context.Context, s Staff, role uuid.UUID, as Role, of Organisation) (h Held, fresh bool, err error) {
	h, fresh, err = tx.grant(ctx, s, role, as, of)
	return h, fresh, wrap("grant role", err)
}

func (tx *Tx) grant(ctx context.Context, s Staff, role uuid.UUID, as Role, of Organisation) (Held, bool, error) {
	at := s.LastSeenAt
	var before time.Time
	err := tx.tx.QueryRow(ctx, `SELECT id, last_seen_at FROM staff WHERE chat = ANY($1) FOR UPDATE`, tx.index(s.Chat)).Scan(&s.ID, &before)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		sealed, err := tx.sealText("staff", s.ID.String(), "sealed_address", s.Address)
		if err != nil {
			return Held{}, false, err
		}
		if _, err := tx.tx.Exec(ctx, `
			INSERT INTO staff (id, chat, channel, sealed_address, language, joined_at, last_seen_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, s.ID, tx.index(s.Chat)[0], s.Channel, sealed, s.Language, at, at); err != nil {
			return Held{}, false, err
		}
	case err != nil:
		return Held{}, false, err
	default:
		// What has lapsed must not live again by the new role's message.
		if !before.After(at.Add(-RoleSilence)) {
			if _, err := tx.endRoles(ctx, `staff_id = $1`, "lapsed", before.Add(RoleSilence), s.ID); err != nil {
				return Held{}, false, err
			}
		}
		if _, err := tx.tx.Exec(ctx, `UPDATE staff SET last_seen_at = greatest(last_seen_at, $2), language = $3 WHERE id = $1`, s.ID, at, s.Language); err != nil {
			return Held{}, false, err
		}
	}
	live := func() (Held, bool, error) {
		return one[Held](ctx, tx.q, selectHeld+` WHERE s.id = $1 AND r.role = $2 AND r.organisation = $3 AND r.ended_at IS NULL`, s.ID, as, of)
	}
	if held, has, err := live(); has || err != nil {
		return held, false, err
	}
	if _, err := tx.tx.Exec(ctx, `
		INSERT INTO role (id, staff_id, role, organisation, granted_at) VALUES ($1, $2, $3, $4, $5)`, role, s.ID, as, of, at); err != nil {
		return Held{}, false, err
	}
	held, _, err := live()
	return held, true, err
}

// endRoles ends live roles and gives their ids.
func (tx *Tx) endRoles(ctx context.Context, where, why string, at time.Time, arg any) ([]uuid.UUID, error) {
	rows, err := tx.tx.Query(ctx, `
		UPDATE role SET ended_at = greatest($3, granted_at), ended_why = $2 WHERE ended_at IS NULL AND `+where+` RETURNING id`, arg, why, at)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, err
	}
	return ids, tx.endWithRoles(ctx, ids)
}

// LiveRoles are all roles that somebody holds at a time, who was seen last
// first.
func (r reader) LiveRoles(ctx context.Context, at time.Time) ([]Held, error) {
	held, err := many[Held](ctx, r.q, selectHeld+`
		WHERE r.ended_at IS NULL AND s.last_seen_at > $1 ORDER BY s.last_seen_at DESC, r.id`, at.Add(-RoleSilence))
	return held, wrap("list roles", err)
}

// RevokeRole ends a role. found is false where there is none by this id, or it
// has ended. What is returned beside it is whom to tell; its Address is "" for
// somebody who has erased themselves.
func (tx *Tx) RevokeRole(ctx context.Context, id uuid.UUID, at time.Time) (h Held, s Staff, found bool, err error) {
	ended, err := tx.endRoles(ctx, `id = $1`, "revoked", at, id)
	if err != nil || len(ended) == 0 {
		return Held{}, Staff{}, false, wrap("revoke role", err)
	}
	if h, _, err = one[Held](ctx, tx.q, selectHeld+` WHERE r.id = $1`, id); err != nil {
		return Held{}, Staff{}, false, wrap("revoke role", err)
	}
	row, there, err := one[staffRow](ctx, tx.q, selectStaff+` WHERE id = $1 AND chat IS NOT NULL`, h.StaffID)
	if err == nil && there {
		s, err = tx.openStaff(row)
	}
	return h, s, err == nil, wrap("revoke role", err)
}

// LapseRoles ends the roles of those who were last seen at a time or earlier:
// RoleSilence before now. They end when the silence was long enough, not when
// somebody looked.
func (tx *Tx) LapseRoles(ctx context.Context, before time.Time) ([]Held, error) {
	held, err := many[Held](ctx, tx.q, `
		UPDATE role r SET ended_at = greatest(s.last_seen_at + $2::interval, r.granted_at), ended_why = 'lapsed'
		FROM staff s WHERE s.id = r.staff_id AND r.ended_at IS NULL AND s.last_seen_at <= $1
		RETURNING r.id, r.staff_id, r.role, r.organisation, r.granted_at, s.last_seen_at`, before, RoleSilence)
	if err == nil {
		err = tx.endWithRoles(ctx, idsOf(held))
	}
	return held, wrap("lapse roles", err)
}

func idsOf(held []Held) []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(held))
	for _, h := range held {
		ids = append(ids, h.ID)
	}
	return ids
}

// EraseStaff ends the roles of chats and takes away whose they were; the roles
// stay, ended, for the audit log. It gives those that lived, and may be
// repeated.
func (tx *Tx) EraseStaff(ctx context.Context, at time.Time, chats ...seal.Chat) ([]Held, error) {
	raw := tx.indexes(chats)
	held, err := many[Held](ctx, tx.q, selectHeld+`
		WHERE s.chat = ANY($1) AND r.ended_at IS NULL ORDER BY r.id FOR UPDATE OF r`, raw)
	if err != nil {
		return nil, wrap("erase staff", err)
	}
	// Before the roles end: then they could not be found any more.
	if _, err := tx.tx.Exec(ctx, `DELETE FROM workshop_answer WHERE staff_id IN (SELECT id FROM staff WHERE chat = ANY($1))`, raw); err != nil {
		return nil, wrap("erase staff", err)
	}
	if _, err := tx.endRoles(ctx, `staff_id IN (SELECT id FROM staff WHERE chat = ANY($1))`, "erased", at, raw); err != nil {
		return nil, wrap("erase staff", err)
	}
	if _, err := tx.tx.Exec(ctx, `UPDATE notice SET chat = NULL WHERE chat = ANY($1)`, raw); err != nil {
		return nil, wrap("erase staff", err)
	}
	var batch pgx.Batch
	batch.Queue(`
		UPDATE delivery SET staff_id = NULL, place = '', country = '',
			state = CASE WHEN state IN ('planned', 'parked') THEN 'withdrawn' ELSE state END
		WHERE staff_id IN (SELECT id FROM staff WHERE chat = ANY($1))`, raw) // the row stays: totals add up
	batch.Queue(`DELETE FROM feedback WHERE staff_id IN (SELECT id FROM staff WHERE chat = ANY($1))`, raw)
	batch.Queue(`DELETE FROM rsvp WHERE staff_id IN (SELECT id FROM staff WHERE chat = ANY($1))`, raw)
	batch.Queue(`UPDATE staff SET chat = NULL, channel = NULL, sealed_address = NULL WHERE chat = ANY($1)`, raw)
	return held, wrap("erase staff", tx.tx.SendBatch(ctx, &batch).Close())
}

// ForgetStaff takes away whose chats they were that have had no role since a
// time, and says how many. The roles stay, ended, for the audit log.
func (tx *Tx) ForgetStaff(ctx context.Context, since time.Time) (int64, error) {
	tag, err := tx.tx.Exec(ctx, `
		UPDATE staff s SET chat = NULL, channel = NULL, sealed_address = NULL
		WHERE s.chat IS NOT NULL AND NOT EXISTS (
			SELECT FROM role r WHERE r.staff_id = s.id AND (r.ended_at IS NULL OR r.ended_at > $1))`, since)
	return tag.RowsAffected(), wrap("forget staff", err)
}

// sawStaff adds the statements by which staff were seen. A role that has lapsed
// does not live again by it.
func (r reader) sawStaff(batch *pgx.Batch, traces []Trace) {
	for i, t := range traces {
		if !t.Staff || i+1 < len(traces) && traces[i+1].Chat == t.Chat {
			continue // the chat's last trace counts
		}
		batch.Queue(`UPDATE staff SET last_seen_at = $2, language = CASE WHEN $4 IN ('fr', 'en', 'ln') THEN $4 ELSE language END
			WHERE chat = ANY($1) AND last_seen_at < $2 AND last_seen_at > $3`,
			r.index(t.Chat), t.At, t.At.Add(-RoleSilence), t.Language)
	}
}
