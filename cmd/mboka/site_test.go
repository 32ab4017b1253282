package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"mboka/bot/web"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store/storetest"
)

// TestPagesOverTheRecords reads every page over made-up members, and compares
// the figures of countries with what SQL counts: rounded to 5, none under 10.
func TestPagesOverTheRecords(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	s, err := openStores(t.Context(), url, "redis://127.0.0.1:1", storetest.Keys(t)) // no page needs Redis
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	if err := demoSettings(t.Context(), s.db); err != nil {
		t.Fatal(err)
	}
	if _, err := seed(t.Context(), s.db, 600, 5, time.Now()); err != nil {
		t.Fatal(err)
	}
	h := web.Handler(web.Options{Site: s.site("https://mboka.example", true, slog.New(slog.DiscardHandler))})
	get := func(path string) string {
		t.Helper()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `<p class="demo"`) {
			t.Fatalf("%s: %d\n%s", path, w.Code, w.Body)
		}
		return w.Body.String()
	}
	if body := get("/en/figures"); !strings.Contains(body, locales.Text(locales.EN, locales.WebFiguresNone, nil)) {
		t.Errorf("before the first snapshot:\n%s", body)
	}
	if _, err := s.db.TakeSnapshot(t.Context(), "S-1", time.Now(), 20, time.Hour); err != nil {
		t.Fatal(err)
	}
	h = web.Handler(web.Options{Site: s.site("https://mboka.example", true, slog.New(slog.DiscardHandler))})
	for _, lang := range locales.Langs {
		for _, slug := range []string{"", "/join", "/figures", "/meetings", "/practices", "/privacy", "/help"} {
			get("/" + lang.String() + slug)
		}
	}
	body := get("/fr/figures")
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), `SELECT country_residence, count(*) FROM snapshot_row GROUP BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	var code string
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&code, &n}, func() error { counts[code] = n; return nil }); err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`<th scope="row">([^<]+)<svg.*</th><td class="n">(\d+)</td>`)
	_, table, _ := strings.Cut(body, locales.Text(locales.FR, locales.WebFiguresQCountry, nil))
	table, _, _ = strings.Cut(table, "</table>")
	shown := 0
	for _, m := range row.FindAllStringSubmatch(table, -1) {
		for code, n := range counts {
			c, _ := reference.CountryByCode(code)
			if c.Name.In(locales.FR) != m[1] && c.Row.In(locales.FR) != m[1] {
				continue
			}
			shown++
			if got, _ := strconv.Atoi(m[2]); n < 10 || got != (n+2)/5*5 {
				t.Errorf("%s: %s are shown, %d counted", code, m[2], n)
			}
		}
	}
	if shown < 4 {
		t.Errorf("%d countries are compared:\n%s", shown, table)
	}
	var kept, public int
	if err := conn.QueryRow(t.Context(), `SELECT count(*), count(*) FILTER (WHERE organisation = 'public' AND role_id IS NULL) FROM figure`).Scan(&kept, &public); err != nil {
		t.Fatal(err)
	}
	if ids := len(regexp.MustCompile(`F-[0-9A-Z]{5}`).FindAllString(body, -1)); kept == 0 || kept != public || kept != ids {
		t.Errorf("%d figures on the page, %d kept, of them %d public", ids, kept, public)
	}
}
