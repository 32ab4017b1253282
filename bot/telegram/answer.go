package telegram

import (
	"context"
	"sync"
	"time"

	sdk "github.com/go-telegram/bot"
)

const (
	// maxAnswers is how many taps are being answered at once. One takes about
	// 100 ms, so this is some 600 taps a second.
	maxAnswers    = 64
	answerTimeout = 10 * time.Second
)

// answers are the answerCallbackQuery calls under way. They stop the spinner on
// the tapped button and matter to nothing else, so they are made once, beside
// the turn, and their failures only counted.
type answers struct {
	ctx    context.Context // ended by close; the calls outlive the request they answer
	cancel context.CancelFunc
	slots  chan struct{}

	mu     sync.Mutex // orders wg.Go before wg.Wait
	closed bool
	wg     sync.WaitGroup
}

func (a *answers) init() {
	a.ctx, a.cancel = context.WithCancel(context.Background())
	a.slots = make(chan struct{}, maxAnswers)
}

// start runs f unless too many run already or the channel is closed.
func (a *answers) start(f func(ctx context.Context)) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return false
	}
	select {
	case a.slots <- struct{}{}:
	default:
		return false
	}
	a.wg.Go(func() {
		defer func() { <-a.slots }()
		ctx, cancel := context.WithTimeout(a.ctx, answerTimeout)
		defer cancel()
		f(ctx)
	})
	return true
}

func (a *answers) close(ctx context.Context) error {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	done := make(chan struct{})
	go func() {
		a.wg.Wait()
		close(done)
	}()
	var err error
	select {
	case <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	a.cancel()
	<-done
	return err
}

func (c *Channel) answerTap(query string) {
	started := c.answers.start(func(ctx context.Context) {
		if _, err := c.api.AnswerCallbackQuery(ctx, &sdk.AnswerCallbackQueryParams{CallbackQueryID: query}); err != nil {
			c.counts.answerFailed.Add(1)
		}
	})
	if !started {
		c.counts.answerDropped.Add(1)
	}
}
