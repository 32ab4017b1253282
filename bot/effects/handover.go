package effects

import (
	"context"
	"crypto/subtle"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows/handover"
	"mboka/flows/registration"
	"mboka/locales/reference"
	"mboka/store"
)

func (r Records) handover() map[string]bot.Effect {
	return map[string]bot.Effect{
		bot.ChatFlow + "." + bot.Proving:         r.prove,
		bot.ChatFlow + "." + bot.SealedStop:      r.stopSealed,
		handover.ReturnID + "." + handover.Left:  r.leave,
		handover.AnewID + "." + handover.Left:    r.leave,
		handover.CodeID + "." + handover.Renewed: r.renewCode,
	}
}

// heard is when a chat was heard last.
func heard(a store.Address) time.Time {
	if a.LastInboundAt.IsZero() {
		return a.CreatedAt
	}
	return a.LastInboundAt
}

// prove holds a text against the name and the recovery code of the chat's
// member. A wrong one leaves nothing, and is answered alike whether there is
// a name, a code, or neither.
func (r Records) prove(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	m, found, err := tx.MemberByChat(ctx, d.Chat)
	if err != nil {
		return nil, err
	}
	if !found { // erased or moved by way of another chat meanwhile
		return nil, refuse(bot.LeftBehind)
	}
	name, err := r.nameOf(ctx, tx, d, m)
	if err != nil {
		return nil, err
	}
	if !isName(d.Event.Answer.Text, name) && !r.isRecovery(d.Event.Answer.Text, m) {
		return nil, refuse(bot.ProofFails)
	}
	if err := tx.OpenAddress(ctx, d.Chat, d.MessageID, d.At); err != nil {
		return nil, err
	}
	return r.become(ctx, tx, m, bot.ProofFits)
}

// nameOf is the name that the person gave, "" for none.
func (r Records) nameOf(ctx context.Context, tx *store.Tx, d bot.Doing, m store.Member) (string, error) {
	kept, err := tx.ProfileAnswers(ctx, m.ID)
	if err == nil && !m.Registered() {
		var draft store.Draft
		draft, _, err = tx.DraftOf(ctx, d.Chat, registration.ID)
		kept = draft.Answers
	}
	for _, a := range kept {
		if a.Step == registration.Name {
			return a.Text, err
		}
	}
	return "", err
}

// introductions are words by which people say their name, folded.
var introductions = []string{
	"je m'appelle ", "je suis ", "moi c'est ", "c'est ", "mon nom est ", "mon nom c'est ", "nom ",
	"my name is ", "i am ", "i'm ", "it's ", "it is ", "this is ", "name ",
	"nkombo na ngai ezali ", "nkombo na ngai ", "kombo na ngai ", "nazali ", "ngai ",
}

// isName compares folded texts, as a whole or behind an introduction.
func isName(text, name string) bool {
	text, name = reference.Fold(text), reference.Fold(name)
	if name == "" {
		return false
	}
	for _, lead := range introductions {
		if rest, ok := strings.CutPrefix(text, lead); ok && alike(rest, name) {
			return true
		}
	}
	return alike(text, name)
}

func alike(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// isRecovery tells whether a text is the member's recovery code, however it is
// grouped.
func (r Records) isRecovery(text string, m store.Member) bool {
	code := strings.ToUpper(strings.NewReplacer(" ", "", "'", "").Replace(reference.Fold(text)))
	return len(m.RecoveryHash) > 0 && subtle.ConstantTimeCompare(r.Keys.CodeHash("recovery", code), m.RecoveryHash) == 1
}

// leave takes a chat off the records; the profile stays as it is. A turn that is
// repeated finds no member: the chat has left, and leaves no row.
func (r Records) leave(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	if _, found, err := tx.MemberByChat(ctx, d.Chat); err != nil || !found {
		if err == nil {
			err = refuse(bot.LeftBehind)
		}
		return nil, err
	}
	return map[string]string{bot.ResultOutcome: bot.LeftBehind}, tx.RemoveAddress(ctx, d.Chat)
}

// stopSealed withdraws the consent to announcements also for whoever has proven
// nothing: who holds the phone decides what it receives. It is answered alike
// whether there was one.
func (r Records) stopSealed(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	out := map[string]string{bot.ResultOutcome: bot.StopHeard}
	if d.Member == "" {
		return nil, bot.Refusal{Results: out}
	}
	_, err := r.stop(ctx, tx, d)
	return out, err
}

// recoverySigns is 45 bits.
const recoverySigns = 9

// recovery gives a member a recovery code, of which only a keyed hash is kept.
// An earlier one is worth nothing any more.
func (r Records) recovery(ctx context.Context, tx *store.Tx, d bot.Doing, id uuid.UUID) (string, error) {
	code := r.code("recovery", id.String()+":"+d.MessageID, recoverySigns)
	return code, tx.SetRecovery(ctx, id, r.Keys.CodeHash("recovery", code))
}

// grouped is a code as it is printed: nine signs in three groups.
func grouped(code string) string { return code[:3] + "-" + code[3:6] + "-" + code[6:] }

// renewCode replaces the recovery code of somebody registered.
func (r Records) renewCode(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	id, err := uuid.Parse(d.Member)
	if err != nil {
		return nil, fmt.Errorf("member id: %w", err)
	}
	code, err := r.recovery(ctx, tx, d, id)
	if err != nil {
		return nil, err
	}
	return map[string]string{bot.ResultRecovery: grouped(code)}, nil
}

// move brings the profile of a recovery code into this chat, and takes it out
// of all others: they are lost, or somebody else's. Where there is a profile
// here too, the two become one after a yes. The code has served; there is a
// fresh one.
func (r Records) move(ctx context.Context, tx *store.Tx, d bot.Doing, agreed bool) (map[string]string, error) {
	theirs, found, err := tx.MemberByRecovery(ctx, r.Keys.CodeHash("recovery", d.Event.Answer.Text))
	if err != nil {
		return nil, err
	}
	mine, known, err := tx.MemberByChat(ctx, d.Chat)
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, refuse(bot.LinkWrong)
	case known && mine.ID == theirs.ID:
		return nil, refuse(bot.LinkSpare)
	case known && !agreed:
		return nil, refuse(bot.LinkAsk)
	}
	told, err := r.vacate(ctx, tx, d, theirs)
	if err != nil {
		return nil, err
	}
	stays := theirs
	if known {
		joined, err := r.merge(ctx, tx, d, mine, theirs)
		if err != nil {
			return nil, err
		}
		id, err := uuid.Parse(joined[bot.ResultMember])
		if err != nil {
			return nil, fmt.Errorf("member id: %w", err)
		}
		if stays, _, err = tx.MemberByID(ctx, id); err != nil {
			return nil, err
		}
	} else if err := tx.PutAddress(ctx, store.Address{
		Chat: d.Chat, MemberID: theirs.ID, Channel: d.Channel, Address: d.Address,
		CreatedAt: d.At, LastInboundAt: d.At, LastMessageID: d.MessageID, LinkedAt: d.At,
	}); err != nil {
		return nil, err
	}
	return r.arrived(ctx, tx, d, stays, told)
}

// vacate takes all chats of a member off the records and gives the notes to
// them.
func (r Records) vacate(ctx context.Context, tx *store.Tx, d bot.Doing, m store.Member) ([]bot.Inbound, error) {
	addresses, err := tx.Addresses(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	var told []bot.Inbound
	for _, a := range addresses {
		told = append(told, bot.Inbound{Channel: a.Channel, Address: a.Address, Kind: bot.Erased})
		if err := tx.RemoveAddress(ctx, a.Chat); err != nil {
			return nil, err
		}
	}
	return told, nil
}

// arrived are the results of a move: the member, a fresh code, and the chats to
// tell. My own other chats follow after a merge.
func (r Records) arrived(ctx context.Context, tx *store.Tx, d bot.Doing, m store.Member, told []bot.Inbound) (map[string]string, error) {
	code, err := r.recovery(ctx, tx, d, m.ID)
	if err != nil {
		return nil, err
	}
	results, err := r.become(ctx, tx, m, bot.LinkMoved)
	if err != nil {
		return nil, err
	}
	results[bot.ResultRecovery] = grouped(code)
	addresses, err := tx.Addresses(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range addresses {
		if a.Chat != d.Chat {
			told = append(told, bot.Inbound{Channel: a.Channel, Address: a.Address, Kind: bot.Renewed})
		}
	}
	if results[bot.ResultElsewhere], err = bot.Elsewhere(told); err != nil {
		return nil, err
	}
	return results, nil
}
