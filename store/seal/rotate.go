package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/daead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
)

// Part is a part of the keyset that turns.
type Part string

// The parts that turn.
const (
	SealPart  Part = "seal"
	IndexPart Part = "index"
)

// Key tells of an enabled key of a part that turns. Its id is no secret: it
// stands at the beginning of all that the key sealed.
type Key struct {
	Part    Part
	ID      string // decimal digits, or BareID
	Primary bool
}

// BareID names the absence of a key in part index: chats as a keyset of version
// 1 left them.
const BareID = "bare"

// List gives the enabled keys of the parts that turn, the oldest first.
func (k *Keys) List() []Key { return append([]Key(nil), k.list...) }

// Prefix is how everything begins that a key of List sealed or indexed; nil for
// BareID.
func (key Key) Prefix() ([]byte, error) {
	if key.ID == BareID {
		return nil, nil
	}
	id, err := strconv.ParseUint(key.ID, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("key %q: not an id", key.ID)
	}
	// Tink's own form: a version byte, then the id, high byte first.
	return []byte{1, byte(id >> 24), byte(id >> 16), byte(id >> 8), byte(id)}, nil
}

// ErrRefused: the document does not admit that step of a rotation.
var ErrRefused = errors.New("keyset")

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrRefused, fmt.Sprintf(format, args...))
}

// Add gives the document with one more key in a part, and the key's id. The
// primary stays: the new key opens only, until Promote.
func Add(doc []byte, part Part) (out []byte, id string, err error) {
	d, err := read(doc)
	if err != nil {
		return nil, "", err
	}
	switch part {
	case SealPart:
		d.Seal, id, err = addKey(d.Seal, aead.AES256GCMKeyTemplate())
	case IndexPart:
		d.Index, id, err = addKey(d.Index, daead.AESSIVKeyTemplate())
	default:
		err = refuse("part %q does not turn; seal and index do", part)
	}
	if err != nil {
		return nil, "", err
	}
	return finish(d, id)
}

// Promote gives the document with another key as the primary of a part: the one
// named, or with no id the newest. Every replica must know that key already.
func Promote(doc []byte, part Part, id string) (out []byte, promoted string, err error) {
	d, keys, err := keysOf(doc, part)
	if err != nil {
		return nil, "", err
	}
	if len(keys) < 2 {
		return nil, "", refuse("part %q has one key: `mboka keys add` first, and restart every replica with the new document", part)
	}
	if id == "" {
		id = keys[len(keys)-1].ID
	}
	key, err := pick(keys, id)
	switch {
	case err != nil:
		return nil, "", err
	case key.Primary:
		return nil, "", refuse("key %s of part %q is the primary already", id, part)
	case id == BareID:
		return nil, "", refuse("%q is no key: it names what an older keyset left, and cannot come back", id)
	case part == SealPart:
		d.Seal, err = edit(d.Seal, key, (*keyset.Manager).SetPrimary)
	default:
		if d.Bare == barePrimary {
			d.Bare = bareEnabled
		}
		d.Index, err = edit(d.Index, key, (*keyset.Manager).SetPrimary)
	}
	if err != nil {
		return nil, "", err
	}
	return finish(d, id)
}

// Drop gives the document without a key. What that key sealed can never be
// read again.
func Drop(doc []byte, part Part, id string) ([]byte, error) {
	d, keys, err := keysOf(doc, part)
	if err != nil {
		return nil, err
	}
	key, err := pick(keys, id)
	switch {
	case err != nil:
		return nil, err
	case key.Primary:
		return nil, refuse("key %s is the primary of part %q: what it seals could not be read again", id, part)
	case id == BareID:
		d.Bare = bareNone
	case part == IndexPart && d.Bare == barePrimary && len(keys) == 2:
		d.Index = nil // the only real key, never promoted
	case part == SealPart:
		d.Seal, err = edit(d.Seal, key, (*keyset.Manager).Delete)
	default:
		d.Index, err = d.dropIndex(key)
	}
	if err != nil {
		return nil, err
	}
	out, _, err := finish(d, id)
	return out, err
}

// dropIndex: while chats are bare, tink's own primary means nothing, but tink
// does not let it go.
func (d document) dropIndex(key Key) (json.RawMessage, error) {
	if d.Bare == barePrimary {
		keys, err := d.list()
		if err != nil {
			return nil, err
		}
		for _, other := range keys {
			if other.Part == IndexPart && other.ID != key.ID && other.ID != BareID {
				if d.Index, err = edit(d.Index, other, (*keyset.Manager).SetPrimary); err != nil {
					return nil, err
				}
				break
			}
		}
	}
	return edit(d.Index, key, (*keyset.Manager).Delete)
}

func keysOf(doc []byte, part Part) (document, []Key, error) {
	d, err := read(doc)
	if err != nil {
		return d, nil, err
	}
	if part != SealPart && part != IndexPart {
		return d, nil, refuse("part %q does not turn; seal and index do", part)
	}
	all, err := d.list()
	if err != nil {
		return d, nil, err
	}
	var keys []Key
	for _, key := range all {
		if key.Part == part {
			keys = append(keys, key)
		}
	}
	return d, keys, nil
}

func pick(keys []Key, id string) (Key, error) {
	for _, key := range keys {
		if key.ID == id {
			return key, nil
		}
	}
	return Key{}, refuse("there is no enabled key %q in that part: `mboka keys list` shows them", id)
}

// finish checks what was made as a whole before anybody may use it.
func finish(d document, id string) ([]byte, string, error) {
	out, err := json.Marshal(d)
	if err != nil {
		return nil, "", fmt.Errorf("write keyset: %w", err)
	}
	if _, err := Parse(out); err != nil {
		return nil, "", err
	}
	return out, id, nil
}

func addKey(part json.RawMessage, template *tinkpb.KeyTemplate) (json.RawMessage, string, error) {
	manager := keyset.NewManager()
	if !missing(part) {
		var err error
		if manager, err = managerOf(part); err != nil {
			return nil, "", err
		}
	}
	id, err := manager.Add(template)
	if err == nil && missing(part) {
		err = manager.SetPrimary(id)
	}
	if err != nil {
		return nil, "", fmt.Errorf("add a key: %w", err)
	}
	out, err := written(manager)
	return out, strconv.FormatUint(uint64(id), 10), err
}

func edit(part json.RawMessage, key Key, how func(*keyset.Manager, uint32) error) (json.RawMessage, error) {
	manager, err := managerOf(part)
	if err != nil {
		return nil, err
	}
	id, err := strconv.ParseUint(key.ID, 10, 32)
	if err == nil {
		err = how(manager, uint32(id))
	}
	if err != nil {
		return nil, fmt.Errorf("change keyset: %w", err)
	}
	return written(manager)
}

func managerOf(part json.RawMessage) (*keyset.Manager, error) {
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(part)))
	if err != nil {
		return nil, errors.New("keyset: a part is not a usable tink keyset; restore the document from where it was put away")
	}
	return keyset.NewManagerFromHandle(handle), nil
}

func written(manager *keyset.Manager) (json.RawMessage, error) {
	handle, err := manager.Handle()
	if err != nil {
		return nil, fmt.Errorf("write keyset: %w", err)
	}
	return write(handle)
}

// list gives the enabled keys, the oldest first.
func (d document) list() ([]Key, error) {
	var keys []Key
	for _, p := range []struct {
		part Part
		doc  json.RawMessage
	}{{SealPart, d.Seal}, {IndexPart, d.Index}} {
		if p.part == IndexPart && d.Bare != bareNone {
			keys = append(keys, Key{Part: IndexPart, ID: BareID, Primary: d.Bare == barePrimary})
		}
		if missing(p.doc) {
			continue
		}
		handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(p.doc)))
		if err != nil {
			return nil, unusable(string(p.part))
		}
		for i := range handle.Len() {
			entry, err := handle.Entry(i)
			if err != nil {
				return nil, unusable(string(p.part))
			}
			if entry.KeyStatus() == keyset.Enabled {
				primary := entry.IsPrimary() && (p.part == SealPart || d.Bare != barePrimary)
				keys = append(keys, Key{Part: p.part, ID: strconv.FormatUint(uint64(entry.KeyID()), 10), Primary: primary})
			}
		}
	}
	return keys, nil
}
