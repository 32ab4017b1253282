//go:build race

package bot_test

// simulated is how many members a run has by default: the race detector makes
// each of them ten times as dear.
const simulated = 120
