package main

import (
	"regexp"
	"strings"

	"github.com/google/uuid"
)

// joinCodes are codes that give a role.
var joinCodes = regexp.MustCompile(`\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b`)

// invited has the operator invite to a role: the code is {code} from then on.
func (d *dialogue) invited(role, org string) {
	d.t.Helper()
	code, out := mboka(d.t, d.s.vars, "invite", "--role", role, "--org", org)
	if d.code = joinCodes.FindString(out); code != exitOK || d.code == "" {
		d.t.Fatalf("invite ended with %d:\n%s", code, out)
	}
}

// roleIDs are the live roles of the chat.
func (d *dialogue) roleIDs() []uuid.UUID {
	d.t.Helper()
	rows, err := d.s.db.Query(d.t.Context(), `
		SELECT r.id FROM role r JOIN staff s ON s.id = r.staff_id WHERE s.chat = $1 AND r.ended_at IS NULL ORDER BY r.granted_at`, d.index())
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
	var ids []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			d.t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// revoked has the operator end all roles of the chat, which hears of each.
func (d *dialogue) revoked() {
	d.t.Helper()
	ids := d.roleIDs()
	if len(ids) == 0 {
		d.t.Fatal("the chat has no role")
	}
	for _, id := range ids {
		if code, out := mboka(d.t, d.s.vars, "roles", "revoke", id.String()); code != exitOK || !strings.Contains(out, id.String()) {
			d.t.Fatalf("revoke ended with %d:\n%s", code, out)
		}
		d.turns++
		d.s.waitTurn(d.t, d.chat(), d.turns)
	}
}
