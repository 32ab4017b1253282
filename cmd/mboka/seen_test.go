package main

import "strings"

// consent holds the person's last word on a purpose against what it should be.
func (d *dialogue) consent(what string) {
	d.t.Helper()
	purpose, want, _ := strings.Cut(what, " = ")
	var granted bool
	err := d.s.db.QueryRow(d.t.Context(), `
		SELECT c.granted FROM consent c JOIN address a USING (member_id)
		WHERE a.chat = $1 AND c.purpose = $2 ORDER BY c.at DESC, c.id DESC LIMIT 1`, d.chatBytes(), purpose).Scan(&granted)
	got := map[bool]string{true: "yes", false: "no"}[granted]
	if err != nil || got != want {
		d.t.Fatalf("the last word on %s is %q, not %q (%v)", purpose, got, want, err)
	}
}
