package effects

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows"
	"mboka/flows/contribution"
	"mboka/flows/fund"
	"mboka/flows/rights"
	"mboka/locales"
	"mboka/store"
	"mboka/store/seal"
)

// Chat names a chat.
type Chat = seal.Chat

func (r Records) rights() map[string]bot.Effect {
	return map[string]bot.Effect{
		rights.EraseID + "." + rights.Erased:  r.erase,
		rights.NoticeID + "." + rights.Agreed: r.agreed,
		bot.ChatFlow + "." + bot.Stopped:      r.stop,
	}
}

// erase takes away everything that is kept about the person, roles too.
func (r Records) erase(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	if d.Member == "" { // staff without a profile
		if err := r.eraseStaff(ctx, tx, d, []Chat{d.Chat}); err != nil {
			return nil, err
		}
		return nil, tx.EraseTurns(ctx, d.Chat)
	}
	id, err := uuid.Parse(d.Member)
	if err != nil {
		return nil, fmt.Errorf("member id: %w", err)
	}
	results, err := r.elsewhere(ctx, tx, d, nil, bot.Erased, id)
	if err != nil {
		return nil, err
	}
	addresses, err := tx.Addresses(ctx, id)
	if err != nil {
		return nil, err
	}
	chats := []Chat{d.Chat}
	for _, a := range addresses {
		chats = append(chats, a.Chat)
	}
	if err := r.eraseStaff(ctx, tx, d, chats); err != nil {
		return nil, err
	}
	return results, tx.EraseMember(ctx, id, d.At)
}

// agreed keeps the yes to a notice that has changed.
func (r Records) agreed(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	id, err := uuid.Parse(d.Member)
	if err != nil {
		return nil, fmt.Errorf("member id: %w", err)
	}
	return nil, r.consent(ctx, tx, d, id, "register", true, flows.Proof{MessageID: d.MessageID, At: d.At})
}

// agreedTo is the version of the notice that a person has agreed to.
func (r Records) agreedTo(ctx context.Context, q bot.Looking) (flows.Fact, error) {
	m, found, err := r.DB.MemberByChat(ctx, q.Chat)
	if err != nil {
		return flows.Fact{}, err
	}
	if !found {
		return flows.Fact{}, absent(q.Member)
	}
	live, err := r.DB.LiveConsents(ctx, m.ID)
	return flows.Fact{Args: map[string]any{"Version": live["register"].NoticeVersion}}, err
}

// stop keeps a no to announcements, unless the last word is one already: who
// was never asked has answered the question by it.
func (r Records) stop(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	id, err := uuid.Parse(d.Member)
	if err != nil {
		return nil, fmt.Errorf("member id: %w", err)
	}
	last, err := tx.LastConsents(ctx, id)
	if err != nil {
		return nil, err
	}
	if last[store.ForDirectory].Granted { // whoever says stop wants to be left alone
		if err := r.withdrawCard(ctx, tx, d, id); err != nil {
			return nil, err
		}
	}
	if c, spoken := last["missions"]; spoken && !c.Granted {
		return nil, nil
	}
	return nil, r.consent(ctx, tx, d, id, "missions", false, flows.Proof{MessageID: d.MessageID, At: d.At})
}

// Facts are the lookups of flows.
func (r Records) Facts() map[string]bot.Lookup {
	return map[string]bot.Lookup{flows.FactRecord: r.record, flows.FactLinks: r.links, bot.FactCopy: r.copies, bot.FactAgreed: r.agreedTo,
		flows.FactConsents: r.agreements, flows.FactViews: r.views, flows.FactShare: r.share,
		flows.FactCard: r.card, flows.FactContact: r.contact, bot.FactCardOf: r.cardOf,
		bot.FactContribution: r.moduleFact(contribution.Flow), bot.FactFund: r.moduleFact(fund.Flow)}
}

// record is all that is kept about a person: the answers to begin with, and
// the fields of the text of /mydata.
func (r Records) record(ctx context.Context, q bot.Looking) (flows.Fact, error) {
	kept, err := r.Record(ctx, q.Chat)
	if err != nil {
		return flows.Fact{}, err
	}
	m, found, err := r.DB.MemberByChat(ctx, q.Chat)
	if err != nil {
		return flows.Fact{}, err
	}
	if !found {
		return flows.Fact{}, absent(q.Member)
	}
	addresses, err := r.DB.Addresses(ctx, m.ID)
	if err != nil {
		return flows.Fact{}, err
	}
	consents, err := r.DB.LastConsents(ctx, m.ID)
	if err != nil {
		return flows.Fact{}, err
	}
	open := ""
	if n := len(kept.Open); n > 0 && !kept.Unfinished {
		open = kept.Open[n-1].Flow
	}
	return flows.Fact{Answers: kept.Answers, Args: map[string]any{
		bot.RecordOpen: open,
		"Summary":      summary(append(slices.Clone(kept.Answers), kept.Modules...)),
		"Consents":     consentLines(consents, consents[store.ForContact].Purpose != "", q.Lang),
		"Number":       cmp.Or(spoken(m.Number), "—"),
		"Date":         locales.DateRow(q.Lang, m.CreatedAt),
		"Channels":     channelNames(addresses),
	}}, nil
}

// summary lists the answers that there are.
func summary(given flows.Answers) flows.Rows {
	var rows flows.Rows
	for _, s := range asked() {
		if a, ok := given.Get(s.ID); ok && !a.Skipped {
			rows = append(rows, flows.Row{Title: s.Title, Values: s.Field.Show(a)})
		}
	}
	return rows
}
