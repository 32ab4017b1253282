package effects

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows"
	"mboka/flows/fields"
	"mboka/flows/registration"
	"mboka/store"
)

func (r Records) registration() map[string]bot.Effect {
	return map[string]bot.Effect{
		registration.ID + "." + registration.Adult:           r.adult,
		registration.ID + "." + registration.Registered:      r.registered,
		registration.ID + "." + registration.MissionsDecided: r.missions,
		registration.ID + "." + registration.Thanked:         r.thanked,
		registration.ID + "." + registration.Finished:        r.finished,
		registration.ID + "." + registration.UnderAge:        r.underAge,
		registration.ProfileID + "." + flows.AnswerGiven:     r.answer,
		registration.ProfileID + "." + registration.UnderAge: r.underAge,
	}
}

// adult begins the record: the age answer is in and it is not that of a minor.
// The consent to it is written with the time and message of its own tap.
func (r Records) adult(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	if d.Member != "" {
		return nil, nil
	}
	id, err := uuid.FromBytes(r.Keys.Code("member", d.Chat.String()+":"+d.MessageID, 16))
	if err != nil {
		return nil, fmt.Errorf("derive member id: %w", err)
	}
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8: of our own making
	if err := tx.CreateMember(ctx, store.Member{ID: id, Language: d.Language, CreatedAt: d.At}); err != nil {
		return nil, err
	}
	if err := tx.PutAddress(ctx, store.Address{
		Chat: d.Chat, MemberID: id, Channel: d.Channel, Address: d.Address,
		CreatedAt: d.At, LastInboundAt: d.At, LastMessageID: d.MessageID,
	}); err != nil {
		return nil, err
	}
	if d.Shared != "" {
		if err := tx.CameBy(ctx, id, d.Shared); err != nil {
			return nil, err
		}
	}
	consent, _ := d.Event.Answers.Get(registration.Consent)
	proof := flows.Proof{MessageID: d.MessageID, At: d.At}
	if consent.Proof != nil {
		proof = *consent.Proof
	}
	if err := r.consent(ctx, tx, d, id, "register", true, proof); err != nil {
		return nil, err
	}
	err = tx.PutDraft(ctx, store.Draft{
		Chat: d.Chat, Flow: registration.ID, Version: registration.Flow().Version, Step: d.Event.Answer.Step,
		Answers: answers(registration.Flow(), d.Event.Answers),
	}, d.At)
	return map[string]string{bot.ResultMember: id.String()}, err
}

func (r Records) consent(ctx context.Context, tx *store.Tx, d bot.Doing, member uuid.UUID, purpose string, granted bool, p flows.Proof) error {
	c, err := r.newConsent(d, member, purpose, granted, p)
	if err != nil {
		return err
	}
	return tx.RecordConsent(ctx, c)
}

func (r Records) newConsent(d bot.Doing, member uuid.UUID, purpose string, granted bool, p flows.Proof) (store.Consent, error) {
	id, err := uuid.FromBytes(r.Keys.Code("consent", member.String()+":"+purpose+":"+p.MessageID, 16))
	if err != nil {
		return store.Consent{}, fmt.Errorf("derive consent id: %w", err)
	}
	return store.Consent{
		ID: id, MemberID: member, Purpose: purpose, Granted: granted, NoticeVersion: d.AgreedTo(),
		Language: d.Language, Channel: d.Channel, At: p.At, MessageID: p.MessageID,
	}, nil
}

// answers are those of a flow that belong to the record.
func answers(f *flows.Flow, given flows.Answers) []store.Answer {
	var out []store.Answer
	for _, a := range given {
		if s, ok := f.Step(a.Step); ok && s.Kind == flows.Question && !a.Skipped {
			out = append(out, store.Answer{Step: a.Step, Codes: a.Codes, Text: a.Text})
		}
	}
	return out
}

// numberLetters are the 32 signs of member numbers and codes: no look-alikes.
const numberLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

func (r Records) code(purpose, input string, n int) string {
	out := r.Keys.Code(purpose, input, n)
	for i, b := range out {
		out[i] = numberLetters[int(b)%len(numberLetters)]
	}
	return string(out)
}

// numberTries is how many numbers are tried: six signs are a billion, so a
// second one is hardly ever needed.
const numberTries = 8

// registered counts the person: the four answers become a profile, and there
// is a member number. For somebody registered already the number stays.
func (r Records) registered(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	id, err := uuid.Parse(d.Member)
	if err != nil {
		return nil, fmt.Errorf("member id: %w", err)
	}
	m, found, err := tx.MemberByChat(ctx, d.Chat)
	if err != nil || !found {
		return nil, errors.Join(err, notFound(found))
	}
	if m.Number == "" {
		for try := 1; m.Number == ""; try++ {
			number := r.code("number", d.Member+":"+strconv.Itoa(try), 6)
			switch err := tx.RegisterMember(ctx, id, number, d.At); {
			case err == nil:
				m.Number = number
			case !errors.Is(err, store.ErrNumberTaken) || try == numberTries:
				return nil, err
			}
		}
	}
	if err := tx.PutAnswers(ctx, id, d.At, answers(registration.Flow(), d.Event.Answers)); err != nil {
		return nil, err
	}
	err = tx.PutDraft(ctx, store.Draft{
		Chat: d.Chat, Flow: registration.ID, Version: registration.Flow().Version, Step: registration.Counted,
	}, d.At)
	return map[string]string{"Number": spoken(m.Number)}, err
}

// spoken is a member number as it is printed: in two groups.
func spoken(number string) string {
	if number == "" {
		return ""
	}
	return number[:3] + "-" + number[3:]
}

func notFound(found bool) error {
	if found {
		return nil
	}
	return errors.New("the chat has no record")
}

// missions keeps a yes to announcements, or takes an earlier yes back.
func (r Records) missions(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	id, err := uuid.Parse(d.Member)
	if err != nil {
		return nil, fmt.Errorf("member id: %w", err)
	}
	granted := d.Event.Answer.Codes[0] == fields.Agree
	return nil, r.consent(ctx, tx, d, id, "missions", granted, flows.Proof{MessageID: d.MessageID, At: d.At})
}

// thanked gives a recovery code: nine signs, 45 bits, of which only a keyed
// hash is kept. The form is over, and so is its draft.
func (r Records) thanked(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	id, err := uuid.Parse(d.Member)
	if err != nil {
		return nil, fmt.Errorf("member id: %w", err)
	}
	code, err := r.recovery(ctx, tx, d, id)
	if err != nil {
		return nil, err
	}
	if err := tx.DropDraft(ctx, d.Chat, registration.ID, d.At); err != nil {
		return nil, err
	}
	return map[string]string{bot.ResultRecovery: grouped(code)}, nil
}

// finished drops the draft of a form that was gone through again.
func (r Records) finished(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	return nil, tx.DropDraft(ctx, d.Chat, registration.ID, d.At)
}

// underAge erases whatever there is: a corrected age answer may come late.
func (r Records) underAge(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	if d.Member == "" {
		return nil, nil
	}
	return r.erase(ctx, tx, d)
}

// answer corrects one answer at once: in the profile, or in the draft of who is
// not counted yet.
func (r Records) answer(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	m, found, err := tx.MemberByChat(ctx, d.Chat)
	if err != nil || !found {
		return nil, errors.Join(err, notFound(found))
	}
	given := []store.Answer{{Step: d.Event.Answer.Step, Codes: d.Event.Answer.Codes, Text: d.Event.Answer.Text}}
	if m.Registered() {
		return nil, tx.PutAnswers(ctx, m.ID, d.At, given)
	}
	draft, found, err := tx.DraftOf(ctx, d.Chat, registration.ID)
	if err != nil || !found {
		return nil, err // a draft that was dropped for its age takes its answers along
	}
	draft.Answers = given
	return nil, tx.PutDraft(ctx, draft, d.At)
}

// staffRecord is what is kept of a chat's roles. That they have not lapsed is
// for the reader to see, by StaffSeenAt.
func (r Records) staffRecord(ctx context.Context, chat Chat) (bot.Record, error) {
	s, found, err := r.DB.StaffOf(ctx, chat)
	if err != nil || !found {
		return bot.Record{}, err
	}
	held, err := r.DB.RolesOf(ctx, chat, s.LastSeenAt)
	record := bot.Record{Staff: true, StaffSeenAt: s.LastSeenAt, Language: s.Language}
	for _, h := range held {
		record.Roles = append(record.Roles, bot.StaffRole{Role: h.Role, Organisation: h.Organisation})
	}
	return record, err
}

// parted gives the answers to the registration's questions, and those to the
// optional forms'.
func parted(kept []store.Answer) (registered, modules flows.Answers) {
	for _, a := range kept {
		answer := flows.Answered{Step: a.Step, Codes: a.Codes, Text: a.Text}
		if _, ok := registration.Flow().Step(a.Step); ok {
			registered = append(registered, answer)
		} else {
			modules = append(modules, answer)
		}
	}
	return registered, modules
}

// Record is what is kept about a chat, as answers to go on from.
func (r Records) Record(ctx context.Context, chat Chat) (bot.Record, error) {
	record, err := r.staffRecord(ctx, chat)
	if err != nil {
		return bot.Record{}, err
	}
	m, found, err := r.DB.MemberByChat(ctx, chat)
	if err != nil || !found {
		return record, err
	}
	address, _, err := r.DB.AddressOf(ctx, chat)
	if err != nil {
		return bot.Record{}, err
	}
	draft, drafted, err := r.DB.DraftOf(ctx, chat, registration.ID)
	if err != nil {
		return bot.Record{}, err
	}
	kept, err := r.DB.ProfileAnswers(ctx, m.ID)
	if err != nil {
		return bot.Record{}, err
	}
	gave, open, err := r.modulesOf(ctx, chat, m, kept)
	if err != nil {
		return bot.Record{}, err
	}
	if !m.Registered() {
		kept = draft.Answers
	}
	last, err := r.DB.LastConsents(ctx, m.ID)
	if err != nil {
		return bot.Record{}, err
	}
	given := flows.Answers{
		{Step: registration.Language, Codes: []string{m.Language}},
		{Step: registration.Consent, Codes: []string{fields.Agree}},
	}
	mine, modules := parted(kept)
	given = append(given, mine...)
	for _, step := range draft.Skipped {
		given = append(given, flows.Answered{Step: step, Skipped: true})
	}
	if m.Registered() && (!drafted || draft.Step != registration.Counted) {
		given = append(given, flows.Answered{Step: registration.Counted, Codes: []string{"continue"}})
	}
	if c, ok := last["missions"]; ok { // a no too: nobody is asked again
		code := fields.Refuse
		if c.Granted {
			code = fields.Agree
		}
		given = append(given, flows.Answered{Step: registration.Missions, Codes: []string{code}})
	}
	coded := m.RecoveryHash != nil
	if coded {
		given = append(given, flows.Answered{Step: registration.Code, Codes: []string{"given"}})
	}
	return bot.Record{
		Roles: record.Roles, Staff: record.Staff, StaffSeenAt: record.StaffSeenAt,

		Member: m.ID.String(), Language: m.Language, Answers: given, Gave: gave, Open: open, Modules: modules,
		// Who has the code and stands at the summary has said all there is.
		Unfinished: drafted && !(coded && draft.Step == registration.Summary),
		Results:    map[string]string{"Number": spoken(m.Number)},

		LastInboundAt: heard(address), LastMessageID: address.LastMessageID, Away: !address.UnreachableAt.IsZero(),
	}, nil
}
