package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"mboka/bot"
	"mboka/bot/console"
	"mboka/locales"
	"mboka/store"
)

// longestText is how much a phone lets its person write at once: WhatsApp takes
// more than Telegram, and our bot reads no more of either.
const longestText = 4096

// say writes a text.
func (s *Simulator) say(ctx context.Context, r request) (any, error) {
	text := strings.TrimSpace(r.Text)
	if text == "" || utf8.RuneCountInString(text) > longestText || !utf8.ValidString(text) {
		return nil, bad("a text has from 1 to %d characters", longestText)
	}
	return s.do(ctx, r, bot.Inbound{Kind: bot.Text, Text: text}, text, console.Line{Said: oneLine(text)})
}

// oneLine is a text as a line of a transcript.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// tap touches a button that stands on the phone.
func (s *Simulator) tap(ctx context.Context, r request) (any, error) {
	c, err := s.chat(r.Phone, r.Person)
	if err != nil {
		return nil, err
	}
	b, ok := s.Phones.Button(c, r.Message, r.Payload)
	if !ok {
		return nil, refused{http.StatusConflict, "this button is not there any more"}
	}
	in := bot.Inbound{Kind: bot.Tap, Payload: b.Payload, Source: r.Message}
	if c.Channel == whatsappPhone { // there a tap is a message with the words of the button
		in.Text = b.Label
	}
	return s.do(ctx, r, in, b.Label, console.TapLine(b.Payload))
}

// whatsappPhone is the platform that tells a telephone number, and no language.
const whatsappPhone = "whatsapp"

// send sends something that is no text: nothing of it is kept, as with the real
// platforms nothing of it is fetched.
func (s *Simulator) send(ctx context.Context, r request) (any, error) {
	kind := bot.Kind(r.Kind)
	line, ok := console.SentLine(kind)
	if !ok {
		return nil, bad("nothing is known of such a message")
	}
	return s.do(ctx, r, bot.Inbound{Kind: kind}, "", line)
}

// join takes up the role of a person of staff, as everybody does: by the code of
// an invitation, written into the chat.
func (s *Simulator) join(ctx context.Context, r request) (any, error) {
	i := slices.IndexFunc(people, func(p person) bool { return p.ID == r.Person && p.Role != "" })
	if i < 0 {
		return nil, bad("this person takes up no role")
	}
	who := people[i]
	if _, err := s.chat(r.Phone, r.Person); err != nil {
		return nil, err
	}
	code, err := s.Invite(ctx, who.Role, who.Organisation)
	if err != nil {
		return nil, err
	}
	lang, _ := locales.ParseLang(r.Lang)
	word, _, _ := strings.Cut(locales.LabelOf(locales.CmdJoin).In(lang), "|")
	text := word + " " + bot.SpokenJoin(code)
	return s.do(ctx, r, bot.Inbound{Kind: bot.Text, Text: text}, text, console.Line{
		Before: "! invite " + string(who.Role) + " " + string(who.Organisation), Said: "{cmd:join} {code}",
	})
}

// do hands something that a person does to the service, and shows it.
func (s *Simulator) do(ctx context.Context, r request, in bot.Inbound, shown string, line console.Line) (any, error) {
	c, err := s.chat(r.Phone, r.Person)
	if err != nil {
		return nil, err
	}
	in.Channel, in.Address, in.Phone, in.ID = c.Channel, c.Address, c.Number, s.ID()
	if lang, known := locales.ParseLang(r.Lang); known && c.Channel != whatsappPhone {
		in.Language = lang.String()
	}
	s.Phones.Did(c, in.ID, in.Kind, shown, line)
	if err := s.Accept(ctx, in); err != nil {
		return nil, err
	}
	return map[string]string{"id": in.ID}, nil
}

// begin gives a phone to somebody new.
func (s *Simulator) begin(_ context.Context, r request) (any, error) {
	if _, err := s.chat(r.Phone, r.Person); err != nil {
		return nil, err
	}
	return map[string]bool{"ok": true}, s.Begin(r.Phone, r.Person)
}

// forward moves the clock.
func (s *Simulator) forward(ctx context.Context, r request) (any, error) {
	d := time.Duration(min(r.Hours, int(s.Most.Hours())+1)) * time.Hour
	if r.Hours < 1 || s.Ahead()+d > s.Most {
		return nil, bad("from 1 hour on, and at most %d days ahead in all", int(s.Most.Hours()/24))
	}
	if err := s.Forward(ctx, d); err != nil {
		return nil, err
	}
	return s.time(), nil
}

// time is what a page shows of the clock.
func (s *Simulator) time() map[string]any {
	return map[string]any{"now": s.Clock().UTC(), "ahead": int(s.Ahead().Hours())}
}

// person is somebody whose phone can be taken up.
type person struct {
	ID           string
	Name         locales.Key
	Role         store.Role // "" for members
	Organisation store.Organisation
}

// people are roles, and have no names: whoever takes a phone up is themselves.
var people = []person{
	{ID: "newcomer", Name: locales.SimNewcomer},
	{ID: "neighbour", Name: locales.SimNeighbour},
	{ID: "coordinator", Name: locales.SimCoordinator, Role: store.Coordinator, Organisation: store.IOM},
	{ID: "approver", Name: locales.SimApprover, Role: store.Approver, Organisation: store.IOM},
	{ID: "official", Name: locales.SimOfficial, Role: store.Official, Organisation: store.Ministry},
	{ID: "auditor", Name: locales.SimAuditor, Role: store.Auditor, Organisation: store.IOM},
	{ID: "admin", Name: locales.SimAdmin, Role: store.Admin, Organisation: store.IOM},
}

// People are the ids of the people whose phones the page shows.
func People() []string {
	out := make([]string, len(people))
	for i, p := range people {
		out[i] = p.ID
	}
	return out
}
