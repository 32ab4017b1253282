package store

import (
	"errors"
	"fmt"
	"regexp"
)

// ErrBadAnswer: an answer does not fit its question, or the question is not
// known here. Trying again does not help.
var ErrBadAnswer = errors.New("the answer does not fit")

// Answer is what a person answered to one question. Neither codes nor text:
// the answer was taken back.
type Answer struct {
	Step  string   // the question's key
	Codes []string // of the chosen options; for a two-step place the group, then the place
	Text  string   // free text; sealed on record
}

// code is the shape of option codes, question keys and flow names. The same
// shape stands in the migrations: it keeps sentences out of unsealed columns.
var code = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)

func checkAnswer(a Answer) error {
	if !code.MatchString(a.Step) {
		return fmt.Errorf("question key: %w", ErrBadAnswer)
	}
	for _, c := range a.Codes {
		if !code.MatchString(c) {
			return fmt.Errorf("code of %s: %w", a.Step, ErrBadAnswer)
		}
	}
	return nil
}
