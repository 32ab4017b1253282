package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mboka/bot"
)

// TestChoreGoesOn lets a chore fail in every way: it is tried again soon, then
// less often, when a platform says so, after a panic, and on another turn when
// the guard was lost.
func TestChoreGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		var logs strings.Builder
		var at []time.Duration
		began, turns, released := time.Now(), 0, 0
		var lose context.CancelFunc
		throttled := &bot.SendError{Outcome: bot.Throttled, RetryAfter: 30 * time.Minute, Err: errors.New("slow down")}
		steps := []func() error{
			func() error { return errors.New("no answer") },
			func() error { panic("a mistake") },
			func() error { return fmt.Errorf("list: %w", throttled) },
			func() error { return nil },
			func() error { lose(); return context.Canceled },
			func() error { return nil },
			func() error { stop(); return context.Canceled },
		}
		chore{
			name: "sweeping", every: time.Hour, log: slog.New(slog.NewTextHandler(&logs, nil)),
			guard: func(ctx context.Context) (context.Context, func(), error) {
				if turns++; turns == 1 {
					return nil, nil, errors.New("redis is down")
				}
				var held context.Context
				held, lose = context.WithCancel(ctx)
				return held, func() { released++; lose() }, nil
			},
			do: func(context.Context) error {
				step := steps[0]
				steps = steps[1:]
				at = append(at, time.Since(began))
				return step()
			},
		}.tend(ctx)
		if len(steps) != 0 || turns != 3 || released != 2 {
			t.Errorf("%d steps left, %d turns, %d given back", len(steps), turns, released)
		}
		gap := func(i int) time.Duration { return at[i] - at[i-1] }
		switch {
		case at[0] < firstTry/2 || at[0] > 2*firstTry:
			t.Errorf("first tried again after %s", at[0])
		case gap(1) > 4*firstTry || gap(2) > 4*firstTry:
			t.Errorf("then after %s and %s", gap(1), gap(2))
		case gap(3) != 30*time.Minute:
			t.Errorf("asked to wait 30m, waited %s", gap(3))
		case gap(4) != time.Hour || gap(5) != 0 || gap(6) != time.Hour:
			t.Errorf("when all is well: %v", at)
		}
		if n := strings.Count(logs.String(), "sweeping not finished, it will be tried again"); n != 4 {
			t.Errorf("%d complaints:\n%s", n, logs.String())
		}
	})
}

// TestChoreLooksBefore: what is looked at before the wait for the guard is
// looked at again when the wait was long, and must succeed.
func TestChoreLooksBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		waits := []time.Duration{time.Minute, 5 * time.Minute}
		var did []string
		looks, passes := 0, 0
		chore{
			name: "sweeping", every: 3 * time.Minute, log: slog.New(slog.DiscardHandler),
			guard: func(ctx context.Context) (context.Context, func(), error) {
				rest(ctx, waits[0])
				waits = waits[1:]
				did = append(did, "turn")
				held, lose := context.WithTimeout(ctx, time.Second) // each turn is lost soon
				return held, lose, nil
			},
			before: func(context.Context) error {
				did = append(did, "look")
				if looks++; looks == 1 {
					return errors.New("postgres is down")
				}
				return nil
			},
			do: func(context.Context) error {
				did = append(did, "pass")
				if passes++; passes == 2 {
					stop()
				}
				return nil
			},
		}.tend(ctx)
		want := []string{"look", "look", "turn", "pass", "look", "turn", "look", "pass"}
		if !slices.Equal(did, want) {
			t.Errorf("%v, not %v", did, want)
		}
	})
}
