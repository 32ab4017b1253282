package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/store"
	"mboka/store/sessions"
)

// Config is what the jobs work with; cmd/mboka joins it. All is needed but
// First, Digests, Funnel and Ran.
type Config struct {
	Store    *store.DB
	Sessions *sessions.Store
	Bot      *bot.Bot
	Policy   func(context.Context) (store.Policy, error)
	Clock    func() time.Time
	Logger   *slog.Logger
	// Pace is the least time between two notices: replies go ahead of them, and
	// a platform must not be made to refuse the whole sender.
	Pace time.Duration
	// First asks whether somebody may be written to now who may not have written
	// for long: a platform may bound how many there are in a day. Nil: always.
	First func(context.Context, store.OpenNotification) (bool, error)
	// Digests hands over the digests that are due, and says how many. Nil: none.
	Digests func(ctx context.Context, now time.Time) (int64, error)
	// Funnel brings what was counted of registrations begun to the records, and says
	// how many weeks. Nil: none.
	Funnel func(ctx context.Context, now time.Time) (int64, error)
	// Ran hears of each run: what it did in all, or why it did not end.
	Ran func(job string, counts map[string]int64, err error)
}

// Jobs are the jobs over one set of stores. They are safe for concurrent use.
type Jobs struct{ cfg Config }

// New prepares the jobs.
func New(cfg Config) *Jobs {
	if cfg.Ran == nil {
		cfg.Ran = func(string, map[string]int64, error) {}
	}
	return &Jobs{cfg: cfg}
}

// Job is something that is done once in each period.
type Job struct {
	Name  string
	Every time.Duration
	// Counts names what it counts; each is an act of the audit log.
	Counts []Count
	do     func(*round, context.Context) error
}

// Count is one thing that a job counts.
type Count struct {
	Name string
	Act  string // in the audit log
}

// often is the period of jobs that write to people: short, so that each finds
// somebody's waking hours, see quiet.
const often = 3 * time.Hour

// All are the jobs.
func All() []Job {
	return []Job{
		{"turns", 24 * time.Hour, []Count{{turns, "retention.turns"}, {asides, "retention.asides"}}, (*round).turns},
		{"codes", 24 * time.Hour, []Count{{invites, "retention.invites"}, {linkCodes, "retention.link_codes"}, {notices, "retention.notices"}}, (*round).codes},
		{"drafts", 24 * time.Hour, []Count{{drafts, "retention.drafts"}, {announced, "retention.announcement_drafts"}, {beginners, "retention.beginners"}}, (*round).drafts},
		{"audit", 24 * time.Hour, []Count{{months, "retention.audit"}}, (*round).audit},
		{"snapshot", 24 * time.Hour, []Count{{snapshots, "figure.snapshot"}}, (*round).snapshot},
		{"funnel", 24 * time.Hour, []Count{{weeks, "figure.funnel_week"}}, (*round).funnel},
		{"silence", often, []Count{{warned, "retention.warn"}, {warnedAgain, "retention.warn_again"}, {erased, "retention.erase"}}, (*round).silence},
		{"digest", time.Hour, []Count{{digests, "digest.send"}}, (*round).digest},
		{"roles", often, []Count{{lapsed, "retention.roles"}, {forgotten, "retention.staff"}}, (*round).roles},
	}
}

// ErrUnknownJob: there is no job of that name, any more or yet.
var ErrUnknownJob = errors.New("there is no such job")

// round is one try of a job in a period.
type round struct {
	Config
	run    store.Run
	now    time.Time
	policy store.Policy
	faults faults
}

// Run does a job for a period, unless that is done. After an error it may be
// called again, and goes on where it was.
func (j *Jobs) Run(ctx context.Context, name string, period time.Time) error {
	all := All()
	i := slices.IndexFunc(all, func(a Job) bool { return a.Name == name })
	if i < 0 {
		return fmt.Errorf("job %q: %w", name, ErrUnknownJob)
	}
	job, begun := all[i], j.cfg.Clock()
	run, err := j.cfg.Store.BeginRun(ctx, name, period, begun)
	if err == nil && !run.FinishedAt.IsZero() {
		return nil
	}
	if err == nil {
		err = j.try(ctx, job, run, begun)
	}
	if err != nil {
		err = fmt.Errorf("job %s: %w", name, err)
		j.cfg.Logger.Warn("job not finished, it will be tried again", "job", name, "period", period, "error", err)
		j.cfg.Ran(name, nil, err)
		return err
	}
	done, first, err := j.cfg.Store.EndRun(ctx, run, j.cfg.Clock(), func(r store.Run) []store.Entry { return entries(job, r, j.cfg.Clock()) })
	if err != nil || !first {
		return err
	}
	line := []any{"job", name, "period", period, "took", done.FinishedAt.Sub(done.StartedAt)}
	for _, what := range slices.Sorted(maps.Keys(done.Counts)) {
		line = append(line, what, done.Counts[what])
	}
	j.cfg.Logger.Info("job done", line...)
	j.cfg.Ran(name, done.Counts, nil)
	return nil
}

// try does the job. A panic is an error without the words that may be in it.
func (j *Jobs) try(ctx context.Context, job Job, run store.Run, now time.Time) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case runtime.Error:
			err = fmt.Errorf("panic: %w", p)
		default:
			err = fmt.Errorf("panic: a %T", p)
		}
	}()
	policy, err := j.cfg.Policy(ctx)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	r := &round{Config: j.cfg, run: run, now: now, policy: policy}
	return errors.Join(job.do(r, ctx), r.faults.err())
}

// entries is a run in the audit log, an act for each thing it counts.
func entries(job Job, run store.Run, at time.Time) []store.Entry {
	var all []store.Entry
	for _, c := range job.Counts {
		name := fmt.Sprintf("%s %s %s", run.Job, run.Period.UTC().Format(time.RFC3339), c.Name)
		all = append(all, store.Entry{
			ID: uuid.NewSHA1(uuid.Nil, []byte(name)), At: at, Actor: store.ActorService, Act: c.Act,
			Object: run.Period.UTC().Format("2006-01-02T15:04Z"), Size: run.Counts[c.Name],
		})
	}
	return all
}

// portions repeats a deletion until it finds nothing more, each portion in a
// transaction with its count.
func (r *round) portions(ctx context.Context, what string, take func(*store.Tx) (int64, error)) error {
	for {
		var n int64
		err := r.Store.Write(ctx, func(tx *store.Tx) (err error) {
			if n, err = take(tx); err != nil {
				return err
			}
			return tx.CountRun(ctx, r.run, what, n)
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// page is how many people are looked up at once.
const page = 500

// each does something for all that list finds, one page after the other. What
// fails for one is kept for the end of the run, and holds up nobody else.
func (r *round) each(ctx context.Context, list func(after uuid.UUID) ([]uuid.UUID, error), do func(uuid.UUID) error) error {
	var after uuid.UUID
	for {
		ids, err := list(after)
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := do(id); err != nil {
				if store.Unavailable(err) || sessions.Unavailable(err) {
					return err
				}
				r.faults.add(err)
			}
		}
		after = ids[len(ids)-1]
	}
}

// faults are what went wrong for single people.
type faults struct {
	first error
	n     int
}

func (f *faults) add(err error) {
	if f.n++; f.first == nil {
		f.first = err
	}
}

func (f *faults) err() error {
	if f.n == 0 {
		return nil
	}
	return fmt.Errorf("%d failed, the first: %w", f.n, f.first)
}
