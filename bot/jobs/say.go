package jobs

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
	"mboka/store/seal"
)

// noticeWait is how long it may take to learn what became of a notice: replies
// are tried for a day, and Redis knows for a week that it was said.
const noticeWait = 7 * 24 * time.Hour

// sayOpen says again what was queued and of which nothing was heard: the run
// that queued it may have been killed before it said it. In the chat it is
// said once. What is open for too long is given up as unknown.
func (r *round) sayOpen(ctx context.Context, kind string) error {
	if err := r.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.GiveUpNotifications(ctx, r.now.Add(-noticeWait), r.now)
		return err
	}); err != nil {
		return err
	}
	var after uuid.UUID
	for {
		open, err := r.Store.OpenNotifications(ctx, kind, after, page)
		if err != nil || len(open) == 0 {
			return err
		}
		for _, n := range open {
			if err := r.say(ctx, n); err != nil {
				return err
			}
		}
		after = open[len(open)-1].ID
	}
}

// say has a notice said in its chat, unless a platform lets nobody else be
// written to first today: then it stays queued for a later run.
func (r *round) say(ctx context.Context, n store.OpenNotification) error {
	if r.First != nil {
		if may, err := r.First(ctx, n); err != nil || !may {
			return err
		}
	}
	out := bot.Notification{ID: n.ID.String(), Language: n.Language, HeardAt: n.HeardAt, QueuedAt: n.QueuedAt}
	switch n.Kind {
	case store.NotificationRetention:
		out.Key, out.Args = warning(n)
		out.Moot = true
		out.Kind, out.Fields = bot.NoticeRetention, []string{r.policy.Organisation, out.Args["Date"]}
	case store.NotificationRoleLapsed:
		out.Key, out.Args = locales.RoleLapsed, map[string]string{"N": strconv.Itoa(int(store.RoleSilence / (24 * time.Hour)))}
		out.Kind, out.Fields = bot.NoticeRoleLapse, []string{out.Args["N"], r.policy.Contact}
	default:
		return fmt.Errorf("notice of kind %q has no text", n.Kind)
	}
	if err := r.Bot.Notify(ctx, n.Channel, n.Address, out); err != nil {
		return err
	}
	return pause(ctx, r.Pace)
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Noticed keeps what became of a notice. It is bot.Config.Noticed.
func Noticed(db *store.DB, clock func() time.Time) func(context.Context, seal.Chat, string, bot.NotificationFate) error {
	return func(ctx context.Context, _ seal.Chat, notice string, f bot.NotificationFate) error {
		id, err := uuid.Parse(notice)
		if err != nil {
			return fmt.Errorf("id of notice: %w", err)
		}
		return db.SettleNotification(ctx, id, string(f.State), f.Rank, clock())
	}
}
