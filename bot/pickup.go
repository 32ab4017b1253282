package bot

import (
	"cmp"
	"context"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"mboka/locales"
	"mboka/store/seal"
	"mboka/store/sessions"
)

// PickupPath is where bot/web shows what waits behind a link; the token follows.
const PickupPath = "/export/"

// pickupKeep is how long a link works, as its text says.
const pickupKeep = 15 * time.Minute

// pickupBytes are 160 bits: nobody finds a link by trying.
const pickupBytes = 20

var (
	pickupLetters = base32.StdEncoding.WithPadding(base32.NoPadding)
	pickupForm    = regexp.MustCompile(`^[a-z2-7]{32}$`)
)

// pickupToken is the secret of a link, the same when a message is thought over
// again.
func pickupToken(keys *seal.Keys, chat seal.Chat, message string) string {
	return strings.ToLower(pickupLetters.EncodeToString(keys.Code("pickup", chat.String()+":"+message, pickupBytes)))
}

// pickupID names what waits for a token.
func pickupID(keys *seal.Keys, token string) sessions.PickupID {
	return sessions.PickupID(keys.CodeHash("pickup", token))
}

// cover is what the page behind a link shows before anything is taken.
type cover struct {
	Language string       `json:"l"`
	Page     locales.Key  `json:"g"`
	Parts    []coverTitle `json:"p"`
}

type coverTitle struct {
	Part  string      `json:"p"`
	Title locales.Key `json:"t"`
}

// putPickup lays the files out before the turn is saved: a link that somebody
// has leads to something.
func (h *held) putPickup(ctx context.Context, t outcome) error {
	id := pickupID(h.b.keys, t.Token)
	p := sessions.Pickup{Chat: h.g.Chat, ID: id, Keep: pickupKeep, Parts: make(map[string][]byte, len(t.Files))}
	front := cover{Language: t.Session.Lang, Page: cmp.Or(t.Page, locales.ExportPage)}
	seal := func(column string, v any) ([]byte, error) {
		plain, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("encode file: %w", err)
		}
		return h.b.keys.Seal("pickup", id.String(), column, plain)
	}
	var err error
	for _, f := range t.Files {
		front.Parts = append(front.Parts, coverTitle{f.Part, f.Title})
		if p.Parts[f.Part], err = seal(f.Part, f); err != nil {
			return err
		}
	}
	if p.Cover, err = seal("cover", front); err != nil {
		return err
	}
	return h.b.cfg.Sessions.PutPickup(ctx, p)
}

// Pickup is what waits behind a link.
type Pickup struct {
	Lang  locales.Lang
	Page  locales.Key  // says what to do
	Files []PickupFile // in their order, without those that were taken
}

// PickupFile is one file to take.
type PickupFile struct {
	Part  string
	Title locales.Key
}

// LookPickup tells what waits behind a link and changes nothing. found is false
// where nothing waits, or no longer.
func (b *Bot) LookPickup(ctx context.Context, token string) (p Pickup, found bool, err error) {
	if !pickupForm.MatchString(token) {
		return Pickup{}, false, nil
	}
	id := pickupID(b.keys, token)
	sealed, left, found, err := b.cfg.Sessions.LookPickup(ctx, id)
	if err != nil || !found {
		return Pickup{}, false, b.pickupFault(err)
	}
	var front cover
	if err := b.openPickup(id, "cover", sealed, &front); err != nil {
		return Pickup{}, false, b.pickupFault(err)
	}
	p.Lang, _ = locales.ParseLang(front.Language)
	p.Page = front.Page
	waits := make(map[string]bool, len(left))
	for _, part := range left {
		waits[part] = true
	}
	for _, f := range front.Parts {
		if waits[f.Part] {
			p.Files = append(p.Files, PickupFile(f))
		}
	}
	return p, true, nil
}

// TakePickup hands out one file that waits behind a link, once.
func (b *Bot) TakePickup(ctx context.Context, token, part string) (f File, found bool, err error) {
	if !pickupForm.MatchString(token) {
		return File{}, false, nil
	}
	id := pickupID(b.keys, token)
	sealed, found, err := b.cfg.Sessions.TakePickup(ctx, id, part)
	if err != nil || !found {
		return File{}, false, b.pickupFault(err)
	}
	if err := b.openPickup(id, part, sealed, &f); err != nil {
		return File{}, false, b.pickupFault(err)
	}
	return f, true, nil
}

func (b *Bot) openPickup(id sessions.PickupID, column string, sealed []byte, into any) error {
	plain, err := b.keys.Open("pickup", id.String(), column, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, into); err != nil {
		return fmt.Errorf("decode file: %w", err)
	}
	return nil
}

// pickupFault tells the operator what a visitor is not told.
func (b *Bot) pickupFault(err error) error {
	if err != nil {
		b.log.Error("files behind a link cannot be had", "error", err)
	}
	return err
}
