package console_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"mboka/bot"
	"mboka/bot/console"
)

// shelf is a pair of phones that a channel of each platform sends to.
type shelf struct {
	*console.Phones
	of map[string]*console.Channel
	n  int
}

func newShelf() *shelf {
	s := &shelf{of: make(map[string]*console.Channel)}
	s.Phones = console.NewPhones(func() time.Time { return time.Unix(0, 0) }, func() string { s.n++; return fmt.Sprint("name", s.n) })
	for name, caps := range map[string]bot.Capabilities{"telegram": bot.TelegramCapabilities, "whatsapp": bot.WhatsAppCapabilities} {
		s.of[name] = console.New(name, caps, func(string, bot.Message) {})
		s.Watch(s.of[name])
	}
	return s
}

func (s *shelf) begin(channel, person, address string) console.Chat {
	s.Begin(console.Chat{Channel: channel, Person: person, Address: address, Logged: "log-" + address})
	c, _ := s.Find(channel, person)
	return c
}

func (s *shelf) sends(t *testing.T, c console.Chat, m bot.Message) string {
	t.Helper()
	receipt, err := s.of[c.Channel].Send(t.Context(), c.Address, m)
	if err != nil {
		t.Fatal(err)
	}
	return receipt.ProviderID
}

// bubbles are the messages after a change.
func (s *shelf) bubbles(after int64) (out []console.Bubble, last int64) {
	changes, _ := s.Since(after)
	for _, c := range changes {
		if c.Bubble != nil {
			out = append(out, *c.Bubble)
		}
		last = c.Seq
	}
	return out, max(last, after)
}

func choices(labels ...string) (out []bot.Choice) {
	for i, l := range labels {
		out = append(out, bot.Choice{Payload: fmt.Sprintf("run.step.%d", i), Label: l, Desc: "about " + l})
	}
	return out
}

func TestButtonsStandAsOnThePlatform(t *testing.T) {
	t.Parallel()
	s := newShelf()
	tg, wa := s.begin("telegram", "a", "1"), s.begin("whatsapp", "a", "w1")
	s.sends(t, tg, bot.Message{Text: "q", Layout: bot.Buttons, Choices: choices("one", "two", "three"), Actions: choices("skip", "back")})
	s.sends(t, tg, bot.Message{Text: "q", Layout: bot.Buttons, Choices: choices("one", "a label that is far too long")})
	s.sends(t, wa, bot.Message{Text: "q", Layout: bot.Buttons, Choices: choices("one", "two", "three")})
	s.sends(t, wa, bot.Message{Text: "q", Layout: bot.List, Opens: "See", Choices: choices("one", "two", "three", "four")})
	got, _ := s.bubbles(0)
	var rows []string
	for _, b := range got {
		line := ""
		for _, r := range b.Rows {
			line += fmt.Sprint(len(r), " ")
		}
		rows = append(rows, strings.TrimSpace(fmt.Sprint(line, b.Opens, " ", len(b.List))))
	}
	if want := "2 1 2  0|1 1  0|1 1 1  0|See 4"; strings.Join(rows, "|") != want {
		t.Errorf("%q, not %q", strings.Join(rows, "|"), want)
	}
	if got[3].List[0].Desc != "about one" {
		t.Errorf("a row without its description: %+v", got[3].List[0])
	}
}

func TestMessageIsEditedInPlace(t *testing.T) {
	t.Parallel()
	s := newShelf()
	c := s.begin("telegram", "a", "1")
	first := s.sends(t, c, bot.Message{Text: "which?", Layout: bot.Buttons, Choices: choices("one")})
	s.sends(t, c, bot.Message{Text: "later"})
	_, seen := s.bubbles(0)
	ticked := bot.Message{Text: "which?", Layout: bot.Buttons, Choices: choices("one"), Edits: first}
	ticked.Choices[0].Ticked, ticked.Choices[0].Payload = true, "run.step.-0"
	if id := s.sends(t, c, ticked); id != first {
		t.Errorf("the edited message is %q, not %q", id, first)
	}
	got, _ := s.bubbles(seen)
	if len(got) != 1 || got[0].Number != 1 || !got[0].Edited || !got[0].Rows[0][0].Ticked {
		t.Fatalf("%+v", got)
	}
	if all, _ := s.bubbles(0); len(all) != 2 || all[1].Number != 1 {
		t.Errorf("%+v", all)
	}
	if _, ok := s.Button(c, first, "run.step.0"); ok {
		t.Error("the button from before the edit can be tapped")
	}
	if b, ok := s.Button(c, first, "run.step.-0"); !ok || b.Label != "one" {
		t.Error("the button cannot be tapped", b)
	}
	s.sends(t, c, bot.Message{Text: "of long ago", Edits: "999"})
	if all, _ := s.bubbles(0); len(all) != 3 || all[2].Edited {
		t.Errorf("an edit of what is gone is no new message: %+v", all)
	}
}

func TestPicturesAndFilesCanBeFetched(t *testing.T) {
	t.Parallel()
	s := newShelf()
	tg, wa := s.begin("telegram", "a", "1"), s.begin("whatsapp", "a", "w1")
	s.sends(t, tg, bot.Message{Text: "chart", Picture: &bot.Image{Name: "f.png", Data: []byte("png")}})
	s.sends(t, tg, bot.Message{Text: "yours", File: &bot.File{Name: "m.csv", Type: "text/csv", Data: []byte("a,b")}})
	s.sends(t, wa, bot.Message{Text: "chart", Picture: &bot.Image{URL: "http://127.0.0.1:1/figure/abc.png"}})
	got, _ := s.bubbles(0)
	if m, ok := s.Media(got[0].Picture.Name); !ok || string(m.Data) != "png" || m.Type != "image/png" {
		t.Errorf("picture %+v", m)
	}
	file := got[1].File
	if m, ok := s.Media(file.Name); !ok || string(m.Data) != "a,b" || m.File != "m.csv" || file.Size != 3 {
		t.Errorf("file %+v", m)
	}
	if p := got[2].Picture; p.Path != "/figure/abc.png" || p.Name != "" {
		t.Errorf("picture behind a link: %+v", p)
	}
	s.begin("telegram", "a", "2")
	if _, ok := s.Media(file.Name); ok {
		t.Error("the file of who had the phone before can be fetched")
	}
}

func TestPhoneOfSomebodyNew(t *testing.T) {
	t.Parallel()
	s := newShelf()
	old := s.begin("telegram", "a", "1")
	s.sends(t, old, bot.Message{Text: "to the first"})
	_, seen := s.bubbles(0)
	_, more := s.Since(seen)
	now := s.begin("telegram", "a", "2")
	<-more
	if now.Round != 1 {
		t.Errorf("round %d", now.Round)
	}
	s.sends(t, old, bot.Message{Text: "to the first, late"})
	s.Did(old, "x", bot.Text, "too late", console.Line{Said: "too late"})
	changes, _ := s.Since(seen)
	if len(changes) != 2 || !changes[0].Began || changes[0].Round != 1 || changes[1].Others["telegram"] != 1 {
		t.Fatalf("%+v", changes)
	}
	if all, _ := s.bubbles(0); len(all) != 0 {
		t.Errorf("%+v", all)
	}
}

// What the service says first after a day waits on the phones, as where WhatsApp
// has approved no text.
func TestNothingArrivesOutsideTheWindow(t *testing.T) {
	t.Parallel()
	s := newShelf()
	c := s.begin("whatsapp", "a", "w1")
	var failed *bot.SendError
	_, err := s.of["whatsapp"].Send(t.Context(), c.Address, bot.Message{Text: "come", Outside: true})
	if !errors.As(err, &failed) || failed.Outcome != bot.OutsideWindow {
		t.Error(err)
	}
	if all, _ := s.bubbles(0); len(all) != 0 {
		t.Errorf("%+v", all)
	}
}

func TestChatKeepsItsNewest(t *testing.T) {
	t.Parallel()
	s := newShelf()
	c := s.begin("telegram", "a", "1")
	for i := range 450 {
		s.sends(t, c, bot.Message{Text: fmt.Sprint(i)})
	}
	if all, _ := s.bubbles(0); len(all) != 400 || all[0].Text != "50" || all[399].Number != 450 {
		t.Errorf("%d, from %q", len(all), all[0].Text)
	}
}

func TestTranscript(t *testing.T) {
	t.Parallel()
	s := newShelf()
	c := s.begin("telegram", "a", "1")
	did := func(id string, kind bot.Kind, l console.Line) { s.Did(c, id, kind, "shown", l) }
	did("1", bot.Text, console.Line{Said: "mbote"})
	did("2", bot.Tap, console.TapLine("run.language.ln"))
	s.Turned("log-1", "1", []string{"lang_choice"})
	s.Turned("log-other", "2", []string{"of another chat"})
	s.Turned("log-1", "2", []string{"notice"})
	did("3", bot.Tap, console.TapLine("run.languages.+ln"))
	s.Turned("log-1", "3", nil)
	s.Turned("log-1", "notice:7", []string{"seat_free"})
	s.sends(t, c, bot.Message{Text: "a seat", Notice: bot.NoticeChange, Keys: []string{"seat_free"}})
	s.sends(t, c, bot.Message{Text: "come", Notice: bot.NoticeMission, Keys: []string{"letter"}})
	did("4", bot.Tap, console.TapLine("run.code.~yes-3f"))
	s.Turned("log-1", "4", []string{"export_done", "q_sex"})
	did("5", bot.Text, console.Line{Before: "! invite coordinator iom", Said: "{cmd:join} {code}"})
	s.Turned("log-1", "5", []string{"join_done", "staff_menu"})
	voice, ok := console.SentLine(bot.Voice)
	if _, known := console.SentLine(bot.Blocked); known || !ok {
		t.Error("what can be sent")
	}
	did("6", bot.Voice, voice)
	s.Turned("log-1", "6", []string{"voice"})
	did("7", bot.Text, console.Line{Said: "not answered yet"})
	want := `# head
> mbote
< lang_choice
> [{lang}]
< notice
> [ln]
<
! told seat_free
# an announcement came here: letter
> [~yes]
< {files} q_sex
! invite coordinator iom
> {cmd:join} {code}
< join_done staff_menu
> (voice)
< voice
`
	if got := s.Transcript(c, "head"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if now, _ := s.Find("telegram", "a"); !now.Joined {
		t.Error("nobody knows that the role was taken up")
	}
	if all, _ := s.bubbles(0); len(all) != 6 { // taps leave none on Telegram
		t.Errorf("%d bubbles", len(all))
	}
}
