package announce

import (
	"context"
	"fmt"
	"time"

	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
)

// Most lines of a digest about meetings.
const (
	digestAhead = 4
	digestPast  = 3
	digestTitle = 60 // characters
)

// Agenda tells staff, in their digest, of the meetings and visits that they may
// know of.
type Agenda struct {
	Policy func(context.Context) (store.Policy, error)
}

// Lines are the meetings that begin in the time from now to ahead, and what came
// of those that began since. Counts are those of reports: yes, maybe, no, who
// was there, from the threshold up.
func (g Agenda) Lines(ctx context.Context, tx *store.Tx, held store.Held, lang locales.Lang, since, now, ahead time.Time) (coming, past []string, err error) {
	policy, err := g.Policy(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("read settings: %w", err)
	}
	all, err := tx.MissionsBetween(ctx, since, ahead)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range all {
		if !tells(m, held, store.Organisation(policy.OrganisationKind)) {
			continue
		}
		announced, err := tx.AnnouncementsOf(ctx, m.ID)
		if err != nil {
			return nil, nil, err
		}
		fine, told := fineOfAll(announced)
		// The year is that of the digest: a day of it needs none.
		switch l := (Letter{Mission: m, Announcement: store.Announcement{CreatedAt: now}}); {
		case !told:
		case m.StartsAt.After(now) && len(coming) < digestAhead:
			coming = append(coming, locales.Text(lang, locales.DigAhead, locales.Args{
				"Title": oneLine(l.title(lang), digestTitle), "Day": l.day(lang), "Where": oneLine(l.where(lang), digestTitle),
			}))
		case !m.StartsAt.After(now):
			c, err := tx.ComingTo(ctx, m.ID)
			if err != nil {
				return nil, nil, err
			}
			past = append(past, l.result(turnoutOf(rulesOf(policy), fine, m, c, 0, 0, now), lang))
		}
	}
	return coming, past[max(0, len(past)-digestPast):], nil
}

// tells says whether a role may know of a mission by a digest: of its own
// organisation's, of all where that runs the service, and a ministry of those at
// which, as is announced, the state is there. Who meets without the state is not
// the state's business.
func tells(m store.Mission, held store.Held, running store.Organisation) bool {
	switch {
	case m.Organisation == held.Organisation, held.Organisation == running && running != store.Ministry:
		return true
	}
	return held.Organisation == store.Ministry && m.StatePresent
}

// fineOfAll is how finely what was told of a mission looks: as the finest of its
// first notices does. told is false where none was sent.
func fineOfAll(announced []store.Announcement) (fine protect.Fine, told bool) {
	for _, a := range announced {
		if a.Kind != store.AnnounceNotice || !hasPlan(a) {
			continue
		}
		one := fineOf(a)
		fine.Variables, fine.Sensitive = max(fine.Variables, one.Variables), fine.Sensitive || one.Sensitive
		told = true
	}
	return fine, told
}

// turnoutFine is how finely the answers to a mission look, beside which else is
// told of some announcements: as the finest of all these. Who answers is asked by
// all its notices, so that by a coarse one no more may be told than by the first.
func turnoutFine(announced []store.Announcement, beside ...store.Announcement) protect.Fine {
	fine, _ := fineOfAll(announced)
	for _, a := range beside {
		one := fineOf(a)
		fine.Variables, fine.Sensitive = max(fine.Variables, one.Variables), fine.Sensitive || one.Sensitive
	}
	return fine
}

// result is what came of a mission that is over, in one line.
func (l Letter) result(t Turnout, lang locales.Lang) string {
	s := speaker{lang}
	return s.text(locales.DigPast, locales.Args{
		"Title": oneLine(l.title(lang), digestTitle), "Day": l.day(lang), "Yes": s.cell(t.Yes, t.K), "Maybe": s.cell(t.Maybe, t.K),
		"No": s.cell(t.No, t.K), "Guests": s.cell(t.Guests, t.K), "Attended": s.cell(t.Attended, t.K),
	})
}
