package telegram

import "sync/atomic"

// Counts are totals since start, for metrics and doctor.
type Counts struct {
	BadSecret     uint64 // webhook calls without the right secret
	TooLarge      uint64 // updates dropped for their size
	Undecodable   uint64 // updates dropped because they cannot be read
	Ignored       uint64 // readable updates that are not for us: groups, bots, other kinds
	AcceptFailed  uint64 // updates that the mailbox did not take and Telegram repeats
	AnswerFailed  uint64 // answerCallbackQuery calls that failed
	AnswerDropped uint64 // taps not answered because too many answers were under way
}

type counts struct {
	badSecret, tooLarge, undecodable, ignored, acceptFailed, answerFailed, answerDropped atomic.Uint64
}

// Counts reads the totals.
func (c *Channel) Counts() Counts {
	return Counts{
		BadSecret:     c.counts.badSecret.Load(),
		TooLarge:      c.counts.tooLarge.Load(),
		Undecodable:   c.counts.undecodable.Load(),
		Ignored:       c.counts.ignored.Load(),
		AcceptFailed:  c.counts.acceptFailed.Load(),
		AnswerFailed:  c.counts.answerFailed.Load(),
		AnswerDropped: c.counts.answerDropped.Load(),
	}
}
