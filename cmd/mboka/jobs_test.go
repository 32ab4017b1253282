package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot/jobs"
	"mboka/bot/telegram/telegramtest"
	"mboka/store"
)

// silent puts somebody on record who has not written for some months.
func (s *testService) silent(channel, address string, months int) uuid.UUID {
	s.t.Helper()
	db, err := store.Open(s.t.Context(), s.dbURL, s.keys)
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	id, since := uuid.New(), time.Now().AddDate(0, -months, -1)
	err = db.Write(s.t.Context(), func(tx *store.Tx) error {
		ctx := s.t.Context()
		if err := tx.CreateMember(ctx, store.Member{ID: id, Language: "fr", CreatedAt: since}); err != nil {
			return err
		}
		if err := tx.RegisterMember(ctx, id, fmt.Sprintf("N%X", id[:4]), since); err != nil {
			return err
		}
		if err := tx.PutAddress(ctx, store.Address{Chat: s.keys.Chat(channel, address), MemberID: id, Channel: channel, Address: address,
			CreatedAt: since, LastInboundAt: since, LastMessageID: "m0"}); err != nil {
			return err
		}
		if months < 24 {
			return nil
		}
		told := since.AddDate(0, 12, 0)
		return tx.PutNotification(ctx, store.Notification{ID: uuid.New(), MemberID: id, Kind: store.NotificationRetention, Attempt: 2, QueuedAt: told, DueAt: told.AddDate(0, 12, 0)})
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

func (s *testService) number(sql string, args ...any) int {
	s.t.Helper()
	var n int
	if err := s.db.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// jobsDone waits until every scheduled job has run for the first time.
func (s *testService) jobsDone() {
	s.t.Helper()
	for _, job := range jobs.All() {
		s.waitLog(`"msg":"job done","job":"` + job.Name + `"`)
	}
}

// TestServeRunsTheJobs starts the service over records that time has passed by:
// people are warned and erased on their channel, and the operator sees it in
// the log, the audit log, the metrics and what doctor says.
func TestServeRunsTheJobs(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	metrics := freeAddress(t)
	s.vars = append(s.vars, "MBOKA_METRICS_LISTEN="+metrics)
	if _, err := s.db.Exec(t.Context(), `INSERT INTO setting VALUES ('quiet_from', '08:00', now(), 'test'), ('quiet_to', '08:00', now(), 'test')`); err != nil {
		t.Fatal(err)
	}
	const chat = 7_000_000_980
	s.telegram.Open(chat, "fr")
	warned := s.silent("telegram", fmt.Sprint(int64(chat)), 12)
	parked := s.silent("whatsapp", "whatsapp:+15550198", 13)
	gone := s.silent("telegram", "7000000981", 24)
	s.start()
	s.telegram.WaitFor(chat, "the warning", func(all []telegramtest.Message) bool {
		return len(all) > 0 && strings.Contains(all[len(all)-1].Text, "effacées le")
	})
	s.jobsDone()
	for what, ok := range map[string]func() bool{
		"the warning is known to have arrived": func() bool {
			return s.number(`SELECT count(*) FROM notice WHERE member_id = $1 AND state = 'sent'`, warned) == 1
		},
		"the other one to be outside the window": func() bool {
			return s.number(`SELECT count(*) FROM notice WHERE member_id = $1 AND state = 'parked'`, parked) == 1
		},
		"the third is erased": func() bool {
			return s.number(`SELECT count(*) FROM member WHERE id = $1`, gone) == 0 && s.number(`SELECT sum(count) FROM erased`) == 1
		},
	} {
		poll(t, what, ok)
	}
	if n := s.number(`SELECT count(*) FROM audit WHERE actor = 'service' AND act LIKE 'retention.%' AND (act, size) IN (('retention.warn', 2), ('retention.erase', 1))`); n != 2 {
		t.Errorf("%d of 2 acts in the audit log", n)
	}
	for _, line := range []string{`mboka_job_done_total{job="silence",what="warned"} 2`, `mboka_job_last_success_seconds{job="audit"}`} {
		if !strings.Contains(fetch(t, "http://"+metrics+"/metrics"), line) {
			t.Errorf("the metrics lack %s", line)
		}
	}
	var out strings.Builder
	run(t.Context(), []string{"doctor"}, s.vars, strings.NewReader(""), &out, &out)
	if !strings.Contains(out.String(), "job silence") || !strings.Contains(out.String(), "UTC: erased 1, warned 2") || !strings.Contains(out.String(), "nothing was due") {
		t.Errorf("doctor says:\n%s", out.String())
	}
	if _, err := s.db.Exec(t.Context(), `UPDATE job_run SET finished_at = now() - interval '50 hours' WHERE job = 'turns'`); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if code := run(t.Context(), []string{"doctor"}, s.vars, strings.NewReader(""), &out, &out); code != exitFailed || !strings.Contains(out.String(), "late by 2h0m0s") {
		t.Errorf("doctor ends with %d and says:\n%s", code, out.String())
	}
	for _, line := range s.logLines() {
		if strings.Contains(line, fmt.Sprint(int64(chat))) || strings.Contains(line, "15550198") {
			t.Errorf("an address in the log: %s", line)
		}
	}
	if args := s.number(`SELECT count(*) FROM river_job WHERE args - '{job,period,at,announcement,channel,slot,turn}'::text[] <> '{}'`); args != 0 {
		t.Errorf("%d jobs whose arguments hold something else", args)
	}
}
