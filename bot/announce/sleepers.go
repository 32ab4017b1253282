package announce

import (
	"sync"
	"time"

	"mboka/locales/reference"
	"mboka/store"
)

// sleepers remember for a minute where people are awake: rules name minutes, and
// to look at the zones of all places costs milliseconds.
type sleepers struct {
	mu     sync.Mutex
	minute time.Time
	from   [2]time.Duration
	up     map[string]bool // by place
}

// awake are those of some places where it is not in the quiet hours. A place
// that is on no list is where nobody knows the time: UTC.
func (s *sleepers) awake(p store.Policy, places []string, at time.Time) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	minute, from := at.Truncate(time.Minute), [2]time.Duration{p.QuietFrom, p.QuietTo}
	if s.up == nil || !s.minute.Equal(minute) || s.from != from {
		s.minute, s.from, s.up = minute, from, make(map[string]bool)
		for _, place := range AwakePlaces(p, at) {
			s.up[place] = true
		}
	}
	out := make([]string, 0, len(places))
	for _, place := range places {
		if s.up[place] || !onList(place) && s.up[""] {
			out = append(out, place)
		}
	}
	return out
}

func onList(place string) bool {
	_, city := reference.CityByID(place)
	_, country := reference.CountryByCode(place)
	return city || country
}

// zonesOf are the zones of a delivery's place.
func zonesOf(place string) []string {
	if c, known := reference.CityByID(place); known {
		return reference.Zones(c.Country, place)
	}
	return reference.Zones(place, "")
}

// capped is the cap of announcements for a letter, negative where there is none.
func (l Letter) capped(p store.Policy) int {
	if l.Announcement.Kind != store.AnnounceNotice {
		return -1
	}
	return p.CapMonth
}
