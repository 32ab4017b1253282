// Package figures answers officials' questions with numbers that can be quoted
// and that expose nobody: words become a Query, a Query is counted over the
// current Snapshot, and what was counted passes bot/protect.
//
// A Snapshot holds coded answers only, without any member; it stands still
// between two takings, so that two answers of one day cannot be subtracted.
//
// It may import bot, bot/protect, store, locales and locales/reference.
package figures
