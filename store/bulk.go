package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ErrRealMembers: synthetic members are not put among real ones.
var ErrRealMembers = errors.New("there are real members on record")

// Synthetic is a made-up member, ready to be written.
type Synthetic struct {
	ID               uuid.UUID
	Number           string // "": not registered
	Language         string
	Channel, Address string
	At               time.Time // of everything about them
	Answers          []Answer
	// Flow, Version and Step are where somebody stopped who is not registered.
	Flow     string
	Version  int
	Step     string
	Consents []Consent // MemberID, Channel, Language and At are those of the member
}

// AddSynthetic writes made-up members in one transaction, thousands at a time.
// They are marked as such. With real members on record it refuses
// (ErrRealMembers); those that are there already, by their id, are left out.
func (db *DB) AddSynthetic(ctx context.Context, all []Synthetic) (added int, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		added = 0
		var living bool
		if err := tx.tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM member WHERE NOT synthetic)`).Scan(&living); err != nil {
			return err
		}
		if living {
			return ErrRealMembers
		}
		fresh, err := tx.fresh(ctx, all)
		if err != nil {
			return err
		}
		added = len(fresh)
		return tx.copySynthetic(ctx, fresh)
	})
	if err != nil {
		return 0, fmt.Errorf("add synthetic members: %w", err)
	}
	return added, nil
}

// HasSynthetic tells whether there are made-up members.
func (r reader) HasSynthetic(ctx context.Context) (bool, error) {
	var any bool
	if err := r.q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM member WHERE synthetic)`).Scan(&any); err != nil {
		return false, fmt.Errorf("look for synthetic members: %w", err)
	}
	return any, nil
}

func (tx *Tx) fresh(ctx context.Context, all []Synthetic) ([]Synthetic, error) {
	ids := make([]uuid.UUID, 0, len(all))
	for _, s := range all {
		ids = append(ids, s.ID)
	}
	rows, err := tx.tx.Query(ctx, `SELECT id FROM member WHERE id = ANY($1)`, ids)
	if err != nil {
		return nil, err
	}
	there, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, err
	}
	known := make(map[uuid.UUID]bool, len(there))
	for _, id := range there {
		known[id] = true
	}
	var fresh []Synthetic
	for _, s := range all {
		if !known[s.ID] {
			fresh = append(fresh, s)
		}
	}
	return fresh, nil
}

func (tx *Tx) copySynthetic(ctx context.Context, all []Synthetic) error {
	var members, addresses, consents, profiles [][]any
	var drafts []Draft
	for _, s := range all {
		chat := tx.keys.Chat(s.Channel, s.Address)
		var registered *time.Time
		if s.Number != "" {
			registered = &s.At
		}
		members = append(members, []any{s.ID, orNull(s.Number), s.Language, true, s.At, registered})
		sealed, err := tx.keys.Seal("address", chat.String(), "sealed_address", []byte(s.Address))
		if err != nil {
			return err
		}
		addresses = append(addresses, []any{tx.index(chat)[0], s.ID, s.Channel, sealed, s.At, s.At})
		for _, c := range s.Consents {
			consents = append(consents, []any{c.ID, s.ID, c.Purpose, c.Granted, c.NoticeVersion, s.Language, s.Channel, s.At, c.MessageID})
		}
		if s.Number == "" {
			drafts = append(drafts, Draft{Chat: chat, Flow: s.Flow, Version: s.Version, Step: s.Step, Answers: s.Answers, UpdatedAt: s.At})
			continue
		}
		row, err := tx.profileRow(s)
		if err != nil {
			return err
		}
		profiles = append(profiles, row)
	}
	for _, c := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"member", []string{"id", "number", "language", "synthetic", "created_at", "registered_at"}, members},
		{"address", []string{"chat", "member_id", "channel", "sealed_address", "created_at", "last_inbound_at"}, addresses},
		{"consent", []string{"id", "member_id", "purpose", "granted", "notice_version", "language", "channel", "at", "message_id"}, consents},
		{"profile", profileColumns(), profiles},
	} {
		if _, err := tx.tx.CopyFrom(ctx, pgx.Identifier{c.table}, c.columns, pgx.CopyFromRows(c.rows)); err != nil {
			return fmt.Errorf("copy %ss: %w", c.table, err)
		}
	}
	for _, d := range drafts {
		if err := tx.PutDraft(ctx, d, d.UpdatedAt); err != nil {
			return err
		}
	}
	return nil
}

// profileRow is a member's row, in the order of profileColumns.
func (tx *Tx) profileRow(s Synthetic) ([]any, error) {
	answered := make(map[string]int64, len(s.Answers))
	row := []any{s.ID, s.At, nil}
	for _, q := range questions {
		values := make([]any, len(q.columns()))
		for _, a := range s.Answers {
			if a.Step != q.step {
				continue
			}
			if err := q.check(a); err != nil {
				return nil, err
			}
			var err error
			if values, err = q.values(tx.reader, s.ID, a); err != nil {
				return nil, err
			}
			answered[q.step] = s.At.UnixMicro()
		}
		row = append(row, values...)
	}
	var err error
	row[2], err = json.Marshal(answered)
	return row, err
}

func profileColumns() []string {
	names := []string{"member_id", "updated_at", "answered_at"}
	for _, q := range questions {
		names = append(names, q.columns()...)
	}
	return names
}
