package announce

import (
	"context"
	"fmt"
	"strings"
	"time"

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
		told := false
		for _, a := range announced {
			told = told || a.Kind == store.AnnounceNotice && hasPlan(a)
		}
		switch l := (Letter{Mission: m}); {
		case !told:
		case m.StartsAt.After(now) && len(coming) < digestAhead:
			coming = append(coming, locales.Text(lang, locales.DigAhead, locales.Args{
				"Title": oneLine(l.title(lang), digestTitle), "Day": l.day(lang), "Where": oneLine(l.where(lang), digestTitle),
			}))
		case !m.StartsAt.After(now):
			line, err := g.result(ctx, tx, policy, m, announced, lang, now)
			if err != nil {
				return nil, nil, err
			}
			past = append(past, line)
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

// result is what came of a mission, in one line.
func (g Agenda) result(ctx context.Context, tx *store.Tx, policy store.Policy, m store.Mission, announced []store.Announcement, lang locales.Lang, now time.Time) (string, error) {
	c, err := tx.ComingTo(ctx, m.ID)
	if err != nil {
		return "", err
	}
	fine := fineOf(store.Announcement{})
	for _, a := range announced {
		if a.Kind == store.AnnounceNotice {
			fine = fineOf(a)
		}
	}
	s, l := speaker{lang}, Letter{Mission: m}
	t := turnoutOf(rulesOf(policy), fine, m, c, 0, 0, now)
	parts := []string{s.text(locales.RepComing, locales.Args{"Yes": s.cell(t.Yes, t.K), "Maybe": s.cell(t.Maybe, t.K), "No": s.cell(t.No, t.K), "Guests": s.cell(t.Guests, t.K)})}
	if t.Held {
		parts = append(parts, s.text(locales.RepAttended, locales.Args{"Count": s.cell(t.Attended, t.K)}))
	}
	return locales.Text(lang, locales.DigPast, locales.Args{"Title": oneLine(l.title(lang), digestTitle), "Day": l.day(lang), "Counts": strings.Join(parts, ". ")}), nil
}
