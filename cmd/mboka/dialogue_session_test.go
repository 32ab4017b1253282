package main

import (
	"errors"

	"github.com/redis/go-redis/v9"

	"mboka/bot"
	"mboka/flows/registration"
)

// older rewrites the stored session as an earlier release would have left it:
// at a question that no longer exists.
func (d *dialogue) older() {
	d.t.Helper()
	d.change(func(session *bot.Session) {
		for i := range session.Stack {
			if session.Stack[i].Flow == registration.ID {
				session.Stack[i].Version, session.Stack[i].Step = 0, "gone"
			}
		}
	})
}

// change rewrites the stored session, where there is one.
func (d *dialogue) change(how func(*bot.Session)) {
	d.t.Helper()
	ctx := d.t.Context()
	d.released()
	sealed, err := d.s.redis.Get(ctx, d.key("s")).Bytes()
	if errors.Is(err, redis.Nil) {
		return
	}
	if err != nil {
		d.t.Fatal(err)
	}
	plain, err := d.s.keys.Open("session", d.chat(), "state", sealed)
	if err != nil {
		d.t.Fatal(err)
	}
	session, err := bot.DecodeSession(plain)
	if err != nil {
		d.t.Fatal(err)
	}
	how(&session)
	if plain, err = session.Encode(); err != nil {
		d.t.Fatal(err)
	}
	if sealed, err = d.s.keys.Seal("session", d.chat(), "state", plain); err != nil {
		d.t.Fatal(err)
	}
	if err := d.s.redis.Set(ctx, d.key("s"), sealed, 0).Err(); err != nil {
		d.t.Fatal(err)
	}
}

// flushed waits until the write-behind has brought everything to Postgres.
func (d *dialogue) flushed() {
	d.t.Helper()
	poll(d.t, "the answers in Postgres", func() bool {
		return d.s.redis.Exists(d.t.Context(), d.key("j")).Val() == 0
	})
}

// released waits until nobody works on the chat any more: who does has the
// session in memory.
func (d *dialogue) released() {
	d.t.Helper()
	poll(d.t, "the lease given back", func() bool {
		return d.s.redis.ZScore(d.t.Context(), "mboka:{"+d.chat()[:2]+"}:due", d.chat()).Err() != nil
	})
}

// rows counts what the records hold of the chat, everywhere.
func (d *dialogue) rows() int {
	d.t.Helper()
	var n int
	err := d.s.db.QueryRow(d.t.Context(), `
		SELECT (SELECT count(*) FROM address WHERE chat = $1) + (SELECT count(*) FROM draft WHERE chat = $1)
			+ (SELECT count(*) FROM draft_answer WHERE chat = $1) + (SELECT count(*) FROM turn WHERE chat = $1)
			+ (SELECT count(*) FROM staff WHERE chat = $1)
			+ (SELECT count(*) FROM consent c JOIN address a USING (member_id) WHERE a.chat = $1)
			+ (SELECT count(*) FROM profile p JOIN address a USING (member_id) WHERE a.chat = $1)`, d.index()).Scan(&n)
	if err != nil {
		d.t.Fatal(err)
	}
	return n
}
