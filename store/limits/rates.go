package limits

import "maps"

// Rate is how one sender of a channel is shared, in messages a second.
type Rate struct {
	// Platform is what the platform takes of one sender. Nothing counts it: the
	// other two are chosen below it.
	Platform int
	// Bulk is the most that announcements and their like take.
	Bulk int
	// Replies of the last second from which on bulk does not go at all. Replies
	// themselves are never held back.
	Replies int
	Source  string // of Platform
}

// Rates are those of the platforms.
var Rates = map[string]Rate{
	// 20 and fewer than 10 replies leave one for what is slow on the way.
	"telegram": {Platform: 30, Bulk: 20, Replies: 10, Source: "core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"},
	// Meta counts what a sender gets together with what it sends. Nearly every
	// reply answers a message, so 19 replies are 38 of the 80. With 35 of bulk 7
	// are left, for messages that get no answer (taps that come twice, pictures)
	// and for what is slow on the way.
	"whatsapp": {Platform: 80, Bulk: 35, Replies: 20, Source: "twilio.com/docs/whatsapp/best-practices-and-faqs; inbound and outbound together: developers.facebook.com, Cloud API throughput"},
}

// Scaled are rates that are so many times as high, for tests and benchmarks
// that do not wait for the platforms.
func Scaled(rates map[string]Rate, by int) map[string]Rate {
	out := maps.Clone(rates)
	for channel, r := range out {
		r.Platform, r.Bulk, r.Replies = r.Platform*by, r.Bulk*by, r.Replies*by
		out[channel] = r
	}
	return out
}
