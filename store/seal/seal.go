// Package seal keeps the operator's keys and does with them everything that
// makes personal data unreadable at rest: it seals columns, turns addresses
// into blind indexes, and derives codes and their hashes.
//
// It is a leaf: it imports tink and the standard library only, and knows no
// table and no person.
//
// A keyset has four parts with one purpose each, so that one can be turned
// without the others:
//
//	seal   AES256-GCM, sealed columns; any number of keys, the primary seals
//	route  HMAC-SHA256 PRF, the name of a chat (Chat); never turns
//	index  AES256-SIV, a chat as Postgres keeps it (Indexes); any number of
//	       keys, the primary writes
//	codes  HMAC-SHA256 PRF, codes and their hashes; never turns
//
// What is sealed, and an index, begins with five bytes that name its key: so
// what is left of an old key can be found without opening anything.
//
// Keys lost means names lost: nothing here or elsewhere can bring them back.
package seal

import (
	"bytes"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Keys is an opened keyset. It is safe for concurrent use and prints as
// nothing but its name, so that it cannot end up in a log.
type Keys struct {
	seal       tink.AEAD
	sealPrefix []byte // of what the primary seals
	route      *prf.Set
	index      []indexer // the primary first
	codes      *prf.Set
	list       []Key
}

// String hides the keys from every kind of printing.
func (k *Keys) String() string { return "seal.Keys" }

// GoString hides the keys from %#v.
func (k *Keys) GoString() string { return "seal.Keys" }

// Seal encrypts one column of one row. The result opens only as that column
// of that row: table, id and column are bound to it. An empty plain text is
// sealed like any other.
func (k *Keys) Seal(table, id, column string, plain []byte) ([]byte, error) {
	sealed, err := k.seal.Encrypt(plain, place(table, id, column))
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", table, column, err)
	}
	return sealed, nil
}

// Open decrypts what Seal made, with any enabled key of the keyset. It fails
// for another table, row or column, for another keyset, and for a changed
// byte; which of them it was cannot be told.
func (k *Keys) Open(table, id, column string, sealed []byte) ([]byte, error) {
	plain, err := k.seal.Decrypt(sealed, place(table, id, column))
	if err != nil {
		return nil, fmt.Errorf("open %s.%s: %w", table, column, err)
	}
	return plain, nil
}

// place is the associated data of a sealed value. Table and column are names
// without a colon, so no two places share it whatever the id holds.
func place(table, id, column string) []byte {
	return []byte(table + ":" + id + ":" + column)
}

// SealPrefix is how everything begins that the primary key sealed.
func (k *Keys) SealPrefix() []byte { return bytes.Clone(k.sealPrefix) }

// Reseal seals with the primary key what an older one sealed. What is the
// primary's already comes back as it is.
func (k *Keys) Reseal(table, id, column string, sealed []byte) ([]byte, error) {
	if bytes.HasPrefix(sealed, k.sealPrefix) {
		return sealed, nil
	}
	plain, err := k.Open(table, id, column, sealed)
	if err != nil {
		return nil, err
	}
	return k.Seal(table, id, column, plain)
}
