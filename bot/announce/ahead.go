package announce

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// Bounds of the list of missions.
const (
	mostAhead   = 8   // rows: with their lines they fit a WhatsApp message with a list
	listedName  = 24  // characters of a WhatsApp list row
	listedTitle = 70  // characters of the title in the list
	mostLooked  = 100 // missions ahead of which it is asked whom they are for
)

// invitations is what the records are asked for, in a transaction or not.
type invitations interface {
	meant
	Invitations(ctx context.Context, who store.Invitee, after time.Time) ([]store.Invitation, error)
}

// ahead gives the missions ahead that were announced to somebody, or are for
// them: whom an announcement is for, its author has said, so that what is near
// follows from its places. They need not have agreed to be told: they ask.
func (a Attendance) ahead(ctx context.Context, records invitations, who store.Invitee, at time.Time) ([]store.Invitation, error) {
	if who == (store.Invitee{}) {
		return nil, nil
	}
	all, err := records.Invitations(ctx, who, at)
	if err != nil {
		return nil, err
	}
	var theirs []store.Invitation
	for _, i := range all[:min(len(all), mostLooked)] {
		as, found, err := invitedAs(ctx, records, i, who, at)
		if err != nil {
			return nil, err
		}
		if found {
			i.As = as
			theirs = append(theirs, i)
		}
	}
	return theirs, nil
}

// missions lists what is ahead for whoever asks, with what they have answered.
func (a Attendance) missions(ctx context.Context, q bot.Looking) (flows.Fact, error) {
	who, err := a.DB.InviteeOf(ctx, q.Chat)
	if err != nil {
		return flows.Fact{}, err
	}
	all, err := a.ahead(ctx, a.DB, who, q.At)
	if err != nil {
		return flows.Fact{}, err
	}
	told, err := a.told(ctx, who)
	if err != nil {
		return flows.Fact{}, err
	}
	all = all[:min(len(all), mostAhead)]
	ids := make([]uuid.UUID, len(all))
	for i, one := range all {
		ids[i] = one.Mission.ID
	}
	given, err := a.DB.RSVPsOf(ctx, who, ids)
	if err != nil {
		return flows.Fact{}, err
	}
	list := flows.Answered{Step: bot.MissionsList}
	var lines []string
	for _, one := range all {
		letter := Letter{Mission: one.Mission}
		title := oneLine(letter.title(q.Lang), listedTitle)
		line := title + " : "
		if q.Lang != locales.FR {
			line = title + ": "
		}
		line += locales.DayRow(q.Lang, one.Mission.StartsAt.In(reference.Zone(one.Mission.Timezone)))
		if where := oneLine(letter.where(q.Lang), listedTitle); where != "" {
			line += ", " + where
		}
		if mine := spokenAnswer(given[one.Mission.ID], q.Lang); mine != "" {
			line += " (" + mine + ")"
		}
		list.Codes = append(list.Codes, one.Mission.ID.String())
		lines = append(lines, oneLine(title, listedName)+"\t"+line)
	}
	list.Text = strings.Join(lines, "\n")
	return flows.Fact{Answers: flows.Answers{list}, Args: map[string]any{"Told": told}}, nil
}

// told is what a member said to announcements: "yes", "no", or "" where they
// were never asked.
func (a Attendance) told(ctx context.Context, who store.Invitee) (string, error) {
	if who.Member == uuid.Nil {
		return "", nil
	}
	last, err := a.DB.LastConsents(ctx, who.Member)
	c, spoken := last["missions"]
	switch {
	case err != nil || !spoken:
		return "", err
	case c.Granted:
		return "yes", nil
	}
	return "no", nil
}

// mission is one of them to read, with buttons for what can be answered. Without
// arguments: it is not theirs, or over.
func (a Attendance) mission(ctx context.Context, q bot.Looking) (flows.Fact, error) {
	id, err := uuid.Parse(q.Answers.Code(bot.MissionWhich))
	if err != nil {
		return flows.Fact{}, fmt.Errorf("mission id: %w", err)
	}
	who, err := a.DB.InviteeOf(ctx, q.Chat)
	if err != nil {
		return flows.Fact{}, err
	}
	all, err := a.ahead(ctx, a.DB, who, q.At)
	if err != nil {
		return flows.Fact{}, err
	}
	for _, i := range all {
		if i.Mission.ID == id {
			return a.sheetOf(ctx, q, i)
		}
	}
	return flows.Fact{}, nil
}

func (a Attendance) sheetOf(ctx context.Context, q bot.Looking, i store.Invitation) (flows.Fact, error) {
	m := i.Mission
	policy, err := a.Policy(ctx)
	if err != nil {
		return flows.Fact{}, fmt.Errorf("read settings: %w", err)
	}
	v, _, err := a.DB.RSVPOf(ctx, m.ID, i.As)
	if err != nil {
		return flows.Fact{}, err
	}
	caps := a.Caps[q.Channel]
	caps.Body -= aboveLetter
	letter := Letter{Mission: m, Announcement: store.Announcement{Kind: store.AnnounceNotice, Organisation: m.Organisation}, Organisation: policy.Organisation}
	coming := v.Answer == store.RSVPYes && !v.Waiting
	if coming {
		letter.Announcement.Kind = store.AnnounceDayBefore // which says where exactly it is
	}
	text := letter.Message(Recipient{Language: q.Lang, Caps: caps, Zones: a.zones(ctx, q, i.As), Coming: coming}).Text
	fact := flows.Fact{Args: map[string]any{"Letter": text, "Answer": v.Answer, "Link": coming && online(m), "Door": coming && !online(m)}}
	if mine := spokenAnswer(v, q.Lang); mine != "" {
		fact.Args["Mine"] = mine
	}
	if letter.Invites() && shut(m, q.At, store.RSVPNo) == "" {
		fact.Args["Run"] = bot.About{Kind: bot.AboutMission, ID: m.ID}.Run()
	}
	return fact, nil
}

// aboveLetter is room for the line above a letter that says what was answered.
const aboveLetter = 80

// zones are where the reader may be; unknown, none.
func (a Attendance) zones(ctx context.Context, q bot.Looking, who store.Invitee) []string {
	if who.Member == uuid.Nil {
		return nil
	}
	zones, err := zonesWhereLives(ctx, a.DB, who.Member)
	if err != nil {
		return nil // only the local time is not told
	}
	return zones
}

// spokenAnswer is what somebody answered, as they would say it; "": nothing.
func spokenAnswer(v store.RSVP, lang locales.Lang) string {
	key := map[string]locales.Key{store.RSVPYes: locales.MineYes, store.RSVPMaybe: locales.MineMaybe, store.RSVPNo: locales.MineNo}[v.Answer]
	switch {
	case key == "":
		return ""
	case v.Waiting:
		key = locales.MineWaiting
	case v.Guests > 0:
		key = locales.MineGuests
	}
	return locales.Text(lang, key, locales.Args{"N": v.Guests})
}

func readAudience(raw []byte) (audience Audience, err error) {
	if err := json.Unmarshal(raw, &audience); err != nil {
		return Audience{}, fmt.Errorf("read audience: %w", err)
	}
	return audience, nil
}
