package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/store"
	"mboka/store/seal"
)

// mostPasses bounds how often a command goes over everything: what a running
// replica writes behind it is met by the next pass.
const mostPasses = 5

// mostNamed is how many faults are shown one by one.
const mostNamed = 20

// inRedis stands for Redis among the columns.
const inRedis = "redis"

type keysResealCmd struct{}

// Help is the order of a rotation.
func (keysResealCmd) Help() string { return turningOrder }

// Run seals with the primary key what older keys sealed.
func (keysResealCmd) Run(e *world) error {
	return turnAll(e, seal.SealPart, func(s *stores) (store.Resealed, error) {
		done, err := s.db.Reseal(e.ctx, told(e))
		if err != nil {
			return done, err
		}
		walked, err := s.sessions.Walk(e.ctx, bot.Reseal(s.keys))
		done.Done += walked.Changed
		for _, p := range walked.Failed {
			done.Failed = append(done.Failed, store.Unopened{Row: p.String(), Why: walked.Why})
		}
		if walked.Changed > 0 {
			told(e)(inRedis, walked.Changed)
		}
		return done, err
	})
}

type keysReindexCmd struct{}

// Help is the order of a rotation.
func (keysReindexCmd) Help() string { return turningOrder }

// Run turns the index of addresses.
func (keysReindexCmd) Run(e *world) error {
	return turnAll(e, seal.IndexPart, func(s *stores) (store.Resealed, error) {
		return s.db.Reindex(e.ctx, told(e))
	})
}

func told(e *world) func(string, int) {
	return func(column string, n int) { fmt.Fprintf(e.out, "%-32s %d done\n", column, n) }
}

// turnAll goes over everything until nothing is left that is not the primary
// key's, and says what it did, what is left and what comes next.
func turnAll(e *world, part seal.Part, pass func(*stores) (store.Resealed, error)) error {
	cfg, err := readConfig(e.vars, need{database: true, redis: true, keys: true})
	if err != nil {
		return err
	}
	s, err := openStores(e.ctx, cfg.DatabaseURL, cfg.RedisURL, cfg.keys)
	if err != nil {
		return err
	}
	defer s.close()
	primary := primaryOf(s.keys, part)
	fmt.Fprintf(e.out, "Key %s is the primary of part %s.\n", primary.ID, part)
	var total store.Resealed
	var left []store.Lot
	for range mostPasses {
		done, err := pass(s)
		total.Done += done.Done
		total.Failed = done.Failed
		if err != nil {
			return fmt.Errorf("%d done, then: %w; run it again, it goes on", total.Done, err)
		}
		if left, err = older(e.ctx, s, part); err != nil {
			return err
		}
		if rows(left) <= len(done.Failed) {
			break
		}
	}
	if err := recordTurn(e.ctx, s, part, primary.ID, total.Done); err != nil {
		return err
	}
	return sayTurned(e, part, total, left)
}

func sayTurned(e *world, part seal.Part, total store.Resealed, left []store.Lot) error {
	for i, f := range total.Failed {
		if i == mostNamed {
			fmt.Fprintf(e.err, "… and %d more\n", len(total.Failed)-i)
			break
		}
		fmt.Fprintf(e.err, "%s: %v\n", f.Row, f.Why)
	}
	fmt.Fprintf(e.out, "%d turned in all.\n", total.Done)
	if rows(left) > 0 {
		for _, lot := range left {
			fmt.Fprintf(e.out, "%-32s %d left\n", lot.Column, lot.Rows)
		}
		return fmt.Errorf("%d are left under other keys: has every replica been restarted with the new primary? Is the keyset complete, and does DATABASE_URL name the owner of the tables?", rows(left))
	}
	fmt.Fprintln(e.out, "Nothing is left under other keys.")
	fmt.Fprintf(e.err, "Next: mboka keys list shows the old key, mboka keys drop --part %s ID takes it away.\n", part)
	return nil
}

func primaryOf(keys *seal.Keys, part seal.Part) seal.Key {
	all := keys.List()
	i := slices.IndexFunc(all, func(k seal.Key) bool { return k.Part == part && k.Primary })
	return all[i] // every keyset that can be parsed has one
}

func rows(lots []store.Lot) (n int) {
	for _, lot := range lots {
		n += lot.Rows
	}
	return n
}

// older counts what is not the primary key's, in Postgres and in Redis.
func older(ctx context.Context, s *stores, part seal.Part) ([]store.Lot, error) {
	lots, err := s.db.Older(ctx, part)
	if err != nil || part != seal.SealPart {
		return lots, err
	}
	return withRedis(ctx, s, lots, s.keys.SealPrefix(), true)
}

// under counts what needs a key.
func under(ctx context.Context, s *stores, key seal.Key) ([]store.Lot, error) {
	lots, err := s.db.Under(ctx, key)
	if err != nil || key.Part != seal.SealPart {
		return lots, err
	}
	prefix, err := key.Prefix()
	if err != nil {
		return nil, err
	}
	return withRedis(ctx, s, lots, prefix, false)
}

func withRedis(ctx context.Context, s *stores, lots []store.Lot, prefix []byte, not bool) ([]store.Lot, error) {
	n := 0
	if _, err := s.sessions.Walk(ctx, bot.Beginning(prefix, not, &n)); err != nil {
		return nil, err
	}
	if n > 0 {
		lots = append(lots, store.Lot{Column: inRedis, Rows: n})
	}
	return lots, nil
}

// recordTurn leaves in the audit log that keys were turned.
func recordTurn(ctx context.Context, s *stores, part seal.Part, key string, done int) error {
	if done == 0 {
		return nil
	}
	id, err := uuid.NewRandomFromReader(rand.Reader)
	if err != nil {
		return err
	}
	act := map[seal.Part]string{seal.SealPart: "keys.reseal", seal.IndexPart: "keys.reindex"}[part]
	return s.db.Write(ctx, func(tx *store.Tx) error {
		return tx.Audit(ctx, store.Entry{ID: id, At: time.Now(), Actor: store.ActorOperator, Act: act, Object: key, Size: int64(done)})
	})
}

type keysDropCmd struct {
	keysetFlags
	Key       string `arg:"" help:"The id of the key, as keys list shows it; bare for what a keyset of the first version left."`
	Unchecked bool   `help:"Do not look whether something still needs the key. What does is lost."`
}

// Help is the order of a rotation.
func (keysDropCmd) Help() string { return turningOrder }

// Run takes a key away that nothing needs any more.
func (c keysDropCmd) Run(e *world) error {
	cfg, doc, err := c.document(e)
	if err != nil {
		return err
	}
	out, err := seal.Drop(doc, seal.Part(c.Part), c.Key)
	if err != nil {
		return err
	}
	if !c.Unchecked {
		if err := c.check(e, cfg, doc); err != nil {
			return err
		}
	}
	return c.hand(e, cfg, out, fmt.Sprintf(`Key %s is dropped from part %s.
Next: give this keyset to every replica and restart them all. Keep the one before in the safe as long as there are dumps from before.`, c.Key, c.Part))
}

// check refuses while something needs the key.
func (c keysDropCmd) check(e *world, cfg config, doc []byte) error {
	if cfg.DatabaseURL == "" || cfg.RedisURL == "" {
		return &configError{faults: []string{"DATABASE_URL and REDIS_URL are needed to look whether something still needs the key (or --unchecked)"}}
	}
	keys, err := seal.Parse(doc)
	if err != nil {
		return err
	}
	s, err := openStores(e.ctx, cfg.DatabaseURL, cfg.RedisURL, keys)
	if err != nil {
		return err
	}
	defer s.close()
	lots, err := under(e.ctx, s, seal.Key{Part: seal.Part(c.Part), ID: c.Key})
	if err != nil {
		return err
	}
	for _, lot := range lots {
		fmt.Fprintf(e.err, "%-32s %d need key %s\n", lot.Column, lot.Rows, c.Key)
	}
	if len(lots) > 0 {
		return errors.New("the key is still needed, and what needs it would be lost: mboka keys reseal, or reindex for part index, comes before")
	}
	return nil
}
