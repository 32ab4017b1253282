package announce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows"
	"mboka/locales"
	"mboka/store"
	"mboka/store/seal"
)

// Office is where staff plan missions and announce them: the effects of their
// words, forms and buttons. It is safe for concurrent use.
type Office struct {
	DB     *store.DB
	Keys   *seal.Keys
	Policy func(context.Context) (store.Policy, error)
	// Audiences says whom an announcement is for, and whether they are enough.
	Audiences *Desk
	// Reports tell how a sending went.
	Reports *Reports
}

// Effects are what the words, forms and buttons do. Each asks the records
// whether a role permits it.
func (o *Office) Effects() map[string]bot.Effect {
	return map[string]bot.Effect{
		bot.ChatFlow + "." + bot.AnnounceAsked:           o.begin,
		bot.ChatFlow + "." + bot.AnnouncementsAsked:      o.list,
		bot.FlowAnnounce + "." + flows.AnswerGiven:       o.keep,
		bot.FlowAnnounce + "." + EventAnew:               o.anew,
		bot.FlowAnnounce + "." + EventSubmitted:          o.submit,
		bot.FlowAnnounced + "." + EventChosen:            o.choose,
		bot.FlowChange + "." + EventChanged:              o.change,
		bot.FlowRefusal + "." + EventRefused:             o.refuse,
		bot.FlowAnnouncement + "." + bot.AnnouncementAct: o.act,
	}
}

// Facts are what the form looks up besides the dry run.
func (o *Office) Facts() map[string]bot.Lookup {
	return map[string]bot.Lookup{flows.FactSample: o.sample}
}

// visit is one act of somebody of the staff.
type visit struct {
	*Office
	ctx    context.Context
	tx     *store.Tx
	d      bot.Doing
	held   store.Held // the role by which they act
	lang   locales.Lang
	policy store.Policy
}

// open asks for a permission.
func (o *Office) open(ctx context.Context, tx *store.Tx, d bot.Doing, p store.Permission) (*visit, error) {
	v, err := o.visit(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	switch p {
	case store.Announce:
		v.held, err = tx.Allowed(ctx, d.Chat, store.Announce, d.Running, d.At)
	case store.Approve:
		v.held, err = tx.Allowed(ctx, d.Chat, store.Approve, d.Running, d.At)
	default:
		err = store.ErrNotAllowed
	}
	return v, err
}

func (o *Office) visit(ctx context.Context, tx *store.Tx, d bot.Doing) (*visit, error) {
	policy, err := o.Policy(ctx)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	lang, _ := locales.ParseLang(d.Language)
	return &visit{Office: o, ctx: ctx, tx: tx, d: d, lang: lang, policy: policy}, nil
}

// id derives an id from the message of the turn: repeated, it is the same.
func (v *visit) id(purpose string) (uuid.UUID, error) {
	id, err := uuid.FromBytes(v.Keys.Code(purpose, v.d.Chat.String()+":"+v.d.MessageID, 16))
	if err != nil {
		return uuid.Nil, fmt.Errorf("derive %s id: %w", purpose, err)
	}
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8: of our own making
	return id, nil
}

// audit adds an act to the log.
func (v *visit) audit(act string, object uuid.UUID) error {
	id, err := v.id("audit " + act + " " + object.String())
	if err != nil {
		return err
	}
	return v.tx.Audit(v.ctx, store.Entry{
		ID: id, At: v.d.At, Actor: store.RoleActor(v.held.ID), Role: string(v.held.Role), Organisation: string(v.held.Organisation),
		Act: act, Object: object.String(),
	})
}

// said is a result with a text and its fields, in pairs.
func said(key locales.Key, fields ...string) map[string]string {
	out := map[string]string{bot.ResultOutcome: bot.AnnouncementSaid, bot.ResultKey: string(key)}
	for i := 0; i+1 < len(fields); i += 2 {
		out[fields[i]] = fields[i+1]
	}
	return out
}

// unknown is the result where there is no such announcement for them.
func unknown() map[string]string {
	return map[string]string{bot.ResultOutcome: bot.AnnouncementUnknown}
}

// begins is a result that opens a form, behind a text if there is one.
func begins(form string, answers flows.Answers, key locales.Key) (map[string]string, error) {
	raw, err := encode(answers)
	if err != nil {
		return nil, err
	}
	out := said(key)
	out[bot.ResultForm], out[bot.ResultAnswers] = form, string(raw)
	return out, nil
}

// begin opens the form of an announcement, with the draft if there is one.
func (o *Office) begin(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	v, err := o.open(ctx, tx, d, store.Announce)
	if err != nil {
		return nil, err
	}
	steps, err := tx.AnnouncementDraft(ctx, v.held.StaffID)
	if err != nil {
		return nil, err
	}
	var answers flows.Answers
	for _, s := range steps {
		answers = append(answers, flows.Answered{Step: s.Step, Codes: s.Codes, Text: s.Text, Skipped: len(s.Codes) == 0 && s.Text == ""})
	}
	if len(answers) > 0 {
		answers = append(flows.Answers{{Step: StepDraft, Codes: []string{"kept"}}}, answers...)
	}
	return begins(bot.FlowAnnounce, answers, "")
}

// keep keeps one answer of a draft, so that it outlives the session. Of who is
// no coordinator any more nothing is kept: they are told at the end, or by the
// note of the revocation.
func (o *Office) keep(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	v, err := o.open(ctx, tx, d, store.Announce)
	if errors.Is(err, store.ErrNotAllowed) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a := d.Event.Answer
	if !a.Skipped && len(a.Codes) == 0 && a.Text == "" {
		return nil, tx.DropDraftStep(ctx, v.held.StaffID, a.Step)
	}
	return nil, tx.PutDraftStep(ctx, v.held.StaffID, store.DraftStep{Step: a.Step, Codes: a.Codes, Text: a.Text}, d.At)
}

// anew forgets the draft.
func (o *Office) anew(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	v, err := o.open(ctx, tx, d, store.Announce)
	if err != nil {
		return nil, err
	}
	if err := tx.DropAnnouncementDraft(ctx, v.held.StaffID); err != nil {
		return nil, err
	}
	return begins(bot.FlowAnnounce, nil, "")
}

// giveBack makes a draft of what an author had filled in, unless they are at
// work on another one.
func (v *visit) giveBack(a store.Announcement) error {
	form, err := v.tx.FormOf(v.ctx, a.ID)
	if err != nil || form == nil || a.Kind != store.AnnounceNotice {
		return err
	}
	author, found, err := v.tx.StaffByRole(v.ctx, a.RoleID)
	if err != nil || !found {
		return err
	}
	other, err := v.tx.AnnouncementDraft(v.ctx, author.ID)
	if err != nil || len(other) > 0 {
		return err
	}
	var answers flows.Answers
	if err := json.Unmarshal(form, &answers); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	for _, x := range answers {
		if err := v.tx.PutDraftStep(v.ctx, author.ID, store.DraftStep{Step: x.Step, Codes: x.Codes, Text: x.Text}, v.d.At); err != nil {
			return err
		}
	}
	return nil
}

// formOf are the answers that belong to the form: not the ways through it.
func formOf(given flows.Answers) (out flows.Answers) {
	passing := map[string]bool{StepDraft: true, "resume": true, "check": true, "dryrun": true, StepPreview: true, "sample": true}
	for _, a := range given {
		if !passing[a.Step] {
			a.Proof = nil
			out = append(out, a)
		}
	}
	return out
}

// without are answers without one.
func without(given flows.Answers, step string) (out flows.Answers) {
	for _, a := range given {
		if a.Step != step {
			out = append(out, a)
		}
	}
	return out
}

// soon is the time at which an approved announcement begins, as it is said.
func (v *visit) soon(at time.Time, m store.Mission, lang locales.Lang) string {
	if wait := at.Sub(v.d.At); wait <= v.policy.CoolOff {
		return locales.Text(lang, locales.AnnInMinutes, locales.Args{"Minutes": int(wait.Round(time.Minute).Minutes())})
	}
	return locales.Text(lang, locales.AnnSoon, clockArgs(at, m, lang))
}
