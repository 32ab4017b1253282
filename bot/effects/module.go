package effects

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows"
	"mboka/flows/contribution"
	"mboka/flows/fields"
	"mboka/flows/fund"
	"mboka/flows/registration"
	"mboka/flows/rights"
	"mboka/locales"
	"mboka/store"
)

// asked are all questions whose answers are kept of a member, in their order.
func asked() []flows.Step {
	return slices.Concat(registration.Required(), registration.Optional(), contribution.Questions(), fund.Questions())
}

func (r Records) modules() map[string]bot.Effect {
	done := func(f func() *flows.Flow) bot.Effect {
		return func(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
			return nil, r.moduleDone(ctx, tx, d, f())
		}
	}
	return map[string]bot.Effect{
		contribution.ID + "." + contribution.ContactDecided: r.contactDecided,
		contribution.ID + "." + contribution.Finished:       done(contribution.Flow),
		fund.ID + "." + fund.Agreed:                         r.fundAgreed,
		fund.ID + "." + fund.Declined:                       r.fundDeclined,
		fund.ID + "." + fund.Finished:                       done(fund.Flow),
		rights.ConsentsID + "." + rights.FundEnded:          r.fundEnded,
	}
}

// contactDecided keeps the word on being contacted, a no too.
func (r Records) contactDecided(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	id, err := uuid.Parse(d.Member)
	if err != nil {
		return nil, fmt.Errorf("member id: %w", err)
	}
	granted := d.Event.Answer.Codes[0] == fields.Agree
	return nil, r.consent(ctx, tx, d, id, store.ForContact, granted, flows.Proof{MessageID: d.MessageID, At: d.At})
}

// cautionMeaning is the version of the meaning of the caution before the survey.
// It goes up when the meaning changes.
const cautionMeaning = "1"

func cautionVersion() string { return versionOf(fund.ID, cautionMeaning, locales.FundAsk) }

// versionOf is the version of a text as people read it before they agree: that
// of its meaning, and six digits that are others whenever a word of it is another.
func versionOf(name, meaning string, text locales.Key) string {
	sum := sha256.New()
	for _, lang := range locales.Langs {
		fmt.Fprintf(sum, "%s\x00", locales.LabelOf(text).In(lang))
	}
	return name + "-" + meaning + "." + hex.EncodeToString(sum.Sum(nil)[:3])
}

// study keeps a word on the study, with the version of the notice and that of
// the caution.
func (r Records) study(ctx context.Context, tx *store.Tx, d bot.Doing, granted bool) (uuid.UUID, error) {
	id, err := uuid.Parse(d.Member)
	if err != nil {
		return uuid.Nil, fmt.Errorf("member id: %w", err)
	}
	c, err := r.newConsent(d, id, store.ForFund, granted, flows.Proof{MessageID: d.MessageID, At: d.At})
	if err != nil {
		return uuid.Nil, err
	}
	c.NoticeVersion += " " + cautionVersion()
	return id, tx.RecordConsent(ctx, c)
}

func (r Records) fundAgreed(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	_, err := r.study(ctx, tx, d, true)
	return nil, err
}

func (r Records) fundDeclined(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	if _, err := r.study(ctx, tx, d, false); err != nil {
		return nil, err
	}
	return nil, tx.DropDraft(ctx, d.Chat, fund.ID, d.At)
}

// fundEnded takes the yes to the study back: what was answered in it goes at
// once, drafts on all phones too, and is in no later snapshot.
func (r Records) fundEnded(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	id, err := r.study(ctx, tx, d, false)
	if err != nil {
		return nil, err
	}
	if err := r.forgetStudy(ctx, tx, d, id); err != nil {
		return nil, err
	}
	return r.elsewhere(ctx, tx, d, nil, bot.Renewed, id)
}

func (r Records) forgetStudy(ctx context.Context, tx *store.Tx, d bot.Doing, member uuid.UUID) error {
	if err := r.putModule(ctx, tx, d, member, fund.Questions(), nil); err != nil {
		return err
	}
	addresses, err := tx.Addresses(ctx, member)
	if err != nil {
		return err
	}
	for _, a := range addresses {
		if err := tx.DropDraft(ctx, a.Chat, fund.ID, d.At); err != nil {
			return err
		}
	}
	return nil
}

// moduleDone moves what was answered in an optional form from the draft to the
// profile. Of the survey nothing is kept without a live yes: it may have been
// taken back on another phone meanwhile.
func (r Records) moduleDone(ctx context.Context, tx *store.Tx, d bot.Doing, f *flows.Flow) error {
	id, err := uuid.Parse(d.Member)
	if err != nil {
		return fmt.Errorf("member id: %w", err)
	}
	live, err := tx.LiveConsents(ctx, id)
	if err != nil {
		return err
	}
	if f.ID != fund.ID || live[store.ForFund].Granted {
		if err := r.putModule(ctx, tx, d, id, f.Steps, d.Event.Answers); err != nil {
			return err
		}
	}
	return tx.DropDraft(ctx, d.Chat, f.ID, d.At)
}

// putModule writes the answers to some questions; those that have none any more
// are cleared, those that never had one are left alone.
func (r Records) putModule(ctx context.Context, tx *store.Tx, d bot.Doing, member uuid.UUID, steps []flows.Step, given flows.Answers) error {
	before, err := tx.ProfileAnswers(ctx, member)
	if err != nil {
		return err
	}
	var put []store.Answer
	for _, s := range steps {
		if s.Kind != flows.Question {
			continue
		}
		a, ok := given.Get(s.ID)
		had := slices.ContainsFunc(before, func(b store.Answer) bool { return b.Step == s.ID })
		switch {
		case ok && !a.Skipped && !s.Unless.Holds(given):
			put = append(put, store.Answer{Step: s.ID, Codes: a.Codes, Text: a.Text})
		case had:
			put = append(put, store.Answer{Step: s.ID})
		}
	}
	return tx.PutAnswers(ctx, member, d.At, put)
}

// moduleFact is the lookup of what a person has said in an optional form: what
// is in the profile, and over it what the draft of this phone holds.
func (r Records) moduleFact(f func() *flows.Flow) bot.Lookup {
	return func(ctx context.Context, q bot.Looking) (flows.Fact, error) {
		m, found, err := r.DB.MemberByChat(ctx, q.Chat)
		if err != nil || !found {
			return flows.Fact{}, errors.Join(err, absentUnless(found, q.Member))
		}
		if !m.Registered() {
			return flows.Fact{Args: map[string]any{bot.ModuleState: bot.ModuleEarly}}, nil
		}
		profile, err := r.DB.ProfileAnswers(ctx, m.ID)
		if err != nil {
			return flows.Fact{}, err
		}
		given, err := r.module(ctx, q.Chat, m.ID, f(), profile)
		if err != nil {
			return flows.Fact{}, err
		}
		offers := slices.IndexFunc(profile, func(a store.Answer) bool { return a.Step == "contribution_types" })
		if f().ID == contribution.ID && len(given) == 0 && (offers < 0 || !slices.Contains(bot.Wanted(profile[offers].Codes), contribution.ID)) {
			return flows.Fact{Args: map[string]any{bot.ModuleState: bot.ModuleUnwanted}}, nil
		}
		return flows.Fact{Answers: given}, nil
	}
}

// module are the answers that a form goes on from. Who has said yes or no to
// being contacted is not asked again; the survey asks until there is a yes, and
// without one nothing of it counts.
func (r Records) module(ctx context.Context, chat Chat, member uuid.UUID, f *flows.Flow, profile []store.Answer) (flows.Answers, error) {
	draft, _, err := r.DB.DraftOf(ctx, chat, f.ID)
	if err != nil {
		return nil, err
	}
	last, err := r.DB.LastConsents(ctx, member)
	if err != nil {
		return nil, err
	}
	var out flows.Answers
	for _, s := range f.Steps {
		if s.Kind != flows.Question {
			continue
		}
		for _, from := range [][]store.Answer{draft.Answers, profile} {
			if i := slices.IndexFunc(from, func(a store.Answer) bool { return a.Step == s.ID }); i >= 0 {
				out = append(out, flows.Answered{Step: s.ID, Codes: from[i].Codes, Text: from[i].Text})
				break
			}
		}
		if _, answered := out.Get(s.ID); !answered && slices.Contains(draft.Skipped, s.ID) {
			out = append(out, flows.Answered{Step: s.ID, Skipped: true})
		}
	}
	if f.ID == fund.ID {
		if !last[store.ForFund].Granted {
			return nil, nil
		}
		return append(out, flows.Answered{Step: fund.Consent, Codes: []string{fields.Agree}}), nil
	}
	if c, spoken := last[store.ForContact]; spoken && len(out) > 0 || c.Granted {
		code := fields.Refuse
		if c.Granted {
			code = fields.Agree
		}
		out = append(out, flows.Answered{Step: contribution.Contact, Codes: []string{code}})
	}
	return out, nil
}

// modulesOf tells which optional forms a member has come to the end of, and which
// were left in the middle on this phone.
func (r Records) modulesOf(ctx context.Context, chat Chat, m store.Member, profile []store.Answer) (gave []string, open []bot.OpenForm, err error) {
	if !m.Registered() {
		return nil, nil, nil
	}
	for _, f := range []*flows.Flow{contribution.Flow(), fund.Flow()} {
		if slices.ContainsFunc(profile, func(a store.Answer) bool {
			s, ok := f.Step(a.Step)
			return ok && s.Kind == flows.Question
		}) {
			gave = append(gave, f.ID)
		}
		_, drafted, err := r.DB.DraftOf(ctx, chat, f.ID)
		if err != nil {
			return nil, nil, err
		}
		if !drafted {
			continue
		}
		given, err := r.module(ctx, chat, m.ID, f, profile)
		if err != nil {
			return nil, nil, err
		}
		open = append(open, bot.OpenForm{Flow: f.ID, Answers: given})
	}
	return gave, open, nil
}
