package main

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/announce"
	"mboka/flows"
	"mboka/store"

	plan "mboka/flows/announce"
)

// TestOfficeReadsTheForms: the forms have the steps, answers and events that the
// office reads, by their names.
func TestOfficeReadsTheForms(t *testing.T) {
	t.Parallel()
	has := func(f *flows.Flow, steps ...string) {
		for _, step := range steps {
			if _, ok := f.Step(step); !ok {
				t.Errorf("%s has no step %q", f.ID, step)
			}
		}
	}
	has(plan.Flow(), announce.StepType, announce.StepTitle, announce.StepTitle+"_en", announce.StepTitle+"_ln", announce.StepSummary,
		announce.StepSummary+"_en", announce.StepSummary+"_ln", announce.StepHostCountry, announce.StepHostCity, announce.StepVenue,
		announce.StepHint, announce.StepURL, announce.StepStarts, announce.StepEnds, announce.StepUntil, announce.StepStatePresent,
		announce.StepSpoken, announce.StepSeats, announce.StepCost, announce.StepBring, announce.StepContact, announce.StepOrganiser,
		announce.StepBegin, announce.StepPreview, announce.StepWords, announce.StepCountry, announce.StepCity, announce.StepKm,
		announce.StepSector, announce.StepGroup, announce.StepLanguage, announce.StepQualified, announce.StepOfficials)
	has(plan.Change(), announce.StepWhat, announce.StepNewDay, announce.StepNewEnd, announce.StepNewTown, announce.StepNewVenue,
		announce.StepNewHint, announce.StepBody, announce.StepBody+"_en", announce.StepBody+"_ln")
	has(plan.List(), announce.StepWhich)
	has(plan.Refusal(), announce.StepWhy)
	kinds, _ := plan.Flow().Step(announce.StepType)
	if options := kinds.Field.Lists()[0]; len(options) != len(store.MissionKinds) {
		t.Errorf("%d kinds are offered, there are %d", len(options), len(store.MissionKinds))
	} else {
		for i, o := range options {
			if o.Code != string(store.MissionKinds[i]) {
				t.Errorf("kind %q is offered, not %q", o.Code, store.MissionKinds[i])
			}
		}
	}
	for ours, theirs := range map[string]string{
		announce.StepDraft: plan.Draft, announce.StepListed: plan.Listed, announce.StepAbout: plan.About, announce.StepKind: plan.Kind,
		announce.StepHostLand: plan.HostLand, announce.StepHostTown: plan.HostCity, announce.EventAnew: plan.Anew,
		announce.EventSubmitted: plan.Submitted, announce.EventChosen: plan.Chosen, announce.EventChanged: plan.Changed,
		announce.EventRefused: plan.Refused, bot.FlowRefusal: plan.RefusalID,
		bot.FlowAnnounce: plan.ID, bot.FlowChange: plan.ChangeID, bot.FlowAnnounced: plan.ListID,
		announce.FactDryRun: flows.FactDryRun, announce.DryRunReady: flows.DryRunReady,
	} {
		if ours != theirs {
			t.Errorf("%q is called %q", ours, theirs)
		}
	}
}

// submits has a coordinator announce news to the crowd, and gives the
// announcement.
func (d *dialogue) submits() bot.About {
	d.t.Helper()
	for _, line := range []string{"/announce", "[notice]", "Nouvelle fictive", "Le bureau fictif a une nouvelle adresse.", "passer", "passer", "passer", "passer", "Ouganda", "[now]", "[ok]"} {
		d.say(line)
	}
	d.hears("[submit]", "ann_submitted staff_menu")
	return d.s.newest()
}

// newest is the announcement that was made last.
func (s *testService) newest() bot.About {
	s.t.Helper()
	var id uuid.UUID
	if err := s.db.QueryRow(s.t.Context(), `SELECT id FROM announcement ORDER BY created_at DESC LIMIT 1`).Scan(&id); err != nil {
		s.t.Fatal(err)
	}
	return bot.About{Kind: bot.AboutAnnouncement, ID: id}
}

// forges taps a button that the phone may never have had, and gives what is said.
func (d *dialogue) forges(about bot.About, act string) string {
	d.t.Helper()
	p, ok := d.phone.(telegramPhone)
	if !ok {
		d.t.Fatal("only Telegram's phone can")
	}
	all := p.srv.Messages(p.chat)
	messages, edits := p.count()
	p.srv.TapOn(p.chat, all[len(all)-1].ID, bot.Payload(about.Run(), bot.AnnouncementAct, act))
	d.turns++
	turn := d.s.waitTurn(d.t, d.chat(), d.turns)
	p.settled(messages, edits)
	return strings.Join(turn.Said, " ")
}

// planners starts a service with somebody to tell, and gives a coordinator and an
// approver of the running organisation.
func planners(t *testing.T) (s *testService, coordinator, approver *dialogue) {
	t.Helper()
	s = prepareService(t)
	s.crowd("UG", 40)
	s.start()
	return s, s.staffer(t, "telegram", "coordinator", "iom"), s.staffer(t, "telegram", "approver", "iom")
}

var everyAct = []string{bot.ActShow, bot.ActApprove, bot.ActRefuse, bot.ActPreview, bot.ActUndo, bot.ActPause, bot.ActResume, bot.ActCancel,
	bot.ActCancelYes, bot.ActChange, "zorglub"}

// TestOthersSeeNoAnnouncement: a coordinator of another organisation, an approver
// of one that does not run the service, other staff and a stranger read about an
// announcement what they read about one that does not exist, whatever they tap.
func TestOthersSeeNoAnnouncement(t *testing.T) {
	t.Parallel()
	s, author, _ := planners(t)
	about := author.submits()
	nothing := bot.About{Kind: bot.AboutAnnouncement, ID: uuid.New()}
	for _, who := range [][2]string{{"coordinator", "association"}, {"approver", "ministry"}, {"approver", "association"}, {"official", "iom"}, {"admin", "iom"}, {"", ""}} {
		d := s.talker(t, "telegram")
		if who[0] == "" {
			d.say("mbote")
		} else {
			d.invited(who[0], who[1])
			d.say("rejoindre " + d.code)
		}
		unknown := d.forges(nothing, bot.ActShow)
		for _, act := range everyAct {
			if got := d.forges(about, act); got != unknown || !strings.HasPrefix(got, "stale ") {
				t.Errorf("%s of %s taps %s: %q, and about nothing %q", who[0], who[1], act, got, unknown)
			}
		}
		if who[0] == "coordinator" {
			d.hears("/announcements", "ann_none staff_menu")
		}
	}
	if status := s.statusOf(about); status != store.AnnouncementReview {
		t.Errorf("it is %s now", status)
	}
}

func (s *testService) statusOf(about bot.About) (status string) {
	s.t.Helper()
	if err := s.db.QueryRow(s.t.Context(), `SELECT status FROM announcement WHERE id = $1`, about.ID).Scan(&status); err != nil {
		s.t.Fatal(err)
	}
	return status
}

// TestApprovedByAnotherOnce: nobody approves what they wrote, also with both
// roles; a second yes and a second no change nothing and say so; whoever lost the
// role is answered like anybody.
func TestApprovedByAnotherOnce(t *testing.T) {
	t.Parallel()
	s, author, approver := planners(t)
	author.invited("approver", "iom")
	author.say("rejoindre " + author.code)
	about := author.submits()
	approver.hearsOf("ann_ask")
	if got := author.forges(about, bot.ActApprove); got != "ann_own staff_menu" {
		t.Errorf("the author approves: %q", got)
	}
	if got := author.forges(about, bot.ActRefuse); got != "ann_own staff_menu" {
		t.Errorf("the author refuses: %q", got)
	}
	if got := approver.forges(about, bot.ActPause); got != "ann_state_moved staff_menu" {
		t.Errorf("pause: %q", got)
	}
	if got := approver.forges(about, bot.ActApprove); got != "ann_granted" {
		t.Errorf("approve: %q", got)
	}
	author.hearsOf("ann_told_yes")
	for _, act := range []string{bot.ActApprove, bot.ActRefuse} {
		if got := approver.forges(about, act); got != "ann_state_moved staff_menu" {
			t.Errorf("%s again: %q", act, got)
		}
	}
	var rows, notices, acts int
	if err := s.db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM announcement), (SELECT count(*) FROM notice WHERE announcement_id = $1),
		(SELECT count(*) FROM audit WHERE act = 'mission.approve')`, about.ID).Scan(&rows, &notices, &acts); err != nil || rows != 1 || notices != 2 || acts != 1 {
		t.Errorf("%d announcements, %d notices, %d approvals on record (%v)", rows, notices, acts, err)
	}
	approver.revoked()
	if got := approver.forges(about, bot.ActUndo); !strings.HasPrefix(got, "role_ended ") && !strings.HasPrefix(got, "stale ") {
		t.Errorf("without the role: %q", got)
	}
	if status := s.statusOf(about); status != store.AnnouncementApproved {
		t.Errorf("it is %s now", status)
	}
}
