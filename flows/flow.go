package flows

import "mboka/locales"

// Flow is a form: steps in the order in which they are asked.
type Flow struct {
	ID string
	// Version goes up when steps change. A state of an older version goes on
	// at the first question that it has not answered.
	Version int
	Steps   []Step
	// Given are answers that the flow may begin with and does not ask for.
	Given []string

	index map[string]int
}

// New makes a flow of its steps. Whether it is sound is for Check to say.
func New(id string, version int, steps ...Step) *Flow {
	f := &Flow{ID: id, Version: version, Steps: steps, index: make(map[string]int, len(steps))}
	for i, s := range steps {
		f.index[s.ID] = i
	}
	return f
}

// Step finds a step by its id.
func (f *Flow) Step(id string) (*Step, bool) {
	i, ok := f.index[id]
	if !ok {
		return nil, false
	}
	return &f.Steps[i], true
}

// Step is one screen: a question when it has a Field, else a last word.
type Step struct {
	// ID is stable: it names the answer in records, payloads and drafts.
	ID    string
	Kind  Kind
	Ask   locales.Key // the question
	Again locales.Key // a shorter wording for when it is asked again
	Empty locales.Key // the wording when its argument N is 0
	Title locales.Key // its short name in a summary
	Why   locales.Key // the answer to "why do you ask?"
	More  locales.Key // the answer to "tell me more"
	Must  locales.Key // the answer to "skip" where it is not taken; "": it is needed to be counted
	Field Field

	Required bool     // "skip" is not taken
	Once     bool     // not asked again once it has an answer
	Unless   Cond     // when this is not asked
	Routes   []Route  // where an answer leads, when not to the next step
	Enter    string   // event raised when this step is reached
	Raise    string   // event raised when it is answered and no route is taken
	Needs    []string // facts that its text or its answers come from
	Forgets  bool     // End: nothing of this chat may be kept
}

// Kind tells the engine what a step is for.
type Kind uint8

const (
	// Question is asked of the person and belongs to the record.
	Question Kind = iota
	// Fork is asked to know the way; its answer is not part of the record.
	Fork
	// Review shows the answers; a line number edits that answer.
	Review
	// Commands offers chat commands: the option chosen is the command to run.
	Commands
	// End is a last word: reaching it ends the flow.
	End
)

// Route leads from an answer to a step.
type Route struct {
	Code string
	To   string
}

// Cond is a condition over earlier answers, as data. The zero Cond never holds.
type Cond struct {
	Step       string
	In         []string // holds when the answer is one of these
	Unanswered bool     // holds when there is no answer
	Or         *Cond    // holds too when this one does
}

// Holds tells whether the condition is met.
func (c Cond) Holds(a Answers) bool {
	return c.holds(a) || c.Or != nil && c.Or.Holds(a)
}

// looksAt tells whether the condition hangs on a step.
func (c Cond) looksAt(step string) bool {
	return c.Step == step || c.Or != nil && c.Or.looksAt(step)
}

func (c Cond) holds(a Answers) bool {
	if c.Step == "" {
		return false
	}
	code := a.Code(c.Step)
	if code == "" {
		return c.Unanswered
	}
	for _, in := range c.In {
		if in == code {
			return true
		}
	}
	return false
}

// IsMenu tells whether the flow is one screen of commands: it is over as soon
// as one of them is chosen.
func (f *Flow) IsMenu() bool { return len(f.Steps) > 0 && f.Steps[0].Kind == Commands }
