package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"unicode/utf8"

	"mboka/bot"
	"mboka/bot/telegram"
	"mboka/bot/whatsapp"
	"mboka/locales"
	"mboka/store"
)

// channels are the platforms that are on.
type channels struct {
	telegram *telegram.Channel // nil: off
	whatsapp *whatsapp.Channel
	imitated []bot.Channel // the demo's
}

func (c channels) list() []bot.Channel {
	var out []bot.Channel
	if c.telegram != nil {
		out = append(out, c.telegram)
	}
	if c.whatsapp != nil {
		out = append(out, c.whatsapp)
	}
	return append(out, c.imitated...)
}

// openChannels makes the channels that the environment turns on, and says
// which are off.
func openChannels(ctx context.Context, c config, db *store.DB, log *slog.Logger) (channels, error) {
	var on channels
	var err error
	if c.telegram() {
		on.telegram, err = telegram.New(telegram.Options{Token: c.TelegramToken, APIURL: c.TelegramAPI, Logger: log})
		if err != nil {
			return on, fmt.Errorf("telegram: %w", err)
		}
	} else {
		log.Info("telegram is off: TELEGRAM_BOT_TOKEN is not set")
	}
	if c.whatsapp() {
		on.whatsapp, err = openWhatsApp(ctx, c, db, log)
		if err != nil {
			return on, fmt.Errorf("whatsapp: %w", err)
		}
	} else {
		log.Info("whatsapp is off: TWILIO_ACCOUNT_SID is not set")
	}
	return on, nil
}

func openWhatsApp(ctx context.Context, c config, db *store.DB, log *slog.Logger) (*whatsapp.Channel, error) {
	known, err := db.Contents(ctx)
	if err != nil {
		return nil, err
	}
	contents := new(whatsapp.Contents)
	contents.Load(known)
	approved, err := db.Templates(ctx)
	if err != nil {
		return nil, err
	}
	ch, err := whatsapp.New(whatsapp.Options{
		AccountSID: c.TwilioAccount, AuthToken: c.TwilioToken, From: c.TwilioFrom,
		APIURL: c.TwilioAPI, PublicURL: c.PublicURL, Contents: contents, Frames: frames(), Logger: log,
	})
	if err == nil {
		ch.UseTemplates(approved)
	}
	return ch, err
}

// frames are the fixed words around texts of generic WhatsApp objects.
func frames() map[string]whatsapp.Frame {
	out := make(map[string]whatsapp.Frame)
	for _, lang := range locales.Langs {
		out[lang.String()] = whatsapp.Frame{Before: "▸ ", After: "\n" + locales.Text(lang, locales.OrWrite, nil)}
	}
	return out
}

// telegramCommands fills the commands menu of each language; French is also
// everybody else's.
func telegramCommands(ctx context.Context, ch *telegram.Channel) error {
	for _, lang := range locales.Langs {
		list := make([]telegram.Command, 0, len(bot.Commands))
		for _, name := range bot.Commands {
			list = append(list, telegram.Command{Name: name, Description: locales.Text(lang, aboutKey(name), nil)})
		}
		codes := []string{lang.String()}
		if lang == locales.FR {
			codes = append(codes, "")
		}
		for _, code := range codes {
			if err := ch.SetCommands(ctx, code, list); err != nil {
				return err
			}
		}
	}
	return nil
}

// aboutKey is the line of Telegram's commands menu for a command.
func aboutKey(command string) locales.Key { return locales.Key("about_" + command) }

// noticeMax is the longest privacy notice, in characters: the body of a
// WhatsApp message with buttons.
const noticeMax = 1024

// noticeFaults tells why the privacy notice cannot be shown as it is.
func noticeFaults(p store.Policy) []string {
	var faults []string
	for _, key := range p.MissingForNotice() {
		faults = append(faults, fmt.Sprintf("setting %s is empty or still the demo's: mboka settings set %s \"…\"", key, key))
	}
	for _, lang := range locales.Langs {
		for _, caps := range []bot.Capabilities{bot.TelegramCapabilities, bot.WhatsAppCapabilities} {
			text := locales.Text(lang, locales.Notice, bot.BaseArgs(p, "", caps, lang))
			if n := utf8.RuneCountInString(text); n > noticeMax {
				faults = append(faults, fmt.Sprintf("the privacy notice is %d characters in %s, the most is %d: shorten organisation, contact or host", n, lang, noticeMax))
			}
		}
	}
	return faults
}

func joinFaults(head string, faults []string) error {
	return fmt.Errorf("%s:\n  - %s", head, strings.Join(faults, "\n  - "))
}
