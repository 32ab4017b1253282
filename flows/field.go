package flows

import "time"

// Field is one kind of answer. The kinds stand in package flows/fields.
type Field interface {
	// Offer says what can be chosen now.
	Offer(v View) Offer
	// Read understands what a person typed or tapped. It never records
	// something else than what was meant: where it has to guess it says Unsure.
	Read(v View, in Input) Reading
	// Show names a stored answer for a person to read.
	Show(a Answered) Labels
	// Lists are all the lists this field can show, for Check.
	Lists() [][]Option
	// From is the step whose answer this field's list hangs on, or "".
	From() string
}

// Written is the code of a free text that is there, so that other questions can
// hang on it.
const Written = "text"

// View is what a field may look at.
type View struct {
	Answers Answers
	Sub     string
	Ticks   []string
	Phone   string // the sender's number where known; only its prefix counts
	// At is the time of the message, and Facts are those of the step; both are
	// empty where a list is only looked at.
	At    time.Time
	Facts Facts
}

// Offer is what a field shows.
type Offer struct {
	Body    *Line // instead of the step's own question
	Options []Option
	Marks   Marks
	Multi   bool
	Free    bool // free text is asked: command words may be an answer
}

// Input is what a person did.
type Input struct {
	Text string
	// Step and Code come from a tapped button. A code starting with + or -
	// wants that tick on or off.
	Step, Code string
	// Sub is the second screen of Step that a text was written to.
	Sub  string
	Verb Verb
	// Doubt is set with Text when it is also a command word.
	Doubt string

	MessageID string
	At        time.Time
	Phone     string
	Facts     Facts
}

// Verb is a navigation word.
type Verb string

// The verbs. VerbRepeat only asks again.
const (
	VerbNone   Verb = ""
	VerbBack   Verb = "back"
	VerbSkip   Verb = "skip"
	VerbWhy    Verb = "why"
	VerbMore   Verb = "more"
	VerbRepeat Verb = "repeat"
	verbAgain  Verb = "again" // in its shorter wording
)

// Facts are what steps declare to need and the caller looks up.
type Facts map[string]Fact

// Facts that several flows need.
const (
	// FactRecord is all that is kept about the person: the answers, and what
	// the text of /mydata names.
	FactRecord = "record"
	// FactPlace is where the person stopped: Question (a label) and N.
	FactPlace = "place"
	// FactStaff is which roles a chat has taken up, and their words.
	FactStaff = "staff"
	// FactLinks is in which channels a person is registered.
	FactLinks = "links"
	// FactConsents is what the person agrees to, and what was passed on.
	FactConsents = "consents"
	// FactViews is who has seen the person's name.
	FactViews = "views"
	// FactShare is the request for the person's profile that waits for an
	// answer: Ministère and But. Its answer "request" names it.
	FactShare = "share"
	// FactCard is the person's public card: Card as it is or would be, its lines,
	// and as answers what the flow begins with. FactContact is the message that
	// waits for them: Name and Text.
	FactCard    = "card"
	FactContact = "contact"
	// FactDryRun is whom an announcement would reach: Text, and as its answer to
	// itself DryRunReady where it may be sent. FactSample is what one reader gets:
	// Text.
	FactDryRun  = "dry_run"
	FactSample  = "sample"
	DryRunReady = "ready"
)

// Fact is one thing looked up: answers to begin with, arguments for a text.
type Fact struct {
	Answers Answers
	Args    map[string]any
}

// Reading is what a field made of an input.
type Reading struct {
	As    Understood
	Codes []string
	Text  string
	Sub   string
	Ticks []string
	Echo  *Line    // how it was understood, when it was typed
	Guess []Option // when Unsure
	Whole bool     // Unsure: Codes and Text are one answer to confirm by Ask
	Ask   *Line    // Unsure: instead of "is that it?"
	Miss  *Line    // when Missed: what is expected
}

// Understood says how well an input was understood.
type Understood uint8

// From nothing to everything.
const (
	Missed Understood = iota
	Asked             // the person wants to know more first
	Unsure            // a guess that needs a yes
	Opened            // the second screen of the field opens
	Ticked            // a tick was set or taken away
	Taken             // this is the answer
)
