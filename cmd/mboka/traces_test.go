package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"
)

// forms are the ways in which a word may stand in the clear: as it is, in the
// other normal form, in UTF-16, in hexadecimal, in base64 at each of its three
// places, escaped as in addresses and in JSON; a number also as 8 bytes.
func forms(mark string) []string {
	out := []string{mark}
	if decomposed := norm.NFD.String(mark); decomposed != mark {
		out = append(out, decomposed)
	}
	little, big := make([]byte, 0, 2*len(mark)), make([]byte, 0, 2*len(mark))
	for _, unit := range utf16.Encode([]rune(mark)) {
		little, big = binary.LittleEndian.AppendUint16(little, unit), binary.BigEndian.AppendUint16(big, unit)
	}
	out = append(out, string(little), string(big), hex.EncodeToString([]byte(mark)), strings.ToUpper(hex.EncodeToString([]byte(mark))))
	for shift := range 3 {
		for _, code := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			whole := code.EncodeToString(append(make([]byte, shift), mark...))
			// The first and last signs also depend on what stands beside the word.
			out = append(out, whole[[]int{0, 2, 3}[shift]:(shift+len(mark))*8/6])
		}
	}
	if escaped := url.QueryEscape(mark); escaped != mark {
		out = append(out, escaped, strings.Trim(strconv.QuoteToASCII(mark), `"`))
	}
	if n, err := strconv.ParseInt(mark, 10, 64); err == nil {
		out = append(out, string(binary.LittleEndian.AppendUint64(nil, uint64(n))), string(binary.BigEndian.AppendUint64(nil, uint64(n))))
	}
	return out
}

// search tells in which places a word of marks stands, in whatever form.
func search(t *testing.T, places map[string]string, marks []string) {
	t.Helper()
	for place, content := range places {
		for i, mark := range marks {
			for j, form := range forms(mark) {
				if at := strings.Index(content, form); at >= 0 {
					t.Errorf("%s: mark %d stands there in the clear, in form %d, after %q", place, i, j, content[max(0, at-60):at])
					break
				}
			}
		}
	}
}

// TestSearchSeesAllForms: the search finds a word however it is written down.
func TestSearchSeesAllForms(t *testing.T) {
	t.Parallel()
	found := func(content, mark string) bool {
		for _, form := range forms(mark) {
			if strings.Contains(content, form) {
				return true
			}
		}
		return false
	}
	for _, mark := range []string{"Célestine", "Zorglub", "7000000901", "32470000123"} {
		for before := range 4 {
			plain := strings.Repeat("x", before) + mark + "yz"
			for say, content := range map[string]string{
				"plain": plain, "decomposed": norm.NFD.String(plain), "hex": hex.EncodeToString([]byte(plain)),
				"base64": base64.StdEncoding.EncodeToString([]byte(plain)), "raw base64": base64.RawURLEncoding.EncodeToString([]byte(plain)),
				"url": url.QueryEscape(plain), "quoted": strconv.QuoteToASCII(plain), "pg_dump": `'\x` + hex.EncodeToString([]byte(plain)) + `'`,
			} {
				if !found(content, mark) {
					t.Errorf("%s as %s after %d is not found", mark, say, before)
				}
			}
		}
	}
	if !found(string(binary.BigEndian.AppendUint64([]byte("x"), 7000000901)), "7000000901") {
		t.Error("a number in 8 bytes is not found")
	}
	if found("Célestin Zorglu 700000901", "Célestine") {
		t.Error("what is not there is found")
	}
}

// files reads all files below a folder into one text. Those that go while it
// reads have gone.
func files(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			if os.IsNotExist(err) {
				return nil
			}
			return err
		}
		content, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			return nil
		}
		all.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
