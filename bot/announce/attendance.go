package announce

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
	"mboka/store/seal"
)

// Attendance is what members, and officials who are invited, do about missions:
// they read what is announced, say whether they come and with how many, show a
// code at the door, and say what they thought of it. It is safe for concurrent
// use.
type Attendance struct {
	DB     *store.DB
	Keys   *seal.Keys
	Policy func(context.Context) (store.Policy, error)
	// Caps are the limits of the channels, by name.
	Caps map[string]bot.Capabilities
}

// Join adds what it does to the effects of the bot, and what it looks up to the
// facts. Whoever proves to be back is told what they missed.
func (a Attendance) Join(effects map[string]bot.Effect, facts map[string]bot.Lookup) {
	maps.Copy(effects, a.Effects())
	maps.Copy(facts, a.Facts())
	proving := bot.ChatFlow + "." + bot.Proving
	effects[proving] = a.AfterProof(effects[proving])
}

// Effects are what the buttons, words and forms do.
func (a Attendance) Effects() map[string]bot.Effect {
	return map[string]bot.Effect{
		bot.FlowDelivery + "." + bot.StepRSVP:      a.answered,
		bot.FlowMission + "." + bot.StepRSVP:       a.answered,
		bot.FlowMission + "." + bot.MissionSaid:    a.said,
		bot.FlowMission + "." + bot.MissionReplied: a.said,
		bot.FlowComing + "." + bot.GuestsCounted:   a.counted,
		bot.FlowDelivery + "." + bot.StepFeedback:  a.feedbackBegun,
		bot.FlowFeedback + "." + bot.FeedbackSaid:  a.feedbackSaid,
		bot.ChatFlow + "." + bot.DoorAsked:         a.door,
	}
}

// Facts are what is looked up to be read.
func (a Attendance) Facts() map[string]bot.Lookup {
	return map[string]bot.Lookup{bot.FactMissions: a.missions, bot.FactMission: a.mission}
}

// stranger refuses a button that is about nobody's own row: nothing is written,
// and nobody learns whether there is such a row.
func stranger() error {
	return bot.Refusal{Results: map[string]string{bot.ResultOutcome: bot.RSVPStranger}}
}

// addressee finds the mission that a button is about, and as whom the person was
// told of it: as a member, or as staff.
func (a Attendance) addressee(ctx context.Context, tx *store.Tx, d bot.Doing) (mission uuid.UUID, who store.Invitee, err error) {
	id, err := uuid.Parse(d.Event.Answer.Text)
	if err != nil {
		return uuid.Nil, who, stranger()
	}
	if who, err = tx.InviteeOf(ctx, d.Chat); err != nil || who == (store.Invitee{}) {
		return uuid.Nil, who, errors.Join(err, strangerUnless(err))
	}
	if d.Event.Flow == bot.FlowDelivery {
		mission, as, found, err := tx.MissionOfDelivery(ctx, id, who)
		if err == nil && !found {
			err = stranger()
		}
		return mission, as, err
	}
	as, found, err := a.invited(ctx, tx, id, who, d.At)
	if err == nil && !found {
		err = stranger()
	}
	return id, as, err
}

func strangerUnless(err error) error {
	if err != nil {
		return nil
	}
	return stranger()
}

// invited tells whether a mission was announced to somebody, or is for them, and
// as whom. What is over is still theirs to hear of.
func (a Attendance) invited(ctx context.Context, tx *store.Tx, mission uuid.UUID, who store.Invitee, at time.Time) (as store.Invitee, found bool, err error) {
	v, answered, err := tx.RSVPOf(ctx, mission, who)
	if err != nil || answered {
		return store.Invitee{Member: v.MemberID, Staff: v.StaffID}, answered, err
	}
	invitation, found, err := tx.InvitationTo(ctx, mission, who)
	if err != nil || !found {
		return who, false, err
	}
	return invitedAs(ctx, tx, invitation, who, at)
}

// meant is what is asked of the records, in a transaction or not.
type meant interface {
	Means(ctx context.Context, f store.Reach, who store.Invitee, at time.Time) (bool, error)
}

func invitedAs(ctx context.Context, records meant, i store.Invitation, who store.Invitee, at time.Time) (as store.Invitee, found bool, err error) {
	if !i.ToldAt.IsZero() {
		return i.As, true, nil
	}
	audience, err := readAudience(i.Audience)
	if err != nil {
		return who, false, err
	}
	as = store.Invitee{Member: who.Member}
	if audience.Officials {
		as = store.Invitee{Staff: who.Staff}
	}
	if as == (store.Invitee{}) {
		return who, false, nil
	}
	found, err = records.Means(ctx, audience.Reach(), as, at)
	return as, found, err
}

// answered keeps what a button says.
func (a Attendance) answered(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	mission, who, err := a.addressee(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	code := ""
	if len(d.Event.Answer.Codes) > 0 {
		code = d.Event.Answer.Codes[0]
	}
	return a.reply(ctx, tx, d, mission, who, code)
}

// said keeps what words say, about the mission of the message that they reply to,
// or the one that the person was told of last.
func (a Attendance) said(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	who, err := tx.InviteeOf(ctx, d.Chat)
	if err != nil {
		return nil, err
	}
	mission, as, found, err := missionOfMessage(ctx, tx, d, who)
	if err == nil && !found && d.Event.Name == bot.MissionSaid {
		mission, as, found, err = tx.LatestInvitation(ctx, who, d.At)
	}
	if err != nil {
		return nil, err
	}
	if !found || len(d.Event.Answer.Codes) == 0 {
		return nil, bot.Refusal{Results: map[string]string{bot.ResultOutcome: bot.RSVPNothing}}
	}
	return a.reply(ctx, tx, d, mission, as, d.Event.Answer.Codes[0])
}

// missionOfMessage is the mission that a message told of to which words reply.
func missionOfMessage(ctx context.Context, tx *store.Tx, d bot.Doing, who store.Invitee) (mission uuid.UUID, as store.Invitee, found bool, err error) {
	if d.Event.Answer.Text == "" {
		return uuid.Nil, who, false, nil
	}
	delivery, found, err := tx.DeliverySentAs(ctx, d.Chat, d.Event.Answer.Text)
	if err != nil || !found {
		return uuid.Nil, who, false, err
	}
	return tx.MissionOfDelivery(ctx, delivery, who)
}

// reply carries out an answer about a mission, which is held meanwhile.
func (a Attendance) reply(ctx context.Context, tx *store.Tx, d bot.Doing, mission uuid.UUID, who store.Invitee, code string) (map[string]string, error) {
	m, err := tx.LockMission(ctx, mission)
	if err != nil {
		return nil, err
	}
	results := map[string]string{"Mission": m.ID.String()}
	lang, _ := locales.ParseLang(d.Language)
	if results[bot.ResultOutcome] = shut(m, d.At, code); results[bot.ResultOutcome] != "" {
		results["Date"] = locales.Date(lang, m.RSVPUntil.In(reference.Zone(m.Timezone)))
		return results, nil
	}
	switch code {
	case store.RSVPYes, store.RSVPMaybe, store.RSVPNo:
		return a.come(ctx, tx, d, m, who, code, results)
	case bot.RSVPGuests:
		results[bot.ResultOutcome], err = a.seated(ctx, tx, m, who, bot.RSVPAsksWho, bot.RSVPAsksWho)
		return results, err
	case bot.RSVPDoor:
		if results[bot.ResultOutcome], err = a.seated(ctx, tx, m, who, bot.RSVPCode, bot.RSVPNoSeatYet); err != nil || results[bot.ResultOutcome] != bot.RSVPCode {
			return results, err
		}
		results[bot.ResultDoor], err = a.code(ctx, tx, d, m, who)
		return results, err
	}
	return nil, stranger()
}

// shut says why a mission takes no such answer; "": it does. Who no longer comes
// may say so until it begins.
func shut(m store.Mission, at time.Time, code string) string {
	last := m.StartsAt
	if code == bot.RSVPDoor && m.EndsAt.After(last) {
		last = m.EndsAt
	}
	changes := code == store.RSVPYes || code == store.RSVPMaybe || code == bot.RSVPGuests
	switch {
	case !m.CancelledAt.IsZero():
		return bot.RSVPCancelled
	case !last.After(at):
		return bot.RSVPOver
	case changes && !m.RSVPUntil.IsZero() && !m.RSVPUntil.After(at):
		return bot.RSVPClosed
	}
	return ""
}

// come keeps a yes, a maybe or a no, and passes a seat that is free on.
func (a Attendance) come(ctx context.Context, tx *store.Tx, d bot.Doing, m store.Mission, who store.Invitee, answer string, results map[string]string) (map[string]string, error) {
	was, _, err := tx.RSVPOf(ctx, m.ID, who)
	if err != nil {
		return nil, err
	}
	id, err := a.id("rsvp", m.ID.String()+":"+who.Member.String()+":"+who.Staff.String()+":"+d.MessageID)
	if err != nil {
		return nil, err
	}
	if _, err := tx.PutRSVP(ctx, m, store.RSVP{ID: id, MemberID: who.Member, StaffID: who.Staff, Answer: answer, At: d.At}); err != nil {
		return nil, err
	}
	if _, err := tx.Seat(ctx, m, d.At, who); err != nil {
		return nil, err
	}
	v, _, err := tx.RSVPOf(ctx, m.ID, who)
	if err != nil {
		return nil, err
	}
	if err := toWorkshop(ctx, tx, d, m, v, results); err != nil {
		return nil, err
	}
	switch {
	case answer != store.RSVPYes:
		results[bot.ResultOutcome] = bot.RSVPNoted
		return results, nil
	case v.Waiting:
		results[bot.ResultOutcome] = bot.RSVPWaiting
		return results, nil
	}
	results[bot.ResultOutcome], results["Address"] = bot.RSVPSeated, tidy(m.Hint)
	switch {
	case online(m):
		results["Link"] = tidy(m.URL)
		if results["Link"] == "" { // they will be told
			results[bot.ResultOutcome] = bot.RSVPNoted
		}
	case was.Answer == store.RSVPYes && !was.Waiting:
		results[bot.DoorKept] = "yes"
	default:
		results[bot.ResultDoor], err = a.code(ctx, tx, d, m, who)
	}
	return results, err
}

// online tells whether nobody has to come anywhere.
func online(m store.Mission) bool { return m.Kind == store.Webinar }

// seated is the outcome for who has a seat, or who waits for one; for others
// that they have none.
func (a Attendance) seated(ctx context.Context, tx *store.Tx, m store.Mission, who store.Invitee, seat, waits string) (string, error) {
	v, found, err := tx.RSVPOf(ctx, m.ID, who)
	switch {
	case err != nil:
		return "", err
	case !found || v.Answer != store.RSVPYes:
		return bot.RSVPNoSeat, nil
	case v.Waiting:
		return waits, nil
	}
	return seat, nil
}

// counted keeps how many come along.
func (a Attendance) counted(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	mission, err := uuid.Parse(d.Event.Answers.Code(bot.MissionAsked))
	if err != nil {
		return nil, fmt.Errorf("mission id: %w", err)
	}
	guests, err := strconv.Atoi(d.Event.Answers.Code(bot.GuestsMany))
	if err != nil || guests < 0 || guests > store.MostGuests {
		return nil, fmt.Errorf("guests: %w", errors.Join(err, errBounds))
	}
	who, err := tx.InviteeOf(ctx, d.Chat)
	if err != nil {
		return nil, err
	}
	m, err := tx.LockMission(ctx, mission)
	if err != nil {
		return nil, err
	}
	lang, _ := locales.ParseLang(d.Language)
	results := map[string]string{"Mission": m.ID.String(), "N": strconv.Itoa(guests)}
	if results[bot.ResultOutcome] = shut(m, d.At, bot.RSVPGuests); results[bot.ResultOutcome] != "" {
		results["Date"] = locales.Date(lang, m.RSVPUntil.In(reference.Zone(m.Timezone)))
		return results, nil
	}
	_, err = tx.PutGuests(ctx, m, who, guests)
	switch {
	case errors.Is(err, store.ErrFull):
		results[bot.ResultOutcome] = bot.RSVPCrowded
		return results, nil
	case errors.Is(err, store.ErrNoSeat):
		results[bot.ResultOutcome] = bot.RSVPNoSeat
		return results, nil
	case err != nil:
		return nil, err
	}
	results[bot.ResultOutcome] = bot.RSVPParty
	_, err = tx.Seat(ctx, m, d.At, store.Invitee{})
	return results, err
}

var errBounds = errors.New("out of bounds")

// id derives the id of a row from what made it.
func (a Attendance) id(purpose, input string) (uuid.UUID, error) {
	id, err := uuid.FromBytes(a.Keys.Code(purpose, input, 16))
	if err != nil {
		return uuid.Nil, fmt.Errorf("derive id: %w", err)
	}
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8: of our own making
	return id, nil
}
