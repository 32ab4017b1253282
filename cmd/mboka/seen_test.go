package main

import (
	"regexp"
	"strings"
)

// consent holds the person's last word on a purpose against what it should be.
func (d *dialogue) consent(what string) {
	d.t.Helper()
	purpose, want, _ := strings.Cut(what, " = ")
	var granted bool
	err := d.s.db.QueryRow(d.t.Context(), `
		SELECT c.granted FROM consent c JOIN address a USING (member_id)
		WHERE a.chat = $1 AND c.purpose = $2 ORDER BY c.at DESC, c.id DESC LIMIT 1`, d.index(), purpose).Scan(&granted)
	got := map[bool]string{true: "yes", false: "no"}[granted]
	if err != nil || got != want {
		d.t.Fatalf("the last word on %s is %q, not %q (%v)", purpose, got, want, err)
	}
}

var memberNumbers = regexp.MustCompile(`\b[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}\b`)

// hearsOf waits for something that the bot says unasked.
func (d *dialogue) hearsOf(keys string) {
	d.t.Helper()
	d.turns++
	turn := d.s.waitTurn(d.t, d.chat(), d.turns)
	if got := strings.Join(turn.Said, " "); got != keys {
		d.t.Fatalf("hears %q, not %q", got, keys)
	}
	if len(turn.Said) > 0 {
		poll(d.t, "the message on the phone", func() bool { m, e := d.phone.count(); return m+e > d.had })
		d.shows()
	}
}

// ends moves the requests of both phones' staff into the past.
func (d *dialogue) ends() {
	d.t.Helper()
	there := d.s.keys.Indexes(d.s.keys.Chat(d.away.phone.channel(), d.away.phone.address()))[0]
	if _, err := d.s.db.Exec(d.t.Context(), `
		UPDATE share_request s SET asked_at = now() - interval '1 day', expires_at = now() - interval '1 hour'
		FROM role r JOIN staff f ON f.id = r.staff_id WHERE r.id = s.role_id AND s.told_at IS NULL AND f.chat = ANY($1)`,
		[][]byte{d.index(), there}); err != nil {
		d.t.Fatal(err)
	}
}
