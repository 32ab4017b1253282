package bot

import (
	"context"

	"mboka/flows"
	"mboka/locales"
	"mboka/store/sessions"
)

// FactCopy is the lookup of all that is kept about a person, as files: its
// argument CopyFiles is a []File. It gives none for somebody without a record.
const (
	FactCopy  = "copy"
	CopyFiles = "Files"
)

// export hands the person a copy of all that is kept about them: as files where
// the channel takes some, else behind a link.
func (t *thinker) export() {
	if t.s.Member == "" && !t.s.Staff {
		t.repeat(flows.Line{Key: locales.ProfileNone})
		return
	}
	if !t.handsFiles() {
		t.repeat(flows.Line{Key: locales.ExportNone})
		return
	}
	found, ok := t.facts[FactCopy]
	if !ok {
		t.out.Need = FactCopy
		return
	}
	files, _ := found.Args[CopyFiles].([]File)
	if len(files) == 0 { // erased from another phone
		t.repeat(flows.Line{Key: locales.ProfileNone})
		return
	}
	t.hand(files, locales.ExportDone, locales.ExportLink)
}

// takesFiles tells whether the channel takes files.
func (t *thinker) takesFiles() bool {
	channel, on := t.b.channels[t.in.Channel]
	return on && channel.Capabilities().File > 0
}

// handsFiles tells whether a file can be handed over at all.
func (t *thinker) handsFiles() bool { return t.takesFiles() || t.b.cfg.PublicURL != "" }

// hand gives files with the reply, saying done, or behind a link that link
// tells. lead is said before.
func (t *thinker) hand(files []File, done, link locales.Key, lead ...flows.Line) {
	t.out.Files = files
	if t.takesFiles() {
		t.repeat(append(lead, flows.Line{Key: done})...)
		return
	}
	t.out.Token = pickupToken(t.b.keys, t.chat, t.in.ID)
	t.repeat(append(lead, flows.Line{Key: link, Args: locales.Args{"Download": t.b.cfg.PublicURL + PickupPath + t.out.Token}})...)
}

// files are the messages that carry the files of a reply. Where they wait
// behind a link they are put there, and there are no messages.
func (h *held) files(ctx context.Context, m sessions.Message, in Inbound, t outcome) ([]sessions.Reply, error) {
	if t.Token != "" {
		return nil, h.putPickup(ctx, t)
	}
	lang := t.Session.language()
	out, err := h.picture(ctx, m, in, t)
	if err != nil {
		return nil, err
	}
	for _, f := range t.Files {
		message := Message{
			ID: h.b.derived(h.g.Chat, "file."+f.Part, m.ID), Text: locales.Text(lang, f.Title, nil),
			File: &f, Language: lang.String(), Keys: []string{string(f.Title)},
		}
		reply, err := h.sealed(m, in, message, false)
		if err != nil {
			return nil, err
		}
		out = append(out, reply)
	}
	return out, nil
}
