package bot

import (
	"encoding/json"
	"fmt"
	"time"

	"mboka/flows"
	"mboka/locales"
)

// Session is what the bot remembers of a chat between two messages. It is
// stored sealed, in Redis only; what a person would miss is in Postgres too.
type Session struct {
	Version int    `json:"v"`
	Lang    string `json:"l,omitempty"`
	Chosen  bool   `json:"h,omitempty"` // the language was chosen, not guessed
	Member  string `json:"m,omitempty"` // id of the record; "" before the age answer
	// Stack are the flows under way: the last one is asked, the others wait.
	Stack []flows.State `json:"-"`
	// States is Stack as it is stored.
	States [][]byte `json:"s,omitempty"`
	// At is when the last message was accepted, PromptAt when the last prompt
	// was saved: a text accepted before was not written in answer to it.
	At       time.Time `json:"a,omitzero"`
	PromptAt time.Time `json:"p,omitzero"`
	LastText string    `json:"t,omitempty"`
	LastStep string    `json:"q,omitempty"` // the step that LastText answered
	// Country is where the person lives, as far as they said: whom to call in
	// danger depends on it, also when no form is open.
	Country string `json:"c,omitempty"`

	// Shared is the code of the link by which a person came who has no record
	// yet, or has not been shown what is behind it.
	Shared string `json:"sh,omitempty"`

	// Wants are the optional forms that have a purpose for this person, and Gave
	// those that they have come to the end of.
	Wants []string `json:"mw,omitempty"`
	Gave  []string `json:"mg,omitempty"`

	// Card is that of the directory to whose owner a person wants to write who
	// has no record yet.
	Card string `json:"cd,omitempty"`

	// Notice is the version of the privacy notice that the person read last.
	Notice string `json:"nv,omitempty"`
	// Agreed is the meaning of the notice that the person has agreed to or been
	// asked about, as far as was looked up.
	Agreed int `json:"ng,omitempty"`

	// Results are what effects gave for the form under way, such as the member
	// number, for when its text is said again.
	Results map[string]string `json:"r,omitempty"`

	// Roles are those that the chat has taken up. They only choose menus: what
	// does the work asks the records. Staff: there were some at any time.
	// Ended: one has ended, and the person has not been told.
	Roles []StaffRole `json:"o,omitempty"`
	Staff bool        `json:"w,omitempty"`
	Ended bool        `json:"e,omitempty"`
	// Gated: there is a record, and whoever writes has still to prove that it
	// is theirs. Member is "" as long.
	Gated bool `json:"g,omitempty"`
	// GatedAt is when the first message of whoever that is was accepted: replies
	// to earlier ones were for somebody else.
	GatedAt time.Time `json:"u,omitzero"`
	// Away: the address went out of reach since At.
	Away bool `json:"y,omitempty"`

	// Begun is the registration begun here, for as long as it is counted.
	Begun *Begun `json:"bg,omitempty"`

	// Quick counts the replies that each came soon after the one before;
	// Paused: the last one asked for a pause because there were too many.
	Quick  int  `json:"k,omitempty"`
	Paused bool `json:"z,omitempty"`
	// Flooded: messages come faster than they are read, and the person knows.
	Flooded bool `json:"f,omitempty"`

	// restored tells this turn that the session was put together from the
	// records, because Redis had none.
	restored bool
	// known tells this turn that the records know the message: Redis has lost
	// that it was dealt with.
	known bool
}

// sessionVersion goes up when an older session can no longer be read.
const sessionVersion = 1

// Encode gives the stored form. It is not sealed yet.
func (s Session) Encode() ([]byte, error) {
	s.Version = sessionVersion
	s.States = make([][]byte, 0, len(s.Stack))
	for _, state := range s.Stack {
		b, err := state.Encode()
		if err != nil {
			return nil, err
		}
		s.States = append(s.States, b)
	}
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encode session: %w", err)
	}
	return b, nil
}

// DecodeSession reads a stored session. One that cannot be read is an error:
// the caller goes on from the records.
func DecodeSession(b []byte) (Session, error) {
	var s Session
	if err := json.Unmarshal(b, &s); err != nil {
		return Session{}, fmt.Errorf("decode session: %w", err)
	}
	if s.Version != sessionVersion {
		return Session{}, fmt.Errorf("decode session: version %d", s.Version)
	}
	for _, b := range s.States {
		state, err := flows.Decode(b)
		if err != nil {
			return Session{}, fmt.Errorf("decode session: %w", err)
		}
		s.Stack = append(s.Stack, state)
	}
	s.States = nil
	return s, nil
}

// prompted notes that a reply goes out.
func (s *Session) prompted(now time.Time, gap time.Duration) {
	if s.PromptAt.IsZero() || now.Sub(s.PromptAt) >= gap {
		s.Quick = 0
	}
	s.Quick++
	s.PromptAt = now
}

// empty tells whether there is neither a person nor anything under way.
func (s Session) empty() bool { return s.Member == "" && !s.Gated && len(s.Stack) == 0 }

// language is the language to speak.
func (s Session) language() locales.Lang {
	lang, _ := locales.ParseLang(s.Lang)
	return lang
}

// top is the flow that is asked now.
func (s Session) top() (flows.State, bool) {
	if len(s.Stack) == 0 {
		return flows.State{}, false
	}
	return s.Stack[len(s.Stack)-1], true
}

// runs finds a flow under way by its id, or -1.
func (s Session) runs(flow string) int {
	for i := range s.Stack {
		if s.Stack[i].Flow == flow {
			return i
		}
	}
	return -1
}

// countryStep is the question whose answer is Session.Country.
const countryStep = "country_residence"

// openCountry is the country as the form asked last has it, "" for none.
func (s Session) openCountry() string {
	for i := len(s.Stack) - 1; i >= 0; i-- {
		if code := s.Stack[i].Answers.Code(countryStep); code != "" {
			return code
		}
	}
	return ""
}
