package telegramtest

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	maxText   = 4096 // UTF-16 units after entity parsing (core.telegram.org/bots/api#sendmessage)
	maxAnswer = 200  // characters (…#answercallbackquery)
)

// sendMessage and the other methods run with the server's lock held.
func sendMessage(s *Server, p params) (any, string, *refusal) {
	ph, problem := s.reachable(p)
	if problem != nil {
		return nil, "", problem
	}
	text, problem := readText(p)
	if problem != nil {
		return nil, "", problem
	}
	rows, problem := readKeyboard(p["reply_markup"])
	if problem != nil {
		return nil, "", problem
	}
	m := ph.add(Message{FromBot: true, Text: text, Rows: rows})
	return m.api(ph.chat), "", nil
}

func editMessageText(s *Server, p params) (any, string, *refusal) {
	ph, problem := s.reachable(p)
	if problem != nil {
		return nil, "", problem
	}
	text, problem := readText(p)
	if problem != nil {
		return nil, "", problem
	}
	rows, problem := readKeyboard(p["reply_markup"])
	if problem != nil {
		return nil, "", problem
	}
	m := ph.find(p.number("message_id", 0))
	switch {
	case m == nil || m.Deleted:
		return nil, "", badRequest("message to edit not found")
	case !m.FromBot:
		return nil, "", badRequest("message can't be edited")
	case m.File != nil:
		return nil, "", badRequest("there is no text in the message to edit")
	case m.Text == text && sameRows(m.Rows, rows):
		return nil, "", badRequest("message is not modified: specified new message content and reply markup " +
			"are exactly the same as a current content and reply markup of the message")
	}
	m.Text, m.Rows = text, rows
	m.Edits++
	return m.api(ph.chat), "", nil
}

// reachable finds the chat a call is for and whether the bot may write there.
func (s *Server) reachable(p params) (*phone, *refusal) {
	if p["chat_id"] == "" {
		return nil, badRequest("chat_id is empty")
	}
	ph := s.phones[p.number("chat_id", 0)]
	switch {
	case ph == nil:
		return nil, badRequest("chat not found")
	case ph.blocked:
		return nil, refuse(403, "Forbidden: bot was blocked by the user")
	case ph.deactivated:
		return nil, refuse(403, "Forbidden: user is deactivated")
	}
	return ph, nil
}

// readText gives a message's text as the person will see it.
func readText(p params) (string, *refusal) {
	text, problem := parsed(p, p["text"])
	switch {
	case problem != nil:
		return "", problem
	case text == "":
		return "", badRequest("message text is empty")
	case len(utf16.Encode([]rune(text))) > maxText:
		return "", badRequest("message is too long")
	}
	return text, nil
}

// parsed is a text without its formatting.
func parsed(p params, text string) (string, *refusal) {
	switch p["parse_mode"] {
	case "":
	case "HTML":
		plain, problem := parseHTML(text)
		if problem != "" {
			return "", badRequest("can't parse entities: " + problem)
		}
		text = plain
	default:
		return "", badRequest("unsupported parse_mode")
	}
	return strings.TrimSpace(text), nil
}

func answerCallbackQuery(s *Server, p params) (any, string, *refusal) {
	id := p["callback_query_id"]
	if !s.queries[id] {
		return nil, "", badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	if utf8.RuneCountInString(p["text"]) > maxAnswer {
		return nil, "", badRequest("MESSAGE_TOO_LONG")
	}
	delete(s.queries, id)
	return true, "", nil
}

var (
	commandForm  = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	languageForm = regexp.MustCompile(`^([a-z]{2})?$`)
)

func setMyCommands(s *Server, p params) (any, string, *refusal) {
	var list []Command
	if problem := decode(p["commands"], &list); problem != nil {
		return nil, "", badRequest("can't parse commands JSON object")
	}
	var scope struct {
		Type string `json:"type"`
	}
	if p["scope"] != "" && decode(p["scope"], &scope) != nil {
		return nil, "", badRequest("can't parse BotCommandScope JSON object")
	}
	switch scope.Type {
	case "", "default", "all_private_chats", "all_group_chats", "all_chat_administrators":
	default:
		return nil, "", badRequest("unsupported BotCommandScope type specified")
	}
	if !languageForm.MatchString(p["language_code"]) {
		return nil, "", badRequest("invalid language code specified")
	}
	if len(list) > 100 {
		return nil, "", badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	for _, c := range list {
		if !commandForm.MatchString(c.Command) {
			return nil, "", badRequest("BOT_COMMAND_INVALID")
		}
		if n := utf8.RuneCountInString(c.Description); n < 1 || n > 256 {
			return nil, "", badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	s.commands[p["language_code"]] = list
	return true, "", nil
}

// api is the message as the Bot API tells it.
func (m *Message) api(chat int64) map[string]any {
	out := map[string]any{
		"message_id": m.ID, "date": time.Now().Unix(),
		"chat": map[string]any{"id": chat, "type": "private", "first_name": "Test"},
		"from": map[string]any{"id": botID, "is_bot": true, "first_name": "Mboka", "username": Username},
	}
	text := "caption"
	switch {
	case m.File != nil:
		out["document"] = m.File.api(m.ID)
	case m.Photo != nil:
		out["photo"] = []map[string]any{{"file_id": "photo-" + id(m.ID), "file_unique_id": "p" + id(m.ID), "width": 90, "height": 90, "file_size": len(m.Photo)}}
	default:
		text = "text"
	}
	if m.Text != "" || text == "text" {
		out[text] = m.Text
	}
	if !m.FromBot {
		out["from"] = map[string]any{"id": chat, "is_bot": false, "first_name": "Test"}
	}
	if len(m.Rows) > 0 {
		out["reply_markup"] = map[string]any{"inline_keyboard": m.Rows}
	}
	return out
}

func id(n int64) string { return strconv.FormatInt(n, 10) }
