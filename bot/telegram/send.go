package telegram

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"

	sdk "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"mboka/bot"
)

// escape makes plain text safe in Telegram's HTML mode, which needs only these
// three (core.telegram.org/bots/api#html-style).
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// outgoing is a message made ready for Telegram.
type outgoing struct {
	chat    int64
	address string
	text    string // HTML
	markup  models.ReplyMarkup
	file    *bot.File  // nil: no document
	picture *bot.Image // nil: no picture
}

// Send implements bot.Channel. It sends once, or edits once and sends when the
// message cannot be edited any more. Link previews are off: they are large on a
// cheap phone and change nothing.
func (c *Channel) Send(ctx context.Context, address string, m bot.Message) (bot.Receipt, error) {
	out, refused := prepare(address, m)
	if refused != nil {
		return bot.Receipt{}, refused
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	if id, err := strconv.Atoi(m.Edits); err == nil && m.File == nil && m.Picture == nil {
		failed := c.edit(ctx, out, id)
		if failed == nil {
			return bot.Receipt{ProviderID: m.Edits}, nil
		}
		if !errors.Is(failed, errCannotEdit) {
			return bot.Receipt{}, failed
		}
	}
	return c.create(ctx, out)
}

func prepare(address string, m bot.Message) (outgoing, *bot.SendError) {
	chat, err := strconv.ParseInt(address, 10, 64)
	if err != nil || chat <= 0 { // groups are negative, and not served
		return outgoing{}, &bot.SendError{Outcome: bot.Gone, Code: "address", Err: errors.New("not the id of a private chat")}
	}
	most := bot.TelegramCapabilities.Text
	if m.File != nil {
		most = bot.TelegramCapabilities.Caption
		if n := len(m.File.Data); n == 0 || n > bot.TelegramCapabilities.File {
			return outgoing{}, rejected("size", fmt.Errorf("file of %d bytes, from 1 to %d", n, bot.TelegramCapabilities.File))
		}
	}
	if m.Picture != nil {
		most = bot.TelegramCapabilities.Caption
		if n := len(m.Picture.Data); n == 0 || n > bot.TelegramCapabilities.Picture {
			return outgoing{}, rejected("size", fmt.Errorf("picture of %d bytes, from 1 to %d", n, bot.TelegramCapabilities.Picture))
		}
	}
	if n := units(m.Text); n > most {
		return outgoing{}, rejected("length", fmt.Errorf("text of %d UTF-16 units, at most %d", n, most))
	}
	out := outgoing{chat: chat, address: address, text: escape.Replace(m.Text), file: m.File, picture: m.Picture}
	kb, err := keyboard(m)
	if err != nil {
		return outgoing{}, rejected("keyboard", err)
	}
	if kb != nil { // a nil pointer in the interface would be sent as "null"
		out.markup = kb
	}
	return out, nil
}

func rejected(code string, err error) *bot.SendError {
	return &bot.SendError{Outcome: bot.Rejected, Code: code, Err: err}
}

// units counts UTF-16 units, as Telegram counts a text.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

func (c *Channel) create(ctx context.Context, out outgoing) (bot.Receipt, error) {
	var a attempt
	sent, err := c.post(a.watch(ctx), out)
	if takenUnread(err) {
		return bot.Receipt{}, nil
	}
	if err != nil {
		return bot.Receipt{}, c.sendError(err, &a, out.address)
	}
	return bot.Receipt{ProviderID: strconv.Itoa(sent.ID)}, nil
}

// post sends a text, or a document or picture with the text as its caption. Telegram is
// not to guess what a document is: a table is to arrive as the file it is.
func (c *Channel) post(ctx context.Context, out outgoing) (*models.Message, error) {
	if out.picture != nil {
		return c.api.SendPhoto(ctx, &sdk.SendPhotoParams{
			ChatID: out.chat, Caption: out.text, ParseMode: models.ParseModeHTML, ReplyMarkup: out.markup,
			Photo: &models.InputFileUpload{Filename: out.picture.Name, Data: bytes.NewReader(out.picture.Data)},
		})
	}
	if out.file == nil {
		return c.api.SendMessage(ctx, &sdk.SendMessageParams{
			ChatID: out.chat, Text: out.text, ParseMode: models.ParseModeHTML,
			LinkPreviewOptions: noPreview(), ReplyMarkup: out.markup,
		})
	}
	return c.api.SendDocument(ctx, &sdk.SendDocumentParams{
		ChatID: out.chat, Caption: out.text, ParseMode: models.ParseModeHTML, ReplyMarkup: out.markup,
		Document:                    &models.InputFileUpload{Filename: out.file.Name, Data: bytes.NewReader(out.file.Data)},
		DisableContentTypeDetection: true,
	})
}

// edit replaces a message in place. Editing twice does no harm, so a lost
// answer is a reason to repeat and never Unknown.
func (c *Channel) edit(ctx context.Context, out outgoing, id int) error {
	var a attempt
	_, err := c.api.EditMessageText(a.watch(ctx), &sdk.EditMessageTextParams{
		ChatID: out.chat, MessageID: id, Text: out.text, ParseMode: models.ParseModeHTML,
		LinkPreviewOptions: noPreview(), ReplyMarkup: out.markup,
	})
	if err == nil || takenUnread(err) {
		return nil
	}
	failed := c.sendError(err, &a, out.address)
	if errors.Is(failed, errNotModified) {
		return nil
	}
	if failed.Outcome == bot.Unknown {
		failed.Outcome = bot.Retry
	}
	return failed
}

func noPreview() *models.LinkPreviewOptions {
	return &models.LinkPreviewOptions{IsDisabled: sdk.True()}
}
