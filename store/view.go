package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store/seal"
)

// ErrNotShown: the profile may not be opened. It does not tell why: there is no
// such member, no live consent, or no request that was answered with a yes.
var ErrNotShown = errors.New("the profile may not be shown")

// Purposes of an identified view: the consents that it stands on.
const (
	ForContact = "contact"
	ForShare   = "share_gov"
)

// ForFund is the consent to use what somebody answers about a fund in the study.
const ForFund = "fund"

// Opening asks to open one member's identified profile: by Number for the
// organisation that runs the service, or by Request for who made one.
type Opening struct {
	ID      uuid.UUID // of the view that is written
	Chat    seal.Chat // of the staff
	Running Organisation
	At      time.Time
	Number  string    // of the member; "" with a Request
	Request uuid.UUID // zero with a Number
}

// Card is what an opened profile shows, and nothing more.
type Card struct {
	Number  string
	Answers []Answer // in the order of the questions; those not answered are not in it
	// Institution and Purpose are those of the request.
	Institution, Purpose string
}

// cards are the questions that a card shows, by purpose. They are what the
// consents name: the offer is for contact alone.
var cards = map[string][]string{
	ForContact: {"country_residence", "profession_group", "profession", "contribution_types", "city_residence", "display_name", "target_sector", "offer_text"},
	ForShare:   {"profession_group", "profession", "city_residence", "display_name"},
}

// OpenProfile is the only way to somebody else's name. In this transaction it
// holds the role and the member, so that a revocation or a withdrawal comes
// either before, and then nothing is shown, or after; it checks both, writes
// the view that the member can read, and the audit log, which names no member
// and has refusals too, if the transaction goes on.
// Errors to branch on: ErrNotAllowed, ErrNotShown.
func (tx *Tx) OpenProfile(ctx context.Context, o Opening) (Card, error) {
	card, err := tx.openProfile(ctx, o)
	return card, wrapErr("open profile", err)
}

func wrapErr(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func (tx *Tx) openProfile(ctx context.Context, o Opening) (Card, error) {
	purpose, permission := ForContact, OpenProfile
	if o.Request != uuid.Nil {
		purpose, permission = ForShare, RequestProfile
	}
	held, err := tx.Allowed(ctx, o.Chat, permission, o.Running, o.At)
	if err != nil {
		return Card{}, err
	}
	var id uuid.UUID
	if purpose == ForShare {
		id, held, err = tx.acceptedRequest(ctx, o, held)
	} else {
		id, err = tx.agreedToContact(ctx, o.Number)
	}
	if errors.Is(err, ErrNotShown) {
		entry := auditOf(o, held)
		entry.Act = "profile.refuse"
		if err := tx.Audit(ctx, entry); err != nil {
			return Card{}, err
		}
		return Card{}, ErrNotShown
	}
	if err != nil {
		return Card{}, err
	}
	m, found, err := tx.MemberByID(ctx, id)
	if err != nil || !found {
		return Card{}, errors.Join(err, ErrNotShown)
	}
	if _, err := tx.tx.Exec(ctx, `
		INSERT INTO profile_view (id, member_id, role_id, role, organisation, purpose, at, request_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		o.ID, id, held.ID, held.Role, held.Organisation, purpose, o.At, orNull(o.Request)); err != nil {
		return Card{}, err
	}
	if err := tx.Audit(ctx, auditOf(o, held)); err != nil {
		return Card{}, err
	}
	all, err := tx.ProfileAnswers(ctx, id)
	if err != nil {
		return Card{}, err
	}
	card := Card{Number: m.Number}
	if o.Request != uuid.Nil {
		asked, _, err := one[requestRow](ctx, tx.tx, selectRequest+` WHERE id = $1`, o.Request)
		if err != nil {
			return Card{}, err
		}
		s, err := tx.openRequest(asked)
		if err != nil {
			return Card{}, err
		}
		card.Institution, card.Purpose = s.Institution, s.Purpose
	}
	for _, a := range all {
		if slices.Contains(cards[purpose], a.Step) {
			card.Answers = append(card.Answers, a)
		}
	}
	return card, nil
}

// auditOf is the entry of an opening. The number that was asked for is not in
// it: it names a member.
func auditOf(o Opening, held Held) Entry {
	e := Entry{ID: o.ID, At: o.At, Actor: RoleActor(held.ID), Role: string(held.Role), Organisation: string(held.Organisation), Act: "profile.open"}
	if o.Request != uuid.Nil {
		e.Object = o.Request.String()
	}
	return e
}

// holdMember holds a member until the transaction ends. A consent that is
// written meanwhile refers to the member and waits, or has come first and is
// seen by the statements after this one.
func (tx *Tx) holdMember(ctx context.Context, where string, arg any) (id uuid.UUID, found bool, err error) {
	err = tx.tx.QueryRow(ctx, `SELECT id FROM member WHERE `+where+` FOR UPDATE`, arg).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, false, nil
	}
	return id, err == nil, err
}

// agreedToContact finds the member of a number, who has agreed to be contacted.
func (tx *Tx) agreedToContact(ctx context.Context, number string) (uuid.UUID, error) {
	id, found, err := tx.holdMember(ctx, `number = $1`, number)
	if err != nil {
		return uuid.Nil, err
	}
	if !found {
		return uuid.Nil, ErrNotShown
	}
	live, err := tx.LiveConsents(ctx, id)
	if err != nil {
		return uuid.Nil, err
	}
	if !live[ForContact].Granted {
		return uuid.Nil, ErrNotShown
	}
	return id, nil
}

// View is one time that a member's identified profile was opened. It names no
// member of the staff.
type View struct {
	ID           uuid.UUID    `db:"id"`
	Role         Role         `db:"role"`
	Organisation Organisation `db:"organisation"`
	Purpose      string       `db:"purpose"` // ForContact or ForShare
	At           time.Time    `db:"at"`
}

// Views gives who has opened a member's profile, the newest first.
func (r reader) Views(ctx context.Context, member uuid.UUID) ([]View, error) {
	all, err := many[View](ctx, r.q, `
		SELECT id, role, organisation, purpose, at FROM profile_view WHERE member_id = $1 ORDER BY at DESC, id`, member)
	return all, wrapErr("list views", err)
}

// eraseSeen takes a member out of what staff were shown and asked for: the
// turns by which a profile was opened or asked for, whose result holds the
// profile or the member's address, and the texts of requests, of which only the
// outcome stays. The views go with the member.
func (tx *Tx) eraseSeen(ctx context.Context, member uuid.UUID) error {
	if _, found, err := tx.holdMember(ctx, `id = $1`, member); err != nil || !found {
		return wrapErr("erase views", err)
	}
	type turnRow struct {
		Chat []byte    `db:"chat"`
		At   time.Time `db:"at"`
	}
	turns, err := many[turnRow](ctx, tx.tx, `
		SELECT f.chat, a.at FROM (
			SELECT role_id, at FROM profile_view WHERE member_id = $1
			UNION ALL SELECT role_id, asked_at FROM share_request WHERE member_id = $1) a
		JOIN role r ON r.id = a.role_id JOIN staff f ON f.id = r.staff_id WHERE f.chat IS NOT NULL`, member)
	if err != nil {
		return wrapErr("erase views", err)
	}
	var batch pgx.Batch
	for _, t := range turns {
		chat, err := tx.keys.ChatOf(t.Chat)
		if err != nil {
			return wrapErr("erase views", err)
		}
		batch.Queue(`DELETE FROM turn WHERE chat = ANY($1) AND at = $2`, tx.index(chat), t.At)
	}
	batch.Queue(`UPDATE share_request SET member_id = NULL, sealed_institution = NULL, sealed_purpose = NULL WHERE member_id = $1`, member)
	return wrapErr("erase views", tx.tx.SendBatch(ctx, &batch).Close())
}

// MailingsOf counts the announcements that a member was sent, as far as is
// known: nobody saw their name for it.
func (r reader) MailingsOf(ctx context.Context, member uuid.UUID) (n int, err error) {
	err = r.q.QueryRow(ctx, `SELECT count(*) FROM delivery WHERE member_id = $1 AND state IN ('sent', 'delivered', 'read', 'unknown')`, member).Scan(&n)
	return n, wrapErr("count announcements to a member", err)
}
