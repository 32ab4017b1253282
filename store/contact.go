package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Errors of messages by the directory that a caller branches on.
var (
	// ErrContactLimit: the writer has written to as many people as one may in a day.
	ErrContactLimit = errors.New("as many messages as one may write in a day")
	// ErrContactBarred: too many people have had enough of the writer.
	ErrContactBarred = errors.New("too many people have blocked the writer")
	// ErrContactTwice: the writer has written to this card, and it is not long ago.
	ErrContactTwice = errors.New("one message to one card")
	// ErrContactSelf: the card is the writer's own.
	ErrContactSelf = errors.New("the card is the writer's own")
)

// contactDay is what the limits of a day count over.
const contactDay = 24 * time.Hour

// Answers to a message by the directory.
const (
	ContactReply = "reply"
	ContactNo    = "no"
	ContactBlock = "block" // and nothing of the writer any more
)

// Contact is a message by the directory, as the two people may see it.
type Contact struct {
	ID          uuid.UUID
	Writer      uuid.UUID
	Addressee   uuid.UUID // zero: nobody is told
	Name        string    // of the writer, sealed on record; gone once answered
	Text        string    // the same
	SentAt      time.Time
	ExpiresAt   time.Time
	ToldAt      time.Time
	Answer      string // "", ContactReply, ContactNo or ContactBlock
	AnsweredAt  time.Time
	Reply       string // sealed on record
	ReplyToldAt time.Time
}

type contactRow struct {
	ID          uuid.UUID  `db:"id"`
	Writer      uuid.UUID  `db:"member_id"`
	Addressee   *uuid.UUID `db:"addressee_id"`
	Name        []byte     `db:"sealed_name"`
	Text        []byte     `db:"sealed_text"`
	SentAt      time.Time  `db:"sent_at"`
	ExpiresAt   time.Time  `db:"expires_at"`
	ToldAt      *time.Time `db:"told_at"`
	Answer      *string    `db:"answer"`
	AnsweredAt  *time.Time `db:"answered_at"`
	Reply       []byte     `db:"sealed_reply"`
	ReplyToldAt *time.Time `db:"reply_told_at"`
}

const selectContact = `
	SELECT id, member_id, addressee_id, sealed_name, sealed_text, sent_at, expires_at, told_at, answer, answered_at, sealed_reply, reply_told_at
	FROM directory_contact`

func (r reader) openContact(row contactRow) (c Contact, err error) {
	c = Contact{
		ID: row.ID, Writer: row.Writer, Addressee: orZero(row.Addressee), SentAt: row.SentAt, ExpiresAt: row.ExpiresAt, ToldAt: orZero(row.ToldAt),
		Answer: orZero(row.Answer), AnsweredAt: orZero(row.AnsweredAt), ReplyToldAt: orZero(row.ReplyToldAt),
	}
	for _, one := range []struct {
		text   *string
		column string
		sealed []byte
	}{{&c.Name, "sealed_name", row.Name}, {&c.Text, "sealed_text", row.Text}, {&c.Reply, "sealed_reply", row.Reply}} {
		if *one.text, err = r.openText("directory_contact", c.ID.String(), one.column, one.sealed); err != nil {
			return Contact{}, err
		}
	}
	return c, nil
}

func (r reader) contact(ctx context.Context, where string, args ...any) (Contact, bool, error) {
	row, found, err := one[contactRow](ctx, r.q, selectContact+where, args...)
	if err != nil || !found {
		return Contact{}, false, wrapErr("find message", err)
	}
	c, err := r.openContact(row)
	return c, err == nil, wrapErr("find message", err)
}

// Sending is a message as a member writes it to a card.
type Sending struct {
	ID         uuid.UUID
	Writer     uuid.UUID
	Card       uuid.UUID
	Name, Text string
	At         time.Time
	ExpiresAt  time.Time
	MostInDay  int // that the writer may write
	MostBlocks int // of people who have had enough, from which on nothing is taken
}

// SendContact keeps a message to whose card it is. Where the card is gone, or
// its owner wants nothing of the writer, it is kept without words and for
// nobody: the writer cannot tell. Nor do the refusals tell anything but what
// the writer did before: ErrContactLimit, ErrContactBarred, ErrContactTwice,
// ErrContactSelf.
func (tx *Tx) SendContact(ctx context.Context, s Sending) error {
	return wrapErr("send message", tx.sendContact(ctx, s))
}

func (tx *Tx) sendContact(ctx context.Context, s Sending) error {
	var addressee uuid.UUID
	err := tx.tx.QueryRow(ctx, `SELECT member_id FROM directory_card WHERE id = $1`, s.Card).Scan(&addressee)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	if addressee == s.Writer {
		return ErrContactSelf
	}
	// Both are held, in one order: a withdrawal or an erasure comes before, and
	// then nobody is told, or after.
	if _, err := tx.tx.Exec(ctx, `SELECT FROM member WHERE id = ANY($1) ORDER BY id FOR UPDATE`, []uuid.UUID{s.Writer, addressee}); err != nil {
		return err
	}
	var today, blocks int
	var wanted, twice bool
	if err := tx.tx.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM directory_contact WHERE member_id = $1 AND sent_at > $2),
			(SELECT count(*) FROM directory_block WHERE blocked_id = $1),
			EXISTS (SELECT FROM directory_card WHERE id = $3 AND member_id = $4)
				AND coalesce((SELECT k.granted FROM consent k WHERE k.member_id = $4 AND k.purpose = '`+ForDirectory+`' ORDER BY k.at DESC, k.id DESC LIMIT 1), false)
				AND NOT EXISTS (SELECT FROM directory_block WHERE member_id = $4 AND blocked_id = $1),
			EXISTS (SELECT FROM directory_contact WHERE member_id = $1 AND card_id = $3 AND sent_at > $5)`,
		s.Writer, s.At.Add(-contactDay), s.Card, addressee, s.At.Add(s.At.Sub(s.ExpiresAt))).Scan(&today, &blocks, &wanted, &twice); err != nil {
		return err
	}
	switch {
	case blocks >= s.MostBlocks:
		return ErrContactBarred
	case today >= s.MostInDay:
		return ErrContactLimit
	case twice:
		return ErrContactTwice
	}
	var name, text []byte
	if wanted {
		if name, err = tx.sealText("directory_contact", s.ID.String(), "sealed_name", s.Name); err != nil {
			return err
		}
		if text, err = tx.sealText("directory_contact", s.ID.String(), "sealed_text", s.Text); err != nil {
			return err
		}
	} else {
		addressee = uuid.Nil
	}
	_, err = tx.tx.Exec(ctx, `
		INSERT INTO directory_contact (id, member_id, addressee_id, card_id, sealed_name, sealed_text, sent_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, s.ID, s.Writer, orNull(addressee), s.Card, name, text, s.At, s.ExpiresAt)
	return err
}

// openFor are the messages to a member, $1, that wait for an answer at a time, $2.
const openFor = ` WHERE addressee_id = $1 AND answer IS NULL AND expires_at > $2 AND sealed_text IS NOT NULL`

// OpenContact is the oldest message that a member has not answered, or with an
// id that one: whoever asks need not have been told of it.
func (r reader) OpenContact(ctx context.Context, member, id uuid.UUID, at time.Time) (Contact, bool, error) {
	return r.contact(ctx, openFor+` AND ($3::uuid IS NULL OR id = $3) ORDER BY sent_at, id LIMIT 1`, member, at, orNull(id))
}

// RepliedContact is the newest message of a member that was replied to, or with
// an id that one.
func (r reader) RepliedContact(ctx context.Context, member, id uuid.UUID, at time.Time) (Contact, bool, error) {
	return r.contact(ctx, ` WHERE member_id = $1 AND answer = 'reply' AND sealed_reply IS NOT NULL AND expires_at > $2 AND (id = $3 OR $3 IS NULL) ORDER BY answered_at DESC, id LIMIT 1`, member, at, orNull(id))
}

// AnswerContact keeps a member's answer to a message, once: what was written to
// them goes. A reply waits for the writer until the time given. The error is
// ErrNotOpen, and then nothing has changed, when the message does not wait for
// this member's answer.
func (tx *Tx) AnswerContact(ctx context.Context, id, member uuid.UUID, answer, reply string, at, until time.Time) error {
	sealed, err := tx.sealText("directory_contact", id.String(), "sealed_reply", reply)
	if err != nil {
		return wrapErr("answer message", err)
	}
	var writer uuid.UUID
	err = tx.tx.QueryRow(ctx, `
		UPDATE directory_contact SET answer = $4, answered_at = $2, sealed_reply = $5, sealed_text = NULL, sealed_name = NULL,
			expires_at = CASE WHEN $4 = 'reply' THEN $6 ELSE expires_at END`+openFor+` AND id = $3
		RETURNING member_id`, member, at, id, answer, sealed, until).Scan(&writer)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotOpen
	}
	if err != nil || answer != ContactBlock {
		return wrapErr("answer message", err)
	}
	if _, err := tx.tx.Exec(ctx, `
		INSERT INTO directory_block (member_id, blocked_id, at) VALUES ($1, $2, $3)
		ON CONFLICT (member_id, blocked_id) DO NOTHING`, member, writer, at); err != nil {
		return wrapErr("block writer", err)
	}
	// What else waits from the same person is not read either.
	_, err = tx.tx.Exec(ctx, `
		UPDATE directory_contact SET addressee_id = NULL, sealed_text = NULL, sealed_name = NULL
		WHERE member_id = $1 AND addressee_id = $2 AND answer IS NULL`, writer, member)
	return wrapErr("block writer", err)
}

// dropUnanswered lets nobody read what was written to a member.
func (tx *Tx) dropUnanswered(ctx context.Context, member uuid.UUID) error {
	_, err := tx.tx.Exec(ctx, `
		UPDATE directory_contact SET addressee_id = NULL, sealed_text = NULL, sealed_name = NULL
		WHERE addressee_id = $1 AND answer IS NULL`, member)
	return wrapErr("drop unanswered messages", err)
}
