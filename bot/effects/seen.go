package effects

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows"
	"mboka/flows/rights"
	"mboka/locales"
	"mboka/store"
)

func (r Records) consents() map[string]bot.Effect {
	decided := func(purpose string, granted bool) bot.Effect {
		return func(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
			id, err := uuid.Parse(d.Member)
			if err != nil {
				return nil, fmt.Errorf("member id: %w", err)
			}
			return nil, r.consent(ctx, tx, d, id, purpose, granted, flows.Proof{MessageID: d.MessageID, At: d.At})
		}
	}
	return map[string]bot.Effect{
		rights.ConsentsID + "." + rights.MissionsGiven: decided("missions", true),
		rights.ConsentsID + "." + rights.MissionsEnded: decided("missions", false),
		rights.ConsentsID + "." + rights.ContactGiven:  decided(store.ForContact, true),
		rights.ConsentsID + "." + rights.ContactEnded:  decided(store.ForContact, false),
		rights.ConsentsID + "." + rights.ShareGovEnded: decided(store.ForShare, false),
		rights.ShareID + "." + rights.ShareAccepted:    r.shareAccepted,
		rights.ShareID + "." + rights.ShareRefused:     r.shareRefused,
	}
}

// agreements is what the person agrees to, the lines of the list and what it
// offers.
func (r Records) agreements(ctx context.Context, q bot.Looking) (flows.Fact, error) {
	m, found, err := r.DB.MemberByChat(ctx, q.Chat)
	if err != nil || !found {
		return flows.Fact{}, errors.Join(err, absentUnless(found, q.Member))
	}
	last, err := r.DB.LastConsents(ctx, m.ID)
	if err != nil {
		return flows.Fact{}, err
	}
	requests, err := r.DB.Requests(ctx, m.ID)
	if err != nil {
		return flows.Fact{}, err
	}
	offers, err := r.offers(ctx, m.ID)
	if err != nil {
		return flows.Fact{}, err
	}
	_, open, err := r.DB.OpenRequest(ctx, m.ID, r.now())
	if err != nil {
		return flows.Fact{}, err
	}
	_, contactKnown := last[store.ForContact]
	waits := "no"
	if open {
		waits = "yes"
	}
	return flows.Fact{
		Args: map[string]any{
			"Consents": consentLines(last, offers || contactKnown, q.Lang), "Shares": shareLines(requests, q.Lang), bot.ConsentsOpen: waits,
		},
		Answers: flows.Answers{
			state(rights.MissionsNow, last["missions"], true),
			state(rights.ContactNow, last[store.ForContact], offers),
			state(rights.FundNow, last[store.ForFund], false),
			state(rights.ShareGovNow, last[store.ForShare], shared(requests)),
		},
	}, nil
}

// state says what of a consent can be offered: one that was not given only
// where it has a purpose.
func state(step string, last store.Consent, purpose bool) flows.Answered {
	code := rights.Off
	switch {
	case last.Granted:
		code = rights.On
	case !purpose:
		code = rights.Idle
	}
	return flows.Answered{Step: step, Codes: []string{code}}
}

// offers tells whether the person ticked something that they would give: only
// then has contact a purpose.
func (r Records) offers(ctx context.Context, member uuid.UUID) (bool, error) {
	given, err := r.DB.ProfileAnswers(ctx, member)
	for _, a := range given {
		if a.Step == "contribution_types" && !slices.Contains(a.Codes, "none") && len(a.Codes) > 0 {
			return true, err
		}
	}
	return false, err
}

// consentNames are the consents that exist so far, in the order of the list.
var consentNames = []struct {
	purpose string
	key     locales.Key
}{
	{"register", locales.ConsentRegister}, {"missions", locales.ConsentMissions},
	{store.ForContact, locales.ConsentContact}, {store.ForDirectory, locales.ConsentDirectory}, {store.ForFund, locales.ConsentFund},
	{store.ForShare, locales.ConsentShareGov},
}

// spokenOf are the purposes that are only listed where they were spoken of.
var spokenOf = []string{store.ForDirectory, store.ForFund, store.ForShare}

// consentLines lists the last words. What was never spoken of counts as a no;
// contact is only listed where it has a purpose.
func consentLines(last map[string]store.Consent, contact bool, lang locales.Lang) string {
	var lines []string
	for _, n := range consentNames {
		c, spoken := last[n.purpose]
		if !spoken && (slices.Contains(spokenOf, n.purpose) || n.purpose == store.ForContact && !contact) {
			continue
		}
		key, state := locales.ConsentLine, locales.ConsentOff
		if !spoken {
			key = locales.ConsentNever
		}
		if c.Granted {
			state = locales.ConsentOn
		}
		lines = append(lines, locales.Text(lang, key, locales.Args{
			"Name": locales.LabelOf(n.key), "State": locales.LabelOf(state), "Date": locales.DateRow(lang, c.At),
		}))
	}
	return strings.Join(lines, "\n")
}

// shared tells whether something was passed on, or is about to be.
func shared(requests []store.ShareRequest) bool {
	return slices.ContainsFunc(requests, func(q store.ShareRequest) bool { return q.Answer == "yes" })
}

// sharesShown is how many of them are listed, the newest first: a message has
// room for no more.
const sharesShown = 10

func shareLines(requests []store.ShareRequest, lang locales.Lang) string {
	var lines []string
	for _, q := range requests {
		if q.Answer != "yes" || len(lines) == sharesShown {
			continue
		}
		key, at := locales.ShareLine, q.ToldAt
		if !q.Passed {
			key, at = locales.ShareWaits, q.AnsweredAt
		}
		lines = append(lines, locales.Text(lang, key, locales.Args{
			"Date": locales.DateRow(lang, at), "Ministère": q.Institution, "But": q.Purpose,
		}))
	}
	return strings.Join(lines, "\n")
}

// viewsShown is how many views are listed.
const viewsShown = 10

// views is who has seen the person's name.
func (r Records) views(ctx context.Context, q bot.Looking) (flows.Fact, error) {
	m, found, err := r.DB.MemberByChat(ctx, q.Chat)
	if err != nil || !found {
		return flows.Fact{}, errors.Join(err, absentUnless(found, q.Member))
	}
	all, err := r.DB.Views(ctx, m.ID)
	if err != nil {
		return flows.Fact{}, err
	}
	mailings, err := r.DB.MailingsOf(ctx, m.ID)
	if err != nil {
		return flows.Fact{}, err
	}
	var lines []string
	for _, v := range all[:min(len(all), viewsShown)] {
		lines = append(lines, locales.Text(q.Lang, locales.WhosawLine, locales.Args{
			"Date": locales.DateRow(q.Lang, v.At), "Role": bot.RoleName(q.Lang, v.Role), "By": bot.OrganisationName(q.Lang, v.Organisation),
			"Purpose": locales.LabelOf(viewPurpose[v.Purpose]),
		}))
	}
	return flows.Fact{Args: map[string]any{bot.ViewsCount: len(all), "Mailings": mailings, "Rows": strings.Join(lines, "\n")}}, nil
}

var viewPurpose = map[string]locales.Key{store.ForContact: locales.SeenForContact, store.ForShare: locales.SeenForShare}

// share is the request that waits for the person's answer. Without one the
// fact is empty.
func (r Records) share(ctx context.Context, q bot.Looking) (flows.Fact, error) {
	m, found, err := r.DB.MemberByChat(ctx, q.Chat)
	if err != nil || !found {
		return flows.Fact{}, err
	}
	open, found, err := r.DB.OpenRequest(ctx, m.ID, r.now())
	if err != nil || !found {
		return flows.Fact{}, err
	}
	return flows.Fact{
		Args:    map[string]any{"Ministère": open.Institution, "But": open.Purpose},
		Answers: flows.Answers{{Step: bot.ShareNamed, Text: open.ID.String()}},
	}, nil
}

func (r Records) now() time.Time {
	if r.Clock == nil {
		return time.Now()
	}
	return r.Clock()
}

func (r Records) shareRefused(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	return r.answerShare(ctx, tx, d, false)
}

// shareAccepted passes the profile on: who asked is given it in their own chat,
// where it is opened.
func (r Records) shareAccepted(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	return r.answerShare(ctx, tx, d, true)
}

func (r Records) answerShare(ctx context.Context, tx *store.Tx, d bot.Doing, agreed bool) (map[string]string, error) {
	request, err := uuid.Parse(d.Event.Answer.Text)
	if err != nil {
		return nil, fmt.Errorf("request id: %w", err)
	}
	member, err := uuid.Parse(d.Member)
	if err != nil {
		return nil, fmt.Errorf("member id: %w", err)
	}
	all, err := tx.Requests(ctx, member)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(q store.ShareRequest) bool { return q.ID == request })
	results := map[string]string{bot.ResultOutcome: bot.ShareNo}
	var yes *store.Consent
	if agreed {
		c, err := r.newConsent(d, member, store.ForShare, true, flows.Proof{MessageID: d.MessageID, At: d.At})
		if err != nil {
			return nil, err
		}
		yes, results[bot.ResultOutcome] = &c, bot.ShareYes
	}
	if i >= 0 {
		results["Ministère"] = all[i].Institution
	}
	switch err := tx.AnswerShare(ctx, request, member, yes, d.At); {
	case errors.Is(err, store.ErrNotOpen) && i >= 0 && all[i].Answer != "":
		results[bot.ResultOutcome] = bot.ShareTwice
	case errors.Is(err, store.ErrNotOpen):
		results[bot.ResultOutcome] = bot.ShareOver
	case err != nil:
		return nil, err
	}
	if _, more, err := tx.OpenRequest(ctx, member, d.At); err != nil {
		return nil, err
	} else if more {
		results[bot.ResultMore] = "yes"
	}
	if results[bot.ResultOutcome] != bot.ShareYes {
		return results, nil
	}
	asker, found, err := tx.RequesterOf(ctx, request)
	if err != nil || !found || asker.Channel == "" {
		return results, err
	}
	results[bot.ResultElsewhere], err = bot.Elsewhere([]bot.Inbound{note(asker, bot.Passed)})
	return results, err
}

// note is what tells who asked that something came of their request.
func note(r store.Requester, kind bot.Kind) bot.Inbound {
	return bot.Inbound{Channel: r.Channel, Address: r.Address, Language: r.Language, Kind: kind, Payload: r.Request.String()}
}

// absentUnless is absent where no record was found.
func absentUnless(found bool, member string) error {
	if found {
		return nil
	}
	return absent(member)
}
