package announce

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/flows"
	"mboka/locales"
	"mboka/store"
)

// submit puts a mission and its announcement on record and asks a second person
// for a yes. What does not hold leads back into the form.
func (o *Office) submit(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	v, err := o.open(ctx, tx, d, store.Announce)
	if err != nil {
		return nil, err
	}
	form := formOf(d.Event.Answers)
	m := filled{form}.mission()
	if wrong, key := faulty(m, d.At); key != "" {
		if wrong != "" {
			if err := tx.DropDraftStep(ctx, v.held.StaffID, wrong); err != nil {
				return nil, err
			}
		}
		return begins(bot.FlowAnnounce, without(form, wrong), key)
	}
	meant := AudienceOf(form, o.Audiences.Understand)
	if !meant.Clear() {
		return begins(bot.FlowAnnounce, form, locales.AnnUnclear)
	}
	switch err := o.Audiences.Enough(ctx, meant.Audience, d.At); {
	case errors.Is(err, protect.ErrTooFew):
		return begins(bot.FlowAnnounce, form, locales.AnnFew)
	case err != nil:
		return nil, err
	}
	a, err := v.put(&m, meant.Audience, form)
	if err != nil {
		return nil, err
	}
	asked, notes, err := v.askForYes(a, m)
	if err != nil {
		return nil, err
	}
	if asked == 0 {
		return said(locales.AnnSubmittedNobody), nil
	}
	out := said(locales.AnnSubmitted, "Title", m.Text(v.lang.String()).Title)
	out[bot.ResultElsewhere] = notes
	return out, nil
}

// faulty finds what the form cannot see to, because an answer was changed behind
// another or time has passed: the step to ask again, "" where several are
// missing, and what to say.
func faulty(m store.Mission, now time.Time) (step string, key locales.Key) {
	switch {
	case len(m.Texts) == 0 || m.Texts["fr"].Title == "" || m.Kind == "" || m.Kind != store.News && m.StartsAt.IsZero():
		return "", locales.AnnIncomplete
	case m.StartsAt.IsZero():
		return "", ""
	case !m.StartsAt.After(now):
		return StepStarts, locales.AnnPassed
	case !m.EndsAt.IsZero() && !m.EndsAt.After(m.StartsAt):
		return StepEnds, locales.WhenOrder
	case !m.RSVPUntil.IsZero() && m.RSVPUntil.After(m.StartsAt):
		return StepUntil, locales.WhenLate
	case !m.RSVPUntil.IsZero() && !m.RSVPUntil.After(now):
		return StepUntil, locales.AnnPassed
	}
	return "", ""
}

// put writes the mission, the announcement, the form, and the log.
func (v *visit) put(m *store.Mission, audience Audience, form flows.Answers) (store.Announcement, error) {
	var ids [2]uuid.UUID
	for i, purpose := range []string{"mission", "announcement"} {
		id, err := v.id(purpose)
		if err != nil {
			return store.Announcement{}, err
		}
		ids[i] = id
	}
	m.ID, m.RoleID, m.Organisation, m.CreatedAt = ids[0], v.held.ID, v.held.Organisation, v.d.At
	raw, err := audience.Encode()
	if err != nil {
		return store.Announcement{}, err
	}
	kept, err := encode(form)
	if err != nil {
		return store.Announcement{}, err
	}
	a := store.Announcement{
		ID: ids[1], MissionID: m.ID, Kind: store.AnnounceNotice, RoleID: v.held.ID, Organisation: v.held.Organisation, Audience: raw,
		Status: store.AnnouncementReview, CreatedAt: v.d.At, SubmittedAt: v.d.At,
		BeginAt: filled{form}.moment(StepBegin, m.Timezone), ValidUntil: usefulUntil(*m, v.d.At),
	}
	return a, errors.Join(
		v.tx.PutMission(v.ctx, *m), v.tx.PutAnnouncement(v.ctx, a), v.tx.PutForm(v.ctx, a.ID, kept),
		v.tx.DropAnnouncementDraft(v.ctx, v.held.StaffID), v.audit("mission.plan", m.ID), v.audit("mission.submit", a.ID))
}

// askForYes tells those who may approve an announcement that it waits for them,
// and says how many they are.
func (v *visit) askForYes(a store.Announcement, m store.Mission) (int, string, error) {
	if !store.May(store.Approve, store.Approver, v.d.Running, v.d.Running) {
		return 0, "", nil
	}
	all, err := v.tx.StaffHolding(v.ctx, store.Approver, v.d.Running, v.d.At)
	if err != nil {
		return 0, "", err
	}
	var notes []bot.Inbound
	for _, s := range all {
		if s.ID == v.held.StaffID {
			continue
		}
		lang, _ := locales.ParseLang(s.Language)
		note, err := v.notice(s, store.NotificationApproval, a.ID, bot.Notification{
			Key: locales.AnnAsk, Kind: bot.NoticeApproval, Step: bot.AnnouncementAct,
			Args: map[string]string{
				"By": bot.OrganisationName(lang, a.Organisation), "Title": m.Text(s.Language).Title,
				"When": whenOf(a, m, s.Language), "Who": whoOf(a, lang),
			},
			About: bot.About{Kind: bot.AboutAnnouncement, ID: a.ID}, Choices: bot.ActButtons(bot.ActApprove, bot.ActRefuse, bot.ActPreview),
		})
		if err != nil {
			return 0, "", err
		}
		notes = append(notes, note)
	}
	named, err := bot.Elsewhere(notes)
	return len(notes), named, err
}

// tellAuthor tells who wrote an announcement what somebody else decided, "" where
// there is nobody to tell.
func (v *visit) tellAuthor(a store.Announcement, m store.Mission, key locales.Key) (string, error) {
	author, found, err := v.tx.StaffByRole(v.ctx, a.RoleID)
	if err != nil || !found || author.ID == v.held.StaffID {
		return "", err
	}
	lang, _ := locales.ParseLang(author.Language)
	args := map[string]string{"Title": m.Text(author.Language).Title}
	switch key {
	case locales.AnnToldYes:
		args["When"] = v.soon(a.BeginAt, m, lang)
	case locales.AnnToldNo:
		why, err := v.whyOf(a, lang)
		if err != nil {
			return "", err
		}
		if why != "" {
			key, args["Why"] = locales.RefTold, why
		}
	}
	note, err := v.notice(author, store.NotificationDecision, a.ID, bot.Notification{Key: key, Args: args})
	if err != nil {
		return "", err
	}
	return bot.Elsewhere([]bot.Inbound{note})
}

// notice puts a notice to somebody of the staff on record and gives the note
// that has it said.
func (v *visit) notice(s store.Staff, kind string, about uuid.UUID, n bot.Notification) (bot.Inbound, error) {
	id, err := v.id(kind + " " + s.ID.String())
	if err != nil {
		return bot.Inbound{}, err
	}
	n.ID, n.Language, n.HeardAt, n.QueuedAt = id.String(), s.Language, s.LastSeenAt, v.d.At
	err = v.tx.PutNotification(v.ctx, store.Notification{
		ID: id, StaffID: s.ID, Chat: s.Chat, Kind: kind, AnnouncementID: about, Attempt: 1, QueuedAt: v.d.At,
	})
	return bot.Inbound{Channel: s.Channel, Address: s.Address, Kind: bot.Notified, At: v.d.At, Notification: &n}, err
}
