package effects

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"mboka/bot"
	"mboka/locales"
)

// tableHead names the columns. They are the same in every language, so that a
// program finds them; what a person reads stands in title and value.
var tableHead = []string{"section", "name", "title", "code", "value", "at", "detail"}

// table is the copy as one table for a spreadsheet. The mark in front tells
// spreadsheets that it is UTF-8.
func table(k kept, lang locales.Lang) []byte {
	out := bytes.NewBufferString("\ufeff")
	w := csv.NewWriter(out)
	w.UseCRLF = true // RFC 4180
	row := func(cells ...string) {
		safe := make([]string, 0, len(cells)) // the cells may be shared
		for _, cell := range cells {
			safe = append(safe, bot.Harmless(cell))
		}
		_ = w.Write(safe) // a buffer takes everything
	}
	row(tableHead...)
	if k.Member.Language != "" {
		row("member", "number", "", "", k.Member.Number, moment(k.Member.RegisteredAt), "")
		language, _ := locales.ParseLang(k.Member.Language)
		row("member", "language", "", k.Member.Language, language.Name(), moment(k.Member.CreatedAt), "")
	}
	if k.Member.Synthetic {
		row("member", "synthetic", "", "true", "", "", "")
	}
	if k.Member.CameBy != "" {
		row("member", "came_by", "", k.Member.CameBy, "", "", "")
	}
	for _, a := range k.Answers {
		a.row("answer", "", row)
	}
	for _, c := range k.Consents {
		state := locales.ConsentOff
		if c.Granted {
			state = locales.ConsentOn
		}
		row("consent", c.Purpose, c.Title, strconv.FormatBool(c.Granted), locales.Text(lang, state, nil), moment(c.At),
			details("notice", c.NoticeVersion, "language", c.Language, "channel", c.Channel, "message", c.Message))
	}
	for _, a := range k.Addresses {
		row("address", a.Channel, "", "", a.Address, moment(a.CreatedAt),
			details("last_inbound_at", moment(a.LastInboundAt), "last_message", a.LastMessage, "unreachable_at", moment(a.UnreachableAt)))
	}
	for _, v := range k.Views {
		row("view", v.Purpose, "", "", v.Role+", "+v.Organisation, moment(v.At), "")
	}
	for _, q := range k.Requests {
		row("request", "share_gov", q.Institution, q.Answer, q.Purpose, moment(q.AskedAt),
			details("expires_at", moment(q.ExpiresAt), "answered_at", moment(q.AnsweredAt), "passed_at", moment(q.PassedAt)))
	}
	k.Directory.rows(row)
	for _, d := range k.Drafts {
		row("draft", d.Form, "", d.Step, "", moment(d.UpdatedAt),
			details("version", strconv.Itoa(d.Version), "skipped", strings.Join(d.Skipped, " ")))
		for _, a := range d.Answers {
			a.row("draft_answer", d.Form, row)
		}
	}
	for _, n := range k.Notices {
		row("notice", n.Kind, "", n.State, "", moment(n.QueuedAt), details("attempt", strconv.Itoa(n.Attempt), "due_at", moment(n.DueAt), "settled_at", moment(n.SettledAt)))
	}
	for _, m := range k.Missions {
		m.rows(row)
	}
	for _, s := range k.Staff {
		s.rows(row)
	}
	w.Flush()
	return out.Bytes()
}

// rows writes what is kept of an account of staff.
func (s keptStaff) rows(row func(...string)) {
	row("staff", s.Channel, "", "", s.Address, moment(s.JoinedAt), details("language", s.Language, "last_seen_at", moment(s.LastSeenAt)))
	for _, r := range s.Roles {
		row("role", r.Role, "", r.Organisation, r.Title, moment(r.GrantedAt), details("ended_at", moment(r.EndedAt), "ended_why", r.EndedWhy, "digest", r.Digest))
	}
	for _, m := range s.Missions {
		m.rows(row)
	}
	s.Workshop.rows(row)
}

func (a keptAnswer) row(section, form string, row func(...string)) {
	value := strings.Join(a.Labels, ", ")
	if a.Text != "" {
		value = strings.TrimPrefix(value+": "+a.Text, ": ")
	}
	row(section, a.Question, a.Title, strings.Join(a.Codes, " "), value, moment(a.AnsweredAt), details("form", form))
}

// details writes pairs of names and values, without those that have no value.
func details(pairs ...string) string {
	var out []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, pairs[i]+"="+pairs[i+1])
		}
	}
	return strings.Join(out, " | ")
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
