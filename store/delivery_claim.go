package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store/seal"
)

// Claim says which delivery may be begun.
type Claim struct {
	Announcement uuid.UUID
	Channel      string
	Channels     []string // that the service can send by
	At           time.Time
	// Awake are the places where it is not in the quiet hours; it is asked only
	// where Quiet is set.
	Awake []string
	Quiet bool
	// Cap as in Plan.
	Cap int
	// From is where among the ids the search begins, best at random: all that was
	// claimed lies dead in the index until it is cleaned, and who began at one end
	// would step over all of it each time. Who finds nothing behind it looks from
	// the beginning.
	From uuid.UUID
	// Since is when somebody must have written to be sent any text, where the
	// platform has a window; zero: it has none. Others wait, but for those whose
	// language is among Outside: the platform takes an approved text in it.
	Since   time.Time
	Outside []string
}

// Claimed is a delivery that was claimed. It is to be sent if its state is
// DeliverySending: then the attempt is on record. In any other state it was
// settled by the claim.
type Claimed struct {
	ID             uuid.UUID
	AnnouncementID uuid.UUID
	MemberID       uuid.UUID
	StaffID        uuid.UUID
	State          string
	Reason         string // ReasonWindow: the platform said before that the window is closed
	Attempt        int
	Channel        string
	Chat           seal.Chat
	Address        string
	Language       string
	Country        string
	Place          string
	Coming         bool      // has said yes to the mission
	HeardAt        time.Time // when the person last wrote, as far as the records know; zero: never
	StartedAt      time.Time
	ProviderID     string
}

type claimedRow struct {
	ID           uuid.UUID  `db:"id"`
	Announcement uuid.UUID  `db:"announcement_id"`
	MemberID     *uuid.UUID `db:"member_id"`
	StaffID      *uuid.UUID `db:"staff_id"`
	State        string     `db:"state"`
	Reason       *string    `db:"reason"`
	Attempt      int        `db:"attempt"`
	Channel      string     `db:"channel"`
	Chat         []byte     `db:"chat"`
	Address      []byte     `db:"sealed_address"`
	Language     string     `db:"language"`
	Country      string     `db:"country"`
	Place        string     `db:"place"`
	Coming       bool       `db:"coming"`
	HeardAt      *time.Time `db:"heard_at"`
	StartedAt    *time.Time `db:"started_at"`
	ProviderID   *string    `db:"provider_id"`
}

func (r reader) openClaimed(row claimedRow) (Claimed, error) {
	c := Claimed{
		ID: row.ID, AnnouncementID: row.Announcement, MemberID: orZero(row.MemberID), StaffID: orZero(row.StaffID), State: row.State, Reason: orZero(row.Reason), Attempt: row.Attempt,
		Channel: row.Channel, Language: row.Language, Country: row.Country, Place: row.Place, HeardAt: orZero(row.HeardAt),
		Coming: row.Coming, StartedAt: orZero(row.StartedAt), ProviderID: orZero(row.ProviderID),
	}
	if row.Chat == nil {
		return c, nil
	}
	var err error
	if c.Chat, err = r.keys.ChatOf(row.Chat); err != nil {
		return c, err
	}
	table, id := "address", c.Chat.String()
	if row.StaffID != nil {
		table, id = "staff", row.StaffID.String()
	}
	c.Address, err = r.openText(table, id, "sealed_address", row.Address)
	return c, err
}

// agreed tells whether the person of a delivery d may be told of missions at
// $3: by the member's last word on it, or the role of an official.
const agreed = `CASE
	WHEN d.member_id IS NOT NULL THEN coalesce((SELECT c.granted FROM consent c WHERE c.member_id = d.member_id AND c.purpose = 'missions' ORDER BY c.at DESC, c.id DESC LIMIT 1), false)
	WHEN d.staff_id IS NOT NULL THEN EXISTS (SELECT FROM role r JOIN staff s ON s.id = r.staff_id
		WHERE s.id = d.staff_id AND s.chat IS NOT NULL AND s.last_seen_at > $10 AND r.role = 'official' AND r.ended_at IS NULL)
	ELSE false END`

// coming tells whether the person of a delivery d has said yes to its mission.
const coming = `EXISTS (SELECT FROM rsvp y JOIN announcement ya ON ya.mission_id = y.mission_id
	WHERE ya.id = d.announcement_id AND y.answer = 'yes' AND (y.member_id = d.member_id OR y.staff_id = d.staff_id)) AS coming`

// claimSQL takes one delivery that may begin and decides about it from what the
// records say at this moment: the announcement runs and is of use, the person
// agrees and can be reached, the cap, the quiet hours of the place, the window.
var claimSQL = `
	WITH next AS (
		SELECT d.id FROM delivery d JOIN announcement a ON a.id = d.announcement_id
		WHERE d.announcement_id = $1 AND d.channel = $2 AND d.state = 'planned' AND a.status IN ('sending', 'sent')
			AND d.id >= $11 AND (a.valid_until > $3) IS NOT FALSE AND (d.due_at <= $3) IS NOT FALSE AND (NOT $5 OR d.place = ANY($6))
		ORDER BY d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED
	), found AS (
		SELECT d.id, chat.chat, chat.channel, chat.sealed_address, chat.last_inbound_at, coalesce(m.language, s.language, d.language) AS language,
			CASE WHEN NOT ` + agreed + ` THEN 'withdrawn' WHEN chat.chat IS NULL THEN 'skipped' WHEN chat.channel <> d.channel THEN 'planned'
				WHEN $7 >= 0 AND d.member_id IS NOT NULL AND ` + capped(`d.member_id`, `$3`, `$1`) + ` >= $7 THEN 'skipped'
				WHEN ($8::timestamptz IS NOT NULL AND coalesce(chat.last_inbound_at < $8, true) OR d.reason = 'window')
					AND coalesce(m.language, s.language, d.language) <> ALL($9) THEN 'parked'
				ELSE 'sending' END AS state
		FROM next JOIN delivery d ON d.id = next.id LEFT JOIN member m ON m.id = d.member_id LEFT JOIN staff s ON s.id = d.staff_id
		LEFT JOIN LATERAL (
			SELECT s.chat, s.channel, s.sealed_address, s.last_seen_at AS last_inbound_at WHERE s.chat IS NOT NULL AND s.channel = ANY($4)
			UNION ALL SELECT * FROM ` + reachable(`d.member_id`, `$4`, `(a.channel = $2) DESC, `) + ` of_member
		) chat ON true
	)
	UPDATE delivery d SET state = found.state,
		channel = CASE found.state WHEN 'planned' THEN found.channel ELSE d.channel END, language = found.language,
		reason = CASE found.state WHEN 'parked' THEN 'window' WHEN 'planned' THEN d.reason
			WHEN 'skipped' THEN CASE WHEN found.chat IS NULL THEN 'gone' ELSE 'cap' END WHEN 'sending' THEN d.reason END,
		attempt = d.attempt + (found.state = 'sending')::int, rank = CASE found.state WHEN 'sending' THEN 0 ELSE d.rank END,
		started_at = CASE found.state WHEN 'sending' THEN $3 ELSE d.started_at END,
		settled_at = CASE WHEN found.state NOT IN ('sending', 'planned') THEN $3 END, due_at = NULL,
		provider_id = CASE found.state WHEN 'sending' THEN NULL ELSE d.provider_id END
	FROM found WHERE d.id = found.id
	RETURNING d.id, d.announcement_id, d.member_id, d.staff_id, d.state, d.reason, d.attempt, d.channel, found.chat, found.sealed_address, d.language, d.country, d.place,
		` + coming + `, found.last_inbound_at AS heard_at, d.started_at, d.provider_id`

func (c Claim) args() []any {
	channels, awake, outside := c.Channels, c.Awake, c.Outside
	if awake == nil {
		awake = []string{}
	}
	if outside == nil {
		outside = []string{}
	}
	return []any{c.Announcement, c.Channel, c.At, channels, c.Quiet, awake, c.Cap, orNull(c.Since), outside, c.At.Add(-RoleSilence), c.From}
}

// Settlement is what became of an attempt at a delivery.
type Settlement struct {
	ID         uuid.UUID
	Attempt    int
	State      string
	Reason     string
	Means      string // "": as it was
	Rank       int
	ProviderID string // "": as it was
	DueAt      time.Time
	At         time.Time
}

// settleSQL keeps what became of an attempt, if it says more than what is known
// of it. Of an earlier attempt only counts that it arrived, where the present one
// has not been taken: and not that of a stub, which is no delivery.
const settleSQL = `
	UPDATE delivery d SET means = coalesce($5, means), provider_id = coalesce($7, provider_id),
		state = CASE WHEN rank < $6 THEN $3 ELSE state END, reason = CASE WHEN rank < $6 THEN $4 ELSE reason END,
		due_at = CASE WHEN rank < $6 THEN $8 ELSE due_at END, settled_at = CASE WHEN rank < $6 THEN $9 ELSE settled_at END,
		rank = greatest(rank, $6)
	WHERE id = $1 AND (attempt = $2 OR attempt > $2 AND rank < $6 AND $6 >= 4
		AND means IS DISTINCT FROM 'stub' AND state NOT IN ('sent', 'delivered', 'read'))`

func (s Settlement) args() []any {
	return []any{s.ID, s.Attempt, s.State, orNull(s.Reason), orNull(s.Means), s.Rank, orNull(s.ProviderID), orNull(s.DueAt), s.At}
}

// SettleDelivery keeps what became of an attempt, by rank and never backwards.
// It may be repeated, come in any order, and for a row that is not there.
func (db *DB) SettleDelivery(ctx context.Context, s Settlement) error {
	if _, err := db.pool.Exec(ctx, settleSQL, s.args()...); err != nil {
		return fmt.Errorf("settle delivery: %w", err)
	}
	return nil
}

// ClaimDelivery settles what was begun before, where that is given, and claims the next
// delivery, both in one transaction and one round trip: when it returns, the
// attempt is on record. found is false where nothing may begin now.
func (db *DB) ClaimDelivery(ctx context.Context, before *Settlement, c Claim) (claimed Claimed, found bool, err error) {
	var batch pgx.Batch
	if before != nil {
		batch.Queue(settleSQL, before.args()...)
	}
	var row claimedRow
	batch.Queue(claimSQL, c.args()...).Query(func(rows pgx.Rows) error {
		row, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[claimedRow])
		found = err == nil
		if errors.Is(err, pgx.ErrNoRows) {
			err = nil
		}
		return err
	})
	if err := db.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return Claimed{}, false, fmt.Errorf("claim delivery: %w", err)
	}
	if !found && c.From != uuid.Nil {
		c.From = uuid.Nil
		return db.ClaimDelivery(ctx, nil, c)
	}
	if !found {
		return Claimed{}, false, nil
	}
	if claimed, err = db.openClaimed(row); err != nil {
		return Claimed{}, false, fmt.Errorf("claim delivery: %w", err)
	}
	return claimed, true, nil
}
