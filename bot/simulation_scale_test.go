//go:build !race

package bot_test

// simulated is how many members a run has by default; .ci/check has more live.
const simulated = 300
