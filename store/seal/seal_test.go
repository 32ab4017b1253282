package seal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
)

func newDoc(t *testing.T) []byte {
	t.Helper()
	doc, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func newKeys(t *testing.T) *Keys {
	t.Helper()
	k, err := Parse(newDoc(t))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// part makes a keyset of one key after a template, in tink's JSON.
func part(t *testing.T, template *tinkpb.KeyTemplate) json.RawMessage {
	t.Helper()
	handle, err := keyset.NewHandle(template)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := write(handle)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// change parses a document, lets edit change it and writes it again.
func change(t *testing.T, doc []byte, edit func(*document)) []byte {
	t.Helper()
	var d document
	if err := json.Unmarshal(doc, &d); err != nil {
		t.Fatal(err)
	}
	edit(&d)
	out, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSealOpensOnlyInItsPlace(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	plain := []byte("Mama Béa")
	sealed, err := k.Seal("profile", "id-1", "display_name", plain)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("Mama")) {
		t.Error("the sealed value shows the plain one")
	}
	got, err := k.Open("profile", "id-1", "display_name", sealed)
	if err != nil || !bytes.Equal(got, plain) {
		t.Errorf("open = %q, %v", got, err)
	}
	for _, at := range [][3]string{
		{"draft", "id-1", "display_name"},
		{"profile", "id-2", "display_name"}, // a copied row
		{"profile", "id-1", "city_text"},
		{"profile:id-1", "", "display_name"},
		{"profile", "id-1:display_name", ""},
		{"", "", ""},
	} {
		if got, err := k.Open(at[0], at[1], at[2], sealed); err == nil {
			t.Errorf("opened as %v: %q", at, got)
		}
	}
}

func TestSealIsDifferentEachTime(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	one, err := k.Seal("t", "1", "c", []byte("same"))
	if err != nil {
		t.Fatal(err)
	}
	two, err := k.Seal("t", "1", "c", []byte("same"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(one, two) {
		t.Error("equal texts can be told from their sealed form")
	}
}

func TestOpenRefusesWhatWasChanged(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	sealed, err := k.Seal("t", "1", "c", []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range sealed {
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		if _, err := k.Open("t", "1", "c", broken); err == nil {
			t.Fatalf("opened with byte %d changed", i)
		}
	}
	for _, broken := range [][]byte{nil, {}, sealed[:len(sealed)-1], []byte("text")} {
		if _, err := k.Open("t", "1", "c", broken); err == nil {
			t.Errorf("opened %d bytes of rubbish", len(broken))
		}
	}
	if _, err := newKeys(t).Open("t", "1", "c", sealed); err == nil {
		t.Error("opened with other keys")
	}
}

func TestSealOfNothing(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	sealed, err := k.Seal("t", "1", "c", nil)
	if err != nil || len(sealed) == 0 {
		t.Fatalf("seal = %x, %v", sealed, err)
	}
	if got, err := k.Open("t", "1", "c", sealed); err != nil || len(got) != 0 {
		t.Errorf("open = %q, %v", got, err)
	}
}

// Rotation: a keyset with an old and a new key opens what the old one sealed
// and seals with the new one.
func TestTwoKeysOpenOldData(t *testing.T) {
	t.Parallel()
	doc := newDoc(t)
	before, err := Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	old, err := before.Seal("t", "1", "c", []byte("old"))
	if err != nil {
		t.Fatal(err)
	}
	added, _, err := Add(doc, SealPart)
	if err != nil {
		t.Fatal(err)
	}
	promoted, _, err := Promote(added, SealPart, "")
	if err != nil {
		t.Fatal(err)
	}
	after, err := Parse(promoted)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := after.Open("t", "1", "c", old); err != nil || string(got) != "old" {
		t.Errorf("old data after a rotation = %q, %v", got, err)
	}
	fresh, err := after.Seal("t", "1", "c", []byte("new"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := before.Open("t", "1", "c", fresh); err == nil {
		t.Error("new data is still sealed with the old key")
	}
	if before.Chat("telegram", "1") != after.Chat("telegram", "1") {
		t.Error("turning the seal key moved the index")
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	good := newDoc(t)
	cases := map[string]struct {
		doc  []byte
		want string
	}{
		"nothing":       {nil, "empty"},
		"blank":         {[]byte(" \n"), "empty"},
		"text":          {[]byte("hunter2"), "not a JSON document"},
		"cut":           {good[:len(good)/2], "not a JSON document"},
		"other JSON":    {[]byte(`{"hunter2":1}`), `no "version"`},
		"array":         {[]byte(`[]`), "not a JSON document"},
		"later version": {change(t, good, func(d *document) { d.Version = 3 }), "version 3"},
		"no route":      {change(t, good, func(d *document) { d.Route = nil }), `"route" is missing`},
		"odd bare":      {change(t, good, func(d *document) { d.Bare = "hunter2" }), `"bare" is neither`},
		"no seal":       {change(t, good, func(d *document) { d.Seal = nil }), `"seal" is missing`},
		"no index":      {change(t, good, func(d *document) { d.Index = nil }), `"index" is missing`},
		"no codes":      {change(t, good, func(d *document) { d.Codes = nil }), `"codes" is missing`},
		"broken seal":   {change(t, good, func(d *document) { d.Seal = json.RawMessage(`{"key":[]}`) }), `"seal" is not a usable`},
		"broken index":  {change(t, good, func(d *document) { d.Index = json.RawMessage(`"hunter2"`) }), `"index" is not a usable`},
		"PRF as seal":   {change(t, good, func(d *document) { d.Seal = d.Codes }), `"seal" holds a key of the wrong kind`},
		"AEAD as index": {change(t, good, func(d *document) { d.Index = d.Seal }), `"index" holds a key of the wrong kind`},
		"MAC as codes":  {change(t, good, func(d *document) { d.Codes = part(t, mac.HMACSHA256Tag256KeyTemplate()) }), `"codes" holds a key of the wrong kind`},
		"short AES key": {change(t, good, func(d *document) { d.Seal = part(t, aead.AES128GCMKeyTemplate()) }), `"seal" holds a key of the wrong kind`},
		"long PRF":      {change(t, good, func(d *document) { d.Codes = part(t, prf.HMACSHA512PRFKeyTemplate()) }), `"codes" holds a key of the wrong kind`},
		"PRF as index":  {change(t, good, func(d *document) { d.Index = d.Route }), `"index" holds a key of the wrong kind`},
		"old, no index": {change(t, asVersion1(t, good), func(d *document) { d.Index = nil }), `"index" is missing`},
		"nameless key":  {change(t, good, func(d *document) { d.Seal = part(t, aead.AES256GCMNoPrefixKeyTemplate()) }), `"seal" holds a key of the wrong kind`},
		"one key twice": {change(t, good, func(d *document) { d.Codes = d.Route }), "the same key"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, err := Parse(c.doc)
			if err == nil {
				t.Fatalf("parsed into %v", k)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q does not say %q", err, c.want)
			}
			if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error %q is more than a line, or repeats the document", err)
			}
		})
	}
}

func TestNewFitsAnEnvironmentVariable(t *testing.T) {
	t.Parallel()
	doc := newDoc(t)
	if bytes.ContainsAny(doc, "\n\r") || len(doc) > 4096 {
		t.Errorf("%d bytes, or more than a line", len(doc))
	}
	if _, err := Parse(append([]byte("\n "), append(doc, '\n')...)); err != nil {
		t.Errorf("space around the document: %v", err)
	}
	if bytes.Equal(doc, newDoc(t)) {
		t.Error("two keysets are the same")
	}
}

func TestKeysDoNotPrint(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, k); got != "seal.Keys" {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}

func TestKeysAreSharedSafely(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 50 {
				id := fmt.Sprint(i)
				sealed, err := k.Seal("t", id, "c", []byte(id))
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := k.Open("t", id, "c", sealed); err != nil || string(got) != id {
					t.Errorf("open = %q, %v", got, err)
				}
				if first := k.Chat("telegram", id); first != k.Chat("telegram", id) {
					t.Error("a chat moved")
				}
			}
		})
	}
	all.Wait()
}
