package telegram

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mboka/bot"
)

func choices(labels ...string) []bot.Choice {
	var out []bot.Choice
	for i, l := range labels {
		out = append(out, bot.Choice{Payload: "r.s." + string(rune('a'+i)), Label: l})
	}
	return out
}

func TestKeyboardLayout(t *testing.T) {
	t.Parallel()
	long := "Technicien de surface" // 21 characters
	ticked := choices("Santé", "Droit")
	ticked[1].Ticked = true
	nearly := choices("Quatorze lettr", "Droit") // 14, and 16 with its tick
	nearly[0].Ticked = true
	over := choices("Quinze lettres.", "Droit") // 15, and 17 with its tick
	over[0].Ticked = true
	for name, tc := range map[string]struct {
		m    bot.Message
		want [][]string
	}{
		"nothing":                 {bot.Message{}, nil},
		"plain keeps choices out": {bot.Message{Choices: choices("Oui")}, nil},
		"plain with actions":      {bot.Message{Choices: choices("Oui"), Actions: choices("Passer", "Retour")}, [][]string{{"Passer", "Retour"}}},
		"one":                     {bot.Message{Layout: bot.Buttons, Choices: choices("Oui")}, [][]string{{"Oui"}}},
		"two":                     {bot.Message{Layout: bot.Buttons, Choices: choices("Oui", "Non")}, [][]string{{"Oui", "Non"}}},
		"odd":                     {bot.Message{Layout: bot.Buttons, Choices: choices("A", "B", "C")}, [][]string{{"A", "B"}, {"C"}}},
		"sixteen characters":      {bot.Message{Layout: bot.List, Choices: choices("éééééééééééééééé", "B")}, [][]string{{"éééééééééééééééé", "B"}}},
		"one long label":          {bot.Message{Layout: bot.List, Choices: choices("A", long, "C")}, [][]string{{"A"}, {long}, {"C"}}},
		"ticks":                   {bot.Message{Layout: bot.Buttons, Choices: ticked}, [][]string{{"Santé", "✅ Droit"}}},
		"a tick that still fits":  {bot.Message{Layout: bot.Buttons, Choices: nearly}, [][]string{{"✅ Quatorze lettr", "Droit"}}},
		"a tick makes it long":    {bot.Message{Layout: bot.Buttons, Choices: over}, [][]string{{"✅ Quinze lettres."}, {"Droit"}}},
		"actions come last": {
			bot.Message{Layout: bot.Buttons, Choices: choices("A", "B", "C"), Actions: choices("Terminé", "Passer", "Retour")},
			[][]string{{"A", "B"}, {"C"}, {"Terminé", "Passer", "Retour"}},
		},
		"a long action leaves pairs": {
			bot.Message{Layout: bot.Buttons, Choices: choices("A", "B"), Actions: choices(long)},
			[][]string{{"A", "B"}, {long}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kb, err := keyboard(tc.m)
			if err != nil {
				t.Fatal(err)
			}
			var got [][]string
			if kb != nil {
				for _, row := range kb.InlineKeyboard {
					var labels []string
					for _, b := range row {
						labels = append(labels, b.Text)
					}
					got = append(got, labels)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestKeyboardRefuses(t *testing.T) {
	t.Parallel()
	many := make([]bot.Choice, 101)
	for i := range many {
		many[i] = bot.Choice{Payload: "p", Label: "x"}
	}
	for name, tc := range map[string]struct {
		m    bot.Message
		want string
	}{
		"no payload":       {bot.Message{Layout: bot.List, Choices: []bot.Choice{{Label: "Jean"}}}, "choice 1 has a payload of 0 bytes"},
		"65 bytes":         {bot.Message{Layout: bot.List, Choices: []bot.Choice{{Payload: "p", Label: "Jean"}, {Payload: strings.Repeat("é", 32) + "x", Label: "Jean"}}}, "choice 2 has a payload of 65 bytes"},
		"no label":         {bot.Message{Actions: []bot.Choice{{Payload: "p"}}}, "action 1 has no label"},
		"101 buttons":      {bot.Message{Layout: bot.List, Choices: many}, "101 buttons"},
		"100 and 1 action": {bot.Message{Layout: bot.List, Choices: many[:100], Actions: many[:1]}, "101 buttons"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := keyboard(tc.m)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("error %v, want %q", err, tc.want)
			}
			if strings.Contains(err.Error(), "Jean") {
				t.Errorf("the error tells a label: %v", err)
			}
		})
	}
}

func TestKeyboardAtTheLimits(t *testing.T) {
	t.Parallel()
	m := bot.Message{Layout: bot.List, Choices: []bot.Choice{{Payload: strings.Repeat("é", 32), Label: "x"}}}
	if _, err := keyboard(m); err != nil {
		t.Errorf("64 bytes refused: %v", err)
	}
}
