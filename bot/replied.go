package bot

import (
	"context"

	"github.com/google/uuid"

	"mboka/flows"
)

// about names the delivery that a tap is about where its button could not: the
// ids of an approved text may have come back as they were approved. Then the
// message that was tapped tells.
func (h *held) about(ctx context.Context, in Inbound, e flows.Event) (flows.Event, error) {
	if e.Flow != FlowDelivery || e.Answer.Text != uuid.Nil.String() || in.Source == "" {
		return e, nil
	}
	id, found, err := h.b.cfg.Store.DeliverySentAs(ctx, h.g.Chat, in.Source)
	if found {
		e.Answer.Text = id.String()
	}
	return e, err
}
