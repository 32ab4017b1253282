package figures

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"mboka/bot"
	"mboka/locales"
)

// TestDigestFits: over long titles of many meetings nothing is cut in the middle:
// lines are left out whole and counted, those that lie back furthest first, and
// the figures and how to end the digest stay.
func TestDigestFits(t *testing.T) {
	t.Parallel()
	var coming, past []string
	for i := range 4 {
		coming = append(coming, fmt.Sprintf("- to come %d, %s", i, strings.Repeat("é", 187)))
		past = append(past, fmt.Sprintf("- past %d, %s", i, strings.Repeat("🏠", 95)))
	}
	figures := []string{"Résumé", strings.Repeat("x", 700)}
	for _, lang := range locales.Langs {
		for room, want := range map[int]struct{ ahead, back int }{
			bot.TelegramCapabilities.Text: {4, 4}, 1450: {3, 0}, 1200: {1, 0}, 100: {0, 0},
		} {
			text := fitted(lang, room, figures, coming, past)
			if n := len(utf16.Encode([]rune(text))); n > room && want.ahead+want.back > 0 {
				t.Errorf("%d units in %d", n, room)
			}
			if ahead, back := strings.Count(text, "- to come"), strings.Count(text, "- past"); ahead != want.ahead || back != want.back {
				t.Errorf("in %d units %d to come and %d past, not %v", room, ahead, back, want)
			}
			for _, part := range []string{figures[1], locales.Text(lang, locales.DigStop, nil)} {
				if !strings.Contains(text, part) {
					t.Errorf("in %d units no %q in\n%s", room, part, text)
				}
			}
			if left := 4 - want.back; left > 0 && !strings.Contains(text, locales.Text(lang, locales.DigMore, locales.Args{"Count": left})) {
				t.Errorf("it does not say how many are left out:\n%s", text)
			}
		}
		if text := fitted(lang, bot.WhatsAppCapabilities.Text, figures, nil, nil); !strings.Contains(text, locales.Text(lang, locales.DigComingNone, nil)) ||
			strings.Contains(text, locales.Text(lang, locales.DigPastHead, nil)) {
			t.Errorf("without meetings:\n%s", text)
		}
	}
}
