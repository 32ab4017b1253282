package bot

import (
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"mboka/flows"
	"mboka/locales"
)

// The flows of the public directory, and their events that the bot acts on.
const (
	FlowDirectory = "directory" // a person's own card
	FlowContact   = "contact"   // to write to the owner of a card
	FlowContacted = "contacted" // to read and answer what somebody wrote

	CardPublished  = "published"
	ContactSent    = "sent"
	ContactReplied = "replied"
	ContactRefused = "refused"
	ContactBlocked = "blocked"

	consentsDirectory = "directory" // of FlowConsents: the card is asked for
)

// Steps that the bot itself fills: the id of a card, or of a message.
const (
	CardNamed    = "card"    // of FlowContact
	ContactNamed = "contact" // of FlowContacted
	// StepContact is the step of the button by which somebody is told that a
	// message waits; its code is ContactLook.
	StepContact = "contact"
	ContactLook = "look"
)

// FactCardOf is the card that somebody wants to write to, by answer CardNamed:
// argument State, and the answers that FlowContact begins with.
//
// flows.FactContact has State too: a message or a reply waits, or neither; its
// answer ContactNamed names which. flows.FactCard has it for who may have no
// card yet, and ContactNamed where a message waits.
const (
	FactCardOf = "card_of"

	CardThere  = "there"
	CardGone   = "gone" // withdrawn, never there, or of a forged link
	CardOwn    = "own"
	CardEarly  = "early" // the person is not registered yet
	CardState  = "State"
	HasMessage = "message"
	HasReply   = "reply"
)

// What became of it, as ResultOutcome.
const (
	CardShown     = "card_shown"
	CardEmpty     = "card_empty"
	ContactTaken  = "contact_taken" // whether or not somebody is told
	ContactLimit  = "contact_limit"
	ContactTwice  = "contact_twice"
	ContactBarred = "contact_barred"
	ContactOwn    = "contact_own"
	ContactEarly  = "contact_early"
	ContactAway   = "contact_away" // the reply is on its way
	ContactNo     = "contact_no"
	ContactShut   = "contact_shut"
	ContactOver   = "contact_over"
)

var directoryTexts = map[string]locales.Key{
	CardShown: locales.DirPublished, CardEmpty: locales.DirEmpty, ContactTaken: locales.ConSent, ContactLimit: locales.ConLimit,
	ContactTwice: locales.ConTwice, ContactBarred: locales.ConBarred, ContactOwn: locales.ConOwn, ContactEarly: locales.ConEarly,
	ContactAway: locales.ConReplied, ContactNo: locales.ConRefused, ContactShut: locales.ConBlocked, ContactOver: locales.ConOver,
}

// CardID is a card's public id as it stands in addresses and links.
func CardID(id uuid.UUID) string { return shortID.EncodeToString(id[:]) }

// ReadCardID is the way back from CardID. ok is false for everything else.
func ReadCardID(text string) (id uuid.UUID, ok bool) {
	raw, err := shortID.DecodeString(text)
	if err != nil || len(raw) != len(id) {
		return uuid.Nil, false
	}
	copy(id[:], raw)
	return id, CardID(id) == text // no other spelling of the same
}

// CardPayload is the start parameter of the link to write to a card's owner.
func CardPayload(id uuid.UUID) string { return "d_" + CardID(id) }

// cardStart is how such a link arrives: as the start parameter of a t.me link,
// or behind a greeting on WhatsApp.
var cardStart = regexp.MustCompile(`(?i)^\s*(?:/start(?:@\w+)?|[^\s/]+)\s+d_([a-z2-7]{26})[\s.!]*$`)

func cardOf(text string) string {
	if m := cardStart.FindStringSubmatch(text); m != nil {
		return strings.ToLower(m[1])
	}
	return ""
}

// writes takes a text that a link to a card has written. False: it is none.
// Whoever has no record yet is told the same whether or not there is a card.
func (t *thinker) writes() bool {
	card := cardOf(t.in.Text)
	if card == "" || t.s.Gated {
		return false
	}
	if t.s.Member == "" {
		t.s.Card = card
		t.repeat(flows.Line{Key: locales.ConEarly})
		return true
	}
	t.writeTo(card)
	return true
}

// writeTo begins a message to the owner of a card.
func (t *thinker) writeTo(card string, lead ...flows.Line) {
	fact, ok := t.facts[FactCardOf]
	if !ok {
		t.out.Need, t.out.Answers = FactCardOf, flows.Answers{{Step: CardNamed, Text: card}}
		return
	}
	t.s.Card = ""
	refusal, refused := map[any]locales.Key{CardOwn: locales.ConOwn, CardEarly: locales.ConEarly, CardThere: ""}[fact.Args[CardState]]
	switch {
	case refused && refusal == "":
		t.begin(FlowContact, fact.Answers, append(lead, flows.Line{Key: locales.ConBegin, Args: fact.Args})...)
	case refused:
		t.repeat(append(lead, flows.Line{Key: refusal})...)
	default:
		t.repeat(append(lead, flows.Line{Key: locales.ConGone})...)
	}
}

// cameFor shows whoever has a record now what they came for before they had one:
// the mission, or the card, of the link that brought them. False: there is none.
func (t *thinker) cameFor(lead ...flows.Line) bool {
	if code := t.s.Shared; code != "" {
		shown := t.showsShared(code, lead...)
		t.s.Shared = ""
		if shown {
			return true
		}
	}
	if t.s.Card == "" {
		return false
	}
	t.writeTo(t.s.Card, lead...)
	return true
}

// directory shows a person their own card; a message that waits comes first.
func (t *thinker) directory() {
	if t.s.Member == "" {
		t.repeat(flows.Line{Key: locales.ProfileNone})
		return
	}
	fact, ok := t.facts[flows.FactCard]
	switch {
	case !ok:
		t.out.Need = flows.FactCard
	case fact.Args[CardState] == CardEarly:
		t.repeat(flows.Line{Key: locales.DirEarly})
	case fact.Args[ContactNamed] == nil || !t.reads("", fact.Answers):
		t.begin(FlowDirectory, fact.Answers)
	}
}

// reads shows what waits for the person, or with an id that. A reply is said;
// card is what FlowDirectory begins with behind it, nil where it does not.
// False: nothing waits.
func (t *thinker) reads(id string, card flows.Answers) bool {
	fact, ok := t.facts[flows.FactContact]
	if !ok {
		t.out.Need, t.out.Answers = flows.FactContact, flows.Answers{{Step: ContactNamed, Text: id}}
		return true
	}
	reply := flows.Line{Key: locales.ConReplyCard, Args: fact.Args}
	switch fact.Args[CardState] {
	case HasMessage:
		t.begin(FlowContacted, fact.Answers)
	case HasReply:
		if card != nil {
			t.begin(FlowDirectory, card, reply)
			return true
		}
		t.repeat(reply)
	default:
		return false
	}
	return true
}

// looks takes the tap by which somebody wants to read what waits.
func (t *thinker) looks(about About) {
	switch {
	case t.s.Gated:
		t.repeat(flows.Line{Key: locales.RecycledFirst})
	case t.s.Member == "":
		t.repeat(flows.Line{Key: locales.Stale})
	case !t.reads(about.ID.String(), nil):
		t.repeat(flows.Line{Key: locales.ConOver})
	}
}

// opensDirectory goes from the list of consents to the card. False: it is
// another turn.
func (t *thinker) opensDirectory(turn flows.Turn) bool {
	if !slices.ContainsFunc(turn.Events, func(e flows.Event) bool { return e.Flow == FlowConsents && e.Name == consentsDirectory }) {
		return false
	}
	t.s.Stack = t.s.Stack[:len(t.s.Stack)-1]
	t.directory()
	return true
}

// directoryDecided says what came of what a person did in the directory. False:
// it was something else.
func (t *thinker) directoryDecided(fact flows.Fact, lead []flows.Line) bool {
	outcome, _ := fact.Args[ResultOutcome].(string)
	key, ours := directoryTexts[outcome]
	if ours {
		t.repeat(append(slices.Clone(lead), flows.Line{Key: key, Args: fact.Args})...)
	}
	return ours
}
