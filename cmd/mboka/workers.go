package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/riverqueue/river"

	"mboka/bot/announce"
	"mboka/bot/jobs"
	"mboka/store"
)

// noticePace is the least time between two notices of a job: five a second are
// far below what either platform lets a sender send.
const noticePace = 200 * time.Millisecond

// startQueue begins the durable jobs. A new kind of job is added here.
func (s service) startQueue(ctx context.Context) (*store.Queue, error) {
	all := jobs.New(jobs.Config{
		Store: s.stores.db, Sessions: s.stores.sessions, Bot: s.bot, Policy: s.stores.settings.Policy,
		Clock: s.tempo.clock, Logger: s.log, Pace: noticePace, First: s.first, Digests: s.digests().Run, Funnel: s.funnels().Run,
		Ran: jobMetrics(s.registry, s.tempo.clock),
	})
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, &jobs.Worker{Jobs: all}); err != nil {
		return nil, fmt.Errorf("register worker: %w", err)
	}
	if err := river.AddWorkerSafely(workers, &announce.TellingWorker{Teller: s.teller()}); err != nil {
		return nil, fmt.Errorf("register worker: %w", err)
	}
	sending := s.stores.sending(s.bot, s.on.list(), s.log, s.tempo.clock, ctx.Done())
	if err := sending.Register(workers); err != nil {
		return nil, fmt.Errorf("register workers of announcements: %w", err)
	}
	upkeep := announce.NewUpkeep(announce.UpkeepConfig{
		Store: s.stores.db, Notify: s.bot.Notify, Policy: s.stores.settings.Policy, Clock: s.tempo.clock, Logger: s.log,
	})
	if err := upkeep.Register(workers); err != nil {
		return nil, fmt.Errorf("register workers of missions: %w", err)
	}
	queue, err := s.stores.db.NewQueue(workers, slices.Concat(all.Periodic(), sending.Periodic(), upkeep.Periodic()), s.log)
	if err != nil {
		return nil, err
	}
	if err := queue.Start(ctx); err != nil {
		return nil, err
	}
	return queue, nil
}

// stopQueue lets running jobs end, within the bound of a stop.
func (s service) stopQueue(ctx context.Context, queue *store.Queue) {
	if queue == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	if err := queue.Stop(ctx); err != nil {
		s.log.Warn("jobs cut at the end, they go on at the next start", "error", err)
	}
}

// jobMetrics counts what jobs do.
func jobMetrics(reg prometheus.Registerer, clock func() time.Time) func(string, map[string]int64, error) {
	done := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mboka_job_done_total", Help: "What scheduled jobs did, by job and kind."}, []string{"job", "what"})
	failed := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mboka_job_failed_total", Help: "Tries of scheduled jobs that did not end."}, []string{"job"})
	last := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "mboka_job_last_success_seconds", Help: "When a scheduled job last ended, in seconds since 1970."}, []string{"job"})
	reg.MustRegister(done, failed, last)
	return func(job string, counts map[string]int64, err error) {
		if err != nil {
			failed.WithLabelValues(job).Inc()
			return
		}
		for what, n := range counts {
			done.WithLabelValues(job, what).Add(float64(n))
		}
		last.WithLabelValues(job).Set(float64(clock().Unix()))
	}
}
