package telegram

import (
	"fmt"
	"unicode/utf8"

	"github.com/go-telegram/bot/models"

	"mboka/bot"
)

// pairLabel is the longest label, in characters, that stands beside another
// one: on a 320-pixel phone half a row cuts after about so many.
const pairLabel = 16

const tick = "✅ "

// keyboard lays the choices and actions of a message out as an inline keyboard:
// two choices a row while all labels are short, else one; the actions in a last
// row. Nil when there is nothing to show. An error names a button that Telegram
// would refuse, by its place and never by its label.
func keyboard(m bot.Message) (*models.InlineKeyboardMarkup, error) {
	choices := m.Choices
	if m.Layout == bot.Plain {
		choices = nil // they are in the text
	}
	if err := checkButtons(choices, m.Actions); err != nil {
		return nil, err
	}
	perRow := 2
	for _, c := range choices {
		if utf8.RuneCountInString(label(c)) > pairLabel {
			perRow = 1
		}
	}
	var rows [][]models.InlineKeyboardButton
	for start := 0; start < len(choices); start += perRow {
		rows = append(rows, row(choices[start:min(start+perRow, len(choices))]))
	}
	if len(m.Actions) > 0 {
		rows = append(rows, row(m.Actions))
	}
	if rows == nil {
		return nil, nil
	}
	return &models.InlineKeyboardMarkup{InlineKeyboard: rows}, nil
}

func row(choices []bot.Choice) []models.InlineKeyboardButton {
	buttons := make([]models.InlineKeyboardButton, len(choices))
	for i, c := range choices {
		buttons[i] = models.InlineKeyboardButton{Text: label(c), CallbackData: c.Payload}
	}
	return buttons
}

func label(c bot.Choice) string {
	if c.Ticked {
		return tick + c.Label
	}
	return c.Label
}

// checkButtons refuses here what Telegram answers misleadingly: an empty
// payload is called a text button there.
func checkButtons(choices, actions []bot.Choice) error {
	limits := bot.TelegramCapabilities
	if n := len(choices) + len(actions); n > limits.Buttons {
		return fmt.Errorf("%d buttons, at most %d", n, limits.Buttons)
	}
	for part, list := range map[string][]bot.Choice{"choice": choices, "action": actions} {
		for i, c := range list {
			if c.Label == "" {
				return fmt.Errorf("%s %d has no label", part, i+1)
			}
			if n := len(c.Payload); n == 0 || n > limits.Payload {
				return fmt.Errorf("%s %d has a payload of %d bytes, 1 to %d are allowed", part, i+1, n, limits.Payload)
			}
		}
	}
	return nil
}
