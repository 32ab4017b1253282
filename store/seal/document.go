package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/aesgcm"
	"github.com/tink-crypto/tink-go/v2/daead"
	"github.com/tink-crypto/tink-go/v2/daead/aessiv"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/prf/hmacprf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
)

// version of the keyset document that is written. In version 1 what is now
// route was called index, and Postgres kept chats bare; it is read too.
const version = 2

// document is the keyset as it is stored: one JSON object that fits into an
// environment variable or a file. Its parts are tink's own JSON form.
type document struct {
	Version int             `json:"version"`
	Seal    json.RawMessage `json:"seal"`
	Route   json.RawMessage `json:"route,omitempty"`
	Index   json.RawMessage `json:"index,omitempty"`
	Codes   json.RawMessage `json:"codes"`
	Bare    bare            `json:"bare,omitempty"`
}

// bare says whether Postgres holds chats without an index of their own, as it
// did for a document of version 1. It is a key of part index that is none.
type bare string

const (
	bareNone    bare = ""
	barePrimary bare = "primary" // new rows hold them
	bareEnabled bare = "enabled" // old rows may hold them
)

// New makes a fresh keyset, as one line of JSON. It holds the keys in clear:
// whoever has it can read every name.
func New() ([]byte, error) {
	doc := document{Version: version}
	parts := []struct {
		into     *json.RawMessage
		template *tinkpb.KeyTemplate
	}{
		{&doc.Seal, aead.AES256GCMKeyTemplate()},
		{&doc.Route, prf.HMACSHA256PRFKeyTemplate()},
		{&doc.Index, daead.AESSIVKeyTemplate()},
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

// read decodes a document and brings it to the present version.
func read(doc []byte) (document, error) {
	var d document
	switch err := json.Unmarshal(doc, &d); {
	case len(bytes.TrimSpace(doc)) == 0:
		return d, errors.New("keyset: empty; make one with `mboka keys new`")
	case err != nil:
		return d, errors.New("keyset: not a JSON document as `mboka keys new` prints it; was it cut when it was copied?")
	case d.Version == 0:
		return d, errors.New("keyset: has no \"version\"; this is not what `mboka keys new` prints")
	case d.Version == 1:
		if missing(d.Index) {
			return d, errors.New("keyset: part \"index\" is missing")
		}
		d.Version, d.Route, d.Index, d.Bare = version, d.Index, nil, barePrimary
	case d.Version != version:
		return d, fmt.Errorf("keyset: version %d, but this program knows versions 1 and %d", d.Version, version)
	}
	if d.Bare != bareNone && d.Bare != barePrimary && d.Bare != bareEnabled {
		return d, errors.New("keyset: \"bare\" is neither primary nor enabled")
	}
	return d, nil
}

func missing(part json.RawMessage) bool { return len(part) == 0 || string(part) == "null" }

// Parse opens a keyset document. Its errors are one line that says what is
// wrong and what to do, and never repeat a part of the document.
func Parse(doc []byte) (*Keys, error) {
	d, err := read(doc)
	if err != nil {
		return nil, err
	}
	k := &Keys{}
	handle, err := open("seal", d.Seal, isAES256GCM)
	if err != nil {
		return nil, err
	}
	if k.seal, err = aead.New(handle); err != nil {
		return nil, unusable("seal")
	}
	primary, err := handle.Primary()
	if err != nil {
		return nil, unusable("seal")
	}
	k.sealPrefix = primary.Key().(*aesgcm.Key).OutputPrefix()
	if k.route, err = openPRF("route", d.Route); err != nil {
		return nil, err
	}
	if k.index, err = openIndex(d); err != nil {
		return nil, err
	}
	if k.codes, err = openPRF("codes", d.Codes); err != nil {
		return nil, err
	}
	if bytes.Equal(derive(k.route, "same?"), derive(k.codes, "same?")) {
		return nil, errors.New("keyset: parts \"route\" and \"codes\" hold the same key; each needs its own")
	}
	k.list, err = d.list()
	return k, err
}

func unusable(part string) error {
	return fmt.Errorf("keyset: part %q is not a usable tink keyset; restore the document from where it was put away", part)
}

// open reads one part and checks that each key is of the right kind.
func open(part string, doc json.RawMessage, right func(*keyset.Entry) bool) (*keyset.Handle, error) {
	if missing(doc) {
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

// isAES256GCM admits only keys that name themselves in what they seal.
func isAES256GCM(e *keyset.Entry) bool {
	key, ok := e.Key().(*aesgcm.Key)
	if !ok {
		return false
	}
	p := key.Parameters().(*aesgcm.Parameters)
	return p.KeySizeInBytes() == 32 && p.Variant() == aesgcm.VariantTink
}

// isAESSIV admits only keys that name themselves in an index.
func isAESSIV(e *keyset.Entry) bool {
	key, ok := e.Key().(*aessiv.Key)
	return ok && key.Parameters().(*aessiv.Parameters).Variant() == aessiv.VariantTink
}

func isHMACPRF(e *keyset.Entry) bool {
	key, ok := e.Key().(*hmacprf.Key)
	return ok && key.Parameters().(*hmacprf.Parameters).HashType() == hmacprf.SHA256
}
