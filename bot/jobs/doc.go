// Package jobs is what the service does by itself as time passes: it forgets
// what it has kept long enough, warns people before it does, and says so.
//
// Each job runs once in each of its periods, on one replica, as a durable job
// of the queue. What it does it counts in the transactions that do it, so a
// run that is killed goes on, and one that comes twice does nothing. Each run
// leaves one line in the log, an act for each count in the audit log, and a row
// that `mboka doctor` shows.
//
// It may import bot, bot/protect, store, locales and River's workers.
package jobs
