package flows

import "mboka/locales"

// Prompt is what to say next, before it is put into words: keys, labels and
// arguments. One turn has one prompt.
type Prompt struct {
	Flow, Run, Step string

	Lead    []Line // said before the question: echoes, notes, what went wrong
	Body    Line
	Left    int // optional questions left, this one included; 0 is not shown
	Options []Option
	Marks   Marks
	Multi   bool
	Ticked  []string
	Actions []Action
	// Ticking marks the answer to a tick: a channel that can edits the message
	// whose button was tapped.
	Ticking bool
}

// Line is one thing to say.
type Line struct {
	Key  locales.Key
	Args locales.Args // values: string, int, locales.Label, Labels or Rows
}

// Labels are joined by commas in the reader's language.
type Labels []locales.Label

// Rows are the numbered lines of a review.
type Rows []Row

// Row is one line of a review. Values is empty where there is no answer.
type Row struct {
	Title  locales.Key
	Values Labels
}

// Option is one thing that can be chosen.
type Option struct {
	Code      string
	Label     locales.Label
	Desc      locales.Label
	Exclusive bool   // clears the others in a choice of several
	Flag      string // "end_flow", "counsel", "text"
	// Low and High bound the quantity that means this row, both included.
	HasRange  bool
	Low, High int
}

// Flags of options, as the reference data has them.
const (
	FlagEnds    = "end_flow" // nothing is kept
	FlagCounsel = "counsel"  // advice is shown once
	FlagText    = "text"     // opens a short text
)

// Marks says how the rows of a list are named when they are printed.
type Marks uint8

// The marks. Bands have letters, because there a bare number is a quantity.
const (
	Numbers Marks = iota
	Letters
	Words // a consent: the exact words, never a number
	None
)

// Action is a choice beside the answer.
type Action string

// The actions, as they stand in payloads.
const (
	Done Action = "!done"
	Skip Action = "!skip"
	Back Action = "!back"
)

// Codes of the two answers to "is that it?", before the mark of the question.
const (
	Yes = "~yes"
	No  = "~no"
)
