// Package seal keeps the operator's keys and does with them everything that
// makes personal data unreadable at rest: it seals columns, turns addresses
// into blind indexes, and derives codes and their hashes.
//
// It is a leaf: it imports tink and the standard library only, and knows no
// table, no chat and no person.
//
// A keyset has three parts with one purpose each, so that one can be turned
// without the others:
//
//	seal   AES256-GCM, sealed columns; any number of keys, the primary seals
//	index  HMAC-SHA256 PRF, blind indexes of addresses; the primary alone counts
//	codes  HMAC-SHA256 PRF, codes and their hashes; the primary alone counts
//
// Keys lost means names lost: nothing here or elsewhere can bring them back.
package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/aesgcm"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/prf/hmacprf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// version of the keyset document. A document of another version is refused.
const version = 1

// Keys is an opened keyset. It is safe for concurrent use and prints as
// nothing but its name, so that it cannot end up in a log.
type Keys struct {
	seal  tink.AEAD
	index *prf.Set
	codes *prf.Set
}

// String hides the keys from every kind of printing.
func (k *Keys) String() string { return "seal.Keys" }

// GoString hides the keys from %#v.
func (k *Keys) GoString() string { return "seal.Keys" }

// document is the keyset as it is stored: one JSON object that fits into an
// environment variable or a file. Its parts are tink's own JSON form.
type document struct {
	Version int             `json:"version"`
	Seal    json.RawMessage `json:"seal"`
	Index   json.RawMessage `json:"index"`
	Codes   json.RawMessage `json:"codes"`
}

// New makes a fresh keyset, as one line of JSON. It holds the keys in clear:
// whoever has it can read every name.
func New() ([]byte, error) {
	doc := document{Version: version}
	parts := []struct {
		into     *json.RawMessage
		template *tinkpb.KeyTemplate
	}{
		{&doc.Seal, aead.AES256GCMKeyTemplate()},
		{&doc.Index, prf.HMACSHA256PRFKeyTemplate()},
		{&doc.Codes, prf.HMACSHA256PRFKeyTemplate()},
	}
	for _, part := range parts {
		handle, err := keyset.NewHandle(part.template)
		if err != nil {
			return nil, fmt.Errorf("make a key: %w", err)
		}
		if *part.into, err = write(handle); err != nil {
			return nil, fmt.Errorf("write a key: %w", err)
		}
	}
	return json.Marshal(doc)
}

func write(handle *keyset.Handle) ([]byte, error) {
	var buf bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&buf)); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// Parse opens a keyset document. Its errors are one line that says what is
// wrong and what to do, and never repeat a part of the document.
func Parse(doc []byte) (*Keys, error) {
	var d document
	switch err := json.Unmarshal(doc, &d); {
	case len(bytes.TrimSpace(doc)) == 0:
		return nil, errors.New("keyset: empty; make one with `mboka keys new`")
	case err != nil:
		return nil, errors.New("keyset: not a JSON document as `mboka keys new` prints it; was it cut when it was copied?")
	case d.Version == 0:
		return nil, errors.New("keyset: has no \"version\"; this is not what `mboka keys new` prints")
	case d.Version != version:
		return nil, fmt.Errorf("keyset: version %d, but this program knows version %d", d.Version, version)
	}
	k := &Keys{}
	handle, err := open("seal", d.Seal, isAES256GCM)
	if err != nil {
		return nil, err
	}
	if k.seal, err = aead.New(handle); err != nil {
		return nil, unusable("seal")
	}
	if k.index, err = openPRF("index", d.Index); err != nil {
		return nil, err
	}
	if k.codes, err = openPRF("codes", d.Codes); err != nil {
		return nil, err
	}
	if bytes.Equal(derive(k.index, "same?"), derive(k.codes, "same?")) {
		return nil, errors.New("keyset: parts \"index\" and \"codes\" hold the same key; each needs its own")
	}
	return k, nil
}

func unusable(part string) error {
	return fmt.Errorf("keyset: part %q is not a usable tink keyset; restore the document from where it was put away", part)
}

// open reads one part and checks that each enabled key is of the right kind.
func open(part string, doc json.RawMessage, right func(*keyset.Entry) bool) (*keyset.Handle, error) {
	if len(doc) == 0 || string(doc) == "null" {
		return nil, fmt.Errorf("keyset: part %q is missing", part)
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(doc)))
	if err != nil {
		return nil, unusable(part)
	}
	for i := range handle.Len() {
		entry, err := handle.Entry(i)
		if err != nil {
			return nil, unusable(part)
		}
		if !right(entry) {
			return nil, fmt.Errorf("keyset: part %q holds a key of the wrong kind", part)
		}
	}
	return handle, nil
}

func openPRF(part string, doc json.RawMessage) (*prf.Set, error) {
	handle, err := open(part, doc, isHMACPRF)
	if err != nil {
		return nil, err
	}
	set, err := prf.NewPRFSet(handle)
	if err != nil {
		return nil, unusable(part)
	}
	return set, nil
}

func isAES256GCM(e *keyset.Entry) bool {
	key, ok := e.Key().(*aesgcm.Key)
	return ok && key.Parameters().(*aesgcm.Parameters).KeySizeInBytes() == 32
}

func isHMACPRF(e *keyset.Entry) bool {
	key, ok := e.Key().(*hmacprf.Key)
	return ok && key.Parameters().(*hmacprf.Parameters).HashType() == hmacprf.SHA256
}

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
