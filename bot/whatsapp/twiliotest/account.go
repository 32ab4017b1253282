package twiliotest

// Account is what an account at Twilio keeps of Content objects and of
// WhatsApp's decisions about them, at one moment.
type Account struct {
	serial    int
	contents  []object
	approvals map[string]approval
}

// Account copies what the server keeps now.
func (s *Server) Account() Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := Account{serial: s.serial, approvals: map[string]approval{}}
	for _, o := range s.contents {
		kept.contents = append(kept.contents, *o)
	}
	for sid, asked := range s.approvals {
		kept.approvals[sid] = *asked
	}
	return kept
}

// Adopt gives a server that was not asked anything yet an account in use, as
// when a service is set up anew for the account it had: making a thousand
// objects at the pace that Twilio allows takes twenty seconds.
func (s *Server) Adopt(a Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial = max(s.serial, a.serial)
	for _, o := range a.contents {
		s.contents = append(s.contents, &o)
	}
	for sid, asked := range a.approvals {
		s.approvals[sid] = &asked
	}
}
