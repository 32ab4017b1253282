package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store/seal"
)

// ErrNotOpen: a request was answered before, has ended, or is not there.
var ErrNotOpen = errors.New("the request waits for no answer")

// ShareRequest asks one member to let one institution have their profile for
// one purpose.
type ShareRequest struct {
	ID          uuid.UUID
	RoleID      uuid.UUID // of who asks
	MemberID    uuid.UUID // zero: nobody is asked, or the member is erased
	Institution string    // sealed on record
	Purpose     string    // sealed on record
	AskedAt     time.Time
	ExpiresAt   time.Time
	Answer      string // "", "yes" or "no"
	AnsweredAt  time.Time
	ConsentID   uuid.UUID // of the yes
	ToldAt      time.Time // when who asks was given the profile, or told that none comes
	Passed      bool      // the profile has gone to the institution, at ToldAt
}

type requestRow struct {
	ID          uuid.UUID  `db:"id"`
	RoleID      uuid.UUID  `db:"role_id"`
	MemberID    *uuid.UUID `db:"member_id"`
	Institution []byte     `db:"sealed_institution"`
	Purpose     []byte     `db:"sealed_purpose"`
	AskedAt     time.Time  `db:"asked_at"`
	ExpiresAt   time.Time  `db:"expires_at"`
	Answer      *string    `db:"answer"`
	AnsweredAt  *time.Time `db:"answered_at"`
	ConsentID   *uuid.UUID `db:"consent_id"`
	ToldAt      *time.Time `db:"told_at"`
	Passed      bool       `db:"passed"`
}

const selectRequest = `
	SELECT id, role_id, member_id, sealed_institution, sealed_purpose, asked_at, expires_at, answer, answered_at, consent_id, told_at,
		EXISTS (SELECT FROM profile_view v WHERE v.request_id = share_request.id) AS passed
	FROM share_request`

func (r reader) openRequest(row requestRow) (s ShareRequest, err error) {
	s = ShareRequest{
		ID: row.ID, RoleID: row.RoleID, MemberID: orZero(row.MemberID), AskedAt: row.AskedAt, ExpiresAt: row.ExpiresAt,
		Answer: orZero(row.Answer), AnsweredAt: orZero(row.AnsweredAt), ConsentID: orZero(row.ConsentID), ToldAt: orZero(row.ToldAt),
		Passed: row.Passed,
	}
	if s.Institution, err = r.openText("share_request", s.ID.String(), "sealed_institution", row.Institution); err != nil {
		return ShareRequest{}, err
	}
	s.Purpose, err = r.openText("share_request", s.ID.String(), "sealed_purpose", row.Purpose)
	return s, err
}

// Asking is a request as staff make it.
type Asking struct {
	ID          uuid.UUID
	Chat        seal.Chat // of the staff
	Running     Organisation
	Number      string // of the member
	Institution string
	Purpose     string
	At          time.Time
	ExpiresAt   time.Time
}

// AskShare keeps a request and gives the member to ask. Nobody is asked where
// there is no such member or none who has agreed to be contacted (what the
// service says first needs that): the request is kept all the same, without the
// texts, and takes its course. Without a role the error is ErrNotAllowed.
func (tx *Tx) AskShare(ctx context.Context, a Asking) (member uuid.UUID, asked bool, err error) {
	member, err = tx.askShare(ctx, a)
	return member, err == nil && member != uuid.Nil, wrapErr("ask for a profile", err)
}

func (tx *Tx) askShare(ctx context.Context, a Asking) (uuid.UUID, error) {
	held, err := tx.Allowed(ctx, a.Chat, RequestProfile, a.Running, a.At)
	if err != nil {
		return uuid.Nil, err
	}
	member, err := tx.agreedToContact(ctx, a.Number)
	if err != nil && !errors.Is(err, ErrNotShown) {
		return uuid.Nil, err
	}
	var institution, purpose []byte
	if member != uuid.Nil {
		if institution, err = tx.sealText("share_request", a.ID.String(), "sealed_institution", a.Institution); err != nil {
			return uuid.Nil, err
		}
		if purpose, err = tx.sealText("share_request", a.ID.String(), "sealed_purpose", a.Purpose); err != nil {
			return uuid.Nil, err
		}
	}
	if _, err := tx.tx.Exec(ctx, `
		INSERT INTO share_request (id, role_id, member_id, sealed_institution, sealed_purpose, asked_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		a.ID, held.ID, orNull(member), institution, purpose, a.At, a.ExpiresAt); err != nil {
		return uuid.Nil, err
	}
	return member, tx.Audit(ctx, Entry{
		ID: a.ID, At: a.At, Actor: RoleActor(held.ID), Role: string(held.Role), Organisation: string(held.Organisation),
		Act: "profile.request", Object: a.ID.String(),
	})
}

// OpenRequest is the oldest request that waits for a member's answer at a time.
func (r reader) OpenRequest(ctx context.Context, member uuid.UUID, at time.Time) (ShareRequest, bool, error) {
	row, found, err := one[requestRow](ctx, r.q, selectRequest+`
		WHERE member_id = $1 AND answer IS NULL AND expires_at > $2 ORDER BY asked_at, id LIMIT 1`, member, at)
	if err != nil || !found {
		return ShareRequest{}, false, wrapErr("find open request", err)
	}
	s, err := r.openRequest(row)
	return s, err == nil, wrapErr("find open request", err)
}

// Requests gives all requests for a member's profile, the newest first.
func (r reader) Requests(ctx context.Context, member uuid.UUID) ([]ShareRequest, error) {
	rows, err := many[requestRow](ctx, r.q, selectRequest+` WHERE member_id = $1 ORDER BY asked_at DESC, id`, member)
	if err != nil {
		return nil, wrapErr("list requests", err)
	}
	all := make([]ShareRequest, 0, len(rows))
	for _, row := range rows {
		s, err := r.openRequest(row)
		if err != nil {
			return nil, wrapErr("list requests", err)
		}
		all = append(all, s)
	}
	return all, nil
}

// AnswerShare keeps a member's answer to a request: a yes with the consent that
// it is, a no with nil. It fails with ErrNotOpen, and then nothing has changed,
// when the request was answered before or has ended.
func (tx *Tx) AnswerShare(ctx context.Context, request, member uuid.UUID, yes *Consent, at time.Time) error {
	if _, found, err := tx.holdMember(ctx, `id = $1`, member); err != nil || !found {
		return wrapErr("answer request", errors.Join(err, ErrNotOpen))
	}
	answer := "no"
	if yes != nil {
		answer = "yes"
	}
	tag, err := tx.tx.Exec(ctx, `
		UPDATE share_request SET answer = $3, answered_at = $4
		WHERE id = $1 AND member_id = $2 AND answer IS NULL AND expires_at > $4`, request, member, answer, at)
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotOpen
	}
	if err != nil || yes == nil {
		return wrapErr("answer request", err)
	}
	if err := tx.RecordConsent(ctx, *yes); err != nil {
		return err
	}
	_, err = tx.tx.Exec(ctx, `UPDATE share_request SET consent_id = $2 WHERE id = $1`, request, yes.ID)
	return wrapErr("answer request", err)
}

// acceptedRequest finds the member of a request that was answered with a yes,
// has not been passed on, and whose yes still holds, and marks it as passed on.
// Only the staff who made it, in the role in which they did.
func (tx *Tx) acceptedRequest(ctx context.Context, o Opening, held Held) (uuid.UUID, Held, error) {
	var member *uuid.UUID
	err := tx.tx.QueryRow(ctx, `SELECT member_id FROM share_request WHERE id = $1`, o.Request).Scan(&member)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, held, err
	}
	if member == nil {
		return uuid.Nil, held, ErrNotShown
	}
	// The member first, as AnswerShare and an erasure take them.
	if _, found, err := tx.holdMember(ctx, `id = $1`, *member); err != nil || !found {
		return uuid.Nil, held, errors.Join(err, ErrNotShown)
	}
	var role uuid.UUID
	err = tx.tx.QueryRow(ctx, `
		UPDATE share_request s SET told_at = $2
		FROM role r JOIN staff f ON f.id = r.staff_id, consent c
		WHERE s.id = $1 AND s.answer = 'yes' AND s.told_at IS NULL AND r.id = s.role_id AND r.ended_at IS NULL AND f.id = $3
			AND c.id = s.consent_id AND c.member_id = s.member_id AND NOT EXISTS (
				SELECT FROM consent w WHERE w.member_id = c.member_id AND w.purpose = c.purpose AND NOT w.granted AND (w.at, w.id) > (c.at, c.id))
		RETURNING r.id`, o.Request, o.At, held.StaffID).Scan(&role)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, held, ErrNotShown
	}
	if err != nil {
		return uuid.Nil, held, err
	}
	if role != held.ID {
		held, _, err = one[Held](ctx, tx.tx, selectHeld+` WHERE r.id = $1`, role)
	}
	return *member, held, err
}

// Requester is who made a request, and where to tell them what came of it.
type Requester struct {
	Request  uuid.UUID
	Channel  string // "" for somebody who has erased themselves
	Address  string
	Language string
}

type requesterRow struct {
	Request  uuid.UUID `db:"request"`
	Staff    uuid.UUID `db:"staff"`
	Channel  *string   `db:"channel"`
	Address  []byte    `db:"sealed_address"`
	Language string    `db:"language"`
}

const selectRequester = `
	SELECT s.id AS request, f.id AS staff, f.channel, f.sealed_address, f.language
	FROM share_request s JOIN role r ON r.id = s.role_id JOIN staff f ON f.id = r.staff_id`

func (r reader) requesters(ctx context.Context, where string, args ...any) ([]Requester, error) {
	rows, err := many[requesterRow](ctx, r.q, selectRequester+where, args...)
	if err != nil {
		return nil, wrapErr("find who asked", err)
	}
	out := make([]Requester, 0, len(rows))
	for _, row := range rows {
		address, err := r.openText("staff", row.Staff.String(), "sealed_address", row.Address)
		if err != nil {
			return nil, wrapErr("find who asked", err)
		}
		out = append(out, Requester{Request: row.Request, Channel: orZero(row.Channel), Address: address, Language: row.Language})
	}
	return out, nil
}

// RequesterOf finds who made a request.
func (r reader) RequesterOf(ctx context.Context, request uuid.UUID) (Requester, bool, error) {
	all, err := r.requesters(ctx, ` WHERE s.id = $1`, request)
	if err != nil || len(all) == 0 {
		return Requester{}, false, err
	}
	return all[0], true, nil
}

// Expired gives who made the requests that have ended without their being told
// anything, the oldest first, at most so many.
func (r reader) Expired(ctx context.Context, at time.Time, most int) ([]Requester, error) {
	return r.requesters(ctx, ` WHERE s.told_at IS NULL AND s.expires_at <= $1 ORDER BY s.expires_at, s.id LIMIT $2`, at, most)
}

// EndRequest marks a request that has ended as told, once, and gives when it
// was made. chat must be that of who made it; the zero chat is for one whom
// nobody can tell any more.
func (tx *Tx) EndRequest(ctx context.Context, request uuid.UUID, chat seal.Chat, at time.Time) (asked time.Time, ended bool, err error) {
	var whose [][]byte
	if chat != (seal.Chat{}) {
		whose = tx.index(chat)
	}
	err = tx.tx.QueryRow(ctx, `
		UPDATE share_request s SET told_at = $3 FROM role r JOIN staff f ON f.id = r.staff_id
		WHERE s.id = $1 AND r.id = s.role_id AND (f.chat = ANY($2) OR f.chat IS NULL AND $2::bytea[] IS NULL) AND s.told_at IS NULL AND s.expires_at <= $3
		RETURNING s.asked_at`, request, whose, at).Scan(&asked)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, false, nil
	}
	return asked, err == nil, wrapErr("end request", err)
}
