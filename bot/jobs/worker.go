package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"
)

// Args name a job and the beginning of a period. They hold nothing of anybody.
type Args struct {
	Job    string    `json:"job"`
	Period time.Time `json:"period"`
}

// Kind is the name of the jobs in the queue.
func (Args) Kind() string { return "scheduled" }

// InsertOpts lets one of all replicas begin a job in a period.
func (Args) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// Worker does the jobs of the queue.
type Worker struct {
	river.WorkerDefaults[Args]
	Jobs *Jobs
}

// Work does one. A job that this release does not know is not tried again.
func (w *Worker) Work(ctx context.Context, job *river.Job[Args]) error {
	err := w.Jobs.Run(ctx, job.Args.Job, job.Args.Period)
	if errors.Is(err, ErrUnknownJob) {
		return river.JobCancel(err)
	}
	return err
}

// offset is how long after the beginning of a period a job begins, so that
// clocks that differ a little name the same period.
const offset = 7 * time.Minute

// schedule begins a job once in each period.
type schedule time.Duration

// Next is the next beginning after a time.
func (every schedule) Next(now time.Time) time.Time {
	next := now.UTC().Truncate(time.Duration(every)).Add(offset)
	if !next.After(now) {
		next = next.Add(time.Duration(every))
	}
	return next
}

// Periodic lists the jobs for the queue. Each also begins when a replica takes
// the lead, for the period that runs: unless it has run, that is now.
func (j *Jobs) Periodic() []*river.PeriodicJob {
	var all []*river.PeriodicJob
	for _, job := range All() {
		all = append(all, river.NewPeriodicJob(schedule(job.Every), func() (river.JobArgs, *river.InsertOpts) {
			return Args{Job: job.Name, Period: j.cfg.Clock().UTC().Truncate(job.Every)}, nil
		}, &river.PeriodicJobOpts{ID: job.Name, RunOnStart: true}))
	}
	return all
}

// Overdue says for how long a job is late that last ended at a time; zero when
// it is not. One period may be missed by a restart.
func (j Job) Overdue(last, now time.Time) time.Duration {
	return max(0, now.Sub(last)-2*j.Every).Round(time.Minute)
}
