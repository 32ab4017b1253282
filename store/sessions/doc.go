// Package sessions keeps what is in motion in a chat, in Redis: the state of
// its conversation, the messages that wait to be understood, the replies that
// wait to be sent, the ids already seen, and the answers on their way to
// Postgres. All of it arrives sealed and leaves sealed: this package sees no
// plaintext, logs nothing, and its keys carry a keyed hash of the chat, never
// an address.
//
// It may import go-redis, redislock (for Guard) and store/seal (for the name of a chat), nothing
// else of the project.
//
// # How a message goes through
//
//	Accept   the message is durable, and the caller perhaps has the lease
//	Save     the turn is over: new session, replies, journal, message dropped
//	Settle   one reply was sent or not; the answer is the next thing to send
//	…        until an answer says Released
//
// Each is one script and one round trip. Whoever has the lease of a chat is
// the only one to work on it, on any replica. A lease is short (8 s), is
// judged by Redis's clock, and is kept with Renew while a turn takes long.
// Every holder gets a higher fence; a holder whose lease ended gets ErrLost
// from whatever it tries to write, even when nobody else has come yet.
//
// # Keys
//
// {pp} is the chat's partition, two hexadecimal digits. It is also the hash
// tag, so all keys of a script live on one node of a Redis Cluster. <chat> is
// 32 hexadecimal digits.
//
//	mboka:{pp}:s:<chat>  string  the sealed session; ends 35 days after the last save
//	mboka:{pp}:m:<chat>  list    mailbox, oldest first: id, accepted at, attempts, sealed
//	mboka:{pp}:l:<chat>  hash    lease: fence, holder, ends; op, released: the last save
//	                             or settlement; took: the token that took it; seq: the
//	                             last journal number. Outlives the lease by 7 days
//	mboka:{pp}:o:<chat>  list    outbox, oldest first: id, state, attempt, at, prompt,
//	                             fence of the sender, doubts, sealed
//	mboka:{pp}:d:<chat>  zset    platform ids seen, each alone and with its caller's
//	                             token -> ms; the last 7 days
//	mboka:{pp}:j:<chat>  list    journal of what Postgres has yet to learn: number, sealed
//	mboka:{pp}:t:<chat>  zset    messages with a wrong code to link -> ms; ends an hour after
//	                             the last; so does i: for codes of roles, g: for proofs
//	mboka:{pp}:w:<chat>  hash    what the platform said later of a reply in doubt or
//	                             failed; 48 hours
//	mboka:{pp}:x:<chat>  list    messages set aside: since, cause, message; 7 days
//	mboka:{pp}:c:<chat>  hash    the platform has to delete its copies of messages: since,
//	                             sealed; until that is done, at most 48 hours
//	mboka:{pp}:clearing  zset    chat -> ms from when on to see to that
//	mboka:{pp}:stranded  zset    chat -> ms since when it has a message set aside
//	mboka:{pp}:due       zset    chat -> ms from when on somebody should look at it
//	mboka:{pp}:dirty     zset    chat -> ms since when it has a journal
//	mboka:{pp}:p:<chat>  string  the pickup that waits for the chat, by its name
//
// Counters lie with the chats that they count, because a save changes both, but
// name none: a cell is a keyed hash that the caller makes.
//
//	mboka:{pp}:n:<name>  hash    cell -> count (see Tally); 60 days after the last change
//
// Files behind a link lie elsewhere, because who comes with the link knows no
// chat: {pp} is then the beginning of the pickup's name, the keyed hash of the
// secret in the link, 64 hexadecimal digits.
//
//	mboka:{pp}:f:<name>  hash    cover and parts, sealed; taken: something was; 15 minutes
//
// Two sorts of keys belong to no chat:
//
//	mboka:guard:<name>   string  who does something alone (see Guard)
//	mboka:mark:<name>    string  ms up to which something is done (see Watermark)
//
// # The outbox
//
// Replies leave in the order they were saved, one at a time; only the oldest
// is ever tried, so all behind it are pending.
//
//	pending -> sending            begun: the state is stored before the caller sends
//	sending -> sent | failed      over: it leaves the outbox
//	sending -> retry at           not taken; begun again by itself when the time has come
//	sending -> unknown at         perhaps taken; shown again at that time, to be decided
//	sending -> unknown            its sender lost the lease
//	unknown -> sent | failed | retry at | unknown at
//	sending -> parked             nothing may be sent before the person writes
//	parked  -> pending            the person wrote: a message of theirs was dealt with
//
// A reply that has to wait does not hold up the turns behind it: their
// messages are taken, their replies wait in the outbox.
//
// # What is done twice
//
// A call whose answer was lost on the way may be made again. Accept and Save
// know a repetition by the caller's token, Settle by reply, attempt and
// outcome: the repetition changes nothing and gets the answer again. Renew,
// Attempt, Release and DropJournal may be repeated by their nature. Only a
// lost answer of Claim costs something: the lease's length.
//
// # Redis
//
// The client must not retry by itself (MaxRetries: -1), nor dial five times
// before it says that nobody is there (DialerRetries: 1). Redis needs an append
// only file and maxmemory-policy noeviction (see Health): without the first a
// restart loses accepted messages, without the second memory pressure does.
// When memory is full Accept fails before it has written anything, while a
// turn that drops its message can still be saved.
package sessions
