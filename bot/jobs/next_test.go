package jobs

import (
	"testing"
	"time"

	"mboka/locales/reference"
	"mboka/store"
)

var since = time.Date(2024, 2, 29, 8, 0, 0, 0, time.UTC)

func days(n int) time.Time { return since.AddDate(0, 0, n) }

func usual(t *testing.T, settings map[string]string) store.Policy {
	t.Helper()
	p, err := store.NewPolicy(settings)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestNextStep(t *testing.T) {
	t.Parallel()
	p := usual(t, nil)
	for say, tc := range map[string]struct {
		s    store.Silence
		now  time.Time
		want step
	}{
		"before the year":                 {now: days(365), want: wait},
		"after the year":                  {now: days(366), want: warn},
		"service was off for three years": {now: days(1100), want: warn},
		"not known yet":                   {s: store.Silence{Warnings: 1, Open: true, WarnedAt: days(366)}, now: days(800), want: wait},
		"arrived":                         {s: store.Silence{Warnings: 1, WarnedAt: days(366), DeliveredAt: days(366)}, now: days(500), want: wait},
		"did not arrive, a week ago":      {s: store.Silence{Warnings: 1, WarnedAt: days(366)}, now: days(373), want: wait},
		"did not arrive, a month ago":     {s: store.Silence{Warnings: 1, WarnedAt: days(366)}, now: days(396), want: warn},
		"never two without a month":       {s: store.Silence{Warnings: 1, WarnedAt: days(800)}, now: days(801), want: wait},
		"the second did not arrive":       {s: store.Silence{Warnings: 2, WarnedAt: days(396)}, now: days(500), want: wait},
		"two years, it arrived":           {s: store.Silence{Warnings: 1, WarnedAt: days(366), DeliveredAt: days(366), DueAt: days(731)}, now: days(731), want: erase},
		"two years, two tries":            {s: store.Silence{Warnings: 2, WarnedAt: days(396), DueAt: days(731)}, now: days(731), want: erase},
		"two years, one try":              {s: store.Silence{Warnings: 1, WarnedAt: days(720), DueAt: days(750)}, now: days(731), want: wait},
		"the day they were told is later": {s: store.Silence{Warnings: 1, WarnedAt: days(710), DeliveredAt: days(710), DueAt: days(740)}, now: days(739), want: wait},
		"and then it comes":               {s: store.Silence{Warnings: 1, WarnedAt: days(710), DeliveredAt: days(710), DueAt: days(740)}, now: days(740), want: erase},
	} {
		tc.s.Registered, tc.s.Since = true, since
		if got := next(tc.s, tc.now, p); got != tc.want {
			t.Errorf("%s: step %d, want %d", say, got, tc.want)
		}
		tc.s.Registered = false
		if got := next(tc.s, tc.now, p); got != wait {
			t.Errorf("%s, not registered: step %d", say, got)
		}
	}
	short := usual(t, map[string]string{"retention_warn": "1", "retention_erase": "2"})
	told := store.Silence{Registered: true, Since: since, Warnings: 1, WarnedAt: days(366), DeliveredAt: days(366), DueAt: days(731)}
	if got := next(told, days(400), short); got != wait {
		t.Error("a shorter setting breaks a promise")
	}
}

func TestDueDayIsAMonthAwayAtLeast(t *testing.T) {
	t.Parallel()
	p, s := usual(t, nil), store.Silence{Since: since}
	if got := dueAt(s, days(366), p); !got.Equal(days(731)) {
		t.Errorf("in time: %s", got)
	}
	if got := dueAt(s, days(900), p); !got.Equal(days(930)) {
		t.Errorf("late: %s", got)
	}
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	night := usual(t, nil) // 21:00 to 08:00
	noon := usual(t, map[string]string{"quiet_from": "12:00", "quiet_to": "14:00"})
	none := usual(t, map[string]string{"quiet_from": "08:00", "quiet_to": "08:00"})
	winter := func(hour, minute int) time.Time { return time.Date(2026, 1, 15, hour, minute, 0, 0, time.UTC) }
	for _, tc := range []struct {
		country, city string
		at            time.Time
		p             store.Policy
		want          bool
	}{
		{"BE", "", winter(6, 59), night, true}, // 07:59 in Brussels
		{"BE", "", winter(7, 0), night, false},
		{"BE", "be-brussels", winter(19, 59), night, false},
		{"BE", "be-brussels", winter(20, 0), night, true},
		{"BE", "", time.Date(2026, 7, 15, 6, 0, 0, 0, time.UTC), night, false}, // summer: 08:00
		{"US", "", winter(14, 0), night, true},                                 // 09:00 in New York, 06:00 in Los Angeles
		{"US", "", winter(17, 0), night, false},
		{"ZZ", "", winter(8, 0), night, false}, // UTC where nobody knows
		{"ZZ", "", winter(7, 0), night, true},
		{"", "", winter(6, 59), night, true},
		{"BE", "", winter(11, 0), noon, true},
		{"BE", "", winter(13, 0), noon, false},
		{"BE", "", winter(7, 0), none, false},
		{"BE", "", winter(2, 0), none, false},
	} {
		if got := quiet(tc.country, tc.city, tc.at, tc.p); got != tc.want {
			t.Errorf("%s %s at %s: quiet %v", tc.country, tc.city, tc.at, got)
		}
	}
}

// Wherever somebody lives, one of a day's runs finds them awake.
func TestEveryoneIsAwakeAtSomeRun(t *testing.T) {
	t.Parallel()
	p := usual(t, nil)
	for _, country := range everyCountry() {
		awake := 0
		for at := winterDay; at.Before(winterDay.Add(24 * time.Hour)); at = schedule(often).Next(at) {
			if !quiet(country, "", at, p) {
				awake++
			}
		}
		if awake == 0 {
			t.Errorf("nobody in %s can be written to", country)
		}
	}
}

func TestScheduleNamesOnePeriod(t *testing.T) {
	t.Parallel()
	every := schedule(often)
	at := winterDay
	for range 20 {
		next := every.Next(at)
		if !next.After(at) || next.Sub(next.Truncate(often)) != offset || next.Sub(at) > often {
			t.Fatalf("after %s comes %s", at, next)
		}
		at = next
	}
	job := Job{Every: often}
	if late := job.Overdue(winterDay, winterDay.Add(2*often)); late != 0 {
		t.Errorf("late by %s", late)
	}
	if late := job.Overdue(winterDay, winterDay.Add(3*often)); late != often {
		t.Errorf("late by %s", late)
	}
}

var winterDay = time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC)

func everyCountry() []string {
	codes := []string{""}
	for _, c := range reference.Countries() {
		codes = append(codes, c.Alpha2)
	}
	return codes
}
