package twiliotest

import "time"

// Twilio's guard against loops (twilio.com/docs/api/errors/14107): a counter
// for each pair of numbers grows with every message that follows the one
// before within loopGap, and above loopMost nothing passes for loopHold.
const (
	loopMost = 30
	loopGap  = 30 * time.Second
	loopHold = 30 * time.Second
)

// streak is a row of quick messages to one person.
type streak struct {
	count int
	last  time.Time
	until time.Time // held until then
}

// Loops turns the guard against loops on or off. A message above the limit is
// refused at once, 400 with 14107. Twilio's page says that such messages are
// marked failed, which may also come after a 201: Born and Later with 14107 do
// that.
func (s *Server) Loops(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loops = on
	clear(s.streaks)
}

// looping counts a message and tells whether it is one too many.
func (s *Server) looping(m *record) bool {
	if !s.loops {
		return false
	}
	row := s.streaks[m.To]
	if row == nil {
		row = &streak{}
		s.streaks[m.To] = row
	}
	if m.created.Before(row.until) {
		return true
	}
	if m.created.Sub(row.last) >= loopGap {
		row.count = 0
	}
	row.count, row.last = row.count+1, m.created
	if row.count <= loopMost {
		return false
	}
	row.count, row.until = 0, m.created.Add(loopHold)
	return true
}
