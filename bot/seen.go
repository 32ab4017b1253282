package bot

import (
	"mboka/flows"
	"mboka/locales"
)

// The flows about what a person agrees to and who sees their name.
const (
	FlowConsents = "consents"
	FlowWhoSaw   = "whosaw"
	FlowShare    = "share" // the answer to one request for the person's profile
)

// The events of FlowShare.
const (
	ShareAccepted = "accepted"
	ShareRefused  = "refused"
)

// ShareNamed is the answer that FlowShare begins with: the text is the id of
// the request.
const ShareNamed = "request"

// What became of an answer to a request, as ResultOutcome.
const (
	ShareYes   = "shareyes"
	ShareNo    = "shareno"
	ShareOver  = "shareover"  // it has ended, or is gone
	ShareTwice = "sharetwice" // it was answered before, perhaps on another phone

	ResultMore = "More" // another request waits
)

// Arguments of facts that the bot looks at.
const (
	ConsentsOpen = "Open"  // of FactConsents: "yes" when a request waits
	ViewsCount   = "Views" // of FactViews, an int
)

// agreements shows what the person agrees to; a request that waits comes first.
func (t *thinker) agreements() {
	if t.s.Member == "" {
		t.repeat(flows.Line{Key: locales.ProfileNone})
		return
	}
	fact, ok := t.facts[flows.FactConsents]
	switch {
	case !ok:
		t.out.Need = flows.FactConsents
	case fact.Args[ConsentsOpen] == "yes":
		t.begin(FlowShare, nil)
	default:
		t.begin(FlowConsents, nil)
	}
}

// whoSaw says in two lines who has seen the person's name; more on request.
func (t *thinker) whoSaw() {
	if t.s.Member == "" {
		t.repeat(flows.Line{Key: locales.WhosawNone})
		return
	}
	fact, ok := t.facts[flows.FactViews]
	if !ok {
		t.out.Need = flows.FactViews
		return
	}
	if fact.Args[ViewsCount] == 0 {
		t.repeat(flows.Line{Key: locales.WhosawNone}, flows.Line{Key: locales.WhosawMailings, Args: fact.Args})
		return
	}
	t.begin(FlowWhoSaw, nil)
}

// asked puts a request for the person's profile before them, over whatever is
// under way. It is no message of theirs: nothing else of the session moves.
func (t *thinker) asked() {
	if t.s.Member == "" {
		t.out.Silent, t.out.Forget = true, len(t.s.Stack) == 0
		return
	}
	fact, ok := t.facts[flows.FactShare]
	switch {
	case !ok:
		t.out.Need = flows.FactShare
	case fact.Args == nil: // answered on another phone, or withdrawn
		t.out.Silent = true
	default:
		t.begin(FlowShare, nil)
	}
}
