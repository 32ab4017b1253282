// Package fault breaks the service while people register, and looks afterwards
// at what they have on their phones and what stands in the records. It holds
// tests only.
//
// Everything is real but the platforms: two processes of the binary behind a
// small load balancer, PostgreSQL, Redis, and a proxy in front of each that can
// cut, delay and swallow. Processes are killed as a power switch kills them. The
// platforms are telegramtest and twiliotest, which repeat their webhooks as the
// real ones do.
//
//	go test -v ./cmd/mboka/fault                     bounded, as in CI; -v shows the figures
//	go test ./cmd/mboka/fault -fault.members=600     a crowd
//	go test ./cmd/mboka/fault -fault.seed=7 -run Faults/redis -v
//	go test -v ./cmd/mboka/fault -run Ledger -fault.recipients=100000    an announcement to many
//
// How it judges: before anything breaks, one person of each kind goes through
// the whole form on each platform, and what the phone shows then is what every
// other phone of that kind must show, in that order, with nothing missing and
// nothing between. A message that stands there twice in a row is a repeat, and
// those are counted against the crashes.
package fault
