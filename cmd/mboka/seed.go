package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/synthetic"
	"mboka/flows/registration"
	"mboka/store"
)

type seedCmd struct {
	Members int    `default:"2000" help:"How many people begin; about 8% of them do not finish."`
	Seed    uint64 `default:"1" help:"The same seed gives the same people; a larger population begins with those of a smaller one."`
}

// seedBatch is how many are written in one transaction.
const seedBatch = 5000

// Run puts made-up members on record. Never among real ones.
func (c seedCmd) Run(e *world) error {
	if c.Members < 1 {
		return fmt.Errorf("--members is %d: at least one", c.Members)
	}
	cfg, err := readConfig(e.vars, need{database: true, keys: true})
	if err != nil {
		return err
	}
	db, err := store.Open(e.ctx, cfg.DatabaseURL, cfg.keys)
	if err != nil {
		return err
	}
	defer db.Close()
	n, err := seed(e.ctx, db, c.Members, c.Seed, time.Now())
	if err != nil {
		return err
	}
	if err := seedTrainees(e.ctx, db, c.Seed, time.Now()); err != nil {
		return err
	}
	fmt.Fprintf(e.out, "%d made-up members added; all are marked synthetic.\n", n)
	return nil
}

// seed writes a population as it stands on a day. Those that are there already
// stay as they are.
func seed(ctx context.Context, db *store.DB, members int, seed uint64, now time.Time) (added int, err error) {
	batch := make([]store.Synthetic, 0, seedBatch)
	flush := func() error {
		n, err := db.AddSynthetic(ctx, batch)
		added += n
		batch = batch[:0]
		return err
	}
	for p := range synthetic.People(members, seed) {
		batch = append(batch, onRecord(p, seed, now))
		if len(batch) == seedBatch {
			if err := flush(); err != nil {
				return added, err
			}
		}
	}
	if len(batch) > 0 {
		err = flush()
	}
	return added, err
}

// onRecord is a made-up person as the records keep one. Ids come from the seed.
func onRecord(p synthetic.Person, seed uint64, now time.Time) store.Synthetic {
	s := store.Synthetic{
		ID: madeUpID("member", seed, p.Number), Language: p.Language, Channel: p.Channel, Address: p.Address,
		At: now.Add(-p.Ago).Truncate(time.Microsecond), Answers: p.Answers,
	}
	given := map[string]bool{"register": true}
	for purpose, yes := range p.Consents {
		given[purpose] = yes
	}
	for purpose, yes := range given {
		s.Consents = append(s.Consents, store.Consent{
			ID: madeUpID("consent/"+purpose, seed, p.Number), Purpose: purpose, Granted: yes,
			NoticeVersion: bot.NoticeVersion, MessageID: "synthetic:" + purpose,
		})
	}
	if p.Left {
		s.Flow, s.Version, s.Step = registration.ID, registration.Flow().Version, p.Answers[len(p.Answers)-1].Step
		return s
	}
	s.Number = madeUpNumber(seed, p.Number)
	return s
}

func madeUp(kind string, seed uint64, i int) [sha256.Size]byte {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], seed)
	binary.BigEndian.PutUint64(b[8:], uint64(i))
	return sha256.Sum256(append([]byte("synthetic "+kind+" "), b[:]...))
}

func madeUpID(kind string, seed uint64, i int) uuid.UUID {
	sum := madeUp(kind, seed, i)
	id := uuid.UUID(sum[:16])
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8: of our own making
	return id
}

// madeUpNumber begins with "O", which no member's number holds: it is told apart
// at a glance, and is never given twice.
func madeUpNumber(seed uint64, i int) string {
	return fmt.Sprintf("O%X%07d", seed%16, i)
}
