//go:build !race

package bot_test

// simulated is how many members a run has by default.
const simulated = 1200
