package telegramtest

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"strings"
	"testing"
)

// upload sends a document as the SDK does: part is where the file lies, "" for
// none.
func upload(t *testing.T, s *Server, part, name string, data []byte, fields map[string]string) reply {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, v := range fields {
		if err := w.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	if part != "" {
		f, err := w.CreateFormFile(part, name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	resp, err := client(t).Post(s.URL+"/bot"+testToken+"/sendDocument", w.FormDataContentType(), &body)
	return read(t, resp, err)
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	s.Open(7, "fr")
	s.Open(8, "fr")
	s.Block(8)
	small, binary := []byte("a,b\r\n"), []byte{0xff, 0, 0xfe}
	for name, tc := range map[string]struct {
		part   string
		data   []byte
		fields map[string]string
		want   string // "" is a yes
	}{
		"plain":             {"document", small, map[string]string{"chat_id": "7"}, ""},
		"not a text":        {"document", binary, map[string]string{"chat_id": "7"}, ""},
		"attached":          {"x", small, map[string]string{"chat_id": "7", "document": "attach://x"}, ""},
		"attached nowhere":  {"x", small, map[string]string{"chat_id": "7", "document": "attach://y"}, "Bad Request: wrong file identifier/HTTP URL specified"},
		"an old file":       {"", nil, map[string]string{"chat_id": "7", "document": "BQACAgQ"}, "Bad Request: wrong file identifier/HTTP URL specified"},
		"nothing":           {"", nil, map[string]string{"chat_id": "7"}, "Bad Request: there is no document in the request"},
		"empty":             {"document", nil, map[string]string{"chat_id": "7"}, "Bad Request: file must be non-empty"},
		"50 MB":             {"document", make([]byte, maxFile), map[string]string{"chat_id": "7"}, ""},
		"over 50 MB":        {"document", make([]byte, maxFile+1), map[string]string{"chat_id": "7"}, "Request Entity Too Large"},
		"longest caption":   {"document", small, map[string]string{"chat_id": "7", "caption": strings.Repeat("&amp;", 1024), "parse_mode": "HTML"}, ""},
		"too long caption":  {"document", small, map[string]string{"chat_id": "7", "caption": strings.Repeat("x", 1025)}, "Bad Request: message caption is too long"},
		"counted in UTF-16": {"document", small, map[string]string{"chat_id": "7", "caption": strings.Repeat("𝄞", 513)}, "Bad Request: message caption is too long"},
		"bad HTML":          {"document", small, map[string]string{"chat_id": "7", "caption": "<b>", "parse_mode": "HTML"}, "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\""},
		"bad keyboard":      {"document", small, map[string]string{"chat_id": "7", "reply_markup": "{}"}, "Bad Request: can't parse reply keyboard markup JSON object"},
		"nobody":            {"document", small, map[string]string{"chat_id": "9"}, "Bad Request: chat not found"},
		"blocked":           {"document", small, map[string]string{"chat_id": "8"}, "Forbidden: bot was blocked by the user"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := upload(t, s, tc.part, "mboka.json", tc.data, tc.fields)
			if got.Description != tc.want || got.OK != (tc.want == "") {
				t.Fatalf("%+v, want %q", got, tc.want)
			}
			if !got.OK {
				return
			}
			var m struct {
				ID       int64   `json:"message_id"`
				Text     *string `json:"text"`
				Document struct {
					Name string `json:"file_name"`
					Kind string `json:"mime_type"`
					Size int    `json:"file_size"`
				} `json:"document"`
			}
			if err := json.Unmarshal(got.Result, &m); err != nil {
				t.Fatal(err)
			}
			if m.Text != nil || m.Document.Name != "mboka.json" || m.Document.Kind != "application/json" || m.Document.Size != len(tc.data) {
				t.Errorf("told %s", got.Result)
			}
			for _, shown := range s.Messages(7) {
				if shown.ID == m.ID && !bytes.Equal(shown.File.Data, tc.data) {
					t.Error("another file lies on the phone")
				}
			}
			edit := form(t, s, "editMessageText", map[string]string{"chat_id": "7", "message_id": id(m.ID), "text": "x"})
			if edit.Description != "Bad Request: there is no text in the message to edit" {
				t.Errorf("edited: %+v", edit)
			}
		})
	}
}
