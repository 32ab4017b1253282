package bot

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"mboka/flows"
	"mboka/locales"
	"mboka/store"
	"mboka/store/seal"
)

func calendars(t *testing.T) *Bot {
	b := exporting(t)
	none := func(context.Context, *store.Tx, Doing) (map[string]string, error) { return nil, nil }
	b.cfg.Effects = map[string]Effect{FlowDelivery + "." + StepCalendar: none, FlowMission + "." + StepCalendar: none}
	return b
}

var appointment = map[string]any{ResultOutcome: CalendarReady, ResultCalendar: "BEGIN:VCALENDAR", ResultCalendarName: "mboka-2027-04-17.ics", ResultWhen: "samedi 17 avril, 14 h"}

// A tap under a message gives the meeting as a file where the channel takes
// some, else behind a link that works once; what is asked stays asked.
func TestCalendarIsHandedOver(t *testing.T) {
	t.Parallel()
	b := calendars(t)
	for _, kind := range []AboutKind{AboutDelivery, AboutMission} {
		about := About{Kind: kind, ID: uuid.MustParse("00000000-0000-4000-8000-0000000000dd")}
		for _, lang := range locales.Langs {
			for channel, key := range map[string]locales.Key{"telegram": locales.CalendarDone, "whatsapp": locales.CalendarLink} {
				s := at("sex", lang)
				in := Inbound{Channel: channel, ID: "1", Kind: Tap, Payload: Payload(about.Run(), StepCalendar, "get")}
				out := b.think(seal.Chat{1}, s, in, today, nil)
				if out.Need != factOutcome || out.Decide.Flow != aboutFlows[kind] || out.Decide.Answer.Text != about.ID.String() || len(out.Files) > 0 {
					t.Fatalf("first: %+v", out)
				}
				out = b.think(seal.Chat{1}, s, in, today, flows.Facts{factOutcome: {Args: appointment}})
				if len(out.Files) != 1 || string(out.Files[0].Data) != "BEGIN:VCALENDAR" || out.Files[0].Name != "mboka-2027-04-17.ics" || !strings.HasPrefix(out.Files[0].Type, "text/calendar") {
					t.Errorf("%s: %+v", channel, out.Files)
				}
				if out.Prompt.Step != "sex" || out.Prompt.Lead[0].Key != key || (out.Token != "") != (channel == "whatsapp") || out.Page != locales.CalendarPage {
					t.Errorf("%s: token %q, %+v", channel, out.Token, out.Prompt)
				}
			}
		}
	}
}

func TestNoCalendar(t *testing.T) {
	t.Parallel()
	b := calendars(t)
	in := Inbound{Channel: "whatsapp", ID: "1", Kind: Tap, Payload: Payload(About{Kind: AboutDelivery}.Run(), StepCalendar, "get")}
	say := func(args map[string]any) thought {
		return b.think(seal.Chat{1}, menuOnly, in, today, flows.Facts{factOutcome: {Args: args}})
	}
	if out := say(map[string]any{ResultOutcome: CalendarOver}); len(out.Files) > 0 || out.Token != "" || out.Prompt.Lead[0].Key != locales.CalendarOver {
		t.Errorf("nothing to note: %+v", out.Prompt)
	}
	b.cfg.PublicURL = ""
	out := say(appointment)
	if len(out.Files) > 0 || out.Token != "" || out.Prompt.Lead[0].Key != locales.CalendarNone || out.Prompt.Lead[0].Args["When"] != "samedi 17 avril, 14 h" {
		t.Errorf("no page to lead to: %+v", out.Prompt)
	}
}
