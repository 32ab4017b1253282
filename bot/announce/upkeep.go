package announce

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"mboka/bot"
	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
)

// UpkeepConfig is what the upkeep of missions works with; cmd/mboka joins it.
type UpkeepConfig struct {
	Store  *store.DB
	Notify func(ctx context.Context, channel, address string, n bot.Notification) error
	Policy func(context.Context) (store.Policy, error)
	Clock  func() time.Time
	Logger *slog.Logger
}

// Upkeep does by the clock what missions need: reminders, and seats that are free
// given to who waits. It may run in several replicas at once, and be broken off.
type Upkeep struct{ cfg UpkeepConfig }

// NewUpkeep prepares it.
func NewUpkeep(cfg UpkeepConfig) *Upkeep { return &Upkeep{cfg: cfg} }

// Run does all that is due.
func (u *Upkeep) Run(ctx context.Context) error {
	return errors.Join(u.remind(ctx), u.seat(ctx), u.say(ctx))
}

// seat gives seats that are free to who waits: who came by one has said no, was
// erased, became one with another person, or the room has become larger.
func (u *Upkeep) seat(ctx context.Context) error {
	now := u.cfg.Clock()
	ids, err := u.cfg.Store.MissionsWaited(ctx, now)
	if err != nil {
		return err
	}
	var faults []error
	for _, id := range ids {
		faults = append(faults, u.cfg.Store.Write(ctx, func(tx *store.Tx) error {
			m, err := tx.LockMission(ctx, id)
			if err != nil {
				return err
			}
			_, err = tx.Seat(ctx, m, now, store.Invitee{})
			return err
		}))
	}
	return errors.Join(faults...)
}

// seatWait is how long it may take to learn what became of the notice of a seat.
const seatWait = 7 * 24 * time.Hour

// seatPage is how many notices are read at once.
const seatPage = 100

// say tells who has a seat now, outside their quiet hours. A notice that a run
// has handed over and did not hear of is handed over again: in the chat it is
// said once.
func (u *Upkeep) say(ctx context.Context) error {
	policy, err := u.cfg.Policy(ctx)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	now := u.cfg.Clock()
	var faults []error
	for after := uuid.Nil; ; {
		open, err := u.cfg.Store.OpenNotifications(ctx, store.NotificationSeat, after, seatPage)
		if err != nil || len(open) == 0 {
			return errors.Join(append(faults, err)...)
		}
		for _, n := range open {
			after = n.ID
			if now.Sub(n.QueuedAt) > seatWait {
				continue
			}
			faults = append(faults, u.tell(ctx, policy, n, now))
		}
	}
}

func (u *Upkeep) tell(ctx context.Context, policy store.Policy, n store.OpenNotification, now time.Time) error {
	m, err := u.cfg.Store.MissionOfNotice(ctx, n.ID)
	if err != nil {
		return err
	}
	if !m.StartsAt.After(now) || !m.CancelledAt.IsZero() {
		return nil // it is of no use any more
	}
	zones := reference.Zones("", "")
	if n.MemberID != uuid.Nil {
		if zones, err = zonesWhereLives(ctx, u.cfg.Store, n.MemberID); err != nil {
			return err
		}
	}
	if policy.Quiet(zones, now) {
		return nil
	}
	lang, _ := locales.ParseLang(n.Language)
	letter := Letter{Mission: m}
	args := map[string]string{"Title": oneLine(letter.title(lang), longestField), "Day": letter.day(lang)}
	text := make(locales.Args, len(args))
	for k, v := range args {
		text[k] = v
	}
	return u.cfg.Notify(ctx, n.Channel, n.Address, bot.Notification{
		ID: n.ID.String(), Key: locales.SeatFree, Args: args, Language: n.Language, HeardAt: n.HeardAt, QueuedAt: n.QueuedAt,
		About: bot.About{Kind: bot.AboutMission, ID: m.ID}, Step: bot.StepRSVP,
		Choices: []flows.Option{
			{Code: bot.RSVPDoor, Label: locales.LabelOf(locales.RsvpCodeBtn)}, {Code: store.RSVPNo, Label: locales.LabelOf(locales.RsvpNo)},
		},
		Kind: bot.NoticeChange, Fields: []string{args["Title"], oneLine(locales.Text(lang, locales.SeatFree, text), longestField)},
	})
}

// zonesWhereLives are where a member may be.
func zonesWhereLives(ctx context.Context, db *store.DB, member uuid.UUID) ([]string, error) {
	country, city, err := db.PlaceOf(ctx, member)
	if err != nil {
		return nil, err
	}
	return reference.Zones(country, city), nil
}

// upkeepEvery is how often missions are looked after.
const upkeepEvery = time.Minute

// UpkeepDue are one look at all missions.
type UpkeepDue struct {
	At time.Time `json:"at"`
}

// Kind is the name of the jobs in the queue.
func (UpkeepDue) Kind() string { return "missions" }

// InsertOpts lets one of all replicas look.
func (UpkeepDue) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: store.QueueAnnounce, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// Register gives a queue what it works with.
func (u *Upkeep) Register(workers *river.Workers) error {
	return river.AddWorkerSafely(workers, &upkeepWorker{u: u})
}

// Periodic lists the jobs that begin by the clock.
func (u *Upkeep) Periodic() []*river.PeriodicJob {
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(upkeepEvery), func() (river.JobArgs, *river.InsertOpts) {
		return UpkeepDue{At: u.cfg.Clock().UTC().Truncate(upkeepEvery)}, nil
	}, &river.PeriodicJobOpts{ID: "missions", RunOnStart: true})}
}

type upkeepWorker struct {
	river.WorkerDefaults[UpkeepDue]
	u *Upkeep
}

// Work looks after all. What did not go is tried by the next look.
func (w *upkeepWorker) Work(ctx context.Context, _ *river.Job[UpkeepDue]) error {
	err := w.u.Run(ctx)
	if err != nil {
		w.u.cfg.Logger.Warn("missions not looked after, it will be tried again", "error", err)
	}
	return err
}
