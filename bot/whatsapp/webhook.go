package whatsapp

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"mboka/bot"
)

// maxAddress is ample for "whatsapp:" and a business-scoped user id (two
// letters, a dot, at most 128 characters; META, business-scoped user IDs).
const maxAddress = 256

// Webhook receives what people send. It answers 200 once accept has taken the
// message, 503 when it could not (Twilio repeats if its retry rules say so),
// 403 for a bad signature or another account, 413 over 64 KB and 400 for a
// signed form that is no message. Mount it at WebhookPath.
func (c *Channel) Webhook(accept bot.Accept) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, ok := c.receive(w, r)
		if !ok {
			return
		}
		in, err := decode(form)
		if err != nil {
			c.log.Warn("webhook not understood", "channel", c.Name(), "reason", err)
			c.badRequest(w)
			return
		}
		if err := accept(r.Context(), in); err != nil {
			c.log.Error("message not accepted", "channel", c.Name(), "message", in.ID)
			http.Error(w, "try again", http.StatusServiceUnavailable)
			return
		}
		taken(w)
	})
}

// decode turns a form into what the person did. The error names a field,
// never its value. At stays zero: Twilio sends no time.
func decode(form url.Values) (bot.Inbound, error) {
	in := bot.Inbound{
		Channel: "whatsapp",
		// ExternalUserId was seen for people whose number is withheld; Twilio
		// does not document it yet.
		Address: firstOf(form, "From", "ExternalUserId"),
		ID:      form.Get("MessageSid"),
		Text:    form.Get("Body"),
		Source:  form.Get("OriginalRepliedMessageSid"),
	}
	if !messageSID.MatchString(in.ID) {
		return bot.Inbound{}, errors.New("MessageSid")
	}
	if !validAddress(in.Address) {
		return bot.Inbound{}, errors.New("From")
	}
	if phone := strings.TrimPrefix(in.Address, "whatsapp:"); phonePattern.MatchString(phone) {
		in.Phone = phone
	}
	// Advanced Opt-Out is on for the sender, and Twilio has already answered.
	if word := form.Get("OptOutType"); word != "" {
		in.Kind, in.Text, in.Payload = bot.Text, strings.ToLower(word), bot.OptOut
		return in, nil
	}
	in.Payload = payload(form)
	in.Kind = kind(form, in.Payload)
	return in, nil
}

func validAddress(address string) bool {
	return address != "" && len(address) <= maxAddress && !strings.ContainsFunc(address, notPrintable)
}

func notPrintable(r rune) bool { return r <= ' ' || r == 0x7f }

func firstOf(form url.Values, keys ...string) string {
	for _, key := range keys {
		if value := form.Get(key); value != "" {
			return value
		}
	}
	return ""
}

// kind sorts a message by the first thing it is.
func kind(form url.Values, payload string) bot.Kind {
	media := form.Get("MediaContentType0")
	switch {
	case payload != "":
		return bot.Tap
	case media != "":
		return mediaKind(media)
	case form.Get("NumMedia") != "" && form.Get("NumMedia") != "0":
		return bot.Document
	case form.Get("Latitude") != "" || form.Get("Longitude") != "":
		return bot.Place
	case strings.TrimSpace(form.Get("Body")) != "":
		return bot.Text
	}
	return bot.Other
}

// mediaKinds is read from top to bottom; the first beginning that fits counts.
var mediaKinds = []struct {
	begins string
	kind   bot.Kind
}{
	{"audio/", bot.Voice},
	{"image/webp", bot.Sticker}, // photos arrive as JPEG, stickers as WebP
	{"image/", bot.Picture},
	{"video/", bot.Picture},
	{"text/vcard", bot.Contact},
	{"text/x-vcard", bot.Contact},
	{"text/directory", bot.Contact}, // vCard's older name
	{"", bot.Document},
}

func mediaKind(contentType string) bot.Kind {
	contentType = strings.ToLower(strings.TrimSpace(contentType))
	for _, row := range mediaKinds {
		if strings.HasPrefix(contentType, row.begins) {
			return row.kind
		}
	}
	return bot.Document
}

// unnamed is the run in the id of a button of an approved text whose variable
// was not filled: its sample, or what the variable itself is taken for. Then
// the message that was answered tells what the tap is about (Inbound.Source).
var unnamed = bot.About{Kind: bot.AboutDelivery}.Run()

// payload is the id of the button or row that was tapped, "" if none was. The
// fields for rows are not in Twilio's table, so the likely ones are tried in
// turn; without any, Body holds the label and is understood as typed.
func payload(form url.Values) string {
	for _, id := range []string{
		form.Get("ButtonPayload"),
		form.Get("ListId"),
		pickedID(form.Get("InteractiveData")),
		pickedID(form.Get("ChannelMetadata")),
	} {
		id = strings.Replace(id, "{{"+runVariable+"}}.", unnamed+".", 1)
		if id != "" && len(id) <= bot.WhatsAppCapabilities.Payload && !strings.ContainsFunc(id, notPrintable) {
			return id
		}
	}
	return ""
}

// pickedID looks for the id of a list_reply or button_reply object, as Meta
// names them, wherever it stands in the JSON.
func pickedID(raw string) string {
	if raw == "" {
		return ""
	}
	var value any
	// Not JSON: nothing was picked as far as we can tell.
	_ = json.Unmarshal([]byte(raw), &value)
	return searchID(value)
}

func searchID(value any) string {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range []string{"list_reply", "button_reply"} {
			if reply, ok := value[key].(map[string]any); ok {
				if id, ok := reply["id"].(string); ok {
					return id
				}
			}
		}
		for _, inner := range value {
			if id := searchID(inner); id != "" {
				return id
			}
		}
	case []any:
		for _, inner := range value {
			if id := searchID(inner); id != "" {
				return id
			}
		}
	}
	return ""
}
