package store

import (
	"time"

	"github.com/google/uuid"
)

// States of a delivery. All but planned, sending and parked are ends; unknown
// waits for a person, or for what the platform says later.
const (
	DeliveryPlanned   = "planned"
	DeliverySending   = "sending"   // the call is under way, or whoever made it has died
	DeliverySent      = "sent"      // the platform has taken it
	DeliveryDelivered = "delivered" // it is on the phone
	DeliveryRead      = "read"
	DeliveryFailed    = "failed"    // reason is the platform's code
	DeliveryUnknown   = "unknown"   // it may or may not have been taken
	DeliveryWithdrawn = "withdrawn" // the person took the consent back, or was erased
	DeliveryCancelled = "cancelled" // a person ended the announcement, or it is of no use any more
	DeliveryParked    = "parked"    // WhatsApp's window is closed: it waits for a message of the person
	DeliverySkipped   = "skipped"   // reason: SkippedCap, SkippedTemplate, SkippedGone
)

// Reasons of deliveries that were skipped, wait, or came to nothing without a
// platform's code.
const (
	SkippedCap      = "cap"      // enough announcements in 30 days
	SkippedTemplate = "template" // the platform takes no template to that country
	SkippedGone     = "gone"     // no chat can be reached
	ReasonWindow    = "window"   // parked: the platform takes no such text before the person writes
	ReasonStub      = "stub"     // parked, and they were told that there is something
	ReasonTier      = "tier"     // planned: enough people were written to first in 24 hours
	ReasonLate      = "late"     // cancelled: it is of no use any more
	ReasonLeft      = "left"     // unknown: a person chose to leave it at that
	ReasonTries     = "tries"    // failed: refused for the moment, too often
)

// Ranks of what is heard of a delivery: within an attempt only a higher one
// counts. A platform may say the same twice and in any order, and a message that
// two attempts have sent may fail once and arrive once.
const (
	RankUnknown = iota + 1
	RankTaken
	RankRefused
	RankDelivered
	RankRead
	// RankStub is that of a stub, after which nothing counts: what is told of
	// later is the stub and not the delivery.
	RankStub
)

// Means are how a delivery was sent.
const (
	MeansTelegram = "telegram"
	MeansWindow   = "window"   // WhatsApp, within 24 hours of the person's message
	MeansTemplate = "template" // WhatsApp, by an approved text
	MeansStub     = "stub"     // WhatsApp, by an approved text that only says that there is something
)

// Delivery is one announcement to one person.
type Delivery struct {
	ID             uuid.UUID
	AnnouncementID uuid.UUID
	MemberID       uuid.UUID // zero: to staff, or the person is erased
	StaffID        uuid.UUID
	Channel        string // "": no chat within reach
	Language       string
	Country        string
	Place          string // the city, else the country
	State          string
	Reason         string
	Means          string
	Rank           int
	Attempt        int
	DueAt          time.Time
	StartedAt      time.Time
	SettledAt      time.Time
	ProviderID     string
}
