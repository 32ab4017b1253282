package limits

import "maps"

// Rate is how one sender of a channel is shared, in messages a second.
type Rate struct {
	// Platform is what the platform takes of one sender in all.
	Platform int
	// Bulk is the most that announcements and their like take of it.
	Bulk int
	// Replies of the last second from which on bulk does not go at all. Replies
	// themselves are never held back.
	Replies int
	// PerReply is how many messages a reply is for the platform; 0 is 1.
	PerReply int
	// Late is room for what was slow on the way and arrives in one second with
	// what was sent in the next: one reply, and each message of bulk under way.
	Late   int
	Source string // of Platform
}

// room is what bulk may take in a second after one with so many replies: they
// are expected once more.
func (r Rate) room(replies int) int {
	return max(1, min(r.Bulk, r.Platform-r.Late-max(r.PerReply, 1)*replies))
}

// Senders is how many messages of bulk may be on their way at once, of all
// announcements and replicas together. With a fifth
// of a second for a call they are as many as the rate of bulk needs.
func (r Rate) Senders() int { return max(1, r.Late-max(r.PerReply, 1)) }

// Rates are those of the platforms.
var Rates = map[string]Rate{
	"telegram": {Platform: 30, Bulk: 20, Replies: 10, Late: 5, Source: "core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"},
	// Meta counts what a sender gets together with what it sends, and nearly every
	// reply answers a message. An announcement is answered too, by taps that come
	// soon after it: so bulk takes less than half of the whole, and the lane shuts
	// when replies, with what they answer, take half of it.
	"whatsapp": {Platform: 80, Bulk: 35, Replies: 20, PerReply: 2, Late: 10, Source: "twilio.com/docs/whatsapp/best-practices-and-faqs; both ways together: developers.facebook.com, Cloud API throughput"},
}

// Scaled are rates that are so many times as high, for tests and benchmarks
// that do not wait for the platforms.
func Scaled(rates map[string]Rate, by int) map[string]Rate {
	out := maps.Clone(rates)
	for channel, r := range out {
		r.Platform, r.Bulk, r.Replies, r.Late = r.Platform*by, r.Bulk*by, r.Replies*by, r.Late*by
		out[channel] = r
	}
	return out
}
