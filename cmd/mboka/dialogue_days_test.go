package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"mboka/bot"
	"mboka/locales"
)

// days sets back when the chat was heard.
func (d *dialogue) days(n string) {
	d.t.Helper()
	days, err := strconv.Atoi(n)
	if err != nil {
		d.t.Fatal(err)
	}
	d.flushed()
	d.exec(`UPDATE address SET last_inbound_at = last_inbound_at - make_interval(days => $2) WHERE chat = $1`, days)
	d.change(func(session *bot.Session) {
		back := -time.Duration(days) * 24 * time.Hour
		session.At, session.PromptAt = session.At.Add(back), session.PromptAt.Add(back)
	})
}

// exec changes what Postgres holds of the chat, its $1.
func (d *dialogue) exec(sql string, args ...any) {
	d.t.Helper()
	if _, err := d.s.db.Exec(d.t.Context(), sql, append([]any{d.index()}, args...)...); err != nil {
		d.t.Fatal(err)
	}
}

// gone leaves the chat as a platform does that cannot deliver to it any more,
// and Redis without a session.
func (d *dialogue) gone() {
	d.t.Helper()
	d.flushed()
	d.released()
	d.s.redis.Del(d.t.Context(), d.key("s"))
	d.exec(`UPDATE address SET unreachable_at = now() WHERE chat = $1`)
}

// heed keeps a recovery code that was said.
func (d *dialogue) heed(said []string) {
	for _, key := range []locales.Key{locales.Thanks, locales.CodeNew, locales.MovedDone} {
		if slices.Contains(said, string(key)) {
			d.spare = linkCodes.FindString(d.phone.last())
		}
	}
	d.heedCard(said)
	if slices.Contains(said, string(locales.RsvpDoor)) {
		d.door = doorCodes.FindString(d.phone.last())
	}
}

// sayings are what people say in their own language.
var sayings = map[string]locales.Label{
	"{hello}":     {"bonjour", "good morning", "mbote"},
	"{danger}":    {"je suis en danger", "I am in danger", "nazali na likama"},
	"{visa}":      {"j'ai besoin d'un visa", "I need a visa", "nazali na mposa ya visa"},
	"{coming}":    {"Oui, je viens !", "I’m coming", "Nakoya."},
	"{notcoming}": {"je ne viens plus", "I can't come", "nakoki koya te"},
	"{embassy}":   {"c'est l'ambassade ?", "is this the embassy?", "ezali ambassade?"},
	"{afraid}":    {"j'ai peur, vous donnez ça à l'ANR ?", "I am afraid, do you give this to the government?", "nazali kobanga, bopesaka yango na leta?"},
}

func saying(text string, lang locales.Lang) string {
	for mark, label := range sayings {
		text = strings.ReplaceAll(text, mark, label.In(lang))
	}
	return text
}
