package flows

import (
	"slices"
	"time"
)

// State is where one person is in one flow. It is stored (Encode) sealed, and
// read back by a later version of the flow.
type State struct {
	Flow    string
	Version int
	Run     string // names this run in payloads; given by the caller
	Step    string
	Answers Answers
	Sub     string   // inside a field of two screens
	Ticks   []string // of a choice of several, not yet done
	Misses  int      // in a row, at this step
	Pending *Pending // a guess that waits for a yes
	Return  string   // the review to go back to after an edit
	Told    []string // advice shown once
}

// Answers are the answers so far, in the order of their first giving.
type Answers []Answered

// Answered is the answer to one step.
type Answered struct {
	Step    string   `json:"s"`
	Codes   []string `json:"c,omitempty"`
	Text    string   `json:"t,omitempty"` // free text: sealed wherever it is stored
	Skipped bool     `json:"k,omitempty"`
	Proof   *Proof   `json:"p,omitempty"` // of a consent
}

// Proof says with which message a consent was given, and when.
type Proof struct {
	MessageID string    `json:"m"`
	At        time.Time `json:"t"`
}

// Pending is something we are not sure to have understood.
type Pending struct {
	Codes []string `json:"c,omitempty"` // the guesses, or the answer to confirm
	Text  string   `json:"t,omitempty"`
	Doubt string   `json:"d,omitempty"` // the command word that may be an answer
	Ask   string   `json:"q,omitempty"` // key of the question put instead of "is that it?"
	Typed string   `json:"y,omitempty"` // the quantity typed, for that question
	Whole bool     `json:"w,omitempty"` // Codes is one answer, not several guesses
}

// Get finds the answer to a step.
func (a Answers) Get(step string) (Answered, bool) {
	for _, x := range a {
		if x.Step == step {
			return x, true
		}
	}
	return Answered{}, false
}

// Code is the first code of an answer, "" when there is none.
func (a Answers) Code(step string) string {
	if x, ok := a.Get(step); ok && len(x.Codes) > 0 {
		return x.Codes[0]
	}
	return ""
}

// with gives a copy with one answer set.
func (a Answers) with(x Answered) Answers {
	out := make(Answers, len(a), len(a)+1)
	copy(out, a)
	for i := range out {
		if out[i].Step == x.Step {
			out[i] = x
			return out
		}
	}
	return append(out, x)
}

// without gives a copy that lacks a step.
func (a Answers) without(step string) Answers {
	return slices.DeleteFunc(slices.Clone(a), func(x Answered) bool { return x.Step == step })
}

// same tells whether two answers say the same.
func (x Answered) same(y Answered) bool {
	return x.Text == y.Text && x.Skipped == y.Skipped && slices.Equal(x.Codes, y.Codes)
}
