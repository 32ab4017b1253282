package announce

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"mboka/store"
)

// pumpArgs are one pump: a place among those of an announcement and channel, and a turn,
// which is a stretch of time. A pump whose process was killed ends with its
// turn, and the next one is another job.
type pumpArgs struct {
	Announcement uuid.UUID `json:"announcement"`
	Channel      string    `json:"channel"`
	Slot         int       `json:"slot"`
	Turn         int64     `json:"turn"`
}

// Kind is the name of the jobs in the queue.
func (pumpArgs) Kind() string { return "pump" }

// InsertOpts lets one job have a place in a turn. One that has ended leaves it:
// after a pause there is work again.
func (pumpArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: store.QueuePump, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

// sweepArgs are one look at all announcements that are not over.
type sweepArgs struct {
	At time.Time `json:"at"`
}

// Kind is the name of the jobs in the queue.
func (sweepArgs) Kind() string { return "announcements" }

// InsertOpts lets one of all replicas look.
func (sweepArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: store.QueueAnnounce, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// sweepEvery is how often announcements are looked after without anybody's
// asking: whoever writes gets what waited for them within so long.
const sweepEvery = 5 * time.Second

// jobsKept is for how long jobs stay that have ended.
const jobsKept = time.Hour

// turn is the number of the turn that runs at a time.
func (s *Sending) turn(at time.Time) int64 { return at.UnixNano() / int64(s.cfg.Turn) }

func (s *Sending) pumpArgs(id uuid.UUID, channel string, slot int) pumpArgs {
	return pumpArgs{Announcement: id, Channel: channel, Slot: slot, Turn: s.turn(s.cfg.Clock())}
}

// Sweep looks after all announcements that are not over, one after the other.
func (s *Sending) Sweep(ctx context.Context) error {
	now := s.cfg.Clock()
	ids, err := s.cfg.Store.OpenAnnouncements(ctx, now, now.Add(-s.cfg.Stale))
	if err != nil {
		return err
	}
	var faults []error
	for _, id := range ids {
		if err := s.Tend(ctx, id); err != nil {
			s.cfg.Logger.Warn("announcement not looked after, it will be tried again", "announcement", id, "error", err)
			faults = append(faults, err)
		}
	}
	err = s.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.DropJobs(ctx, now.Add(-jobsKept))
		return err
	})
	return errors.Join(append(faults, err)...)
}

// Register gives a queue what it works with.
func (s *Sending) Register(workers *river.Workers) error {
	return errors.Join(
		river.AddWorkerSafely(workers, &wakeWorker{s: s}),
		river.AddWorkerSafely(workers, &sweepWorker{s: s}),
		river.AddWorkerSafely(workers, &pumpWorker{s: s}),
	)
}

// Periodic lists the jobs that begin by the clock.
func (s *Sending) Periodic() []*river.PeriodicJob {
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(sweepEvery), func() (river.JobArgs, *river.InsertOpts) {
		return sweepArgs{At: s.cfg.Clock().UTC().Truncate(sweepEvery)}, nil
	}, &river.PeriodicJobOpts{ID: "announcements", RunOnStart: true})}
}

type wakeWorker struct {
	river.WorkerDefaults[store.Wake]
	s *Sending
}

// Work looks after one announcement. One that is gone needs nothing.
func (w *wakeWorker) Work(ctx context.Context, job *river.Job[store.Wake]) error {
	err := w.s.Tend(ctx, job.Args.Announcement)
	if errors.Is(err, store.ErrNoAnnouncement) {
		return river.JobCancel(err)
	}
	return err
}

type sweepWorker struct {
	river.WorkerDefaults[sweepArgs]
	s *Sending
}

// Work looks after all. What did not go is tried by the next sweep.
func (w *sweepWorker) Work(ctx context.Context, _ *river.Job[sweepArgs]) error { return w.s.Sweep(ctx) }

type pumpWorker struct {
	river.WorkerDefaults[pumpArgs]
	s *Sending
}

// Work pumps until the turn is over, and lets the next one follow while there is
// work. What waits for the morning, or a pause, is begun again by Tend.
func (w *pumpWorker) Work(ctx context.Context, job *river.Job[pumpArgs]) error {
	a := job.Args
	until := time.Unix(0, (a.Turn+1)*int64(w.s.cfg.Turn))
	if now := w.s.cfg.Clock(); now.After(until) { // it waited for a place longer than its turn
		until = time.Unix(0, (w.s.turn(now)+1)*int64(w.s.cfg.Turn))
	}
	more, err := w.s.Pump(ctx, a.Announcement, a.Channel, until)
	if err != nil || !more || w.s.stopping() {
		return err
	}
	return w.s.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.Enqueue(ctx, w.s.pumpArgs(a.Announcement, a.Channel, a.Slot))
	})
}
