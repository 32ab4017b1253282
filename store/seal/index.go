package seal

import (
	"bytes"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/daead"
	"github.com/tink-crypto/tink-go/v2/daead/aessiv"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// indexAD is bound to every index, so that it is good for nothing else.
const indexAD = "chat"

// indexer turns chats into indexes with one key; without one they stay bare.
type indexer struct {
	key    tink.DeterministicAEAD
	prefix []byte
}

func (x indexer) bare() bool { return x.key == nil }

func (x indexer) index(c Chat) []byte {
	if x.bare() {
		return bytes.Clone(c[:])
	}
	out, err := x.key.EncryptDeterministically(c[:], []byte(indexAD))
	if err != nil {
		// Parse admits AES-SIV only, which takes any 16 bytes.
		panic("seal: " + err.Error())
	}
	return out
}

// Indexes gives a chat as Postgres may hold it: under the primary key of part
// index, which is what new rows get, then under each other enabled key. The
// name of the chat itself never turns; this does, so that an old copy of the
// keyset does not find an address in a newer copy of the database. It is
// encrypted and not hashed, so that every row can be turned, also where nothing
// else says whose it is.
func (k *Keys) Indexes(c Chat) [][]byte {
	out := make([][]byte, len(k.index))
	for i, x := range k.index {
		out[i] = x.index(c)
	}
	return out
}

// ChatOf gives back the chat that any of the enabled keys made an index of.
func (k *Keys) ChatOf(index []byte) (Chat, error) {
	var c Chat
	for _, x := range k.index {
		switch {
		case x.bare() && len(index) == len(c):
			copy(c[:], index)
			return c, nil
		case x.bare() || len(index) == len(c) || !bytes.HasPrefix(index, x.prefix):
			continue
		}
		plain, err := x.key.DecryptDeterministically(index, []byte(indexAD))
		if err == nil && len(plain) == len(c) {
			copy(c[:], plain)
			return c, nil
		}
	}
	return Chat{}, fmt.Errorf("open index of a chat: no enabled key made it")
}

// IndexPrefix is how every index begins that the primary key made. It is empty
// while chats are kept bare: an index is then 16 bytes long, and else longer.
func (k *Keys) IndexPrefix() []byte { return bytes.Clone(k.index[0].prefix) }

// openIndex gives an indexer for each enabled key, the primary first.
func openIndex(d document) ([]indexer, error) {
	if missing(d.Index) && d.Bare == barePrimary {
		return []indexer{{}}, nil
	}
	handle, err := open("index", d.Index, isAESSIV)
	if err != nil {
		return nil, err
	}
	var out []indexer
	if d.Bare == barePrimary {
		out = append(out, indexer{})
	}
	for i := range handle.Len() {
		entry, err := handle.Entry(i)
		if err != nil {
			return nil, unusable("index")
		}
		if entry.KeyStatus() != keyset.Enabled {
			continue
		}
		x, err := indexerOf(handle, entry)
		if err != nil {
			return nil, unusable("index")
		}
		if entry.IsPrimary() && d.Bare != barePrimary {
			out = append([]indexer{x}, out...)
		} else {
			out = append(out, x)
		}
	}
	if d.Bare == bareEnabled {
		out = append(out, indexer{})
	}
	return out, nil
}

// indexerOf makes a key the primary of a copy: tink encrypts with no other.
func indexerOf(handle *keyset.Handle, entry *keyset.Entry) (indexer, error) {
	manager := keyset.NewManagerFromHandle(handle)
	if err := manager.SetPrimary(entry.KeyID()); err != nil {
		return indexer{}, err
	}
	alone, err := manager.Handle()
	if err != nil {
		return indexer{}, err
	}
	key, err := daead.New(alone)
	if err != nil {
		return indexer{}, err
	}
	return indexer{key: key, prefix: entry.Key().(*aessiv.Key).OutputPrefix()}, nil
}
