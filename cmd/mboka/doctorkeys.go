package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"mboka/store"
	"mboka/store/seal"
)

// keysLook bounds the search for what older keys sealed, which reads whole
// tables.
const keysLook = 10 * time.Second

// keys names the keys in use, by their ids.
func (d *doctor) keys(keys *seal.Keys) {
	var parts []string
	for _, part := range []seal.Part{seal.SealPart, seal.IndexPart} {
		n := 0
		for _, key := range keys.List() {
			if key.Part == part {
				n++
			}
		}
		parts = append(parts, fmt.Sprintf("%s: %s is primary, %d enabled", part, primaryOf(keys, part).ID, n))
	}
	d.ok("keys", "readable; %s", strings.Join(parts, "; "))
}

// turning tells whether something is not the primary keys' yet: a rotation
// that has not come to its end.
func (d *doctor) turning(s *stores) {
	for _, part := range []seal.Part{seal.SealPart, seal.IndexPart} {
		name := "key of " + string(part)
		ctx, cancel := context.WithTimeout(d.e.ctx, keysLook)
		lots, err := older(ctx, s, part)
		late := errors.Is(ctx.Err(), context.DeadlineExceeded)
		cancel()
		switch command := map[seal.Part]string{seal.SealPart: "reseal", seal.IndexPart: "reindex"}[part]; {
		case err != nil && late:
			d.ok(name, "not looked through within %s; `mboka keys %s` does it to the end", keysLook, command)
		case err != nil:
			d.bad(name, err, "are Postgres, its migrations and Redis all right?")
		case len(lots) > 0:
			d.bad(name, fmt.Errorf("%d values are under older keys (%s)", rows(lots), columnsOf(lots)),
				"mboka keys "+command+", once every replica has the present keyset")
		default:
			d.ok(name, "everything is under the primary")
		}
	}
}

func columnsOf(lots []store.Lot) string {
	var names []string
	for _, lot := range lots {
		names = append(names, lot.Column)
	}
	return strings.Join(names, ", ")
}
