package jobs

import (
	"time"

	"mboka/locales/reference"
	"mboka/store"
)

// quiet tells whether a time may be in a person's quiet hours.
func quiet(country, city string, now time.Time, p store.Policy) bool {
	return p.Quiet(reference.Zones(country, city), now)
}
