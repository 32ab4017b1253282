package store

import (
	"time"

	"mboka/locales/reference"
)

// Quiet tells whether a time lies in the quiet hours of any of some IANA zones.
// A name that is no zone counts as UTC.
func (p Policy) Quiet(zones []string, at time.Time) bool {
	for _, name := range zones {
		if p.within(timeOfDay(at.In(reference.Zone(name)))) {
			return true
		}
	}
	return false
}

// farthest is how far Awake looks ahead: zones that are not awake together in
// two days never are, but for a change of the clock.
const farthest = 49 * time.Hour

// Awake is the first moment, at a time or after it, that is quiet in none of
// some zones. ok is false where there is no such moment within two days; then
// it is the first that is not quiet in the first zone.
func (p Policy) Awake(zones []string, at time.Time) (t time.Time, ok bool) {
	for t = at; t.Sub(at) <= farthest; {
		next := t
		for _, name := range zones {
			if w := p.wakes(name, t); w.After(next) {
				next = w
			}
		}
		if next.Equal(t) {
			return t, true
		}
		t = next
	}
	return p.wakes(zones[0], at), false
}

// wakes is the first moment, at t or after it, that is not quiet in a zone. The
// clock may jump in the night: up to each jump it runs evenly.
func (p Policy) wakes(name string, t time.Time) time.Time {
	local := t.In(reference.Zone(name))
	for {
		clock := timeOfDay(local)
		if !p.within(clock) {
			return local.In(t.Location())
		}
		left := p.QuietTo - clock
		if left <= 0 {
			left += 24 * time.Hour
		}
		wakes := local.Add(left)
		_, jump := local.ZoneBounds()
		if jump.IsZero() || wakes.Before(jump) {
			return wakes.In(t.Location())
		}
		local = jump
	}
}

// within tells whether a time of day is in the quiet hours.
func (p Policy) within(clock time.Duration) bool {
	if p.QuietFrom > p.QuietTo { // over midnight
		return clock >= p.QuietFrom || clock < p.QuietTo
	}
	return p.QuietFrom <= clock && clock < p.QuietTo
}

// timeOfDay is what the clock of t's zone shows.
func timeOfDay(t time.Time) time.Duration {
	hour, minute, second := t.Clock()
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second + time.Duration(t.Nanosecond())
}
