package bot_test

import (
	"context"
	"slices"

	"mboka/flows"
	"mboka/flows/registration"
	"mboka/store"
)

// audit holds the records against what the member was told: every answer that
// the bot has taken and no other, the consents, the number; and nothing at all
// of who refused, is too young, or was erased.
func (m *member) audit() {
	m.l.settle()
	if _, faults := m.l.log.take(); len(faults) > 0 {
		m.fail("the log has %q", faults)
	}
	ctx, b := context.Background(), &m.b
	who, found, err := m.l.db.MemberByChat(ctx, m.chat)
	if err != nil {
		m.fail("%v", err)
	}
	draft, drafted, err := m.l.db.DraftOf(ctx, m.chat, registration.ID)
	if err != nil {
		m.fail("%v", err)
	}
	turns, err := m.l.db.turns(ctx, m.chat)
	if err != nil {
		m.fail("%v", err)
	}
	m.saw("audit")
	if !b.record {
		if found || drafted || turns > 0 {
			m.fail("Postgres knows a chat that gave nothing: member %v, draft %v, %d turns", found, drafted, turns)
		}
		return
	}
	if !found {
		m.fail("the record is gone")
	}
	if who.Language != b.lang {
		m.fail("the record is in %s, spoken is %s", who.Language, b.lang)
	}
	counted := !slices.ContainsFunc(registration.Required(), func(q flows.Step) bool { return b.answers[q.ID].none() })
	if who.Registered() && !counted || !who.Registered() && b.counted || b.number != "" && b.number != who.Number[:3]+"-"+who.Number[3:] {
		m.fail("registered %v as %q, the member was told %v, %q", who.Registered(), who.Number, b.counted, b.number)
	}
	if (who.RecoveryHash != nil) != b.coded {
		m.fail("recovery code on record: %v, given: %v", who.RecoveryHash != nil, b.coded)
	}
	kept := draft.Answers
	if who.Registered() {
		if kept, err = m.l.db.ProfileAnswers(ctx, who.ID); err != nil {
			m.fail("%v", err)
		}
	}
	m.auditAnswers(kept)
	consents, err := m.l.db.Consents(ctx, who.ID)
	if err != nil {
		m.fail("%v", err)
	}
	m.auditConsents(consents)
}

func (m *member) auditAnswers(kept []store.Answer) {
	got := map[string]value{}
	for _, a := range kept {
		got[a.Step] = value{codes: a.Codes, text: a.Text}
	}
	for _, q := range questions {
		if !got[q.ID].same(m.b.answers[q.ID]) {
			m.fail("%s is %q on record, the member was told %q", q.ID, got[q.ID], m.b.answers[q.ID])
		}
	}
}

func (m *member) auditConsents(consents []store.Consent) {
	b := &m.b
	register := slices.DeleteFunc(slices.Clone(consents), func(c store.Consent) bool { return c.Purpose != "register" })
	if len(register) != 1 || !register[0].Granted || register[0].MessageID != b.consent || b.consent == "" {
		m.fail("the consent on record is %+v, the word was %q", register, b.consent)
	}
	missions := ""
	for _, c := range consents {
		if c.Purpose == "missions" {
			missions = "no"
			if c.Granted {
				missions = "yes"
			}
		}
	}
	if (missions == "yes") != (b.missions == "yes") || missions == "" && b.missions == "no" {
		m.fail("announcements are %q on record, the member said %q", missions, b.missions)
	}
}
