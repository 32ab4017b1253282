package bot

import (
	"encoding/base32"
	"strings"

	"github.com/google/uuid"
)

// A button of what the service says first belongs to no run of a flow: its
// payload names what it is about, and holds as long as the message does. Such
// a run begins with addressedMark, which no run of a flow has:
//
//	=d<delivery>.<step>.<code>       to a member, of an announcement
//	=a<announcement>.<step>.<code>   to staff
//	=b<ambassador>.<step>.<code>     to staff, of a link that is passed on
//	=q<zero>.<step>.<code>           to staff, of a question about figures
//	=c<contact>.contact.look         to a member, of a message by the directory
//
// Where an id names somebody's own row, the effect asks the records whether it
// is theirs.
const addressedMark = "="

// AboutKind says what a button of an addressed message is about.
type AboutKind string

// The kinds.
const (
	AboutDelivery     AboutKind = "d"
	AboutAnnouncement AboutKind = "a"
	AboutMission      AboutKind = "m"
	AboutAmbassador   AboutKind = "b"
	AboutQuestion     AboutKind = "q" // of no one thing: the id is zero
	AboutContact      AboutKind = "c"
)

// About is what a button is about.
type About struct {
	Kind AboutKind
	ID   uuid.UUID
}

var shortID = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Run is the run in the payloads of buttons about it: 28 characters.
func (a About) Run() string { return addressedMark + string(a.Kind) + shortID.EncodeToString(a.ID[:]) }

// ReadAbout is the way back from Run. ok is false for the run of a flow.
func ReadAbout(run string) (a About, ok bool) {
	rest, marked := strings.CutPrefix(run, addressedMark)
	if !marked || len(rest) < 2 {
		return About{}, false
	}
	switch a.Kind = AboutKind(rest[:1]); a.Kind {
	case AboutDelivery, AboutAnnouncement, AboutMission, AboutAmbassador, AboutQuestion, AboutContact:
	default:
		return About{}, false
	}
	raw, err := shortID.DecodeString(rest[1:])
	if err != nil || len(raw) != len(a.ID) {
		return About{}, false
	}
	copy(a.ID[:], raw)
	return a, true
}
