package bot_test

import (
	"strings"

	"mboka/bot"
	"mboka/store"
)

// says holds a reply against its keys.
func (r *rig) says(m bot.Message, keys string) bot.Message {
	r.t.Helper()
	if got := strings.Join(m.Keys, " "); got != keys {
		r.t.Fatalf("said %s, not %s", got, keys)
	}
	return m
}

// named gives the person of the chat a name, in the records.
func (r *rig) named(name string) {
	r.t.Helper()
	ctx := r.t.Context()
	err := r.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		m, _, err := tx.MemberByChat(ctx, r.cfg.Keys.Chat("telegram", "4711"))
		if err != nil {
			return err
		}
		return tx.PutAnswers(ctx, m.ID, m.CreatedAt, []store.Answer{{Step: "display_name", Text: name}})
	})
	if err != nil {
		r.t.Fatal(err)
	}
}
