// Package limits keeps in Redis what all replicas must hold back together.
//
// It may import go-redis and redis_rate, nothing else of the project. Times are
// Redis's own, one clock for all replicas.
//
// # Holds
//
// When a platform refuses a message because the whole sender is too fast, or
// locked, no replica may send to it for a while. Such a hold is one key with
// an expiry, so that it ends by itself even when whoever set it has died:
//
//	mboka:hold:<name>  string  "1"; expires when the hold is over
//
// Asking Redis before each message would cost a turn one more round trip.
// Instead every replica reads all holds about twice a second (Refresh) and
// answers Until from memory: the one that was refused knows at once, the others
// half a second later.
//
// # Lanes
//
// Replies and bulk (announcements and whatever else is said to many) share one
// sender per channel. Replies go at once, always; they are only counted, behind
// the back of whoever sends them. Bulk asks before each message and goes evenly,
// at a rate that leaves room for replies, and not at all while there are many:
//
//	mboka:replies:<channel>    hash    part of 25 ms -> replies; ends 2 s after the last
//	mboka:line:<channel>       zset    sender of bulk -> when it came; those in front have messages under way
//	mboka:heard:<channel>      zset    sender of bulk -> when it asked last
//	mboka:stop:<channel>       string  "1"; expires when bulk may go again
//	mboka:slow:<channel>       hash    factor, at (ms); expires when the rate is whole again
//	rate:mboka:bulk:<channel>  string  redis_rate's: when the next message may go
//
// The rates are in Rates. What a chat may get is not among them: bot sees to
// that (see its doc).
//
// # Tier
//
// WhatsApp lets a sender write first to a number of people in 24 hours:
//
//	mboka:tier:<channel>  zset  keyed hash of a person -> µs when last written to
//	                            first; ends 24 hours after the last
//
// Nobody in it is older than 24 hours, and nothing but the caller's key leads
// from a hash to a person. If Redis loses it the count begins anew: the platform
// refuses what is too much then (63018), and the lane stops.
package limits
