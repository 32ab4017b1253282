package effects

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows"
	"mboka/flows/directory"
	"mboka/flows/registration"
	"mboka/locales"
	"mboka/store"
)

// cardOf is the card that somebody wants to write to. A forged id, one that was
// withdrawn and one that never was are the same.
func (r Records) cardOf(ctx context.Context, q bot.Looking) (flows.Fact, error) {
	say := func(state string) (flows.Fact, error) {
		return flows.Fact{Args: map[string]any{bot.CardState: state}}, nil
	}
	m, found, err := r.DB.MemberByChat(ctx, q.Chat)
	if err != nil || !found {
		return flows.Fact{}, errors.Join(err, absentUnless(found, q.Member))
	}
	named, _ := q.Answers.Get(bot.CardNamed)
	id, ok := bot.ReadCardID(named.Text)
	if !ok {
		return say(bot.CardGone)
	}
	card, found, err := r.DB.PublicCard(ctx, id)
	if err != nil {
		return flows.Fact{}, err
	}
	if !found {
		return say(bot.CardGone)
	}
	switch own, has, err := r.DB.CardOf(ctx, m.ID); {
	case err != nil:
		return flows.Fact{}, err
	case has && own.ID == id:
		return say(bot.CardOwn)
	case !m.Registered():
		return say(bot.CardEarly)
	}
	answers := flows.Answers{{Step: directory.CardID, Codes: []string{flows.Written}, Text: id.String()}}
	all, err := r.DB.ProfileAnswers(ctx, m.ID)
	if err != nil {
		return flows.Fact{}, err
	}
	for _, a := range all {
		if a.Step == registration.Name && a.Text != "" {
			answers = append(answers, flows.Answered{Step: directory.Mine, Codes: []string{flows.Written}, Text: a.Text})
		}
	}
	return flows.Fact{Answers: answers, Args: map[string]any{bot.CardState: bot.CardThere, "Label": cmp.Or(card.Name, locales.Text(q.Lang, locales.ConSomeone, nil))}}, nil
}

// contact is what waits for the person to read.
func (r Records) contact(ctx context.Context, q bot.Looking) (flows.Fact, error) {
	m, found, err := r.DB.MemberByChat(ctx, q.Chat)
	if err != nil || !found {
		return flows.Fact{}, errors.Join(err, absentUnless(found, q.Member))
	}
	named, _ := q.Answers.Get(bot.ContactNamed)
	id, err := uuid.Parse(named.Text)
	if err != nil && named.Text != "" {
		return flows.Fact{}, fmt.Errorf("message id: %w", err)
	}
	c, found, err := r.DB.OpenContact(ctx, m.ID, id, q.At)
	state, text := bot.HasMessage, c.Text
	if err == nil && !found {
		c, found, err = r.DB.RepliedContact(ctx, m.ID, id, q.At)
		state, text = bot.HasReply, c.Reply
	}
	if err != nil {
		return flows.Fact{}, err
	}
	if !found { // answered elsewhere, withdrawn or ended while it was being read
		return flows.Fact{Args: map[string]any{"Label": "—", "Text": "—"}}, nil
	}
	return flows.Fact{
		Args:    map[string]any{bot.CardState: state, "Label": c.Name, "Text": text},
		Answers: flows.Answers{{Step: directory.ContactID, Codes: []string{flows.Written}, Text: c.ID.String()}},
	}, nil
}

// send keeps a message for the owner of a card. The writer is answered the same
// whether or not somebody will be told.
func (r Records) send(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	policy, err := r.Policy(ctx)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	m, found, err := tx.MemberByChat(ctx, d.Chat)
	if err != nil || !found {
		return nil, errors.Join(err, notFound(found))
	}
	if !m.Registered() {
		return map[string]string{bot.ResultOutcome: bot.ContactEarly}, nil
	}
	written := func(step string) string { a, _ := d.Event.Answers.Get(step); return a.Text }
	card, err := uuid.Parse(written(directory.CardID))
	if err != nil {
		return nil, fmt.Errorf("card id: %w", err)
	}
	id, err := r.named("contact", d)
	if err != nil {
		return nil, err
	}
	err = tx.SendContact(ctx, store.Sending{
		ID: id, Writer: m.ID, Card: card, Name: written(directory.SignedAs), Text: written(directory.Words), At: d.At,
		ExpiresAt: d.At.Add(policy.ContactLife), MostInDay: policy.ContactWriterDay, MostBlocks: policy.ContactBlocks,
	})
	refusals := []struct {
		err     error
		outcome string
		count   int
	}{
		{store.ErrContactLimit, bot.ContactLimit, policy.ContactWriterDay}, {store.ErrContactTwice, bot.ContactTwice, 0},
		{store.ErrContactBarred, bot.ContactBarred, 0}, {store.ErrContactSelf, bot.ContactOwn, 0},
	}
	for _, one := range refusals {
		if errors.Is(err, one.err) {
			return map[string]string{bot.ResultOutcome: one.outcome, "Count": strconv.Itoa(one.count)}, nil
		}
	}
	days := int(policy.ContactLife.Hours() / 24)
	return map[string]string{bot.ResultOutcome: bot.ContactTaken, "Count": strconv.Itoa(days)}, err
}

func (r Records) replyTo(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	return r.answerContact(ctx, tx, d, store.ContactReply, bot.ContactAway)
}

func (r Records) refuseContact(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	return r.answerContact(ctx, tx, d, store.ContactNo, bot.ContactNo)
}

func (r Records) blockContact(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	return r.answerContact(ctx, tx, d, store.ContactBlock, bot.ContactShut)
}

// answerContact keeps the answer to a message. The writer hears of a reply, and
// of nothing else.
func (r Records) answerContact(ctx context.Context, tx *store.Tx, d bot.Doing, answer, outcome string) (map[string]string, error) {
	policy, err := r.Policy(ctx)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	member, err := uuid.Parse(d.Member)
	if err != nil {
		return nil, fmt.Errorf("member id: %w", err)
	}
	named, _ := d.Event.Answers.Get(directory.ContactID)
	id, err := uuid.Parse(named.Text)
	if err != nil {
		return nil, fmt.Errorf("message id: %w", err)
	}
	var reply string
	if answer == store.ContactReply {
		words, _ := d.Event.Answers.Get(directory.Words)
		reply = words.Text
	}
	err = tx.AnswerContact(ctx, id, member, answer, reply, d.At, d.At.Add(policy.ContactLife))
	if errors.Is(err, store.ErrNotOpen) {
		outcome, err = bot.ContactOver, nil
	}
	return map[string]string{bot.ResultOutcome: outcome}, err
}
