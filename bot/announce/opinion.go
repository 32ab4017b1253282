package announce

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/store"
)

// feedbackBegun is the tap under the question after a mission: the form begins
// for whom it was sent to.
func (a Attendance) feedbackBegun(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	mission, _, err := a.addressee(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	m, err := tx.MissionByID(ctx, mission)
	if err != nil {
		return nil, err
	}
	results := map[string]string{bot.ResultOutcome: bot.FeedbackAsked, "Mission": m.ID.String(), "Title": oneLine(m.Text(d.Language).Title, longestField)}
	if !m.CancelledAt.IsZero() {
		results[bot.ResultOutcome] = bot.RSVPCancelled
	}
	return results, nil
}

// feedbackSaid keeps what somebody says about a mission, in place of what they
// said before. Who was neither told of it nor answered has nothing to say.
func (a Attendance) feedbackSaid(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	mission, err := uuid.Parse(d.Event.Answers.Code(bot.MissionAsked))
	if err != nil {
		return nil, fmt.Errorf("mission id: %w", err)
	}
	who, err := tx.InviteeOf(ctx, d.Chat)
	if err != nil {
		return nil, err
	}
	as, told, err := tx.ToldOf(ctx, mission, who)
	if err != nil || !told {
		return nil, errors.Join(err, strangerUnless(err))
	}
	id, err := a.id("feedback", mission.String()+":"+d.Chat.String()+":"+d.MessageID)
	if err != nil {
		return nil, err
	}
	words, _ := d.Event.Answers.Get(bot.FeedbackWords)
	f := store.Feedback{
		ID: id, MissionID: mission, MemberID: as.Member, StaffID: as.Staff,
		Attended: d.Event.Answers.Code(bot.FeedbackThere) == "yes", Text: words.Text, At: d.At,
	}
	if f.Attended {
		f.Useful = d.Event.Answers.Code(bot.FeedbackUseful)
	}
	return map[string]string{bot.ResultOutcome: bot.FeedbackKept}, tx.PutFeedback(ctx, f)
}
