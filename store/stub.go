package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mboka/store/seal"
)

// ReasonOpened: the person asked for the whole text of an announcement of which
// they had been told by an approved text, or not at all, and has it.
const ReasonOpened = "opened"

// ofChat tells whether a delivery d is to the person of a chat, whose index is
// $1: as a member, or as staff.
const ofChat = `(d.member_id = (SELECT a.member_id FROM address a WHERE a.chat = ANY($1)) OR d.staff_id = (SELECT s.id FROM staff s WHERE s.chat = ANY($1)))`

// DeliverySentAs finds a delivery to the person of a chat by the platform's id
// of its message.
func (r reader) DeliverySentAs(ctx context.Context, chat seal.Chat, providerID string) (id uuid.UUID, found bool, err error) {
	type row struct {
		ID uuid.UUID `db:"id"`
	}
	got, found, err := one[row](ctx, r.q, `SELECT d.id FROM delivery d WHERE `+ofChat+` AND d.provider_id = $2 LIMIT 1`, r.index(chat), providerID)
	return got.ID, found, wrapErr("find delivery", err)
}

// OpenDelivery gives the delivery that somebody asks to read, and keeps that it
// is read: the one whose message they answer, else the newest that WhatsApp let
// them be told of only in part, or not at all. found is false where nothing
// waits. It may be repeated for the message that is answered.
func (tx *Tx) OpenDelivery(ctx context.Context, chat seal.Chat, providerID string, at time.Time) (d Delivery, found bool, err error) {
	row, found, err := one[deliveryRow](ctx, tx.q, `
		WITH open AS (
			SELECT d.id FROM delivery d
			WHERE `+ofChat+` AND d.state IN ('parked', 'sent', 'delivered', 'read', 'unknown')
				AND (d.state = 'parked' OR d.means IN ('stub', 'template')) AND (d.reason IS DISTINCT FROM $3 OR d.provider_id = $2)
			ORDER BY d.provider_id = $2 DESC NULLS LAST, coalesce(d.started_at, d.settled_at) DESC NULLS LAST, d.id LIMIT 1 FOR UPDATE OF d
		)
		UPDATE delivery d SET state = 'read', reason = $3, means = coalesce(d.means, $4), rank = $5, settled_at = $6, due_at = NULL
		FROM open WHERE d.id = open.id
		RETURNING d.id, d.announcement_id, d.member_id, d.staff_id, d.channel, d.language, d.country, d.place, d.state, d.reason, d.means, d.rank,
			d.attempt, d.due_at, d.started_at, d.settled_at, d.provider_id`,
		tx.index(chat), orNull(providerID), ReasonOpened, MeansWindow, RankRead, at)
	return row.delivery(), found, wrapErr("open delivery", err)
}
