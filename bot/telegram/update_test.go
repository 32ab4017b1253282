package telegram

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mboka/bot"
)

const (
	from    = `"from":{"id":42,"is_bot":false,"first_name":"Jean","language_code":"fr"}`
	private = `"chat":{"id":42,"type":"private","first_name":"Jean"}`
	head    = `"message_id":9,"date":1700000000,` + from + `,` + private
)

func said(fields string) string {
	return `{"update_id":5,"message":{` + head + `,` + fields + `}}`
}

// in is what an ordinary message of chat 42 becomes.
func in(kind bot.Kind, text string) bot.Inbound {
	return bot.Inbound{
		Channel: "telegram", Address: "42", ID: "u5", Kind: kind, Text: text,
		At: time.Unix(1700000000, 0).UTC(), Language: "fr",
	}
}

func TestDecodeMessages(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body string
		want bot.Inbound
	}{
		"text":             {said(`"text":"Bonjour"`), in(bot.Text, "Bonjour")},
		"emoji escapes":    {said(`"text":"\ud83c\udde8\ud83c\udde9 lok\u00f3ta"`), in(bot.Text, "🇨🇩 lokóta")},
		"broken surrogate": {said(`"text":"a\ud83cb"`), in(bot.Text, "a\ufffdb")},
		"command":          {said(`"text":"/start abc"`), in(bot.Text, "/start abc")},
		"command to a bot": {said(`"text":"/start@mboka_bot abc"`), in(bot.Text, "/start abc")},
		"bare command to":  {said(`"text":"/help@mboka_bot"`), in(bot.Text, "/help")},
		"a mail address":   {said(`"text":"jean@mboka.cd"`), in(bot.Text, "jean@mboka.cd")},
		"at later":         {said(`"text":"voir /help@mboka_bot"`), in(bot.Text, "voir /help@mboka_bot")},
		"with entities":    {said(`"text":"/menu","entities":[{"type":"of_tomorrow","offset":0,"length":5}]`), in(bot.Text, "/menu")},
		"voice":            {said(`"voice":{"file_id":"a","duration":3}`), in(bot.Voice, "")},
		"audio":            {said(`"audio":{"file_id":"a"},"caption":"chanson"`), in(bot.Voice, "chanson")},
		"photo":            {said(`"photo":[{"file_id":"a"}],"caption":"mon diplôme"`), in(bot.Picture, "mon diplôme")},
		"video":            {said(`"video":{"file_id":"a"}`), in(bot.Picture, "")},
		"video note":       {said(`"video_note":{"file_id":"a"}`), in(bot.Picture, "")},
		"animation":        {said(`"animation":{"file_id":"a"},"document":{"file_id":"a"}`), in(bot.Picture, "")},
		"sticker":          {said(`"sticker":{"file_id":"a","emoji":"👍"}`), in(bot.Sticker, "")},
		"dice":             {said(`"dice":{"emoji":"🎲","value":3}`), in(bot.Sticker, "")},
		"game":             {said(`"game":{"title":"x"}`), in(bot.Sticker, "")},
		"location":         {said(`"location":{"latitude":1,"longitude":2}`), in(bot.Place, "")},
		"venue":            {said(`"venue":{"title":"x"},"location":{"latitude":1}`), in(bot.Place, "")},
		"contact":          {said(`"contact":{"phone_number":"+32470"}`), in(bot.Contact, "")},
		"document":         {said(`"document":{"file_id":"a"},"caption":"cv"`), in(bot.Document, "cv")},
		"poll":             {said(`"poll":{"id":"1"}`), in(bot.Other, "")},
		"kind of tomorrow": {said(`"hologram":{"depth":3}`), in(bot.Other, "")},
		"nothing at all":   {said(`"x":1`), in(bot.Other, "")},
		"null media":       {said(`"text":"oui","photo":null,"voice":null`), in(bot.Text, "oui")},
		"reply and forward": {
			said(`"text":"oui","forward_origin":{"type":"new_origin"},"reply_to_message":{"message_id":3,"chat":5}`), replied(in(bot.Text, "oui"), "3"),
		},
		"reply of another form":    {said(`"text":"oui","reply_to_message":{"message_id":"x"}`), in(bot.Text, "oui")},
		"reply that is no message": {said(`"text":"oui","reply_to_message":[1]`), in(bot.Text, "oui")},
		"media of another form":    {said(`"sticker":["?"]`), in(bot.Sticker, "")},
		"date of another form":     {strings.Replace(said(`"text":"oui"`), "1700000000", `"today"`, 1), without(in(bot.Text, "oui"), "date")},
		"no date":                  {strings.Replace(said(`"text":"oui"`), `"date":1700000000,`, "", 1), without(in(bot.Text, "oui"), "date")},
		"negative date":            {strings.Replace(said(`"text":"oui"`), "1700000000", "-5", 1), without(in(bot.Text, "oui"), "date")},
		"no sender":                {strings.Replace(said(`"text":"oui"`), from+",", "", 1), without(in(bot.Text, "oui"), "language")},
		"no language":              {strings.Replace(said(`"text":"oui"`), `,"language_code":"fr"`, "", 1), without(in(bot.Text, "oui"), "language")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ev, err := decode([]byte(tc.body))
			if err != nil || !ev.wanted {
				t.Fatalf("wanted %v, error %v", ev.wanted, err)
			}
			if diff := cmp.Diff(tc.want, ev.in); diff != "" {
				t.Error(diff)
			}
			if ev.query != "" || ev.update != 5 {
				t.Errorf("query %q, update %d", ev.query, ev.update)
			}
		})
	}
}

func without(in bot.Inbound, what string) bot.Inbound {
	switch what {
	case "date":
		in.At = time.Time{}
	case "language":
		in.Language = ""
	}
	return in
}

func TestDecodeOtherUpdates(t *testing.T) {
	t.Parallel()
	member := func(status string) string {
		return `{"update_id":5,"my_chat_member":{` + private + `,` + from + `,"date":1700000000,` +
			`"old_chat_member":{"status":"of_tomorrow"},"new_chat_member":{"status":"` + status + `"}}}`
	}
	tap := bot.Inbound{Channel: "telegram", Address: "42", ID: "u5", Kind: bot.Tap, Payload: "r.s.oui", Source: "9", Language: "fr"}
	bare := tap
	bare.Source = ""
	edited := in(bot.Edited, "corrigé")
	edited.At = time.Unix(1700000060, 0).UTC()
	for name, tc := range map[string]struct {
		body  string
		want  bot.Inbound
		query string
	}{
		"edited":              {`{"update_id":5,"edited_message":{` + head + `,"edit_date":1700000060,"text":"corrigé"}}`, edited, ""},
		"edited caption":      {`{"update_id":5,"edited_message":{` + head + `,"caption":"cv"}}`, in(bot.Edited, "cv"), ""},
		"live location moved": {`{"update_id":5,"edited_message":{` + head + `,"location":{}}}`, in(bot.Edited, ""), ""},
		"tap":                 {`{"update_id":5,"callback_query":{"id":"77",` + from + `,"data":"r.s.oui","message":{` + head + `,"text":"?"}}}`, tap, "77"},
		"tap, inaccessible": {
			`{"update_id":5,"callback_query":{"id":"77",` + from + `,"data":"r.s.oui","message":{"message_id":9,"date":0,` + private + `}}}`, tap, "77",
		},
		"tap without message":              {`{"update_id":5,"callback_query":{"id":"77",` + from + `,"data":"r.s.oui","inline_message_id":"x"}}`, bare, "77"},
		"tap on a null message":            {`{"update_id":5,"callback_query":{"id":"77",` + from + `,"data":"r.s.oui","message":null}}`, bare, "77"},
		"tap on a message of another form": {`{"update_id":5,"callback_query":{"id":"77",` + from + `,"data":"r.s.oui","message":"?"}}`, bare, "77"},
		"blocked":                          {member("kicked"), in(bot.Blocked, ""), ""},
		"unblocked":                        {member("member"), in(bot.Unblocked, ""), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ev, err := decode([]byte(tc.body))
			if err != nil || !ev.wanted {
				t.Fatalf("wanted %v, error %v", ev.wanted, err)
			}
			if diff := cmp.Diff(tc.want, ev.in); diff != "" {
				t.Error(diff)
			}
			if ev.query != tc.query {
				t.Errorf("query %q, want %q", ev.query, tc.query)
			}
		})
	}
}

func TestDecodeIgnores(t *testing.T) {
	t.Parallel()
	group := `"chat":{"id":-1001,"type":"supergroup","title":"Diaspora"}`
	inGroup := func(body string) string { return strings.Replace(body, private, group, 1) }
	aBot := func(body string) string { return strings.Replace(body, `"is_bot":false`, `"is_bot":true`, 1) }
	tap := `{"update_id":5,"callback_query":{"id":"77",` + from + `,"data":"x","message":{` + head + `}}}`
	for name, body := range map[string]string{
		"nothing in it":        `{"update_id":5}`,
		"an unknown kind":      `{"update_id":5,"hologram_call":{"from":{"id":1}}}`,
		"null message":         `{"update_id":5,"message":null}`,
		"group":                inGroup(said(`"text":"bonjour"`)),
		"group command":        inGroup(said(`"text":"/start@mboka_bot"`)),
		"group edit":           inGroup(`{"update_id":5,"edited_message":{` + head + `,"text":"x"}}`),
		"group tap":            inGroup(tap),
		"group membership":     inGroup(`{"update_id":5,"my_chat_member":{` + private + `,"new_chat_member":{"status":"member"}}}`),
		"channel post":         `{"update_id":5,"channel_post":{"message_id":1,"chat":{"id":-1002,"type":"channel"},"text":"x"}}`,
		"chat of a new type":   strings.Replace(said(`"text":"x"`), `"private"`, `"secret_room"`, 1),
		"no chat":              `{"update_id":5,"message":{"message_id":9,"text":"x"}}`,
		"chat id 0":            strings.Replace(said(`"text":"x"`), `"chat":{"id":42`, `"chat":{"id":0`, 1),
		"from a bot":           aBot(said(`"text":"x"`)),
		"edit by a bot":        aBot(`{"update_id":5,"edited_message":{` + head + `,"text":"x"}}`),
		"tap by a bot":         aBot(tap),
		"tap by nobody":        `{"update_id":5,"callback_query":{"id":"77","data":"x"}}`,
		"administrator":        `{"update_id":5,"my_chat_member":{` + private + `,"new_chat_member":{"status":"administrator"}}}`,
		"status of tomorrow":   `{"update_id":5,"my_chat_member":{` + private + `,"new_chat_member":{"status":"ghost"}}}`,
		"pinned by the person": said(`"pinned_message":{"message_id":3}`),
		"background changed":   said(`"chat_background_set":{"type":{"type":"of_tomorrow"}}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ev, err := decode([]byte(body))
			if err != nil || ev.wanted || ev.update != 5 {
				t.Errorf("wanted %v, update %d, error %v", ev.wanted, ev.update, err)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body   string
		update int64
	}{
		"nothing":             {``, 0},
		"null":                {`null`, 0},
		"a list":              {`[]`, 0},
		"a word":              {`bonjour`, 0},
		"HTML":                {`<html></html>`, 0},
		"cut off":             {`{"update_id":5,"message":{"text":"Mobu`, 5},
		"no id":               {`{"message":{}}`, 0},
		"id zero":             {`{"update_id":0}`, 0},
		"negative id":         {`{"update_id":-5}`, 0},
		"id of words":         {`{"update_id":"five"}`, 0},
		"id beyond 64 bits":   {`{"update_id":99999999999999999999}`, 999999999999999999},
		"chat beyond 64 bits": {strings.Replace(said(`"text":"x"`), `"chat":{"id":42`, `"chat":{"id":99999999999999999999`, 1), 5},
		"message is a list":   {`{"update_id":5,"message":[]}`, 5},
		"very deep":           {`{"update_id":5,"x":` + strings.Repeat("[", 20_000) + `}`, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ev, err := decode([]byte(tc.body))
			if err == nil || ev.wanted {
				t.Fatalf("decoded to %+v", ev)
			}
			if name != "id beyond 64 bits" && ev.update != tc.update {
				t.Errorf("update %d, want %d", ev.update, tc.update)
			}
			if strings.Contains(err.Error(), "Mobu") {
				t.Errorf("the error tells the text: %v", err)
			}
		})
	}
}

func TestDecodeHugeIDs(t *testing.T) {
	t.Parallel()
	const most = 1<<63 - 1
	body := fmt.Sprintf(`{"update_id":%d,"callback_query":{"id":"1","from":{"id":%d},"message":{"message_id":%d,"chat":{"id":%d,"type":"private"}}}}`, most, most, most, most)
	ev, err := decode([]byte(body))
	if err != nil || ev.in.ID != "u9223372036854775807" || ev.in.Address != "9223372036854775807" || ev.in.Source != "9223372036854775807" {
		t.Errorf("%+v, %v", ev, err)
	}
}

func TestDecodeTakesTheOfferedPayloadUnchanged(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"", "r.s.x", "' OR 1=1 --", "/erase@x_bot", strings.Repeat("é", 200)} {
		ev, err := decode(fmt.Appendf(nil, `{"update_id":5,"callback_query":{"id":"1","from":{"id":42},"data":%q}}`, data))
		if err != nil || !ev.wanted || ev.in.Payload != data {
			t.Errorf("%q became %q (%v)", data, ev.in.Payload, err)
		}
	}
}

func replied(in bot.Inbound, to string) bot.Inbound {
	in.Source = to
	return in
}
