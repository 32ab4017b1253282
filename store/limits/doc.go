// Package limits keeps in Redis what all replicas must hold back together.
//
// It may import go-redis, nothing else of the project.
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
package limits
