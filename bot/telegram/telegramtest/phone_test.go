package telegramtest

import (
	"strings"
	"testing"
)

// witness is a testing.TB that records that a test would have failed.
type witness struct {
	testing.TB
	said string
}

func (w *witness) Helper() {}

func (w *witness) Fatalf(format string, _ ...any) {
	w.said = format
	panic(w)
}

// fails reports what f would have failed with.
func fails(s *Server, f func()) (said string) {
	w := &witness{TB: s.t}
	before := s.t
	s.t = w
	defer func() {
		s.t = before
		if r := recover(); r != nil && r != any(w) {
			panic(r)
		}
		said = w.said
	}()
	f()
	return ""
}

func TestPhoneRefusesWhatNobodyCouldDo(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	s.Open(7, "fr")
	form(t, s, "sendMessage", map[string]string{
		"chat_id": "7", "text": "?", "reply_markup": `{"inline_keyboard":[[{"text":"Oui","callback_data":"p"}]]}`,
	})
	if said := fails(s, func() { s.Tap(7, "Non") }); !strings.Contains(said, "no message shows the button") {
		t.Errorf("a button that is not there: %q", said)
	}
	if said := fails(s, func() { s.EditText(7, 1, "x") }); !strings.Contains(said, "is not the person's") {
		t.Errorf("editing the bot's message: %q", said)
	}
	s.Delete(7, 1)
	if said := fails(s, func() { s.Tap(7, "Oui") }); !strings.Contains(said, "no message shows the button") {
		t.Errorf("a button of a deleted message: %q", said)
	}
}

func TestPhoneTapsTheNewestMessage(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	s.Open(7, "fr")
	for _, payload := range []string{"r1.s.a", "r2.s.a"} {
		form(t, s, "sendMessage", map[string]string{
			"chat_id": "7", "text": "?", "reply_markup": `{"inline_keyboard":[[{"text":"Oui","callback_data":"` + payload + `"}]]}`,
		})
	}
	s.Tap(7, "Oui")
	s.Tap(7, "r1.s.a")
	s.TapOn(7, 1, "r0.s.a")
	if got := words(getUpdates(t, s, nil)); got != "tap:r2.s.a tap:r1.s.a tap:r0.s.a" {
		t.Errorf("tapped %q", got)
	}
}

func TestPhoneLanguage(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	s.Open(7, "ln")
	s.Open(8, "")
	s.Text(7, "x")
	s.Text(8, "x")
	s.Text(9, "x")
	got := string(call(t, s, "getUpdates", nil).Result)
	if strings.Count(got, `"language_code"`) != 2 || !strings.Contains(got, `"language_code":"ln"`) || !strings.Contains(got, `"language_code":"fr"`) {
		t.Errorf("updates %s", got)
	}
}

func TestPhoneIDsCountPerChat(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	if a, b, c := s.Text(7, "x"), s.Text(8, "x"), s.Text(7, "x"); a != 1 || b != 1 || c != 2 {
		t.Errorf("ids %d, %d, %d", a, b, c)
	}
}

func TestWaitWaits(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	s.Text(7, "bonjour")
	seen := make(chan []Message)
	go func() { seen <- s.Wait(7, 1) }()
	form(t, s, "sendMessage", map[string]string{"chat_id": "7", "text": "mbote"})
	// Had the person's own message counted, it would be alone here.
	if all := <-seen; len(all) != 2 || all[1].Text != "mbote" {
		t.Errorf("saw %+v", all)
	}
}

func TestCloseTwice(t *testing.T) {
	t.Parallel()
	s := NewServer(t, testToken)
	s.Close()
	s.Close()
	if s.Messages(7) != nil {
		t.Error("messages of an unknown chat")
	}
}
