// Package announce tells missions to members: whom an announcement is for, what
// each of them reads, and the ledger of who got it.
//
// It may import bot, bot/protect, store, locales, River's worker types, and the
// libraries that write its files. What it offers (effects, facts, jobs) cmd/mboka joins.
package announce
