package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"mboka/bot"
	"mboka/flows"
)

// TestFilesAreMessagesOfTheirOwn lets each send of an export fail in its way:
// all arrive, in order, each once.
func TestFilesAreMessagesOfTheirOwn(t *testing.T) {
	t.Parallel()
	tries := 0
	r := newRig(t, 50*time.Millisecond, func(c *bot.Config) {
		whole := c.Facts[bot.FactCopy]
		c.Facts[bot.FactCopy] = func(ctx context.Context, q bot.Looking) (flows.Fact, error) {
			if tries++; tries == 1 {
				return flows.Fact{}, errors.New("a fault of ours")
			}
			return whole(ctx, q)
		}
	})
	r.counted()
	fail := func(o bot.Outcome) error {
		return &bot.SendError{Outcome: o, RetryAfter: 10 * time.Millisecond, Code: "test", Err: errors.New("test")}
	}
	r.fail(fail(bot.Retry), fail(bot.Unknown))
	table := r.write("/export")
	doc, text := r.reply(), r.reply()
	if table.File == nil || table.File.Name != "mboka.csv" || !strings.Contains(string(table.File.Data), "35-44 ans") {
		t.Errorf("first %+v", table.Keys)
	}
	if doc.File == nil || doc.File.Name != "mboka.json" || doc.Text == "" || len(doc.Choices) > 0 {
		t.Errorf("then %+v", doc.Keys)
	}
	if text.File != nil || text.Keys[0] != "export_done" || text.Keys[1] != "counted" || len(text.Choices) == 0 {
		t.Errorf("then %+v", text.Keys)
	}
	if table.ID == doc.ID || doc.ID == text.ID || tries != 2 {
		t.Errorf("ids %s %s %s, %d tries", table.ID, doc.ID, text.ID, tries)
	}
	r.fail(fail(bot.Rejected))
	doc = r.write("/export") // the table is refused for good: the rest comes
	if text = r.reply(); doc.File == nil || doc.File.Name != "mboka.json" || text.File != nil {
		t.Errorf("after a refusal: %v %v", doc.Keys, text.Keys)
	}
}
