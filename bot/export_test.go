package bot

import (
	"context"
	"strings"
	"testing"

	"mboka/flows"
	"mboka/locales"
	"mboka/store/seal"
)

// limited is a channel of which only the limits are looked at.
type limited struct {
	Channel
	caps Capabilities
}

func (l limited) Capabilities() Capabilities { return l.caps }

func (l limited) Send(context.Context, string, Message) (Receipt, error) { panic("nothing is sent") }

// copies is a record's worth of files.
var copies = flows.Facts{FactCopy: {Args: map[string]any{CopyFiles: []File{{Part: "csv", Name: "mboka.csv"}, {Part: "json", Name: "mboka.json"}}}}}

func exporting(t *testing.T) *Bot {
	b := thinking(t)
	b.channels["telegram"] = limited{caps: TelegramCapabilities}
	b.channels["whatsapp"] = limited{caps: WhatsAppCapabilities}
	b.cfg.PublicURL = "https://mboka.example"
	return b
}

func ask(b *Bot, s Session, channel, id, text string, facts flows.Facts) thought {
	return b.think(seal.Chat{1}, s, Inbound{Channel: channel, ID: id, Kind: Text, Text: text}, today, facts)
}

func TestExportAtEveryStep(t *testing.T) {
	t.Parallel()
	b := exporting(t)
	for _, step := range strings.Fields("education_level field_of_study profession languages contribution_types city_residence sex display_name province_origin") {
		for _, lang := range locales.Langs {
			for channel, key := range map[string]locales.Key{"telegram": locales.ExportDone, "whatsapp": locales.ExportLink} {
				s := at(step, lang)
				if out := ask(b, s, channel, "1", "/export", nil); out.Need != FactCopy || len(out.Files) > 0 {
					t.Fatalf("%s: needs %q", step, out.Need)
				}
				out := ask(b, s, channel, "1", "/export", copies)
				if len(out.Files) != 2 || len(out.Prompt.Lead) != 1 || out.Prompt.Lead[0].Key != key || out.Prompt.Step != step || (out.Token != "") != (channel == "whatsapp") {
					t.Errorf("%s on %s: %d files, %+v", step, channel, len(out.Files), out.Prompt)
				}
				if top, _ := out.Session.top(); top.Step != step {
					t.Errorf("%s: stands at %s", step, top.Step)
				}
			}
		}
	}
}

func TestExportOfNothing(t *testing.T) {
	t.Parallel()
	b := exporting(t)
	erased := flows.Facts{FactCopy: {}}
	for what, out := range map[string]thought{
		"nobody yet":              ask(b, Session{Lang: "fr"}, "telegram", "1", "exporter", nil),
		"erased from elsewhere":   ask(b, menuOnly, "telegram", "1", "exporter", erased),
		"erased from elsewhere 2": ask(b, menuOnly, "whatsapp", "1", "exporter", erased),
	} {
		if len(out.Files) > 0 || out.Token != "" || out.Need != "" || out.Prompt.Lead[0].Key != locales.ProfileNone {
			t.Errorf("%s: %+v", what, out.Prompt)
		}
	}
	b.cfg.PublicURL = ""
	out := ask(b, menuOnly, "whatsapp", "1", "exporter", nil)
	if out.Need != "" || out.Token != "" || out.Prompt.Lead[0].Key != locales.ExportNone {
		t.Errorf("no page to lead to: %+v", out.Prompt)
	}
}

// A turn that is repeated gives the same link; no other turn does.
func TestExportLinkIsOfItsMessage(t *testing.T) {
	t.Parallel()
	b := exporting(t)
	link := func(chat byte, id string) string {
		out := b.think(seal.Chat{chat}, menuOnly, Inbound{Channel: "whatsapp", ID: id, Kind: Text, Text: "/export"}, today, copies)
		text := out.Prompt.Lead[0].Args["Download"].(string)
		if text != "https://mboka.example/export/"+out.Token || !pickupForm.MatchString(out.Token) {
			t.Errorf("link %q", text)
		}
		return text
	}
	first := link(1, "a")
	if link(1, "a") != first {
		t.Error("another link for the same message")
	}
	if link(1, "b") == first || link(2, "a") == first {
		t.Error("the same link for another message")
	}
	if id := pickupID(b.keys, first[len(first)-32:]).String(); strings.Contains(first, id[:16]) {
		t.Error("the name is in the link")
	}
}
