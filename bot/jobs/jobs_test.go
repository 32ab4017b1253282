package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/jobs"
	"mboka/store"
)

// TestKilledInTheMiddle breaks runs off after each notice: all of them together
// do what one would have done, and say it once.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *jobs.Config) { c.Pace = time.Millisecond })
	const people = 12
	for i := range people {
		w.member(true, fmt.Sprint("telegram ", i+1))
	}
	w.set(begin.AddDate(1, 0, 0))
	broken := 0
	for {
		ctx, kill := context.WithCancel(t.Context())
		stop := make(chan struct{})
		go func() { // dies as soon as one more was told
			defer kill()
			before := w.told(people)
			for w.told(people) == before {
				select {
				case <-stop:
					return
				case <-time.After(time.Millisecond):
				}
			}
		}()
		err := w.jobs.Run(ctx, "silence", w.now())
		close(stop)
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) && !strings.Contains(err.Error(), "cancel") {
			t.Fatal(err)
		}
		broken++
	}
	w.settled()
	if broken == 0 {
		t.Error("no run was broken off")
	}
	for i := range people {
		if n := len(w.messages(fmt.Sprint(i + 1))); n != 1 {
			t.Errorf("person %d was told %d times", i+1, n)
		}
	}
	if n := w.count(`SELECT (counts ->> 'warned')::int FROM job_run WHERE job = 'silence'`); n != people {
		t.Errorf("%d counted as warned", n)
	}
	if n := w.count(`SELECT sum(size) FROM audit WHERE act = 'retention.warn'`); n != people {
		t.Errorf("%d in the audit log", n)
	}
}

// told is how many messages people have got in all.
func (w *world) told(people int) int {
	n := 0
	for i := range people {
		n += len(w.messages(fmt.Sprint(i + 1)))
	}
	return n
}

// TestQuietHoursPostponeAWarning: who sleeps is warned by a later run.
func TestQuietHoursPostponeAWarning(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.member(true, "telegram 1")
	for _, step := range []struct {
		hour, got int
	}{{4, 0}, {7, 1}} { // 05:00 and 08:00 in Brussels
		w.set(time.Date(2022, 1, 2, step.hour, 7, 0, 0, time.UTC))
		w.run("silence")
		w.settled()
		if n := len(w.messages("1")); n != step.got {
			t.Errorf("at %d UTC told %d times", step.hour, n)
		}
	}
}

// TestNothingHeardIsGivenUp: a notice of which nobody knows what became counts
// as tried, not as arrived.
func TestNothingHeardIsGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	id := w.member(true, "telegram 1")
	w.set(begin.AddDate(1, 0, 0))
	w.run("silence")
	w.settled()
	if _, err := w.raw.Exec(t.Context(), `UPDATE notice SET state = 'queued', rank = 0, settled_at = NULL`); err != nil {
		t.Fatal(err)
	}
	w.set(w.now().AddDate(0, 0, 1))
	w.run("silence") // says it again, which the chat knows
	w.set(w.now().AddDate(0, 0, 7))
	w.run("silence")
	if n := w.count(`SELECT count(*) FROM notice WHERE state = 'unknown' AND member_id = $1`, id); n != 1 || len(w.messages("1")) != 1 {
		t.Errorf("%d given up, %d messages", n, len(w.messages("1")))
	}
	w.set(begin.AddDate(1, 1, 0))
	w.run("silence")
	w.settled()
	if len(w.messages("1")) != 2 {
		t.Error("no second warning")
	}
}

// TestCleaning runs the jobs that forget things, around their bounds.
func TestCleaning(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	id := w.member(true, "telegram 1")
	chat := w.chat("telegram", "1")
	ago := func(days int) time.Time { return begin.AddDate(0, 0, -days) }
	for _, days := range []int{6, 8} {
		if _, _, err := w.db.Turn(t.Context(), chat, fmt.Sprint("m", days), ago(days), func(*store.Tx) (map[string]string, error) { return nil, nil }); err != nil {
			t.Fatal(err)
		}
	}
	w.write(func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(
			tx.PutLinkCode(ctx, id, make([]byte, 32), ago(2)),
			tx.PutDraft(ctx, store.Draft{Chat: chat, Flow: "old", Version: 1, Step: "a", Skipped: []string{}}, ago(91)),
			tx.PutDraft(ctx, store.Draft{Chat: chat, Flow: "young", Version: 1, Step: "a", Skipped: []string{}}, ago(89)),
			tx.PutNotification(ctx, store.Notification{ID: uuid.New(), MemberID: id, Kind: store.NotificationRetention, Attempt: 1, QueuedAt: ago(3 * 370)}),
			tx.PutNotification(ctx, store.Notification{ID: uuid.New(), MemberID: id, Kind: store.NotificationRetention, Attempt: 1, QueuedAt: ago(3 * 360)}),
		)
	})
	for i, days := range []int{29, 31} {
		if _, err := w.raw.Exec(t.Context(), `INSERT INTO invite (id, hash, role, organisation, created_at, expires_at)
			VALUES ($1, $2, 'official', 'ministry', $3, $3)`, uuid.New(), append(make([]byte, 31), byte(i)), ago(days)); err != nil {
			t.Fatal(err)
		}
	}
	for _, months := range []int{35, 38} {
		w.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.Audit(ctx, store.Entry{ID: uuid.New(), At: begin.AddDate(0, -months, 0), Actor: store.ActorService, Act: "old.act"})
		})
	}
	for _, job := range jobs.All() {
		w.run(job.Name)
	}
	for what, sql := range map[string]string{
		"turns":      `SELECT count(*) FROM turn`,
		"drafts":     `SELECT count(*) FROM draft`,
		"notices":    `SELECT count(*) FROM notice`,
		"invites":    `SELECT count(*) FROM invite`,
		"acts":       `SELECT count(*) FROM audit WHERE act = 'old.act'`,
		"members":    `SELECT count(*) FROM member`,
		"next month": `SELECT count(*) FROM pg_class WHERE relname = 'audit_2021_02'`,
	} {
		if n := w.count(sql); n != 1 {
			t.Errorf("%s: %d left, want 1", what, n)
		}
	}
	if n := w.count(`SELECT count(*) FROM link_code`); n != 0 {
		t.Errorf("%d codes left", n)
	}
	last, err := w.db.LastRuns(t.Context())
	if err != nil || len(last) != len(jobs.All()) || last["turns"].Counts["turns"] != 1 || last["codes"].Counts["link_codes"] != 1 || last["audit"].Counts["months"] != 1 {
		t.Errorf("runs %+v, %v", last, err)
	}
	if err := w.jobs.Run(t.Context(), "no_such_job", w.now()); !errors.Is(err, jobs.ErrUnknownJob) {
		t.Errorf("an unknown job: %v", err)
	}
}

// TestRolesLapse ends the roles of staff who are silent, once, with an act for
// each, and tells them.
func TestRolesLapse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for i, days := range []int{89, 90} {
		staff, address := uuid.New(), fmt.Sprint(i+1)
		sealed, err := w.db.Keys().Seal("staff", staff.String(), "sealed_address", []byte(address))
		if err != nil {
			t.Fatal(err)
		}
		seen := begin.AddDate(0, 0, -days)
		if _, err := w.raw.Exec(t.Context(), `INSERT INTO staff (id, chat, channel, sealed_address, language, joined_at, last_seen_at)
			VALUES ($1, $2, 'telegram', $3, 'en', $4, $4)`, staff, w.db.Keys().Indexes(w.chat("telegram", address))[0], sealed, seen); err != nil {
			t.Fatal(err)
		}
		for _, role := range []string{"official", "auditor"} {
			if _, err := w.raw.Exec(t.Context(), `INSERT INTO role (id, staff_id, role, organisation, granted_at) VALUES ($1, $2, $3, 'ministry', $4)`,
				uuid.New(), staff, role, seen); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.twice("roles")
	w.settled()
	if n := w.count(`SELECT count(*) FROM role WHERE ended_why = 'lapsed' AND ended_at = $1`, begin); n != 2 {
		t.Errorf("%d roles lapsed", n)
	}
	if n := w.count(`SELECT count(*) FROM audit a JOIN role r ON a.object = r.id::text WHERE a.act = 'role.lapse' AND r.ended_why = 'lapsed'`); n != 2 {
		t.Errorf("%d acts", n)
	}
	got := w.messages("2")
	if len(w.messages("1")) != 0 || len(got) != 1 || !strings.Contains(got[0].Text, "90 days") || got[0].Language != "en" {
		t.Errorf("said %v", got)
	}
	w.set(begin.AddDate(0, 0, 2)) // now the other one; nothing again for the first
	w.run("roles")
	w.settled()
	if len(w.messages("1")) != 1 || len(w.messages("2")) != 1 {
		t.Errorf("said %d and %d times", len(w.messages("1")), len(w.messages("2")))
	}
	known := func() int {
		return w.count(`SELECT count(*) FROM staff WHERE chat IS NOT NULL OR sealed_address IS NOT NULL`)
	}
	w.set(begin.AddDate(0, 0, 89))
	w.run("roles")
	if n := known(); n != 2 {
		t.Errorf("%d of 2 chats are known before the time", n)
	}
	w.set(begin.AddDate(0, 0, 92))
	w.run("roles")
	if n := known(); n != 0 {
		t.Errorf("%d chats of former staff are known still", n)
	}
	if n := w.count(`SELECT count(*) FROM role`); n != 4 {
		t.Errorf("%d roles stay for the log, not 4", n)
	}
}

// TestOneFaultHoldsUpNobody: an address that cannot be opened is told at the
// end of the run, which is tried again, and the others are warned.
func TestOneFaultHoldsUpNobody(t *testing.T) {
	t.Parallel()
	var failed []error
	w := newWorld(t, func(c *jobs.Config) {
		c.Ran = func(_ string, _ map[string]int64, err error) { failed = append(failed, err) }
	})
	for i := range 3 {
		w.member(true, fmt.Sprint("telegram ", i+1))
	}
	if _, err := w.raw.Exec(t.Context(), `UPDATE address SET sealed_address = '\x00' WHERE chat = ANY($1)`, w.db.Keys().Indexes(w.chat("telegram", "2"))); err != nil {
		t.Fatal(err)
	}
	w.set(begin.AddDate(1, 0, 0))
	for range 2 {
		if err := w.jobs.Run(t.Context(), "silence", w.now()); err == nil || !strings.Contains(err.Error(), "1 failed") {
			t.Errorf("the run ended with %v", err)
		}
	}
	w.settled()
	if len(w.messages("1")) != 1 || len(w.messages("3")) != 1 || len(failed) != 2 || failed[0] == nil {
		t.Errorf("told %d and %d times, %v", len(w.messages("1")), len(w.messages("3")), failed)
	}
}

// TestWarningsWaitForTheDay: whom the platform lets nobody write to today is
// warned by a later run, once.
func TestWarningsWaitForTheDay(t *testing.T) {
	t.Parallel()
	full := true
	w := newWorld(t, func(c *jobs.Config) {
		c.First = func(context.Context, store.OpenNotification) (bool, error) { return !full, nil }
	})
	w.approved = true
	const address = "whatsapp:+15550108"
	id := w.member(true, "whatsapp "+address)
	w.set(begin.AddDate(0, 13, 0))
	w.twice("silence")
	if n := w.count(`SELECT count(*) FROM notice WHERE member_id = $1 AND state = 'queued'`, id); n != 1 || len(w.messages(address)) != 0 {
		t.Fatalf("%d wait, %d are said", n, len(w.messages(address)))
	}
	full = false
	for range 2 {
		w.set(w.now().AddDate(0, 0, 1))
		w.twice("silence")
		w.settled()
	}
	if got := w.messages(address); len(got) != 1 || !got[0].Outside || got[0].Notice != bot.NoticeRetention || len(got[0].Fields) != 2 || got[0].Fields[1] == "" {
		t.Errorf("said %+v", got)
	}
	if n := w.count(`SELECT count(*) FROM notice WHERE member_id = $1 AND state = 'sent'`, id); n != 1 {
		t.Error("it does not count as arrived")
	}
}
