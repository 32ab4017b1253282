package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store/seal"
)

// sealedColumn is a column whose values are sealed. A test fails for a column
// of bytes that is not among sealedColumns.
type sealedColumn struct {
	table  string
	key    []string // the columns of the primary key, in its order
	id     int      // how many of them, from the first, name the row for sealing
	column string
}

var sealedColumns = []sealedColumn{
	{"address", []string{"chat"}, 1, "sealed_address"},
	{"profile", []string{"member_id"}, 1, "profession_text"},
	{"profile", []string{"member_id"}, 1, "city_text"},
	{"profile", []string{"member_id"}, 1, "display_name"},
	{"profile", []string{"member_id"}, 1, "offer_text"},
	{"draft_answer", []string{"chat", "flow", "step"}, 3, "sealed_text"},
	{"turn", []string{"chat", "message_id"}, 2, "sealed_result"},
	{"member_merge", []string{"id"}, 1, "sealed_snapshot"},
	{"staff", []string{"id"}, 1, "sealed_address"},
	{"share_request", []string{"id"}, 1, "sealed_institution"},
	{"share_request", []string{"id"}, 1, "sealed_purpose"},
	{"mission", []string{"id"}, 1, "sealed_venue"},
	{"mission", []string{"id"}, 1, "sealed_hint"},
	{"mission", []string{"id"}, 1, "sealed_url"},
	{"mission", []string{"id"}, 1, "sealed_cost"},
	{"mission", []string{"id"}, 1, "sealed_bring"},
	{"mission", []string{"id"}, 1, "sealed_contact"},
	{"mission", []string{"id"}, 1, "sealed_organiser"},
	{"mission_text", []string{"mission_id", "language"}, 2, "sealed_title"},
	{"mission_text", []string{"mission_id", "language"}, 2, "sealed_summary"},
	{"announcement_text", []string{"announcement_id", "language"}, 2, "sealed_body"},
	{"announcement", []string{"id"}, 1, "sealed_form"},
	{"announcement", []string{"id"}, 1, "sealed_refusal"},
	{"announcement_draft", []string{"staff_id", "step"}, 2, "sealed_text"},
	{"feedback", []string{"id"}, 1, "sealed_text"},
	{"ambassador", []string{"id"}, 1, "sealed_label"},
	{"directory_card", []string{"id"}, 1, "sealed_name"},
	{"directory_card", []string{"id"}, 1, "sealed_link"},
	{"directory_contact", []string{"id"}, 1, "sealed_name"},
	{"directory_contact", []string{"id"}, 1, "sealed_text"},
	{"directory_contact", []string{"id"}, 1, "sealed_reply"},
	{"audit", []string{"id", "at"}, 1, "sealed_words"},
}

func (c sealedColumn) name() string { return c.table + "." + c.column }

// resealBatch is how many rows are read at a time.
const resealBatch = 200

// Unopened is a value that no enabled key opens, or a row that could not be
// changed. It names the row, nothing of its content.
type Unopened struct {
	Row string // table:id:column
	Why error
}

// Resealed is what a Reseal or Reindex has done.
type Resealed struct {
	Done   int
	Failed []Unopened
}

// Reseal seals with the primary key all that older keys sealed. It goes row by
// row beside a running service: what is written meanwhile stays as it is. It
// may be ended at any time and run again, and goes on with what is left. After
// an error of Postgres it stops; a row that cannot be opened is passed over.
//
// The words of the audit log can be sealed anew only by the owner of the
// tables.
func (db *DB) Reseal(ctx context.Context, progress func(column string, done int)) (Resealed, error) {
	var all Resealed
	for _, c := range sealedColumns {
		if err := db.resealColumn(ctx, c, &all, progress); err != nil {
			return all, fmt.Errorf("reseal %s: %w", c.name(), err)
		}
	}
	return all, nil
}

func (db *DB) resealColumn(ctx context.Context, c sealedColumn, all *Resealed, progress func(string, int)) error {
	var last []any
	done := 0
	for {
		rows, err := db.older(ctx, c, last)
		if err != nil {
			return err
		}
		for _, row := range rows {
			values, sealed := row[:len(c.key)], row[len(c.key)].([]byte)
			changed, err := db.resealRow(ctx, c, values, sealed)
			switch {
			case err != nil && ctx.Err() != nil:
				return err
			case err != nil:
				all.Failed = append(all.Failed, Unopened{Row: db.rowName(c, values), Why: err})
			case changed:
				done++
				all.Done++
			}
			last = values
		}
		if done > 0 && len(rows) > 0 {
			progress(c.name(), done)
		}
		if len(rows) < resealBatch {
			return nil
		}
	}
}

// older reads the next rows that the primary key did not seal: their key, then
// what is sealed.
func (db *DB) older(ctx context.Context, c sealedColumn, last []any) ([][]any, error) {
	key := strings.Join(c.key, ", ")
	args := []any{db.keys.SealPrefix()}
	after := ""
	if last != nil {
		var places []string
		for _, v := range last {
			args = append(args, v)
			places = append(places, fmt.Sprintf("$%d", len(args)))
		}
		after = fmt.Sprintf("AND (%s) > (%s)", key, strings.Join(places, ", "))
	}
	rows, err := db.pool.Query(ctx, fmt.Sprintf(`
		SELECT %s, %s FROM %s WHERE %s IS NOT NULL AND substring(%s FROM 1 FOR 5) <> $1 %s
		ORDER BY %s LIMIT %d`, key, c.column, c.table, c.column, c.column, after, key, resealBatch), args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() })
}

// resealRow says whether the row still held what was read.
func (db *DB) resealRow(ctx context.Context, c sealedColumn, key []any, sealed []byte) (bool, error) {
	id, err := db.sealID(c, key)
	if err != nil {
		return false, err
	}
	fresh, err := db.keys.Reseal(c.table, id, c.column, sealed)
	if err != nil {
		return false, err
	}
	if c.table == "audit" {
		var changed bool
		err := db.pool.QueryRow(ctx, `SELECT audit_reseal($1, $2, $3, $4)`, key[0], key[1], sealed, fresh).Scan(&changed)
		return changed, err
	}
	var where strings.Builder
	for i, column := range c.key {
		fmt.Fprintf(&where, "%s = $%d AND ", column, i+3)
	}
	tag, err := db.pool.Exec(ctx, fmt.Sprintf(`UPDATE %s SET %s = $1 WHERE %s %s = $2`, c.table, c.column, where.String(), c.column),
		append([]any{fresh, sealed}, key...)...)
	return tag.RowsAffected() == 1, err
}

// sealID is the id of a row as it was given to Seal.
func (r reader) sealID(c sealedColumn, key []any) (string, error) {
	var parts []string
	for i, column := range c.key[:c.id] {
		switch v := key[i].(type) {
		case []byte:
			chat, err := r.keys.ChatOf(v)
			if err != nil {
				return "", err
			}
			parts = append(parts, chat.String())
		case [16]byte:
			parts = append(parts, uuid.UUID(v).String())
		case string:
			parts = append(parts, v)
		default:
			return "", fmt.Errorf("key %s.%s is a %T", c.table, column, v)
		}
	}
	return strings.Join(parts, ":"), nil
}

// rowName names a row for the operator, also where its chat cannot be opened.
func (r reader) rowName(c sealedColumn, key []any) string {
	id, err := r.sealID(c, key)
	if err != nil {
		if index, ok := key[0].([]byte); ok {
			id = hex.EncodeToString(index)
		}
	}
	return c.table + ":" + id + ":" + c.column
}

// Lot is how many rows of a column there are of some kind.
type Lot struct {
	Column string // table.column
	Rows   int
}

// Older counts what is not the primary key's, by column, leaving out columns
// without any. It reads whole tables: bound it by ctx.
func (db *DB) Older(ctx context.Context, part seal.Part) ([]Lot, error) {
	if part == seal.SealPart {
		return db.countSealed(ctx, `substring(%[1]s FROM 1 FOR 5) <> $1`, db.keys.SealPrefix())
	}
	condition, args := db.turnable()
	return db.countIndexed(ctx, condition, args...)
}

// Under counts what a key sealed, or made an index with, by column.
func (db *DB) Under(ctx context.Context, key seal.Key) ([]Lot, error) {
	prefix, err := key.Prefix()
	switch {
	case err != nil:
		return nil, err
	case key.Part == seal.SealPart:
		return db.countSealed(ctx, `substring(%[1]s FROM 1 FOR 5) = $1`, prefix)
	case key.ID == seal.BareID:
		return db.countIndexed(ctx, `octet_length(chat) = 16`)
	}
	return db.countIndexed(ctx, `octet_length(chat) > 16 AND substring(chat FROM 1 FOR 5) = $1`, prefix)
}

func (db *DB) countSealed(ctx context.Context, condition string, prefix []byte) ([]Lot, error) {
	var lots []Lot
	for _, c := range sealedColumns {
		lot, err := db.count(ctx, c.table, c.column, fmt.Sprintf(condition, c.column), prefix)
		if err != nil {
			return nil, err
		}
		lots = append(lots, lot...)
	}
	return lots, nil
}

func (db *DB) countIndexed(ctx context.Context, condition string, args ...any) ([]Lot, error) {
	var lots []Lot
	for _, table := range indexedTables {
		lot, err := db.count(ctx, table, "chat", condition, args...)
		if err != nil {
			return nil, err
		}
		lots = append(lots, lot...)
	}
	return lots, nil
}

func (db *DB) count(ctx context.Context, table, column, condition string, args ...any) ([]Lot, error) {
	lot := Lot{Column: table + "." + column}
	err := db.pool.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM %s WHERE %s`, table, condition), args...).Scan(&lot.Rows)
	if err != nil {
		return nil, fmt.Errorf("count %s: %w", lot.Column, err)
	}
	if lot.Rows == 0 {
		return nil, nil
	}
	return []Lot{lot}, nil
}
