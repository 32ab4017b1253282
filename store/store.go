// Package store keeps the records in PostgreSQL: one file a noun, SQL by hand
// beside the Go that runs it.
//
// It may import store/seal, locales, pgx, goose and River. It knows no conversation,
// no channel and no text of the service.
//
// Reading is done on a DB or inside a transaction; what belongs to a turn is
// written inside one only, by the methods of Tx. Ids and times are given by
// the caller, so that a repeated turn writes the same; times are kept to the
// microsecond and come back in UTC. A chat is kept by an index that turns, see
// chat.go. Names, addresses and free text are sealed
// before they leave this package for the database, and errors carry none of
// them.
package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"mboka/store/seal"
)

const (
	// poolSize is how many connections one process opens at most, unless the
	// URL says pool_max_conns. PostgreSQL allows 100 in all by default, so six
	// replicas fit.
	poolSize = 16
	// connectTimeout and statementTimeout keep a turn from waiting for a
	// database that is not there or does not come to an end.
	connectTimeout   = 5 * time.Second
	statementTimeout = 30 * time.Second
	// attempts is how often a transaction is tried that PostgreSQL gave up for
	// the sake of another one.
	attempts = 4
)

// DB is the records. It is safe for concurrent use.
type DB struct {
	reader
	pool *pgxpool.Pool
}

// Tx is a transaction on the records. It is for one goroutine.
type Tx struct {
	reader
	tx pgx.Tx
}

// querier is what a pool and a transaction have in common.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// reader is what can be read, on a DB as in a Tx.
type reader struct {
	q    querier
	keys *seal.Keys
}

// Open prepares a pool of connections. It connects when the first one is
// needed, so that the service starts while PostgreSQL is away: ask Ping.
func Open(ctx context.Context, url string, keys *seal.Keys) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err) // pgx hides the password
	}
	if !strings.Contains(url, "pool_max_conns") {
		cfg.MaxConns = poolSize
	}
	cfg.ConnConfig.ConnectTimeout = connectTimeout
	setDefault(cfg.ConnConfig.RuntimeParams, "application_name", "mboka")
	setDefault(cfg.ConnConfig.RuntimeParams, "statement_timeout", fmt.Sprint(statementTimeout.Milliseconds()))
	// Compiling a query takes longer than nearly all of ours run.
	setDefault(cfg.ConnConfig.RuntimeParams, "jit", "off")
	cfg.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		conn.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID,
			Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return &DB{reader: reader{q: pool, keys: keys}, pool: pool}, nil
}

func setDefault(params map[string]string, key, value string) {
	if _, set := params[key]; !set {
		params[key] = value
	}
}

// Close ends all connections, after waiting for what still uses one.
func (db *DB) Close() { db.pool.Close() }

// Ping says whether PostgreSQL answers.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.pool.Ping(ctx); err != nil {
		return fmt.Errorf("ping store: %w", err)
	}
	return nil
}

// Keys gives the keys that the records are sealed with.
func (db *DB) Keys() *seal.Keys { return db.keys }

// Write runs do in a transaction: all of it happens, or with an error nothing.
// It is for what no message asked for (seeding, commands); a message's effects
// belong in Turn. When PostgreSQL gives up the transaction in favour of another
// one, do is called again.
func (db *DB) Write(ctx context.Context, do func(*Tx) error) error {
	var err error
	for range attempts {
		err = pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
			return do(&Tx{reader: reader{q: tx, keys: db.keys}, tx: tx})
		})
		if !again(err) {
			break
		}
	}
	return err
}

// errAgain asks Write for another attempt.
var errAgain = errors.New("the row went away meanwhile")

// again says whether a transaction may be tried once more: it met a deadlock
// (40P01) or was not serialisable (40001).
func again(err error) bool {
	var pg *pgconn.PgError
	return errors.Is(err, errAgain) || errors.As(err, &pg) && (pg.Code == "40P01" || pg.Code == "40001")
}

// one reads a single row into the struct with its columns; found is false if
// there is none.
func one[T any](ctx context.Context, q querier, sql string, args ...any) (row T, found bool, err error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return row, false, err
	}
	row, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
	if errors.Is(err, pgx.ErrNoRows) {
		return row, false, nil
	}
	return row, err == nil, err
}

// many reads all rows into structs with their columns.
func many[T any](ctx context.Context, q querier, sql string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[T])
}

// sealText seals a text of a row; no text is no value.
func (r reader) sealText(table, id, column, text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	return r.keys.Seal(table, id, column, []byte(text))
}

// openText is the way back from sealText.
func (r reader) openText(table, id, column string, sealed []byte) (string, error) {
	if sealed == nil {
		return "", nil
	}
	plain, err := r.keys.Open(table, id, column, sealed)
	return string(plain), err
}

// orNull gives nil for a zero value, which PostgreSQL keeps as NULL.
func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// orZero is the way back from orNull.
func orZero[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
