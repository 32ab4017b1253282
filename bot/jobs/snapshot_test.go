package jobs_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store"
)

// people puts members on record, registered now.
func (w *world) people(n int) []uuid.UUID {
	w.t.Helper()
	ids := make([]uuid.UUID, n)
	for i := range ids {
		ids[i] = w.member(true)
	}
	return ids
}

// says has members answer a question, now.
func (w *world) says(step, code string, ids ...uuid.UUID) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *store.Tx) error {
		for _, id := range ids {
			if err := tx.PutAnswers(ctx, id, w.now(), []store.Answer{{Step: step, Codes: []string{code}}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// leave erases members, today.
func (w *world) leave(ids ...uuid.UUID) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *store.Tx) error {
		for _, id := range ids {
			if err := tx.EraseMember(ctx, id, w.now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// taken is how many snapshots there were; the rows are those of the last.
func (w *world) taken() int {
	w.t.Helper()
	if rows, want := w.count(`SELECT count(*) FROM snapshot_row`), w.count(`SELECT coalesce((SELECT members FROM snapshot ORDER BY taken_at DESC LIMIT 1), 0)`); rows != want {
		w.t.Errorf("%d rows of %d members", rows, want)
	}
	return w.count(`SELECT count(*) FROM snapshot`)
}

// tomorrow goes on to the next day and does the job.
func (w *world) tomorrow() int {
	w.t.Helper()
	w.set(w.now().AddDate(0, 0, 1))
	w.run("snapshot")
	return w.taken()
}

// TestSnapshotStandsStill until twenty different members differ from it: who
// changed several answers is one, who said the same again, changed what is not
// coded, or came and went is none.
func TestSnapshotStandsStill(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	here := w.people(60)
	if w.run("snapshot"); w.taken() != 1 {
		t.Fatal("no first snapshot")
	}
	w.set(w.now().AddDate(0, 0, 1))
	w.people(6)
	w.leave(here[:6]...)
	w.says("sex", "2", here[6:13]...)
	w.says("education_level", "edu_master", here[6:13]...)
	if n := w.tomorrow(); n != 1 {
		t.Errorf("13 members who differ by join, leave and change made %d snapshots", n)
	}
	w.says("country_residence", "BE", here[20:40]...)
	w.leave(w.people(20)...)
	if n := w.tomorrow(); n != 1 {
		t.Errorf("the same said again, and who came and went, made %d snapshots", n)
	}
	w.says("sex", "1", here[13:19]...)
	if n := w.tomorrow(); n != 1 {
		t.Errorf("19 members made %d snapshots", n)
	}
	w.says("sex", "1", here[19])
	if n := w.tomorrow(); n != 2 {
		t.Errorf("20 members made %d snapshots", n)
	}
	if n := w.tomorrow(); n != 2 {
		t.Errorf("nobody more made %d snapshots", n)
	}
}

// TestSnapshotOfEachMonth: with nobody who changes anything there is one in each
// month, February too, and none earlier than a month after the last, at whatever
// time of the day the job runs.
func TestSnapshotOfEachMonth(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.set(time.Date(2021, 1, 31, 2, 0, 0, 0, time.UTC))
	w.people(12)
	for day := range 90 {
		w.set(time.Date(2021, 1, 31+day, 2, 0, 30*(day%2), 0, time.UTC)) // now half a minute late, now not
		w.run("snapshot")
	}
	rows, err := w.raw.Query(t.Context(), `SELECT to_char(taken_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM snapshot ORDER BY taken_at`)
	if err != nil {
		t.Fatal(err)
	}
	days, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if want := []string{"2021-01-31", "2021-02-28", "2021-03-28", "2021-04-28"}; err != nil || !slices.Equal(days, want) {
		t.Errorf("snapshots of %v, not %v (%v)", days, want, err)
	}
	months, err := w.db.PublishedMonths(t.Context())
	var told []string
	for _, m := range months {
		if m.Members == nil || *m.Members != 10 {
			t.Errorf("%+v", m)
		}
		told = append(told, m.Month)
	}
	if got := strings.Join(told, " "); err != nil || got != "2021-01 2021-02 2021-03 2021-04" {
		t.Errorf("published for %s, %v", got, err)
	}
}

// TestSnapshotTakenOnce: runs at the same time take one, and a run that is
// repeated since it broke off before its end takes and counts no other.
func TestSnapshotTakenOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.people(25)
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			if err := w.jobs.Run(t.Context(), "snapshot", w.now().Add(time.Duration(i/2)*time.Hour)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	counted := func() int {
		return w.count(`SELECT coalesce(sum((counts ->> 'taken')::int), 0) FROM job_run WHERE job = 'snapshot'`)
	}
	if n := w.taken(); n != 1 || counted() != 1 {
		t.Errorf("%d snapshots, counted %d", n, counted())
	}
	w.set(w.now().AddDate(0, 2, 0))
	run, err := w.db.BeginRun(t.Context(), "snapshot", w.now(), w.now())
	if err != nil {
		t.Fatal(err)
	}
	if taken, err := w.db.TakeSnapshot(t.Context(), "S-2", w.now(), 20, time.Hour, func(tx *store.Tx, _ bool) error {
		return tx.CountRun(t.Context(), run, "taken", 1)
	}); err != nil || !taken {
		t.Fatal(taken, err)
	}
	if w.run("snapshot"); w.taken() != 2 || counted() != 2 {
		t.Errorf("repeated: %d snapshots, counted %d", w.taken(), counted())
	}
	if n := w.count(`SELECT count(*) FROM audit WHERE act = 'figure.snapshot' AND size > 0`); n != 2 {
		t.Errorf("%d snapshots in the log", n)
	}
	if n := w.count(`SELECT count(*) FROM figure_month WHERE snapshot_id = 'S-2'`); n != 1 {
		t.Errorf("it is published %d times", n)
	}
}

// TestSnapshotBrokenOff: what fails in the middle leaves the snapshot before it
// whole, with its rows and its month, and the next try takes the new one.
func TestSnapshotBrokenOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.people(25)
	w.run("snapshot")
	w.set(w.now().AddDate(0, 2, 0))
	w.people(25)
	killed := errors.New("killed")
	taken, err := w.db.TakeSnapshot(t.Context(), "S-BROKEN", w.now(), 20, 0, func(_ *store.Tx, taken bool) error {
		if !taken {
			t.Error("it was not due")
		}
		return killed
	})
	if !errors.Is(err, killed) || taken || w.taken() != 1 || w.count(`SELECT count(*) FROM snapshot_row`) != 25 || w.count(`SELECT count(*) FROM figure_month`) != 1 {
		t.Errorf("broken off: %v, %v, %d snapshots", taken, err, w.taken())
	}
	if w.run("snapshot"); w.taken() != 2 || w.count(`SELECT count(*) FROM snapshot_row`) != 50 || w.count(`SELECT count(*) FROM figure_month`) != 2 {
		t.Errorf("tried again: %d snapshots, %d rows", w.taken(), w.count(`SELECT count(*) FROM snapshot_row`))
	}
}
