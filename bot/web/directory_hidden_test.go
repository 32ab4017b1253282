package web

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
	"mboka/store/storetest"
)

// asks is look with a method and headers.
func asks(h http.Handler, method, path, from string, head ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.RemoteAddr = from + ":1234"
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// unpack is the body as it is read.
func unpack(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	if w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() == 0 {
		return w.Body.String()
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// brokenSite is a replica that has lost its records.
func brokenSite(t *testing.T) http.Handler {
	t.Helper()
	policy, err := store.NewPolicy(store.DemoSettings())
	if err != nil {
		t.Fatal(err)
	}
	gone := errors.New("no records")
	return Handler(Options{Site: &Site{
		Now: func() time.Time { return directoryNow }, Policy: func(context.Context) (store.Policy, error) { return policy, nil },
		Logger: slog.New(slog.DiscardHandler),
		Directory: &Directory{
			Cards: func(context.Context, store.CardQuery) ([]store.PublicCard, error) { return nil, gone },
			Card: func(context.Context, uuid.UUID) (store.PublicCard, bool, error) {
				return store.PublicCard{}, false, gone
			},
			Secret: func(string, string, int) []byte { return make([]byte, 16) },
		},
	}})
}

// TestDirectoryIsKeptByNobody: what is answered under the directory may be kept
// by no browser, proxy or search engine, also where something is wrong.
func TestDirectoryIsKeptByNobody(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	_, card := publish(t, db, 1, "Fictive")
	own := "/directory/" + bot.CardID(card)
	whole, broken := directorySite(t, db), brokenSite(t)
	for i, c := range []struct {
		h            http.Handler
		method, path string
		status       int
	}{
		{whole, "GET", "/directory", 200}, {whole, "HEAD", "/directory", 200}, {whole, "GET", "/directory?country=BE&work=health.nursing", 200},
		{whole, "GET", own, 200}, {whole, "HEAD", own, 200}, {whole, "GET", "/directory/" + bot.CardID(uuid.New()), 404}, {whole, "GET", "/directory/1", 404},
		{whole, "GET", "/directory/", 301}, {whole, "GET", own + "/", 404}, {whole, "GET", "/directory?after=%zz", 200},
		{whole, "POST", "/directory", 405}, {whole, "DELETE", own, 405}, {whole, "GET", "/" + own, 307}, {whole, "GET", "/x/.." + own, 307},
		{broken, "GET", "/directory", 500}, {broken, "GET", own, 500},
	} {
		for _, lang := range locales.Langs {
			for _, packing := range []string{"identity", "gzip"} {
				got := asks(c.h, c.method, "/"+lang.String()+c.path, fmt.Sprint("192.0.2.", i), "Accept-Encoding", packing)
				head, what := got.Header(), c.method+" "+lang.String()+c.path
				if got.Code != c.status {
					t.Errorf("%s: %d, not %d", what, got.Code, c.status)
				}
				if head.Get("Cache-Control") != "no-store" || head.Get("ETag")+head.Get("Last-Modified")+head.Get("Expires") != "" {
					t.Errorf("%s may be kept: %v", what, head)
				}
				for _, word := range []string{"noindex", "noarchive", "nosnippet"} {
					if !strings.Contains(head.Get("X-Robots-Tag"), word) {
						t.Errorf("%s: no %s: %v", what, word, head)
					}
				}
				if body := unpack(t, got); strings.HasPrefix(body, "<!doctype") && !strings.Contains(body, `<meta name="robots" content="`+unfound+`">`) {
					t.Errorf("%s: the page itself does not say so", what)
				}
			}
		}
	}
	often := false
	for range cardPagesAtOnce + 1 {
		got := asks(whole, "GET", "/fr"+own, "192.0.2.99")
		often = got.Code == http.StatusTooManyRequests
		if got.Header().Get("Cache-Control") != "no-store" || !strings.Contains(got.Header().Get("X-Robots-Tag"), "noarchive") {
			t.Fatalf("%d may be kept: %v", got.Code, got.Header())
		}
	}
	if !often {
		t.Error("the limit was not met: the test shows less than it says")
	}
	robots := look(whole, "/robots.txt", "192.0.2.100").Body.String()
	for _, lang := range locales.Langs {
		if !strings.Contains(robots, "Disallow: /"+lang.String()+"/directory\n") {
			t.Errorf("robots.txt lets search engines in:\n%s", robots)
		}
	}
	if strings.Contains(look(whole, "/fr/help", "192.0.2.100").Header().Get("X-Robots-Tag"), "noindex") {
		t.Error("every page is hidden: the test shows nothing")
	}
}

// TestWithdrawnCardIsInNoCache: a reader who has the card, and asks whether it
// is still the same, is never told yes, packed or not, on any replica; and once
// it is withdrawn gets what is said of a card that never was.
func TestWithdrawnCardIsInNoCache(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	member, card := publish(t, db, 1, "Fictive Introuvable")
	replicas := []http.Handler{directorySite(t, db), directorySite(t, db)}
	paths := []string{"/fr/directory", "/fr/directory?country=BE", "/fr/directory/" + bot.CardID(card)}
	type kept struct{ path, packing, tag string }
	var all []kept
	for _, packing := range []string{"identity", "gzip"} {
		for _, path := range paths {
			w := asks(replicas[0], "GET", path, "192.0.2.1", "Accept-Encoding", packing)
			body := unpack(t, w)
			if !strings.Contains(body, "Fictive Introuvable") || (w.Header().Get("Content-Encoding") == "gzip") != (packing == "gzip") {
				t.Fatal(path, packing, w.Code, w.Header())
			}
			sum := sha256.Sum256([]byte(body)) // the tag as the other pages have it
			tag := base64.RawURLEncoding.EncodeToString(sum[:12])
			all = append(all, kept{path, packing, `"` + tag + `", "` + tag + `-gzip", W/"` + tag + `"`}, kept{path, packing, "*"})
		}
	}
	again := func(k kept, h http.Handler) (int, string) {
		w := asks(h, "GET", k.path, "192.0.2.2", "Accept-Encoding", k.packing, "If-None-Match", k.tag, "If-Modified-Since", directoryNow.Add(time.Hour).Format(http.TimeFormat))
		return w.Code, unpack(t, w)
	}
	for _, k := range all {
		if status, body := again(k, replicas[1]); status != http.StatusOK || !strings.Contains(body, "Fictive Introuvable") {
			t.Errorf("%+v: %d", k, status)
		}
	}
	if err := db.Write(t.Context(), func(tx *store.Tx) error { return tx.DropCard(t.Context(), member) }); err != nil {
		t.Fatal(err)
	}
	never := look(replicas[0], "/fr/directory/"+bot.CardID(uuid.New()), "192.0.2.3").Body.String()
	for _, k := range all {
		for _, h := range replicas {
			status, body := again(k, h)
			if one := strings.Contains(k.path, bot.CardID(card)); one && (status != http.StatusNotFound || body != never) || !one && status != http.StatusOK {
				t.Errorf("withdrawn, %+v: %d", k, status)
			}
			if strings.Contains(body, "Introuvable") || strings.Contains(body, bot.CardID(card)) {
				t.Errorf("withdrawn, %+v: the card is still there", k)
			}
		}
	}
}

// answerAs changes a member's profile.
func answerAs(t *testing.T, db *store.DB, member uuid.UUID, answers ...store.Answer) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx *store.Tx) error { return tx.PutAnswers(t.Context(), member, directoryNow, answers) }); err != nil {
		t.Fatal(err)
	}
}

func coded(step string, codes ...string) store.Answer { return store.Answer{Step: step, Codes: codes} }

// TestSearchTellsNothingOfWhatIsHidden: one card shows a sector and nothing else.
// Whatever its owner answers elsewhere, every page of every search stays the
// same to the byte; nor can anybody tell a typed profession from none.
func TestSearchTellsNothingOfWhatIsHidden(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	h := directorySite(t, db)
	shy, card := publish(t, db, 1, "Discrète Fictive")
	other, _ := publish(t, db, 2, "Ouvert Fictif")
	typed, typedCard := publish(t, db, 3, "Métier Fictif")
	put := func(member, card uuid.UUID, name string, shows ...string) {
		t.Helper()
		if err := db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.PutCard(t.Context(), member, store.DirectoryCard{ID: card, Name: name, Shows: shows, UpdatedAt: directoryNow})
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	put(shy, card, "Discrète Fictive", store.ShowSector)
	put(typed, typedCard, "Métier Fictif", store.ShowProfession)
	answerAs(t, db, other, coded("sector", "health_social"))
	n := 0
	pages := func() (all []string) {
		for _, country := range []string{"", "BE", "CA", "FR", "XX"} {
			for _, sector := range []string{"", "health_social", "education"} {
				for _, work := range []string{"", "health", "health.nursing", "health.other", "ict", "ict.other"} {
					n++
					path := fmt.Sprintf("/fr/directory?country=%s&sector=%s&work=%s", country, sector, work)
					w := asks(h, "GET", path, fmt.Sprintf("198.51.%d.%d", n/200, n%200))
					if w.Code != http.StatusOK {
						t.Fatal(path, w.Code)
					}
					all = append(all, path+"\n"+w.Body.String())
				}
			}
		}
		return append(all, look(h, "/fr/directory/"+bot.CardID(card), "203.0.113.1").Body.String(), look(h, "/fr/directory/"+bot.CardID(typedCard), "203.0.113.1").Body.String())
	}
	answerAs(t, db, shy, coded("sector", "education"))
	answerAs(t, db, typed, coded("profession_group", "health"))
	before := pages()
	found := 0
	for _, p := range before {
		if strings.Contains(p, "Discrète") {
			found++
		}
	}
	if found < 3 || found == len(before) {
		t.Fatalf("the card is on %d of %d pages: the test shows nothing", found, len(before))
	}
	for _, hidden := range [][]store.Answer{
		{coded("country_residence", "CA")}, {coded("country_residence")}, {coded("profession_group", "health"), coded("profession", "nursing")},
		{coded("languages", "fr", "ln")}, {coded("sex", "2"), coded("province_origin", "west")}, {{Step: "display_name", Text: "Autre Nom"}},
	} {
		answerAs(t, db, shy, hidden...)
		same(t, before, pages(), fmt.Sprint("hidden: ", hidden))
	}
	answerAs(t, db, typed, store.Answer{Step: "profession", Codes: []string{"other"}, Text: "Dresseuse fictive"})
	same(t, before, pages(), "a profession that was typed")
	answerAs(t, db, shy, coded("sector", "health_social"))
	if after := pages(); after[0] == before[0] {
		t.Error("what is shown changes nothing either: the test is blind")
	}
}

func same(t *testing.T, before, after []string, what string) {
	t.Helper()
	for i := range before {
		if before[i] != after[i] {
			t.Errorf("%s: another page: %.80s", what, before[i])
		}
	}
}

// TestIDsCannotBeGuessed: the neighbours of a card's id, other spellings of it
// and the row's own id lead to what no card is.
func TestIDsCannotBeGuessed(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	h := directorySite(t, db)
	member, card := publish(t, db, 1, "Fictive")
	never := look(h, "/fr/directory/"+bot.CardID(uuid.New()), "192.0.2.1").Body.String()
	guesses := []string{bot.CardID(member), member.String(), card.String(), strings.ToUpper(bot.CardID(card)), bot.CardID(card) + "=", "d_" + bot.CardID(card)}
	for bit := range 8 * len(card) {
		near := card
		near[bit/8] ^= 1 << (bit % 8)
		guesses = append(guesses, bot.CardID(near))
	}
	for last := range 32 { // 26 letters of 5 bits are 130: two are to spare
		if id := bot.CardID(card)[:25] + string("abcdefghijklmnopqrstuvwxyz234567"[last]); id != bot.CardID(card) {
			guesses = append(guesses, id)
		}
	}
	for i, guess := range guesses {
		w := asks(h, "GET", "/fr/directory/"+guess, fmt.Sprintf("198.51.100.%d", i%200))
		if w.Code != http.StatusNotFound || w.Body.String() != never {
			t.Errorf("%s: %d", guess, w.Code)
		}
	}
	if w := asks(h, "GET", "/fr/directory/"+bot.CardID(card), "198.51.100.250"); w.Code != http.StatusOK {
		t.Error("nor does the right one lead anywhere: the test shows nothing")
	}
}
