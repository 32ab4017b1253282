package bot

import (
	"context"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"strings"

	"mboka/locales"
	"mboka/store/sessions"
)

// PicturePath is where a platform that fetches pictures itself finds them; the
// token and ".png" follow. What is drawn was published, and the token keeps
// others from trying ids.
const PicturePath = "/figure/"

const pictureBytes = 10 // of the proof in a token

var pictureLetters = base32.StdEncoding.WithPadding(base32.NoPadding)

// pictureToken names a picture and proves that we named it.
func (b *Bot) pictureToken(ref string, lang locales.Lang) string {
	name := ref + "." + lang.String()
	return pictureLetters.EncodeToString(append(b.keys.Code("picture", name, pictureBytes), name...))
}

// PictureOf draws what a token names. found is false for a token that is not
// ours.
func (b *Bot) PictureOf(ctx context.Context, token string) (p Image, found bool, err error) {
	raw, err := pictureLetters.DecodeString(strings.ToUpper(token))
	if err != nil || len(raw) <= pictureBytes || b.cfg.Picture == nil {
		return Image{}, false, nil
	}
	name := string(raw[pictureBytes:])
	if subtle.ConstantTimeCompare(raw[:pictureBytes], b.keys.Code("picture", name, pictureBytes)) != 1 {
		return Image{}, false, nil
	}
	dot := strings.LastIndex(name, ".")
	if dot < 0 {
		return Image{}, false, nil
	}
	lang, _ := locales.ParseLang(name[dot+1:])
	p, err = b.cfg.Picture(ctx, name[:dot], lang)
	return p, err == nil, err
}

// picture is the message with the picture of a reply. One that cannot be drawn
// or shown is left out: the words say the same.
func (h *held) picture(ctx context.Context, m sessions.Message, in Inbound, t outcome) ([]sessions.Reply, error) {
	caps, lang := h.b.limits(in.Channel), t.Session.language()
	if t.Picture == "" || h.b.cfg.Picture == nil || caps.Picture == 0 || caps.PictureLink && h.b.cfg.PublicURL == "" {
		return nil, nil
	}
	p, err := h.b.cfg.Picture(ctx, t.Picture, lang)
	if err != nil || len(p.Data) > caps.Picture {
		h.b.log.Warn("a reply goes without its picture", "chat", h.g.Chat, "picture", t.Picture, "bytes", len(p.Data), "error", err)
		return nil, nil
	}
	if caps.PictureLink {
		p.Data, p.URL = nil, h.b.cfg.PublicURL+PicturePath+strings.ToLower(h.b.pictureToken(t.Picture, lang))+".png"
	}
	message := Message{ID: h.b.derived(h.g.Chat, "picture", m.ID), Text: p.Caption, Picture: &p, Language: lang.String()}
	message.Text = Setting{Caps: Capabilities{Text: caps.Caption, UTF16: caps.UTF16}}.cut(message.Text)
	reply, err := h.sealed(m, in, message, false)
	if err != nil {
		return nil, fmt.Errorf("seal picture: %w", err)
	}
	return []sessions.Reply{reply}, nil
}
