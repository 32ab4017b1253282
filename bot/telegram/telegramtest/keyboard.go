package telegramtest

import (
	"encoding/json"
	"slices"
)

// Community figures; the real limit is only known as "reply markup is too long".
const (
	maxButtons    = 100
	maxRowButtons = 8
	maxPayload    = 64 // bytes (core.telegram.org/bots/api#inlinekeyboardbutton)
)

// Button is one button under a message.
type Button struct {
	Label   string `json:"text"`
	Payload string `json:"callback_data,omitempty"`
	URL     string `json:"url,omitempty"`
}

func decode(raw string, into any) error { return json.Unmarshal([]byte(raw), into) }

// readKeyboard reads a reply_markup; only inline keyboards are known.
func readKeyboard(raw string) ([][]Button, *refusal) {
	if raw == "" {
		return nil, nil
	}
	var markup struct {
		Keyboard [][]struct {
			Button
			CopyText *struct {
				Text string `json:"text"`
			} `json:"copy_text"`
		} `json:"inline_keyboard"`
	}
	if decode(raw, &markup) != nil || markup.Keyboard == nil {
		return nil, badRequest("can't parse reply keyboard markup JSON object")
	}
	var rows [][]Button
	total := 0
	for _, row := range markup.Keyboard {
		var buttons []Button
		for _, b := range row {
			switch {
			case b.Label == "":
				return nil, badRequest("can't parse inline keyboard button: field \"text\" must be non-empty")
			case b.URL != "": // looked at first, like the data: what else stands beside does not matter
			case len(b.Payload) > maxPayload:
				return nil, badRequest("BUTTON_DATA_INVALID")
			case b.Payload != "":
			case b.CopyText != nil:
				return nil, badRequest("BUTTON_COPY_TEXT_INVALID")
			default:
				return nil, badRequest("can't parse inline keyboard button: Text buttons are not allowed in the inline keyboard")
			}
			buttons = append(buttons, b.Button)
		}
		if len(buttons) > maxRowButtons {
			return nil, badRequest("reply markup is too long")
		}
		if total += len(buttons); total > maxButtons {
			return nil, badRequest("reply markup is too long")
		}
		if len(buttons) > 0 {
			rows = append(rows, buttons)
		}
	}
	return rows, nil
}

func sameRows(a, b [][]Button) bool {
	return slices.EqualFunc(a, b, func(x, y []Button) bool { return slices.Equal(x, y) })
}
