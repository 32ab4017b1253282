package telegram

import (
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"time"

	"mboka/bot"
)

// allowedUpdates are the kinds the service asks for. They are always sent
// explicitly: left out, Telegram keeps whatever was set before.
var allowedUpdates = []string{"message", "edited_message", "callback_query", "my_chat_member"}

// update is the part of Telegram's Update that is used. Everything else in it,
// known today or not, is passed over unread.
type update struct {
	ID     int64    `json:"update_id"`
	Said   *message `json:"message"`
	Edited *message `json:"edited_message"`
	Tapped *tapped  `json:"callback_query"`
	Member *member  `json:"my_chat_member"`
}

type message struct {
	ID       int64  `json:"message_id"`
	From     *user  `json:"from"`
	Chat     *chat  `json:"chat"`
	Date     int64  `json:"date"`
	EditDate int64  `json:"edit_date"`
	Text     string `json:"text"`
	Caption  string `json:"caption"`
	Replied  *struct {
		ID int64 `json:"message_id"`
	} `json:"reply_to_message"`

	Voice     present `json:"voice"`
	Audio     present `json:"audio"`
	Photo     present `json:"photo"`
	Video     present `json:"video"`
	VideoNote present `json:"video_note"`
	Animation present `json:"animation"`
	Sticker   present `json:"sticker"`
	Dice      present `json:"dice"`
	Game      present `json:"game"`
	Location  present `json:"location"`
	Venue     present `json:"venue"`
	Contact   present `json:"contact"`
	Document  present `json:"document"`

	// What the app says by itself, not the person.
	Pinned     present `json:"pinned_message"`
	AutoDelete present `json:"message_auto_delete_timer_changed"`
	Background present `json:"chat_background_set"`
	Allowed    present `json:"write_access_allowed"`
}

type user struct {
	ID       int64  `json:"id"`
	IsBot    bool   `json:"is_bot"`
	Language string `json:"language_code"`
}

type chat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"`
}

// tapped is a callback_query. Its message is whole, or inaccessible (chat and
// message_id only), or missing.
type tapped struct {
	ID      string   `json:"id"`
	From    *user    `json:"from"`
	Message *message `json:"message"`
	Data    string   `json:"data"`
}

type member struct {
	Chat *chat `json:"chat"`
	From *user `json:"from"`
	Date int64 `json:"date"`
	New  struct {
		Status string `json:"status"`
	} `json:"new_chat_member"`
}

// present is true for any value but null, whatever its form.
type present bool

// UnmarshalJSON implements json.Unmarshaler and never fails.
func (p *present) UnmarshalJSON(data []byte) error {
	*p = string(data) != "null"
	return nil
}

// event is one decoded update.
type event struct {
	update int64       // its update_id
	wanted bool        // false: acknowledge and do nothing
	in     bot.Inbound // set when wanted
	query  string      // callback query to answer once in is taken
}

var errNotUpdate = errors.New("not a Telegram update")

// decode reads one update. A field of an unexpected type is passed over as long
// as the rest still says who did what. The event's update id is set, where there
// is one, beside an error too.
func decode(body []byte) (event, error) {
	var u update
	err := json.Unmarshal(body, &u)
	var odd *json.UnmarshalTypeError
	if err != nil && !errors.As(err, &odd) {
		return event{update: roughID(body)}, errNotUpdate // the cause may quote the text
	}
	if u.ID <= 0 {
		return event{update: roughID(body)}, errNotUpdate
	}
	ev := u.event()
	ev.update = u.ID
	if !ev.wanted && odd != nil {
		return ev, errNotUpdate
	}
	ev.in.Channel = Name
	ev.in.ID = "u" + strconv.FormatInt(u.ID, 10)
	return ev, nil
}

var updateID = regexp.MustCompile(`"update_id"\s*:\s*([0-9]{1,18})`)

// roughID finds the id at the beginning of something that cannot be decoded.
func roughID(body []byte) int64 {
	m := updateID.FindSubmatch(body[:min(len(body), 256)])
	if m == nil {
		return 0
	}
	id, _ := strconv.ParseInt(string(m[1]), 10, 64) // at most 18 digits
	return id
}

func (u *update) event() event {
	switch {
	case u.Said != nil:
		return u.Said.said()
	case u.Edited != nil:
		return u.Edited.edited()
	case u.Tapped != nil:
		return u.Tapped.event()
	case u.Member != nil:
		return u.Member.event()
	}
	return event{}
}

func (m *message) said() event {
	kind, ours := m.kind()
	if !ours || !m.Chat.private() || m.From.bot() {
		return event{}
	}
	text := m.Text
	if kind != bot.Text {
		text = m.Caption
	}
	in := bot.Inbound{Address: m.Chat.address(), Kind: kind, At: at(m.Date), Text: withoutBotName(text), Language: m.From.language()}
	if kind == bot.Text && m.Replied != nil && m.Replied.ID > 0 {
		in.Source = strconv.FormatInt(m.Replied.ID, 10)
	}
	return event{wanted: true, in: in}
}

func (m *message) edited() event {
	if !m.Chat.private() || m.From.bot() {
		return event{}
	}
	text, when := m.Text, m.EditDate
	if text == "" {
		text = m.Caption
	}
	if when == 0 {
		when = m.Date
	}
	return event{wanted: true, in: bot.Inbound{
		Address: m.Chat.address(), Kind: bot.Edited, At: at(when),
		Text: withoutBotName(text), Language: m.From.language(),
	}}
}

// kind sorts a message; ours is false for what nobody said to us.
func (m *message) kind() (kind bot.Kind, ours bool) {
	switch {
	case m.Text != "":
		return bot.Text, true
	case bool(m.Voice || m.Audio):
		return bot.Voice, true
	case bool(m.Photo || m.Video || m.VideoNote || m.Animation): // an animation comes as a document as well
		return bot.Picture, true
	case bool(m.Sticker || m.Dice || m.Game):
		return bot.Sticker, true
	case bool(m.Location || m.Venue):
		return bot.Place, true
	case bool(m.Contact):
		return bot.Contact, true
	case bool(m.Document):
		return bot.Document, true
	case bool(m.Pinned || m.AutoDelete || m.Background || m.Allowed):
		return bot.Other, false
	}
	return bot.Other, true
}

func (t *tapped) event() event {
	if t.From.bot() {
		return event{}
	}
	ev := event{wanted: true, query: t.ID, in: bot.Inbound{
		Kind: bot.Tap, Payload: t.Data, Language: t.From.language(),
	}}
	switch {
	case t.Message != nil && t.Message.Chat != nil:
		if !t.Message.Chat.private() {
			return event{}
		}
		ev.in.Address = t.Message.Chat.address()
		if t.Message.ID > 0 {
			ev.in.Source = strconv.FormatInt(t.Message.ID, 10)
		}
	case t.From != nil && t.From.ID > 0: // a private chat has its person's id
		ev.in.Address = strconv.FormatInt(t.From.ID, 10)
	default:
		return event{}
	}
	return ev
}

func (m *member) event() event {
	kinds := map[string]bot.Kind{"kicked": bot.Blocked, "member": bot.Unblocked}
	kind, known := kinds[m.New.Status]
	if !known || !m.Chat.private() || m.From.bot() {
		return event{}
	}
	return event{wanted: true, in: bot.Inbound{
		Address: m.Chat.address(), Kind: kind, At: at(m.Date), Language: m.From.language(),
	}}
}

func (c *chat) private() bool { return c != nil && c.Type == "private" && c.ID > 0 }

func (c *chat) address() string { return strconv.FormatInt(c.ID, 10) }

func (u *user) bot() bool { return u != nil && u.IsBot }

func (u *user) language() string {
	if u == nil {
		return ""
	}
	return u.Language
}

// at is a Unix time in seconds; 0 and below stand for none.
func at(seconds int64) time.Time {
	if seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

var addressed = regexp.MustCompile(`^(/[A-Za-z0-9_]+)@[A-Za-z0-9_]+(\s|$)`)

// withoutBotName turns "/start@mboka_bot x" into "/start x".
func withoutBotName(text string) string { return addressed.ReplaceAllString(text, "$1$2") }
