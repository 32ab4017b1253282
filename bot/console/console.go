// Package console is a channel for a terminal (and for the browser simulator)
// that imitates Telegram or WhatsApp: the same capabilities, the same rendered
// messages, the production loop behind it.
//
// It may import bot and locales, nothing else of the project.
package console

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"mboka/bot"
)

// Channel is a virtual phone per address. Messages are handed to Show as they
// arrive.
type Channel struct {
	name string
	caps bot.Capabilities
	show func(address string, m bot.Message)
	// phones get what is sent too, where there are some.
	phones *Phones

	mu   sync.Mutex
	next int
	last map[string]bot.Message // newest message per address, documents aside
}

// New imitates a platform: its name, as in records and logs, and its limits.
func New(name string, caps bot.Capabilities, show func(address string, m bot.Message)) *Channel {
	caps.Copies = false
	return &Channel{name: name, caps: caps, show: show, last: make(map[string]bot.Message)}
}

// Name is the name of the platform that is imitated.
func (c *Channel) Name() string { return c.name }

// Capabilities are those of the platform that is imitated.
func (c *Channel) Capabilities() bot.Capabilities { return c.caps }

// Send shows the message. On virtual phones nothing arrives outside a platform's
// window, as where no text is approved yet: it waits until the person writes.
func (c *Channel) Send(_ context.Context, address string, m bot.Message) (bot.Receipt, error) {
	if m.Outside && c.phones != nil {
		return bot.Receipt{}, &bot.SendError{Outcome: bot.OutsideWindow, Code: "no_template", Err: errors.New("no approved text here")}
	}
	c.mu.Lock()
	c.next++
	id := strconv.Itoa(c.next)
	if m.Edits != "" {
		id = m.Edits
	}
	if m.File == nil && m.Picture == nil { // they have no buttons, and hide none
		c.last[address] = m
	}
	c.mu.Unlock()
	c.show(address, m)
	if c.phones != nil {
		c.phones.show(c.name, address, id, m)
	}
	return bot.Receipt{ProviderID: id}, nil
}

// Tapped finds what a typed row number or label taps on the newest message:
// "#2" is the second button, as a thumb would touch it.
func (c *Channel) Tapped(address string, n int) (bot.Choice, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.last[address]
	all := append(append([]bot.Choice(nil), m.Choices...), m.Actions...)
	if n < 1 || n > len(all) {
		return bot.Choice{}, fmt.Errorf("the last message has %d buttons", len(all))
	}
	return all[n-1], nil
}
