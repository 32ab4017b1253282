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
