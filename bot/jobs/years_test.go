package jobs_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/store"
)

// life is what is to become of a member: the days on which they are warned and
// erased, and what happens to them meanwhile.
type life struct {
	name   string
	chats  []string
	draft  bool              // not registered
	days   map[string]string // date -> "write CHAT", "block ADDRESS" or "unblock ADDRESS"
	every  int               // days between messages in the first chat; 0: silent
	warned []string          // dates
	erased string            // "": never
	got    int               // messages in all chats

	id uuid.UUID
}

// lives last three years. Everybody wrote last on 2021-01-01, unless said.
func lives() []*life {
	return []*life{
		{name: "faithful", chats: []string{"telegram 1"}, every: 300},
		{name: "silent", chats: []string{"telegram 2"}, warned: []string{"2022-01-01"}, erased: "2023-01-01", got: 1},
		{name: "returns after the warning", chats: []string{"telegram 3"}, days: map[string]string{"2022-02-01": "write telegram 3"},
			warned: []string{"2022-01-01", "2023-02-01"}, got: 2},
		{name: "returns on the last day", chats: []string{"telegram 4"}, days: map[string]string{"2022-12-31": "write telegram 4"},
			warned: []string{"2022-01-01", "2023-12-31"}, got: 2},
		{name: "has blocked the bot", chats: []string{"telegram 5"}, days: map[string]string{"2021-03-01": "block 5"},
			warned: []string{"2022-01-01", "2022-01-31"}, erased: "2023-01-01"},
		{name: "unblocks before the second warning", chats: []string{"telegram 6"},
			days:   map[string]string{"2021-03-01": "block 6", "2022-01-20": "unblock 6"},
			warned: []string{"2022-01-01", "2022-01-31"}, erased: "2023-01-01", got: 1},
		{name: "on WhatsApp, outside the window", chats: []string{"whatsapp whatsapp:+15550107"},
			warned: []string{"2022-01-01", "2022-01-31"}, erased: "2023-01-01"},
		{name: "linked, writes in the second chat", chats: []string{"telegram 8", "whatsapp whatsapp:+15550108"},
			days:   map[string]string{"2021-10-01": "write whatsapp whatsapp:+15550108"},
			warned: []string{"2022-10-01"}, erased: "2023-10-01", got: 1},
		{name: "linked, one chat is blocked", chats: []string{"telegram 9", "whatsapp whatsapp:+15550109"},
			days:   map[string]string{"2021-03-01": "block 9"},
			warned: []string{"2022-01-01", "2022-01-31"}, erased: "2023-01-01"},
		{name: "without any chat", warned: []string{"2022-01-01", "2022-01-31"}, erased: "2023-01-01"},
		{name: "began and left", chats: []string{"telegram 11"}, draft: true, erased: "2021-04-01"},
		{name: "began, came back once", chats: []string{"telegram 12"}, draft: true,
			days: map[string]string{"2021-03-01": "write telegram 12"}, erased: "2021-05-30"},
		// Merged on the first of June 2021 with somebody who wrote in May.
		{name: "merged", chats: []string{"telegram 13"}, warned: []string{"2022-05-01"}, erased: "2023-05-01", got: 2},
	}
}

// TestThreeYears lets three years go by, day after day, each day's runs done
// twice at the same time and once more.
func TestThreeYears(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	all := lives()
	for _, l := range all {
		l.id = w.member(!l.draft, l.chats...)
	}
	w.merging(all[len(all)-1])
	for day := begin; day.Before(begin.AddDate(3, 0, 0)); day = day.AddDate(0, 0, 1) {
		w.set(day)
		for _, l := range all {
			w.happens(l, day)
		}
		daily := []string{"silence"}
		if day.Before(begin.AddDate(0, 6, 0)) {
			daily = append(daily, "drafts")
		}
		if day.Day() == 1 {
			daily = append(daily, "audit", "turns", "codes", "roles")
		}
		for _, job := range daily {
			w.twice(job)
		}
		w.settled()
		for _, l := range all {
			w.check(l, day)
		}
	}
	w.addsUp(all)
}

func (w *world) merging(l *life) {
	other := w.member(true, "telegram 14")
	w.set(time.Date(2021, 5, 1, 12, 0, 0, 0, time.UTC))
	w.wrote("telegram 14")
	w.set(begin)
	l.days = map[string]string{"2021-06-01": "merge " + other.String()}
	l.chats = append(l.chats, "telegram 14")
}

func (w *world) happens(l *life, day time.Time) {
	w.t.Helper()
	if n := int(day.Sub(begin).Hours() / 24); l.every > 0 && n%l.every == 0 {
		w.wrote(l.chats[0])
	}
	verb, object, _ := strings.Cut(l.days[day.Format(time.DateOnly)], " ")
	switch verb {
	case "write":
		w.wrote(object)
	case "block", "unblock":
		w.block(object, verb == "block")
	case "merge":
		w.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.MergeMembers(ctx, store.Merge{ID: uuid.New(), Survivor: l.id, Merged: uuid.MustParse(object), At: w.now()})
		})
	}
}

// twice does a run in two replicas at once, and once more afterwards.
func (w *world) twice(job string) {
	w.t.Helper()
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := w.jobs.Run(w.t.Context(), job, w.now()); err != nil {
				w.t.Error(err)
			}
		})
	}
	both.Wait()
	w.run(job)
}

// check holds a member against their life so far.
func (w *world) check(l *life, day time.Time) {
	w.t.Helper()
	date := day.Format(time.DateOnly)
	gone := l.erased != "" && date >= l.erased
	if w.alive(l.id) == gone {
		w.t.Fatalf("%s: %s, on record %v", date, l.name, !gone)
	}
	if gone {
		return
	}
	due := 0
	for _, d := range l.warned {
		if d <= date {
			due++
		}
	}
	if n := w.count(`SELECT count(DISTINCT queued_at) FROM notice WHERE member_id = $1`, l.id); n != due {
		w.t.Fatalf("%s: %s, warned %d times, not %d", date, l.name, n, due)
	}
}

// addsUp holds messages, runs, the audit log and the count of erased people
// against each other.
func (w *world) addsUp(all []*life) {
	w.t.Helper()
	want := map[string]int{}
	for _, l := range all {
		l.counts(want)
		got := 0
		for _, chat := range l.chats {
			_, address := split(chat)
			got += len(w.messages(address))
		}
		if got != l.got {
			w.t.Errorf("%s got %d messages, not %d", l.name, got, l.got)
		}
	}
	for what, act := range map[string]string{"warned": "warn", "warned_again": "warn_again", "erased": "erase", "beginners": "beginners"} {
		runs := w.count(`SELECT coalesce(sum((counts ->> $1)::int), 0) FROM job_run WHERE counts ? $1`, what)
		acts := w.count(`SELECT coalesce(sum(size), 0) FROM audit WHERE act = $1`, "retention."+act)
		if acts != want[what] || runs > acts { // runs are kept for two years only
			w.t.Errorf("%s: the log has %d, the runs %d, want %d", what, acts, runs, want[what])
		}
	}
	for what, sql := range map[string]string{
		"people counted as erased":  fmt.Sprintf(`SELECT coalesce(sum(count), 0) - %d FROM erased`, want["erased"]+want["beginners"]),
		"runs in the audit log":     `SELECT count(*) - 3 * 365 FROM audit WHERE act = 'retention.erase'`,
		"months of the log dropped": `SELECT coalesce(sum(size), 0) FROM audit WHERE act = 'retention.audit'`,
		"notices to the erased":     `SELECT count(*) FROM notice WHERE chat IS NOT NULL AND member_id IS NULL`,
	} {
		if n := w.count(sql); n != 0 {
			w.t.Errorf("%s: %d too many", what, n)
		}
	}
	if m := w.messages("2")[0]; !strings.Contains(m.Text, "1er janvier 2023") || !strings.Contains(m.Text, "« effacer »") {
		w.t.Errorf("said %s", m.Text)
	}
}

// counts adds what the runs must have counted of a life.
func (l *life) counts(sum map[string]int) {
	var before time.Time
	for _, d := range l.warned {
		at, _ := time.Parse(time.DateOnly, d)
		if at.Sub(before) < 60*24*time.Hour { // the same silence
			sum["warned_again"]++
		} else {
			sum["warned"]++
		}
		before = at
	}
	switch {
	case l.erased != "" && l.draft:
		sum["beginners"]++
	case l.erased != "":
		sum["erased"]++
	}
}
