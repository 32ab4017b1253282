// Package figures answers officials' questions with numbers that can be quoted
// and that expose nobody: words become a Query, a Query is counted over the
// current Snapshot, and what was counted passes bot/protect.
//
// A Snapshot holds coded answers only, without any member; it stands still
// between two takings, so that two answers of one day cannot be subtracted.
//
// A figure is published only if nothing about fewer people than the threshold
// follows from it together with all that was published over the snapshot, to
// whomever: officials may read any id, organisations talk to each other, and
// public pages (Desk.Public) are read by all. So there is one ledger a snapshot,
// in memory, which the records bring up to date inside each transaction. That a
// question is refused because of what others asked tells that something near it
// was asked, and no more: the words are those of too few people. What is looked
// at stands beside ledger.check; counts are taken as if they were not rounded. A
// bound that follows from many rounded answers together is not looked at: that
// there is somebody among fewer than the threshold may be seen by it now and then,
// how many there are never (tests read all forms in which figures leave). A
// difference between who answered some questions and who answered one more is no
// count of what anybody answered, and passes.
//
// Counts are read from cubes: the combinations of values that came up, with the
// number of their members. Only the first question by a set of variables walks
// over all members; by more than mostFine combinations each one does, with only
// those values apart that it asks about. So does the comparison with what was told:
// values that no count tells apart are one. A walk over a million members takes some
// 5 ms of a processor. BenchmarkAnswers shows what a whole answer takes, and
// BenchmarkAtOnce how long those who ask at once wait for one another: the
// comparison with what was told is made one after the other.
//
// A snapshot takes some 60 bytes a member, two for each variable, and cubes up to
// 40 MB more; BenchmarkLoad measures it. Desk.Prepare reads it, and what was told
// over it, before somebody asks.
//
// It may import bot, bot/protect, store, locales and locales/reference.
package figures
