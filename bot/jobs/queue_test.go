package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"mboka/bot/jobs"
	"mboka/store"
)

// queue starts the jobs as a replica does, until the test says stop.
func (w *world) queue() (stop func()) {
	w.t.Helper()
	workers := river.NewWorkers()
	river.AddWorker(workers, &jobs.Worker{Jobs: w.jobs})
	q, err := w.db.NewQueue(workers, w.jobs.Periodic(), slog.New(slog.DiscardHandler))
	if err != nil {
		w.t.Fatal(err)
	}
	if err := q.Start(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return func() {
		w.t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := q.Stop(ctx); err != nil {
			w.t.Error(err)
		}
	}
}

func (w *world) ended(runs int) {
	w.t.Helper()
	w.until("the runs have ended", func() bool {
		return w.count(`SELECT count(*) FROM job_run WHERE finished_at IS NOT NULL`) >= runs &&
			w.count(`SELECT count(*) FROM river_job WHERE state <> 'completed'`) == 0
	})
}

// TestQueueBeginsEachPeriodOnce: replicas side by side and one after the other
// do each job once in its period, and a job that this release does not know is
// not tried for ever.
func TestQueueBeginsEachPeriodOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.member(true, "telegram 1")
	w.set(begin.AddDate(1, 0, 0))
	first, second := w.queue(), w.queue()
	w.ended(len(jobs.All()))
	w.settled()
	first()
	second()
	w.set(w.now().Add(3 * time.Hour)) // the same day, the next period of three jobs
	third := w.queue()
	all := len(jobs.All()) + 3
	w.ended(all)
	third()
	if n := w.count(`SELECT count(*) FROM river_job`); n != all {
		t.Errorf("%d jobs in the queue, want %d", n, all)
	}
	if n := w.count(`SELECT count(*) FROM audit WHERE act = 'retention.turns'`); n != 1 || len(w.messages("1")) != 1 {
		t.Errorf("%d acts, told %d times", n, len(w.messages("1")))
	}
	worker := &jobs.Worker{Jobs: w.jobs}
	err := worker.Work(t.Context(), &river.Job[jobs.Args]{Args: jobs.Args{Job: "later", Period: w.now()}})
	if !errors.As(err, new(*river.JobCancelError)) {
		t.Errorf("an unknown job: %v", err)
	}
}

// TestJobLeftByADeadReplica goes on elsewhere: what a killed process had begun
// is found and done.
func TestJobLeftByADeadReplica(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.member(true, "telegram 1")
	w.set(begin.AddDate(1, 0, 0))
	period := w.now().Truncate(3 * time.Hour)
	if _, err := w.db.BeginRun(t.Context(), "silence", period, w.now()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.raw.Exec(t.Context(), `INSERT INTO river_job (kind, args, state, attempt, max_attempts, attempted_at, attempted_by, queue, priority)
		VALUES ('scheduled', jsonb_build_object('job', 'silence', 'period', $1::text), 'running', 1, 10, now() - $2::interval, '{dead}', 'default', 1)`,
		period.Format(time.RFC3339), store.JobLimit+6*time.Minute); err != nil {
		t.Fatal(err)
	}
	stop := w.queue()
	defer stop()
	w.ended(len(jobs.All()))
	w.settled()
	if n := len(w.messages("1")); n != 1 {
		t.Errorf("told %d times", n)
	}
	if n := w.count(`SELECT count(*) FROM job_run`); n != len(jobs.All()) {
		t.Errorf("%d runs", n)
	}
}
