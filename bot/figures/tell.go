package figures

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"

	"mboka/bot/protect"
	"mboka/store"
)

// publish counts and protects, with an eye on all that is known of this snapshot
// already. After it no other figure is published until the transaction ends: only
// the comparison waits for others. To compare before, and again where others were
// told something meanwhile, has ten who ask at once wait longer, not shorter.
func (d *Desk) publish(ctx context.Context, tx *store.Tx, s *Snapshot, r protect.Rules, q Query) (Published, error) {
	counted, err := s.Count(q)
	if err != nil {
		return Published{}, err
	}
	p, err := Publish(r, q, counted)
	if err != nil {
		return Published{}, err
	}
	p.Synthetic = s.Synthetic
	since, err := tx.FiguresOver(ctx, s.ID, s.told.newest())
	if err == nil {
		err = s.told.takeIn(since)
	}
	if err != nil {
		return Published{}, err
	}
	return p, s.told.check(q, p)
}

// takeIn takes in what was published since it was last looked at, here or by
// another process: all of it, in its order.
func (l *ledger) takeIn(since []store.FigureTold) error {
	for _, f := range since {
		if err := l.add(f.Query, f.Published); err != nil {
			return err
		}
		l.mu.Lock()
		l.last = max(l.last, f.Place)
		l.mu.Unlock()
	}
	return nil
}

// Public gives a figure for everybody: under the larger threshold, kept under an
// id as any other, and part of what is known of the snapshot. Asked again over
// the same snapshot it is the same figure. refused tells that it may not be
// shown; found is false before the first snapshot.
func (d *Desk) Public(ctx context.Context, q Query) (f Figure, found, refused bool, err error) {
	q.Public = true
	for try := 1; try <= idTries; try++ {
		f, found, refused, err = d.public(ctx, q, try)
		if !errors.Is(err, store.ErrFigureTaken) {
			break
		}
	}
	return f, found, refused, err
}

// public fails with store.ErrFigureTaken where the id of a try is another
// figure's, or has just become this one's.
func (d *Desk) public(ctx context.Context, q Query, try int) (f Figure, found, refused bool, err error) {
	policy, err := d.Policy(ctx)
	if err != nil {
		return Figure{}, false, false, fmt.Errorf("read settings: %w", err)
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		refused = false
		var s *Snapshot
		if s, found, err = d.snapshot(ctx, tx); err != nil || !found {
			return err
		}
		query, err := json.Marshal(q)
		if err != nil {
			return fmt.Errorf("write figure: %w", err)
		}
		id := d.id("public figure", s.ID+":"+string(query), try)
		was, known, err := tx.FigureByID(ctx, id)
		if err != nil {
			return err
		}
		if known {
			if f, err = onRecord(was); err == nil && (was.SnapshotID != s.ID || !reflect.DeepEqual(f.Query, q)) {
				err = store.ErrFigureTaken
			}
			return err
		}
		p, err := d.publish(ctx, tx, s, Rules(policy), q)
		if refused = withheld(err); refused {
			return nil
		}
		if err != nil {
			return err
		}
		f = Figure{Taken: s.Taken, ID: spokenID(id), Query: q, Published: p}
		published, err := json.Marshal(p)
		if err != nil {
			return fmt.Errorf("write figure: %w", err)
		}
		return tx.PutFigure(ctx, store.Figure{ID: id, SnapshotID: s.ID, Organisation: store.Public, At: s.Taken, Query: query, Published: published})
	})
	return f, found, refused, err
}

// idSigns are those of a figure's id: no look-alikes.
const (
	idSigns = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	idTries = 8
)

// id comes from what the figure answers: asked again, it is the same.
func (d *Desk) id(purpose, what string, try int) string {
	raw := d.Keys.Code(purpose, what+":"+strconv.Itoa(try), 5)
	for i, b := range raw {
		raw[i] = idSigns[int(b)%len(idSigns)]
	}
	return string(raw)
}
