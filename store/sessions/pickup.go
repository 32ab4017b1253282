package sessions

import (
	"context"
	_ "embed" // the scripts
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// PickupID names a pickup: the keyed hash of the secret in its link. The
// secret itself never comes here.
type PickupID [32]byte

// String gives the id as 64 hexadecimal digits.
func (id PickupID) String() string { return hex.EncodeToString(id[:]) }

// Pickup is some files that wait behind a link for one person, each to be
// taken once. All of it is sealed by the caller.
type Pickup struct {
	Chat Chat // whose it is: a chat has one pickup, a new one ends the one before
	ID   PickupID
	// Cover is what may be looked at any number of times.
	Cover []byte
	// Parts are the files by name, 1 to 20 small letters.
	Parts map[string][]byte
	Keep  time.Duration
}

// maxPickup is the most that one pickup may hold, in bytes. The whole record of
// a person is some 10,000.
const maxPickup = 4 << 20

var partName = regexp.MustCompile(`^[a-z]{1,20}$`)

// Names of the fields of a pickup that are not parts.
const (
	coverField = "cover"
	takenField = "taken" // since something was taken, nothing is put back
)

//go:embed lua/pickup.lua
var pickupLua string

//go:embed lua/take.lua
var takeLua string

var (
	pickupScript = redis.NewScript(pickupLua)
	takeScript   = redis.NewScript(takeLua)
)

func (s *Store) pickupKey(id PickupID) string { return s.partition(id[0]) + "f:" + id.String() }

func (s *Store) pickupOf(chat Chat) string {
	return s.partition(chat.Partition()) + "p:" + chat.String()
}

func (p Pickup) check() error {
	size := len(p.Cover)
	for name, sealed := range p.Parts {
		if !partName.MatchString(name) || name == coverField || name == takenField {
			return fmt.Errorf("%w: a part's name", ErrInvalid)
		}
		size += len(sealed)
	}
	if size > maxPickup || len(p.Cover) == 0 || len(p.Parts) == 0 || p.Keep < time.Millisecond {
		return fmt.Errorf("%w: %d bytes, the most is %d, or nothing to keep", ErrInvalid, size, maxPickup)
	}
	return nil
}

// PutPickup lays files out for a while. It may be repeated: the time then
// begins again, as long as nothing has been taken.
func (s *Store) PutPickup(ctx context.Context, p Pickup) error {
	if err := p.check(); err != nil {
		return fmt.Errorf("put pickup: %w", err)
	}
	// What the chat points to comes first: no files without somebody who can
	// find them to drop them.
	before, err := s.client.SetArgs(ctx, s.pickupOf(p.Chat), p.ID.String(), redis.SetArgs{TTL: p.Keep, Get: true}).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return fmt.Errorf("put pickup: %w", err)
	}
	if before != "" && before != p.ID.String() {
		if err := s.dropFiles(ctx, before); err != nil {
			return fmt.Errorf("put pickup: %w", err)
		}
	}
	args := []any{p.Keep.Milliseconds(), coverField, p.Cover}
	for name, sealed := range p.Parts {
		args = append(args, name, sealed)
	}
	if err := pickupScript.Run(ctx, s.client, []string{s.pickupKey(p.ID)}, args...).Err(); err != nil {
		return fmt.Errorf("put pickup: %w", err)
	}
	return nil
}

// LookPickup gives the cover of a pickup and the names of the parts that have
// not been taken, in the order of the alphabet. found is false when there is
// none, or no longer. Looking changes nothing.
func (s *Store) LookPickup(ctx context.Context, id PickupID) (cover []byte, parts []string, found bool, err error) {
	var sealed *redis.StringCmd
	var fields *redis.StringSliceCmd
	_, err = s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		sealed = p.HGet(ctx, s.pickupKey(id), coverField)
		fields = p.HKeys(ctx, s.pickupKey(id))
		return nil
	})
	if errors.Is(err, redis.Nil) {
		return nil, nil, false, nil
	}
	if err != nil {
		return nil, nil, false, fmt.Errorf("look at pickup: %w", err)
	}
	cover, err = sealed.Bytes()
	if err != nil {
		return nil, nil, false, fmt.Errorf("look at pickup: %w", err)
	}
	for _, name := range fields.Val() {
		if name != coverField && name != takenField {
			parts = append(parts, name)
		}
	}
	slices.Sort(parts)
	return cover, parts, true, nil
}

// TakePickup gives one part, once. found is false when it was taken before, or
// never was. A call whose answer is lost has taken it all the same.
func (s *Store) TakePickup(ctx context.Context, id PickupID, part string) (sealed []byte, found bool, err error) {
	if !partName.MatchString(part) || part == coverField || part == takenField {
		return nil, false, nil
	}
	text, err := takeScript.Run(ctx, s.client, []string{s.pickupKey(id)}, part).Text()
	if errors.Is(err, redis.Nil) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("take from pickup: %w", err)
	}
	return []byte(text), true, nil
}

// dropPickup takes away what waits for a chat.
func (s *Store) dropPickup(ctx context.Context, chat Chat) error {
	id, err := s.client.Get(ctx, s.pickupOf(chat)).Result()
	if errors.Is(err, redis.Nil) {
		return nil
	}
	if err == nil {
		err = s.dropFiles(ctx, id)
	}
	if err == nil {
		err = s.client.Del(ctx, s.pickupOf(chat)).Err()
	}
	if err != nil {
		return fmt.Errorf("drop pickup: %w", err)
	}
	return nil
}

func (s *Store) dropFiles(ctx context.Context, name string) error {
	var id PickupID
	raw, err := hex.DecodeString(name)
	if err != nil || len(raw) != len(id) {
		return errAnswer
	}
	copy(id[:], raw)
	return s.client.Del(ctx, s.pickupKey(id)).Err()
}
