package web

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"mboka/locales/reference"
	"mboka/store"
)

// search is what somebody looks for: codes that there are, "" for any.
type search struct{ Country, Sector, Group, Trade string }

func (q search) query() store.CardQuery {
	return store.CardQuery{Country: q.Country, Sector: q.Sector, Group: q.Group, Profession: q.Trade}
}

// key names the search in marks.
func (q search) key() string {
	return strings.Join([]string{q.Country, q.Sector, q.Group, q.Trade}, "|")
}

// work is its profession as the form has it: a group, or one of it.
func (q search) work() string {
	if q.Trade != "" {
		return q.Group + "." + q.Trade
	}
	return q.Group
}

// values is the search as a query of an address.
func (q search) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"country": q.Country, "sector": q.Sector, "work": q.work()} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// readSearch reads a search. What is no code is left out.
func readSearch(v url.Values) (q search) {
	if c, known := reference.CountryByCode(v.Get("country")); known {
		q.Country = c.Alpha2
	}
	if hasCode("sector", v.Get("sector")) {
		q.Sector = v.Get("sector")
	}
	group, trade, _ := strings.Cut(v.Get("work"), ".")
	if hasCode("profession_group", group) {
		q.Group = group
		if trade != otherCode && hasCode("profession_"+group, trade) {
			q.Trade = trade
		}
	}
	return q
}

func hasCode(list, code string) bool {
	return code != "" && slices.ContainsFunc(reference.List(list), func(o reference.Option) bool { return o.Code == code })
}

// Marks: 2 bytes of the day, 16 of the place, 8 that prove that it is ours.
const (
	markDay   = 2
	markPlace = 16
	markProof = 8
)

// dayOf counts days.
func dayOf(t time.Time) int { return int(t.UTC().Unix() / 86400) }

// order is the secret that the order of a day hangs on.
func (d *Directory) order(day int) string {
	return hex.EncodeToString(d.Secret("directory-order", fmt.Sprint(day), 16))
}

func (d *Directory) proof(day int, place, search string) []byte {
	return d.Secret("directory-mark", fmt.Sprint(day, "|", place, "|", search), markProof)
}

// mark is where a reader goes on: behind a card, within a search and a day.
func (d *Directory) mark(day int, place string, q search) string {
	raw, err := hex.DecodeString(place)
	if err != nil || len(raw) != markPlace {
		return ""
	}
	out := append([]byte{byte(day >> 8), byte(day)}, raw...)
	return base64.RawURLEncoding.EncodeToString(append(out, d.proof(day, place, q.key())...))
}

// readMark is the way back. A mark that is not ours, of another search, or older
// than yesterday leads to the beginning of today.
func (d *Directory) readMark(text string, today int, q search) (day int, place string) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text) // one spelling of each
	if err != nil || len(raw) != markDay+markPlace+markProof {
		return today, ""
	}
	for _, day := range []int{today, today - 1} {
		place := hex.EncodeToString(raw[markDay : markDay+markPlace])
		if bytes.Equal(raw[:markDay], []byte{byte(day >> 8), byte(day)}) && bytes.Equal(raw[markDay+markPlace:], d.proof(day, place, q.key())) {
			return day, place
		}
	}
	return today, ""
}
