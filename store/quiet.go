package store

import "time"

// Quiet tells whether a time lies in the quiet hours of any of some IANA zones.
func (p Policy) Quiet(zones []string, at time.Time) bool {
	for _, name := range zones {
		if local := at.In(zone(name)); p.within(time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute) {
			return true
		}
	}
	return false
}

// within tells whether a time of day is in the quiet hours.
func (p Policy) within(clock time.Duration) bool {
	if p.QuietFrom > p.QuietTo { // over midnight
		return clock >= p.QuietFrom || clock < p.QuietTo
	}
	return p.QuietFrom <= clock && clock < p.QuietTo
}

// zone finds a zone by its IANA name; UTC where there is none of that name.
func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return z
}
