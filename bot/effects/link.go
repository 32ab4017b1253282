package effects

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows"
	"mboka/flows/link"
	"mboka/flows/registration"
	"mboka/store"
)

func (r Records) link() map[string]bot.Effect {
	return map[string]bot.Effect{
		bot.ChatFlow + "." + bot.Linking:   r.linkCode,
		link.ID + "." + link.CodeWanted:    r.linkCode,
		bot.ChatFlow + "." + bot.LinkTried: r.linkChat,
		link.MergeID + "." + link.Confirmed: func(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
			return r.redeem(ctx, tx, d, true)
		},
		link.ID + "." + link.Parted: r.part,
	}
}

// A code is nine signs, 45 bits, and good for a quarter of an hour.
const (
	linkSigns = 9
	linkLife  = 15 * time.Minute
)

// linkCode gives a code to write in the other chat. Only its hash is kept; an
// earlier one is worth nothing any more.
func (r Records) linkCode(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	id, err := uuid.Parse(d.Member)
	if err != nil {
		return nil, fmt.Errorf("member id: %w", err)
	}
	code := r.code("link", d.Member+":"+d.MessageID, linkSigns)
	if err := tx.PutLinkCode(ctx, id, r.Keys.CodeHash("link", code), d.At.Add(linkLife)); err != nil {
		return nil, err
	}
	return map[string]string{bot.ResultCode: grouped(code)}, nil
}

func refuse(outcome string) error {
	return bot.Refusal{Results: map[string]string{bot.ResultOutcome: outcome}}
}

// linkChat joins a chat without a record to the member of a code. Where there
// is a record, the person is asked first.
func (r Records) linkChat(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	return r.redeem(ctx, tx, d, false)
}

// redeem takes a code, once: one to link with, or a recovery code. Of two chats that write it at the same time the
// second waits here, and is told.
func (r Records) redeem(ctx context.Context, tx *store.Tx, d bot.Doing, agreed bool) (map[string]string, error) {
	hash := r.Keys.CodeHash("link", d.Event.Answer.Text)
	code, found, err := tx.LinkCode(ctx, hash)
	if err != nil {
		return nil, err
	}
	if !found {
		return r.move(ctx, tx, d, agreed)
	}
	mine, known, err := tx.MemberByChat(ctx, d.Chat)
	switch {
	case err != nil:
		return nil, err
	case known && mine.ID == code.MemberID:
		return nil, refuse(bot.LinkOwn)
	case !code.UsedAt.IsZero():
		return nil, refuse(bot.LinkUsed)
	case !d.At.Before(code.ExpiresAt):
		return nil, refuse(bot.LinkExpired)
	case known && !agreed:
		return nil, refuse(bot.LinkAsk)
	}
	theirs, found, err := tx.MemberByID(ctx, code.MemberID)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, refuse(bot.LinkWrong)
	}
	if err := tx.UseLinkCode(ctx, hash, d.At); err != nil {
		return nil, err
	}
	if known {
		return r.merge(ctx, tx, d, mine, theirs)
	}
	if err := tx.PutAddress(ctx, store.Address{
		Chat: d.Chat, MemberID: theirs.ID, Channel: d.Channel, Address: d.Address,
		CreatedAt: d.At, LastInboundAt: d.At, LastMessageID: d.MessageID, LinkedAt: d.At,
	}); err != nil {
		return nil, err
	}
	return r.become(ctx, tx, theirs, bot.LinkDone)
}

// become are the results that make the chat's session that of a member.
func (r Records) become(ctx context.Context, tx *store.Tx, m store.Member, outcome string) (map[string]string, error) {
	results := map[string]string{
		bot.ResultOutcome: outcome, bot.ResultMember: m.ID.String(), "Number": orDash(spoken(m.Number)), "Language": m.Language,
	}
	kept, err := tx.ProfileAnswers(ctx, m.ID)
	for _, a := range kept {
		if a.Step == registration.Country && len(a.Codes) > 0 {
			results["Country"] = a.Codes[0]
		}
	}
	return results, err
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// merge makes one profile of two. Who was registered first stays, with the
// number.
func (r Records) merge(ctx context.Context, tx *store.Tx, d bot.Doing, mine, theirs store.Member) (map[string]string, error) {
	stays, goes := theirs, mine
	if mine.Registered() && (!theirs.Registered() || mine.RegisteredAt.Before(theirs.RegisteredAt)) {
		stays, goes = mine, theirs
	}
	id, err := uuid.FromBytes(r.Keys.Code("merge", d.Chat.String()+":"+d.MessageID, 16))
	if err != nil {
		return nil, fmt.Errorf("derive merge id: %w", err)
	}
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8: of our own making
	kept, err := tx.DatedAnswers(ctx, stays.ID)
	if err != nil {
		return nil, err
	}
	other, err := tx.DatedAnswers(ctx, goes.ID)
	if err != nil {
		return nil, err
	}
	if err := tx.MergeMembers(ctx, store.Merge{
		ID: id, Survivor: stays.ID, Merged: goes.ID, At: d.At, Answers: takenOver(kept, other),
	}); err != nil {
		return nil, err
	}
	last, err := tx.LastConsents(ctx, stays.ID)
	if err != nil {
		return nil, err
	}
	if c, spoken := last[store.ForFund]; spoken && !c.Granted { // the later word of the two was a no
		if err := r.forgetStudy(ctx, tx, d, stays.ID); err != nil {
			return nil, err
		}
	}
	results, err := r.become(ctx, tx, stays, bot.LinkBoth)
	if err != nil {
		return nil, err
	}
	return r.elsewhere(ctx, tx, d, results, bot.Renewed, stays.ID)
}

// elsewhere names a member's other chats in the results: their sessions must
// follow.
func (r Records) elsewhere(ctx context.Context, tx *store.Tx, d bot.Doing, results map[string]string, kind bot.Kind, members ...uuid.UUID) (map[string]string, error) {
	var others []bot.Inbound
	for _, id := range members {
		addresses, err := tx.Addresses(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, a := range addresses {
			if a.Chat != d.Chat {
				others = append(others, bot.Inbound{Channel: a.Channel, Address: a.Address, Kind: kind})
			}
		}
	}
	named, err := bot.Elsewhere(others)
	if err != nil || named == "" {
		return results, err
	}
	if results == nil {
		results = map[string]string{}
	}
	results[bot.ResultElsewhere] = named
	return results, nil
}

// part separates a chat: the profile that a merge brought together with it
// becomes one again; without a merge the chat alone leaves the profile.
func (r Records) part(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	m, found, err := tx.MemberByChat(ctx, d.Chat)
	if err != nil {
		return nil, err
	}
	if !found { // a turn that is repeated: the chat has left, and leaves no row
		return nil, refuse(bot.LinkLeft)
	}
	merge, merged, err := tx.MergedWith(ctx, d.Chat)
	if err != nil {
		return nil, err
	}
	if merged {
		again, err := tx.SplitMember(ctx, m.ID, merge)
		if err != nil {
			return nil, err
		}
		now, _, err := tx.MemberByChat(ctx, d.Chat)
		if err != nil {
			return nil, err
		}
		results, err := r.become(ctx, tx, now, bot.LinkApart)
		if err != nil {
			return nil, err
		}
		return r.elsewhere(ctx, tx, d, results, bot.Renewed, m.ID, again.ID)
	}
	addresses, err := tx.Addresses(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	if len(addresses) < 2 {
		return nil, refuse(bot.LinkAlone)
	}
	return map[string]string{bot.ResultOutcome: bot.LinkLeft}, tx.RemoveAddress(ctx, d.Chat)
}

// links are the channels a person is registered in, for /link.
func (r Records) links(ctx context.Context, q bot.Looking) (flows.Fact, error) {
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
	state := bot.LinksNone
	switch {
	case !m.Registered():
		state = bot.LinksEarly
	case len(addresses) > 1:
		state = bot.LinksSome
	}
	return flows.Fact{Args: map[string]any{"State": state, "Channels": channelNames(addresses)}}, nil
}

// absent is the error of a lookup that found no record: an error only to a
// session that knows of one.
func absent(member string) error {
	if member == "" {
		return nil
	}
	return bot.ErrNoRecord
}

var channelName = map[string]string{"telegram": "Telegram", "whatsapp": "WhatsApp"}

// channelNames lists channels without telling any address.
func channelNames(addresses []store.Address) string {
	var names []string
	for _, a := range addresses {
		name := channelName[a.Channel]
		if name == "" {
			name = a.Channel
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
