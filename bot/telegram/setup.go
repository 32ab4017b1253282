package telegram

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	sdk "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"mboka/bot"
)

// WebhookPath is where the service serves Webhook below its public URL.
const WebhookPath = "/telegram/webhook"

// maxConnections is Telegram's default, said explicitly because a setting left
// out keeps its earlier value.
const maxConnections = 40

// Register tells Telegram to deliver to publicURL + WebhookPath. The secret is
// 1-256 characters of A-Z a-z 0-9 _ -, the URL https on port 443, 80, 88 or
// 8443 (core.telegram.org/bots/api#setwebhook). Setting the same again is fine;
// what waits is kept.
func (c *Channel) Register(ctx context.Context, publicURL, secret string) error {
	return c.setup(ctx, "register webhook", func(ctx context.Context) error {
		_, err := c.api.SetWebhook(ctx, &sdk.SetWebhookParams{
			URL:            strings.TrimRight(publicURL, "/") + WebhookPath,
			SecretToken:    secret,
			AllowedUpdates: allowedUpdates,
			MaxConnections: maxConnections,
		})
		return err
	})
}

// WebhookInfo is what Telegram says of the webhook.
type WebhookInfo struct {
	URL         string // empty: none is set
	Pending     int    // updates waiting there
	LastError   string // in Telegram's words, of the last failed delivery
	LastErrorAt time.Time
}

// WebhookInfo asks Telegram about the webhook.
func (c *Channel) WebhookInfo(ctx context.Context) (WebhookInfo, error) {
	var info WebhookInfo
	err := c.setup(ctx, "ask for webhook", func(ctx context.Context) error {
		got, err := c.api.GetWebhookInfo(ctx)
		if err != nil {
			return err
		}
		info = WebhookInfo{
			URL: got.URL, Pending: got.PendingUpdateCount,
			LastError: got.LastErrorMessage, LastErrorAt: at(int64(got.LastErrorDate)),
		}
		return nil
	})
	return info, err
}

// Command is one line of the commands menu.
type Command struct {
	Name        string // 1-32 of a-z 0-9 _, without the slash
	Description string // 1-256 characters
}

// SetCommands sets the menu of private chats for phones in lang, two letters
// ("fr", "en", "ln"); the empty language is everybody else's. At most 100
// commands (core.telegram.org/bots/api#setmycommands).
func (c *Channel) SetCommands(ctx context.Context, lang string, commands []Command) error {
	list := make([]models.BotCommand, len(commands))
	for i, cmd := range commands {
		list[i] = models.BotCommand{Command: cmd.Name, Description: cmd.Description}
	}
	return c.setup(ctx, "set commands", func(ctx context.Context) error {
		_, err := c.api.SetMyCommands(ctx, &sdk.SetMyCommandsParams{
			Commands: list, Scope: &models.BotCommandScopeAllPrivateChats{}, LanguageCode: lang,
		})
		return err
	})
}

// Me returns the bot's user name, without "@". It is also the check that the
// token works.
func (c *Channel) Me(ctx context.Context) (string, error) {
	var name string
	err := c.setup(ctx, "ask for the bot's name", func(ctx context.Context) error {
		me, err := c.api.GetMe(ctx)
		if err != nil {
			return err
		}
		name = me.Username
		return nil
	})
	return name, err
}

// setup makes one call of the operator's sort. Its errors are *bot.SendError
// within, with Telegram's own words where it refused: they tell the operator
// what to change, and nobody's data is in such a call.
func (c *Channel) setup(ctx context.Context, doing string, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	var a attempt
	err := call(a.watch(ctx))
	if err == nil {
		return nil
	}
	failed := classify(err, &a)
	if failed.Outcome == bot.Rejected && errors.Is(err, sdk.ErrorBadRequest) {
		failed.Err = err
	}
	return fmt.Errorf("%s: %w", doing, failed)
}
