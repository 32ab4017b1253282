package effects

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows"
	"mboka/flows/fields"
	"mboka/flows/workshop"
	"mboka/locales"
	"mboka/store"
)

// workshops are what the word and the form about a workshop do. The answers hang
// on the account of the chat, which needs no member.
func (r Records) workshops() map[string]bot.Effect {
	return map[string]bot.Effect{
		bot.ChatFlow + "." + bot.WorkshopAsked:      r.workshopBegun,
		bot.FlowDelivery + "." + bot.StepWorkshop:   r.workshopTapped,
		bot.FlowMission + "." + bot.StepWorkshop:    r.workshopTapped,
		bot.FlowWorkshop + "." + flows.AnswerGiven:  r.workshopAnswered,
		bot.FlowWorkshop + "." + workshop.Withdrawn: r.workshopWithdrawn,
	}
}

// workshopMeaning is the version of the meaning of what officials agree to before
// the first question. It goes up when the meaning changes.
// 2 says that topics and institutions are counted, and that which workshop it was
// stays beside the marks.
const workshopMeaning = "2"

// workshopBegun begins the form where it was left. A part that was gone through
// is asked anew: it is another workshop, or a correction. The part after can be
// chosen once the one before has been answered and its workshop is over.
func (r Records) workshopBegun(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	held, err := tx.Allowed(ctx, d.Chat, store.AnswerWorkshop, d.Running, d.At)
	if err != nil {
		return nil, err
	}
	w, found, err := tx.WorkshopOf(ctx, held.StaffID)
	if err != nil {
		return nil, err
	}
	given := begins(found)
	ahead, invited, err := tx.WorkshopAhead(ctx, held.StaffID, d.At.Add(-store.WorkshopEntry))
	if err != nil {
		return nil, err
	}
	over := true
	if w.Mission != uuid.Nil {
		m, err := tx.MissionByID(ctx, w.Mission)
		if err != nil {
			return nil, err
		}
		over = !m.Ended().After(d.At)
		if !over && !invited {
			ahead, invited = m.ID, true
		}
	}
	if invited {
		given = append(given, flows.Answered{Step: workshop.Mission, Codes: []string{ahead.String()}})
	}
	switch {
	case !found:
		given = append(given, flows.Answered{Step: workshop.Part, Codes: []string{workshop.Before}})
	case over && !w.EnteredAt.IsZero():
		given = append(given, flows.Answered{Step: workshop.Exit, Codes: []string{workshop.Open}})
	}
	return r.workshopForm(ctx, append(given, openPart(w)...))
}

// begins are what the form begins with for whoever has agreed before.
func begins(found bool) flows.Answers {
	if !found {
		return nil
	}
	return flows.Answers{{Step: workshop.Consent, Codes: []string{fields.Agree}}}
}

// workshopForm begins the form with answers.
func (r Records) workshopForm(ctx context.Context, given flows.Answers) (map[string]string, error) {
	policy, err := r.Policy(ctx)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	if policy.WorkshopSecurity {
		given = append(given, flows.Answered{Step: workshop.Security, Codes: []string{workshop.Open}})
	}
	raw, err := json.Marshal(given)
	if err != nil {
		return nil, fmt.Errorf("write form: %w", err)
	}
	return map[string]string{bot.ResultOutcome: bot.AnnouncementSaid, bot.ResultForm: bot.FlowWorkshop, bot.ResultAnswers: string(raw)}, nil
}

// openPart are the answers of the parts that were left in the middle.
func openPart(w store.WorkshopAnswers) (out flows.Answers) {
	for _, a := range workshopSteps(w) {
		if part := partOf(a.Step); part == workshop.Before && w.EnteredAt.IsZero() || part == workshop.After && w.LeftAt.IsZero() {
			out = append(out, flows.Answered{Step: a.Step, Codes: a.Codes, Text: a.Text})
		}
	}
	return out
}

// partOf is the part to which a question belongs.
func partOf(step string) string {
	switch step {
	case workshop.Confident, workshop.Satisfaction, workshop.Comment:
		return workshop.After
	}
	return workshop.Before
}

// workshopSteps are the answers as those of questions, in their order.
func workshopSteps(w store.WorkshopAnswers) (out []store.Answer) {
	mark := func(n int) []string {
		if n == 0 {
			return nil
		}
		return []string{strconv.Itoa(n)}
	}
	var institution []string
	if w.Institution != "" {
		institution = []string{w.Institution}
	}
	for _, a := range []store.Answer{
		{Step: workshop.Institution, Codes: institution}, {Step: workshop.Role, Text: w.Role}, {Step: workshop.Topics, Codes: w.Topics},
		{Step: workshop.Confidence, Codes: mark(w.Before)}, {Step: workshop.Confident, Codes: mark(w.After)},
		{Step: workshop.Satisfaction, Codes: mark(w.Satisfaction)}, {Step: workshop.Comment, Text: w.Comment},
	} {
		if len(a.Codes) > 0 || a.Text != "" {
			out = append(out, a)
		}
	}
	return out
}

// workshopAnswered keeps one answer, so that it outlives the session. The first
// one brings the consent with it: before it nothing is kept. Of who may not
// answer any more nothing is: they are told at the end, or by the note of the
// revocation.
func (r Records) workshopAnswered(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	held, err := tx.Allowed(ctx, d.Chat, store.AnswerWorkshop, d.Running, d.At)
	if errors.Is(err, store.ErrNotAllowed) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	w, found, err := tx.WorkshopOf(ctx, held.StaffID)
	if err != nil {
		return nil, err
	}
	if !found {
		yes, ok := d.Event.Answers.Get(workshop.Consent)
		if !ok || yes.Proof == nil {
			return nil, nil // taken back meanwhile
		}
		if w.ID, err = r.id("workshop", d); err != nil {
			return nil, err
		}
		w.StaffID = held.StaffID
		w.Agreed = store.WorkshopConsent{
			At: yes.Proof.At, MessageID: yes.Proof.MessageID, Language: d.Language,
			Version: versionOf("workshop", workshopMeaning, locales.WorkshopAsk),
		}
	}
	if err := answer(&w, d); err != nil {
		return nil, err
	}
	w.UpdatedAt = d.At
	return nil, tx.PutWorkshop(ctx, w)
}

// answer takes one answer into a record. The mark before begins another
// workshop: that of an earlier one after it is not its own. With the mark after
// the two are a pair.
func answer(w *store.WorkshopAnswers, d bot.Doing) error {
	a := d.Event.Answer
	code, mark := "", 0
	if len(a.Codes) > 0 && !a.Skipped {
		code = a.Codes[0]
	}
	switch a.Step {
	case workshop.Confidence, workshop.Confident, workshop.Satisfaction:
		if code != "" {
			n, err := strconv.Atoi(code)
			if err != nil {
				return fmt.Errorf("mark of %s: %w", a.Step, err)
			}
			mark = n
		}
	}
	switch a.Step {
	case workshop.Institution:
		w.Institution = code
	case workshop.Role:
		w.Role = a.Text
	case workshop.Topics:
		w.Topics = a.Codes
	case workshop.Confidence:
		w.Before, w.EnteredAt, w.Mission = mark, d.At, uuid.Nil
		if code := d.Event.Answers.Code(workshop.Mission); code != "" {
			id, err := uuid.Parse(code)
			if err != nil {
				return fmt.Errorf("workshop of an answer: %w", err)
			}
			w.Mission = id
		}
		w.After, w.Satisfaction, w.Comment, w.LeftAt = 0, 0, "", time.Time{}
	case workshop.Confident:
		if w.After = mark; w.Before > 0 && mark > 0 {
			if !w.PairEnteredAt.Equal(w.EnteredAt) {
				w.PairSatisfaction = 0
			}
			w.PairBefore, w.PairAfter, w.PairMission, w.PairEnteredAt = w.Before, mark, w.Mission, w.EnteredAt
		}
	case workshop.Satisfaction:
		if w.Satisfaction = mark; w.PairBefore > 0 && w.PairEnteredAt.Equal(w.EnteredAt) {
			w.PairSatisfaction = mark
		}
	case workshop.Comment:
		w.Comment, w.LeftAt = a.Text, d.At
	}
	return nil
}

// workshopWithdrawn erases what the account has answered.
func (r Records) workshopWithdrawn(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	held, err := tx.Allowed(ctx, d.Chat, store.AnswerWorkshop, d.Running, d.At)
	if err != nil {
		return nil, err
	}
	had, err := tx.DropWorkshop(ctx, held.StaffID)
	key := locales.WorkshopNothing
	if had {
		key = locales.WorkshopWithdrawn
	}
	return map[string]string{bot.ResultOutcome: bot.AnnouncementSaid, bot.ResultKey: string(key)}, err
}
