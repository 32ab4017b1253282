package announce

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/flows"
	"mboka/locales"
	"mboka/store"
	"mboka/store/seal"
)

// FactDryRun is whom the answers of flow announce would reach. Its answer to
// StepDryRun is one of the codes below; its arguments are Text, all of it in the
// language of whoever looks, and Who, the audience.
const (
	FactDryRun = flows.FactDryRun
	StepDryRun = flows.FactDryRun

	DryRunReady   = flows.DryRunReady
	DryRunUnclear = "unclear" // the words were not understood
	DryRunFew     = "few"     // too few people, whatever the filter
	DryRunNarrow  = "narrow"  // too near to an earlier one
	DryRunEnough  = "enough"  // too many were tried
)

// mostDryRuns is how many different audiences an organisation may try within
// store.DryRunLife: each new one is compared with all of them.
const mostDryRuns = 500

var errEnough = errors.New("too many different dry runs")

// Rates are how many messages in a second the platforms take of us in bulk.
type Rates struct{ Telegram, WhatsApp float64 }

// Desk tells coordinators whom an announcement would reach. It is safe for
// concurrent use.
type Desk struct {
	DB         *store.DB
	Keys       *seal.Keys
	Policy     func(context.Context) (store.Policy, error)
	Understand Understand
	Channels   []string // that the service can send by
	Rates      Rates
	// Conditions reads what decides about people besides the records: which
	// texts the platform has approved changes while the service runs.
	Conditions func(context.Context) (Conditions, error)
}

// Facts are what the flow may need.
func (d *Desk) Facts() map[string]bot.Lookup { return map[string]bot.Lookup{FactDryRun: d.look} }

// Forecast foretells, exactly, what would become of an announcement to an
// audience whose letter is of a kind. It is for comparisons and shown to nobody.
func (d *Desk) Forecast(ctx context.Context, a Audience, kind bot.NoticeKind, at time.Time) (Forecast, error) {
	policy, err := d.Policy(ctx)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	c, err := d.Conditions(ctx)
	if err != nil {
		return nil, fmt.Errorf("read conditions: %w", err)
	}
	counted, err := d.DB.CountProspects(ctx, store.Prospects{Reach: a.Reach(), At: at, Channels: d.Channels, Cap: policy.CapMonth}, bot.WhatsAppCapabilities.Window)
	if err != nil {
		return nil, err
	}
	return c.Expect(counted, kind), nil
}

// Enough fails with protect.ErrTooFew where an audience reaches fewer people
// than may be written to. It is asked again whenever an announcement takes a
// step towards being sent.
func (d *Desk) Enough(ctx context.Context, a Audience, at time.Time) error {
	policy, err := d.Policy(ctx)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	f, err := d.Forecast(ctx, a, bot.NoticeMission, at)
	if err == nil && f.Reach() < a.threshold(rulesOf(policy), 0) {
		err = protect.ErrTooFew
	}
	return err
}

func (d *Desk) look(ctx context.Context, q bot.Looking) (flows.Fact, error) {
	policy, err := d.Policy(ctx)
	if err != nil {
		return flows.Fact{}, fmt.Errorf("read settings: %w", err)
	}
	meant := AudienceOf(q.Answers, d.Understand)
	if !meant.Clear() {
		return fact(DryRunUnclear, meant.Unclear(q.Lang), ""), nil
	}
	who := meant.Audience.Label(q.Lang)
	run, err := d.Try(ctx, meant.Audience, q, policy)
	switch {
	case errors.Is(err, store.ErrNotAllowed):
		return flows.Fact{}, nil
	case errors.Is(err, protect.ErrTooFew):
		text, err := d.tooFew(ctx, meant.Audience, q, policy)
		return fact(DryRunFew, text, who), err
	case errors.Is(err, ErrNarrows):
		return fact(DryRunNarrow, locales.Text(q.Lang, locales.DryNarrows, nil), who), nil
	case errors.Is(err, errEnough):
		return fact(DryRunEnough, locales.Text(q.Lang, locales.DryEnough, locales.Args{"Max": mostDryRuns}), who), nil
	case err != nil:
		return flows.Fact{}, err
	}
	return fact(DryRunReady, run.Say(q.Lang, policy, d.Rates), who), nil
}

func fact(code, text, who string) flows.Fact {
	return flows.Fact{
		Answers: flows.Answers{{Step: StepDryRun, Codes: []string{code}}},
		Args:    map[string]any{"Text": text, "Who": who},
	}
}

// Try makes a dry run for the chat of a coordinator, and puts it on record.
//
// An audience that the organisation has seen before is told as it was, until so
// many people have changed that nobody can tell of one of them: then it is
// counted anew. Any other one is compared with all that was seen.
func (d *Desk) Try(ctx context.Context, a Audience, q bot.Looking, policy store.Policy) (out DryRun, err error) {
	now, err := d.Forecast(ctx, a, kindOf(q.Answers), q.At)
	if err != nil {
		return DryRun{}, err
	}
	c, err := d.Conditions(ctx)
	if err != nil {
		return DryRun{}, fmt.Errorf("read conditions: %w", err)
	}
	var refused error
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		refused = nil
		held, err := tx.Allowed(ctx, q.Chat, store.Announce, store.Organisation(policy.OrganisationKind), q.At)
		if err != nil {
			return err
		}
		t := trial{ctx: ctx, tx: tx, a: a, now: now.sums(), rules: rulesOf(policy), windowed: c.Windowed, held: held, at: q.At}
		if t.id, err = d.id(a, q); err != nil {
			return err
		}
		if out, err = t.run(); errors.Is(err, protect.ErrTooFew) || errors.Is(err, ErrNarrows) || errors.Is(err, errEnough) {
			refused, err = err, nil // the attempt is an act too
		}
		if err != nil {
			return err
		}
		return tx.AuditOnce(ctx, t.entry(out, words(q.Answers, a)))
	})
	if err == nil {
		err = refused
	}
	return out, err
}

// kindOf is the kind of letter that the answers of flow announce make.
func kindOf(answers flows.Answers) bot.NoticeKind {
	m := filled{answers}.mission()
	l := Letter{Announcement: store.Announcement{Kind: store.AnnounceNotice}, Mission: m}
	return l.Message(Recipient{Caps: bot.WhatsAppCapabilities, Zones: []string{m.Timezone}}).Notice
}

// words are what the coordinator wrote, else the audience in words.
func words(answers flows.Answers, a Audience) string {
	if x, ok := answers.Get(StepWords); ok && x.Text != "" {
		return x.Text
	}
	return a.Label(locales.FR)
}

// id is of a dry run and of its line in the log: repeated for the same message,
// it is the same.
func (d *Desk) id(a Audience, q bot.Looking) (uuid.UUID, error) {
	raw, err := a.canonical()
	if err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.FromBytes(d.Keys.Code("mission.dryrun", fmt.Sprintf("%s:%d:%s", q.Chat, q.At.UnixMicro(), raw), 16))
	if err != nil {
		return uuid.Nil, fmt.Errorf("derive dry run id: %w", err)
	}
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8: of our own making
	return id, nil
}

// plain is an audience without filters that say nothing: all languages of the
// service, and groups beside professions, each of which belongs to one.
func (a Audience) plain() Audience {
	if len(slices.Compact(slices.Sorted(slices.Values(a.Languages)))) == len(locales.Langs) {
		a.Languages = nil
	}
	if len(a.Groups) > 0 {
		within := slices.DeleteFunc(slices.Clone(a.Professions), func(code string) bool { return !inGroups([]string{code}, a.Groups) })
		if len(within) > 0 {
			a.Groups, a.Professions = nil, within
		}
	}
	return a
}

// canonical is an audience as it is compared: written in any order, it is the
// same.
func (a Audience) canonical() ([]byte, error) {
	a = a.plain()
	a.Places = slices.Clone(a.Places)
	slices.SortFunc(a.Places, func(x, y Place) int {
		return bytes.Compare(fmt.Appendf(nil, "%s %s %d", x.Country, x.City, x.Radius), fmt.Appendf(nil, "%s %s %d", y.Country, y.City, y.Radius))
	})
	for _, codes := range []*[]string{&a.Sectors, &a.Groups, &a.Professions, &a.Contributions, &a.Spoken, &a.Languages} {
		*codes = slices.Compact(slices.Sorted(slices.Values(*codes)))
	}
	return a.Encode()
}
