// Package bot is one turn of a conversation: it takes a message in, thinks,
// saves and answers, whatever the platform.
//
// It may import flows, store and locales, and none of its own children: the
// channels, the effects and the facts are handed to it by cmd/mboka.
//
// # What a turn costs
//
// Two calls of Redis before the reply is on its way: one accepts the message and
// takes the lease with the session, one saves. Postgres is waited for only where
// the turn changes or shows a record. Such a turn costs a call more, and two where
// answers of the chat still wait in Redis: they are read, brought to Postgres and
// dropped before the effect, and not after it, since an effect may give the chat
// to another member. In a registration these are the answer about age and the
// fourth one. TestRoundTrips holds all of it.
//
// # Pace
//
// Replies go at once. They are counted (Config.Lanes), so that bulk gives way,
// and only a sender that its platform refuses as a whole waits (Config.Holds).
//
// A single chat needs no limiter of its own. Telegram asks for about one message
// a second to a chat and lets short bursts pass; WhatsApp for one in 6 seconds,
// and lends about 45 in advance. A chat has one holder over all replicas, its
// replies go one after the other, each when the platform has taken the one
// before, and nearly each answers one thing that the person did: nobody reads
// and taps faster than that for long. Who does, or a program, is asked for a
// pause by Capabilities.Burst, 28 quick replies on WhatsApp, before what is lent
// is used up. A refusal for one chat nevertheless (429, 14107) is waited for in
// that chat alone, in order. A limiter in each process could only delay replies
// that pass: it would not know what another replica has sent before it.
package bot
