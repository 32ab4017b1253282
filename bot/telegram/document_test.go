package telegram

import (
	"strings"
	"testing"

	"mboka/bot"
	tt "mboka/bot/telegram/telegramtest"
)

func document(caption string) bot.Message {
	return bot.Message{Text: caption, File: &bot.File{Part: "csv", Name: "mboka.csv", Type: "text/csv", Data: []byte("\ufeffa,b\r\n1,\x002\r\n")}}
}

func TestSendDocument(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	srv.Open(7, "fr")
	for i, caption := range []string{"Pour un tableur <b>&</b>", "", strings.Repeat("&", 1024), strings.Repeat("𝄞", 512)} {
		m := document(caption)
		m.Edits = "1" // a document never replaces a text
		r, err := c.Send(t.Context(), "7", m)
		if err != nil {
			t.Fatalf("caption of %d bytes: %v", len(caption), err)
		}
		got := srv.Messages(7)[i]
		if got.Text != caption || got.File == nil || got.File.Name != "mboka.csv" || string(got.File.Data) != string(m.File.Data) {
			t.Errorf("arrived %+v", got)
		}
		if r.ProviderID != itoa(got.ID) {
			t.Errorf("provider id %q, want %d", r.ProviderID, got.ID)
		}
	}
	call := srv.Calls("sendDocument")[0].Params
	if call["disable_content_type_detection"] != "true" || call["parse_mode"] != "HTML" {
		t.Errorf("called with %v", call)
	}
	if len(srv.Calls("sendMessage"))+len(srv.Calls("editMessageText")) > 0 {
		t.Error("something was sent beside")
	}
}

func TestDocumentsThatCannotGo(t *testing.T) {
	t.Parallel()
	srv := tt.NewServer(t, testToken)
	c := open(t, srv)
	srv.Open(7, "fr")
	empty, large := document("x"), document("x")
	empty.File.Data, large.File.Data = nil, make([]byte, bot.TelegramCapabilities.File+1)
	for what, tc := range map[string]struct {
		m    bot.Message
		code string
	}{
		"empty":            {empty, "size"},
		"too large":        {large, "size"},
		"caption too long": {document(strings.Repeat("x", 1025)), "length"},
	} {
		if failed := sendError(t, c, t.Context(), "7", tc.m); failed.Outcome != bot.Rejected || failed.Code != tc.code {
			t.Errorf("%s: %s %s", what, failed.Outcome, failed.Code)
		}
	}
	if n := len(srv.Calls("sendDocument")); n != 0 {
		t.Errorf("%d calls for what Telegram refuses", n)
	}
}

// A document has the outcomes of any message; the table of all is that of texts.
func TestDocumentOutcomes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault   tt.Fault
		outcome bot.Outcome // "": taken
		shown   int
	}{
		"too many":         {tt.TooManyRequests(7), bot.Throttled, 0},
		"blocked":          {tt.Refuse(403, "Forbidden: bot was blocked by the user"), bot.Gone, 0},
		"too large":        {tt.Refuse(413, "Request Entity Too Large"), bot.Rejected, 0},
		"restart":          {tt.Restarting(), bot.Retry, 0},
		"dropped after":    {tt.DroppedAfter(), bot.Unknown, 1},
		"taken and unread": {tt.OddAfter(), "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := tt.NewServer(t, testToken)
			c := open(t, srv)
			srv.Open(7, "fr")
			srv.Fail("sendDocument", tc.fault)
			if tc.outcome == "" {
				if _, err := c.Send(t.Context(), "7", document("Mobutu")); err != nil {
					t.Error(err)
				}
			} else if failed := sendError(t, c, t.Context(), "7", document("Mobutu")); failed.Outcome != tc.outcome {
				t.Errorf("%s (%v)", failed.Outcome, failed)
			}
			if n := len(srv.Messages(7)); n != tc.shown {
				t.Errorf("%d messages on the phone, not %d", n, tc.shown)
			}
		})
	}
}
