package announce

import (
	"sync"
	"time"

	"mboka/locales/reference"
	"mboka/store"
)

// sleepers remember for a minute in which places it is quiet: rules name
// minutes, and to look at the zones of all places costs milliseconds.
type sleepers struct {
	mu     sync.Mutex
	minute time.Time
	quiet  map[string]bool // by place
	from   [2]time.Duration
}

// awake are those of some places where it is not in the quiet hours. A place is
// a city, else a country, "" where neither is known.
func (s *sleepers) awake(p store.Policy, places []string, at time.Time) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	minute, from := at.Truncate(time.Minute), [2]time.Duration{p.QuietFrom, p.QuietTo}
	if s.quiet == nil || !s.minute.Equal(minute) || s.from != from {
		s.minute, s.from, s.quiet = minute, from, make(map[string]bool)
	}
	out := make([]string, 0, len(places))
	for _, place := range places {
		quiet, known := s.quiet[place]
		if !known {
			quiet = p.Quiet(zonesOf(place), at)
			s.quiet[place] = quiet
		}
		if !quiet {
			out = append(out, place)
		}
	}
	return out
}

// zonesOf are the zones of a delivery's place.
func zonesOf(place string) []string {
	if c, known := reference.CityByID(place); known {
		return reference.Zones(c.Country, place)
	}
	return reference.Zones(place, "")
}

// urgentBefore is how near a cancelled mission must be for its cancellation to
// pass the quiet hours: people may be about to set out.
const urgentBefore = 18 * time.Hour

// urgent tells whether quiet hours do not hold for a letter.
func (l Letter) urgent(at time.Time) bool {
	start := l.Mission.StartsAt
	return l.Announcement.Kind == store.AnnounceCancellation && at.Before(start) && !at.Before(start.Add(-urgentBefore))
}

// capped is the cap of announcements for a letter, negative where there is none.
func (l Letter) capped(p store.Policy) int {
	if l.Announcement.Kind != store.AnnounceNotice {
		return -1
	}
	return p.CapMonth
}
