package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"mboka/bot"
	"mboka/store"
)

// TestFaultsTellNothing lets an effect fail over a person's words: they may be
// in the value of a panic and in the detail of an error of Postgres, which
// quotes rows, but never in the log.
func TestFaultsTellNothing(t *testing.T) {
	t.Parallel()
	const number = "+32470999888"
	for say, fault := range map[string]func(d bot.Doing) error{
		"a panic with a text":  func(bot.Doing) error { panic("cannot read Zorglub of " + number) },
		"a panic with a value": func(d bot.Doing) error { panic(d) },
		"a panic with an error": func(bot.Doing) error {
			panic(fmt.Errorf("cannot read Zorglub of %s", number))
		},
		"a panic of the runtime": func(bot.Doing) error {
			var none []error
			return none[len(number)]
		},
		"an error of Postgres": func(bot.Doing) error {
			return fmt.Errorf("put answers: %w", &pgconn.PgError{
				Severity: "ERROR", Code: "23514", Message: `new row for relation "profile" violates check constraint "c"`,
				Detail: "Failing row contains (Zorglub, " + number + ").", Hint: "Zorglub", Where: "COPY profile, line 1: Zorglub",
				InternalQuery: "SELECT 'Zorglub'",
			})
		},
	} {
		t.Run(say, func(t *testing.T) {
			t.Parallel()
			log := new(errorLog)
			r := newRig(t, 20*time.Millisecond, func(c *bot.Config) {
				c.Logger = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
				c.Effects[c.Begins] = func(_ context.Context, _ *store.Tx, d bot.Doing) (map[string]string, error) { return nil, fault(d) }
			})
			r.tap(r.tap(r.write("mbote Zorglub"), "fr"), "yes")
			if sorry := r.write("37"); lastKey(sorry) != "sorry" {
				t.Fatalf("said %v", sorry.Keys)
			}
			content := log.String()
			if !strings.Contains(content, "turn not finished") || !strings.Contains(content, "set aside") {
				t.Errorf("the fault is not in the log:\n%s", content)
			}
			for _, mark := range []string{"Zorglub", number} {
				if strings.Contains(content, mark) {
					t.Errorf("the log tells %q:\n%s", mark, content)
				}
			}
		})
	}
}
