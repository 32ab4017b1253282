package bot

import "context"

// Idle waits until no chat is being worked on in this process.
func (b *Bot) Idle() { b.holds.Wait() }

// Sweep looks once for chats that nobody works on.
func (b *Bot) Sweep(ctx context.Context) { b.sweep(ctx) }

// WriteBehind brings what waits to Postgres, once.
func (b *Bot) WriteBehind(ctx context.Context) { b.writeBehind(ctx) }
