package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
	"mboka/store/storetest"
)

var directoryNow = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// directorySite is one replica over some records.
func directorySite(t *testing.T, db *store.DB) http.Handler {
	t.Helper()
	policy, err := store.NewPolicy(store.DemoSettings())
	if err != nil {
		t.Fatal(err)
	}
	return Handler(Options{Site: &Site{
		Now: func() time.Time { return directoryNow }, Policy: func(context.Context) (store.Policy, error) { return policy, nil },
		Telegram: func(context.Context) string { return "MbokaTestBot" }, WhatsApp: "15550100",
		Directory: &Directory{Cards: db.PublicCards, Card: db.PublicCard, Count: db.CountCards, Countries: db.CardCountries, Secret: db.Keys().Code},
	}})
}

func look(h http.Handler, path, from string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.RemoteAddr = from + ":1234"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// publish makes a member with a public card.
func publish(t *testing.T, db *store.DB, i int, name string) (member, card uuid.UUID) {
	t.Helper()
	ctx := t.Context()
	member, card = uuid.New(), uuid.New()
	if err := db.Write(ctx, func(tx *store.Tx) error {
		if err := tx.CreateMember(ctx, store.Member{ID: member, Language: "fr", CreatedAt: directoryNow}); err != nil {
			return err
		}
		if err := tx.PutAnswers(ctx, member, directoryNow, []store.Answer{{Step: "country_residence", Codes: []string{"BE"}}}); err != nil {
			return err
		}
		if err := tx.RecordConsent(ctx, store.Consent{ID: uuid.New(), MemberID: member, Purpose: store.ForDirectory, Granted: true, NoticeVersion: "1",
			Language: "fr", Channel: "telegram", At: directoryNow, MessageID: fmt.Sprint(i)}); err != nil {
			return err
		}
		_, err := tx.PutCard(ctx, member, store.DirectoryCard{ID: card, Name: name, Shows: []string{store.ShowCountry}, UpdatedAt: directoryNow})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return member, card
}

var (
	cardPaths = regexp.MustCompile(`/fr/directory/([a-z2-7]{26})"`)
	nextPages = regexp.MustCompile(`href="(/fr/directory\?[^"]*after=[^"]+)"`)
)

// TestDirectoryPages pages through the cards on two replicas in turn, while
// members take theirs down.
func TestDirectoryPages(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	one, two := directorySite(t, db), directorySite(t, db)
	owners := map[string]uuid.UUID{}
	for i := range 30 {
		member, card := publish(t, db, i, fmt.Sprintf("Fictive %d", i))
		owners[bot.CardID(card)] = member
	}
	var seen, gone []string
	path := "/fr/directory"
	for page := 0; path != ""; page++ {
		w := look([]http.Handler{one, two}[page%2], path, "192.0.2.1")
		if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("ETag") != "" ||
			!strings.Contains(w.Header().Get("X-Robots-Tag"), "noindex") || !strings.Contains(w.Body.String(), `name="robots" content="noindex`) {
			t.Fatal(w.Code, w.Header())
		}
		cards := cardPaths.FindAllStringSubmatch(w.Body.String(), -1)
		if len(cards) > cardsShown {
			t.Errorf("%d cards on a page", len(cards))
		}
		for _, c := range cards {
			if slices.Contains(seen, c[1]) || slices.Contains(gone, c[1]) {
				t.Errorf("%s is shown twice, or after it was taken down", c[1])
			}
			seen = append(seen, c[1])
		}
		if page == 0 { // one that was seen goes, and one that was not
			for id, member := range owners {
				if last := cards[len(cards)-1][1]; id == last || !slices.Contains(seen, id) && len(gone) == 0 {
					gone = append(gone, id)
					if err := db.Write(t.Context(), func(tx *store.Tx) error { return tx.DropCard(t.Context(), member) }); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		path = ""
		if m := nextPages.FindStringSubmatch(w.Body.String()); m != nil {
			path = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	if missed := 30 - len(seen); missed < 0 || missed > len(gone) {
		t.Errorf("%d seen, %d taken down", len(seen), len(gone))
	}
	// What was taken down, what never was, and what is no id are one answer.
	want := look(two, "/fr/directory/"+bot.CardID(uuid.New()), "192.0.2.2")
	for _, path := range []string{gone[0], "1", strings.Repeat("a", 25) + "b", "..%2f" + gone[0], uuid.NewString()} {
		got := look(one, "/fr/directory/"+path, "192.0.2.2")
		if got.Code != http.StatusNotFound || got.Body.String() != want.Body.String() {
			t.Errorf("%s: %d, another answer than for no card", path, got.Code)
		}
	}
	for _, id := range owners {
		for _, h := range []http.Handler{one, two} {
			if strings.Contains(look(h, "/fr/directory", "192.0.2.3").Body.String(), id.String()) {
				t.Fatal("the page names the member's row")
			}
		}
	}
	// A forged mark, and one of another search, lead to the beginning.
	first := look(one, "/fr/directory", "192.0.2.4").Body.String()
	mark := nextPages.FindStringSubmatch(first)[1]
	for _, path := range []string{"/fr/directory?after=AAAA", mark[:len(mark)-1] + "x", strings.Replace(mark, "after=", "country=CA&after=", 1)} {
		w := look(one, path, "192.0.2.4")
		if got := cardPaths.FindStringSubmatch(w.Body.String()); w.Code != http.StatusOK || !strings.Contains(path, "CA") && got[1] != cardPaths.FindStringSubmatch(first)[1] {
			t.Errorf("%s goes on in the middle", path)
		}
	}
}

func TestDirectoryLimitsOneAddress(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	_, card := publish(t, db, 1, "Fictive")
	h := directorySite(t, db)
	refused := 0
	for i := range cardPagesAtOnce + 10 {
		path := "/fr/directory"
		if i%2 == 0 {
			path += "/" + bot.CardID(card)
		}
		if w := look(h, path, "192.0.2.9"); w.Code == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused != 10 || look(h, "/fr/directory", "192.0.2.10").Code != http.StatusOK {
		t.Errorf("%d refused, want 10, and another address none", refused)
	}
	if body := look(h, "/fr/directory", "192.0.2.11").Body.String(); !strings.Contains(body, "Moins de 10 fiches") || !strings.Contains(body, "t.me/MbokaTestBot?start=d_"+bot.CardID(card)) {
		t.Error("an exact count under k, or no way to write")
	}
}

// FuzzCard holds that what a member wrote never becomes markup.
func FuzzCard(f *testing.F) {
	f.Add("Tantine", "https://example.org/moi")
	f.Add(`<script>alert(1)</script>`, `javascript:alert(1)`)
	f.Add(`"><img src=x onerror=alert(1)>`, `https://example.org/"onmouseover="x`)
	f.Add("</article></main>{{.}}<!--", "https://user:pass@example.org")
	tags := regexp.MustCompile(`<[^>]*>`)
	policy, err := store.NewPolicy(store.DemoSettings())
	if err != nil {
		f.Fatal(err)
	}
	page := func(t *testing.T, name, link string) string {
		s := &Site{Now: time.Now, Policy: func(context.Context) (store.Policy, error) { return policy, nil }}
		card := s.cardView(t.Context(), locales.FR, store.PublicCard{Name: name, Link: link, Country: "BE"})
		body, err := s.render(t.Context(), directoryPage, locales.FR, &directoryData{One: true, Cards: []cardView{card}})
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	f.Fuzz(func(t *testing.T, name, link string) {
		plain, hostile := tags.FindAllString(page(t, "x", ""), -1), tags.FindAllString(page(t, "x"+name, link), -1)
		extra := len(hostile) - len(plain)
		if extra != 0 && extra != 6 { // a link adds dt, dd and a
			t.Fatalf("%d more tags with %q and %q", extra, name, link)
		}
		for _, tag := range hostile {
			if strings.HasPrefix(tag, `<a href="http`) && (!strings.HasPrefix(tag, `<a href="https://`) || !strings.Contains(tag, `rel="nofollow noopener noreferrer ugc"`)) {
				t.Fatalf("%s", tag)
			}
		}
	})
}
