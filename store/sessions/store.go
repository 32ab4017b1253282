package sessions

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"mboka/store/seal"
)

// Chat names a chat: the keyed hash of its address.
type Chat = seal.Chat

// Holder names who holds a lease, unique per process. Two goroutines of one
// process are told apart by the fence.
type Holder string

// Errors that a caller branches on.
var (
	// ErrLost says that the lease has ended or was given back: stop working on
	// the chat, nothing was written, somebody else goes on.
	ErrLost = errors.New("lease lost")
	// ErrMailboxFull says that the message was not taken: Options.MailboxMax
	// wait already.
	ErrMailboxFull = errors.New("mailbox full")
	// ErrNotOldest says that the message or reply spoken of is not the one
	// that is due: it was done before, or the caller is mistaken. Nothing was
	// written.
	ErrNotOldest = errors.New("not the oldest")
	// ErrInvalid says that an argument cannot be stored, such as an id with a
	// line break.
	ErrInvalid = errors.New("invalid argument")
)

// Options are the limits of a Store. Zero values mean the defaults.
type Options struct {
	Prefix     string        // first part of every key; default "mboka"
	Lease      time.Duration // length of a lease; default 8 s, whole milliseconds
	SessionTTL time.Duration // how long an untouched session is kept; default 35 days
	DedupeTTL  time.Duration // how long a platform id is refused; default 7 days
	DedupeMax  int           // most platform ids remembered of one chat; default 5,000
	MailboxMax int           // most messages waiting in one chat; default 200
}

// withDefaults: with a lease of 8 s a sweeper that looks every second has taken
// over the chats of a dead replica within 10 s. 35 days let a person who left for a month find the session
// again; 7 days are far beyond the 24 h for which Telegram repeats an update.
func (o Options) withDefaults() Options {
	if o.Prefix == "" {
		o.Prefix = "mboka"
	}
	if o.Lease <= 0 {
		o.Lease = 8 * time.Second
	}
	if o.SessionTTL <= 0 {
		o.SessionTTL = 35 * 24 * time.Hour
	}
	if o.DedupeTTL <= 0 {
		o.DedupeTTL = 7 * 24 * time.Hour
	}
	if o.DedupeMax <= 0 {
		o.DedupeMax = 5000
	}
	if o.MailboxMax <= 0 {
		o.MailboxMax = 200
	}
	return o
}

// Store keeps chats in Redis. It is safe for concurrent use and has no state
// of its own.
type Store struct {
	client redis.UniversalClient
	opt    Options
}

// New returns a store over a client, which must have its own retries switched
// off (MaxRetries: -1): a blind repetition would not carry the same token.
func New(client redis.UniversalClient, opt Options) *Store {
	return &Store{client: client, opt: opt.withDefaults()}
}

// Ping tells whether Redis answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ping redis: %w", err)
	}
	return nil
}

// run calls a script for a chat. Every script gets the same keys, in the order
// of prelude.lua, and the same first four arguments.
func (s *Store) run(ctx context.Context, script *redis.Script, g Grip, holder Holder, args ...any) (answer, error) {
	return s.runOver(ctx, script, g, holder, nil, args...)
}

// runOver is run with more keys of the chat's partition behind the usual ones.
func (s *Store) runOver(ctx context.Context, script *redis.Script, g Grip, holder Holder, extra []string, args ...any) (answer, error) {
	all := make([]any, 0, 4+len(args))
	all = append(all, g.Chat.String(), string(holder), g.Fence, s.opt.Lease.Milliseconds())
	reply, err := script.Run(ctx, s.client, append(s.keys(g.Chat), extra...), append(all, args...)...).Slice()
	if err != nil {
		return answer{}, err
	}
	a := answer{values: reply}
	switch status := a.text(); status {
	case "lost":
		return a, ErrLost
	case "full":
		return a, ErrMailboxFull
	case "nothead":
		return a, ErrNotOldest
	default:
		a.status = status
		return a, a.err
	}
}

func (s *Store) keys(chat Chat) []string {
	p := s.partition(chat.Partition())
	name := chat.String()
	return []string{
		p + "s:" + name, p + "m:" + name, p + "l:" + name, p + "o:" + name,
		p + "d:" + name, p + "j:" + name, p + "due", p + "dirty",
		p + "w:" + name, p + "x:" + name, p + "stranded",
	}
}

func (s *Store) partition(p byte) string {
	return fmt.Sprintf("%s:{%02x}:", s.opt.Prefix, p)
}

// checkIDs refuses what the scripts could not tell from their own separators.
// 256 bytes are room for any platform's id; Twilio's have 34.
func checkIDs(ids ...string) error {
	for _, id := range ids {
		if id == "" || len(id) > 256 || strings.ContainsRune(id, '\n') {
			return fmt.Errorf("%w: an id or token is empty, longer than 256 bytes or has a line break", ErrInvalid)
		}
	}
	return nil
}

// Lease is the length of a lease: renew well before it has passed.
func (s *Store) Lease() time.Duration { return s.opt.Lease }
