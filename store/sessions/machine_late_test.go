package sessions_test

import (
	"pgregory.net/rapid"

	"mboka/store/sessions"
)

// What comes to a chat from outside a turn.

func (m *machine) unstrandIt(rt *rapid.T) {
	if len(m.aside) == 0 {
		rt.Skip("nothing is set aside")
	}
	listed, err := m.Asides(m.ctx, 10)
	sameErr(rt, "asides", err, nil)
	var ids []string
	for _, a := range listed {
		ids = append(ids, a.ID)
		equal(rt, "set aside as", string(a.Sealed)+a.Cause, "sealed "+a.ID+"a fault")
	}
	equal(rt, "ids set aside", ids, m.aside)
	sameErr(rt, "drop", m.DropAside(m.ctx, m.c, m.aside[0]), nil)
	m.aside = m.aside[1:]
}

// fateIt hears of a reply: what waits in doubt is due then.
func (m *machine) fateIt(rt *rapid.T) {
	if len(m.out) == 0 {
		rt.Skip("no reply")
	}
	r := &m.out[rapid.IntRange(0, len(m.out)-1).Draw(rt, "reply")]
	rank := rapid.IntRange(1, 5).Draw(rt, "rank")
	f := sessions.Fate{ProviderID: m.name("p"), Rank: rank, State: "sent", Failed: rank == 5}
	news, err := m.PutFate(m.ctx, m.c, r.id, f)
	sameErr(rt, "fate", err, nil)
	if !news {
		rt.Fatal("a new fate is no news")
	}
	if r == &m.out[0] && r.state == sessions.Unknown {
		r.waits, m.later = false, m.later && m.held
	}
	kept, err := m.Fates(m.ctx, m.c, r.id)
	sameErr(rt, "fates", err, nil)
	if matters := r == &m.out[0] || f.Failed; matters && len(kept) == 0 {
		rt.Fatal("the fate is not kept")
	}
	again, err := m.PutFate(m.ctx, m.c, r.id, f)
	sameErr(rt, "fate again", err, nil)
	if again && (r == &m.out[0] || f.Failed) {
		rt.Fatal("the same fate is news again")
	}
}
