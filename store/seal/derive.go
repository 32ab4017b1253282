package seal

import (
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/tink-crypto/tink-go/v2/prf"
)

// derivedLength is the output of HMAC-SHA256, in bytes, and so the most that
// can be had of one input.
const derivedLength = 32

// Chat is the name of a chat: a keyed hash of its address, which never turns.
// It stands in Redis and in logs. Postgres keeps an index of it instead, which
// does turn (Keys.Indexes).
type Chat [16]byte

// String gives the chat as 32 hexadecimal digits.
func (c Chat) String() string { return hex.EncodeToString(c[:]) }

// LogValue is the name as it stands in logs.
func (c Chat) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Partition is the chat's place among 256, spread evenly. The keys of one
// partition stay together in Redis.
func (c Chat) Partition() byte { return c[0] }

// IsZero tells a chat that was never set.
func (c Chat) IsZero() bool { return c == Chat{} }

// errNoValue tells who writes a query what to give it instead.
var errNoValue = errors.New("a chat is on record by its index: ask with Keys.Indexes, read with Keys.ChatOf")

// Value refuses a chat as an argument of a query. Without it a driver would take
// String, and find nothing.
func (c Chat) Value() (driver.Value, error) { return nil, errNoValue }

// Scan refuses a chat as what a query reads into.
func (c *Chat) Scan(any) error { return errNoValue }

// ParseChat reads what Chat.String wrote.
func ParseChat(s string) (Chat, error) {
	var c Chat
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != len(c) {
		return Chat{}, fmt.Errorf("parse chat: want %d hexadecimal digits", hex.EncodedLen(len(c)))
	}
	copy(c[:], raw)
	return c, nil
}

// Chat gives the name of the chat of an address on a channel: 16 bytes, the
// same for ever, because the key of part route stays. Channel names hold no zero byte.
func (k *Keys) Chat(channel, address string) Chat {
	return Chat(derive(k.route, channel+"\x00"+address)[:16])
}

// Code derives n bytes (1 to 32, else it panics as an index out of range does)
// from an input: the same input gives the same bytes, so that a repeated turn
// gives the same code. Two purposes never give related bytes.
func (k *Keys) Code(purpose, input string, n int) []byte {
	return derive(k.codes, separated("code", purpose, input))[:n:n]
}

// CodeHash gives what to store instead of a code: 32 bytes that cannot be
// turned back without the keys, however short the code is. Compare with
// crypto/subtle.
func (k *Keys) CodeHash(purpose, code string) []byte {
	return derive(k.codes, separated("hash", purpose, code))
}

// separated joins the parts so that no two triples give the same text.
func separated(use, purpose, input string) string {
	return use + strconv.Itoa(len(purpose)) + ":" + purpose + input
}

func derive(set *prf.Set, input string) []byte {
	out, err := set.ComputePrimaryPRF([]byte(input), derivedLength)
	if err != nil {
		// Parse admits HMAC-SHA256 only, which gives 32 bytes for any input.
		panic("seal: " + err.Error())
	}
	return out
}
