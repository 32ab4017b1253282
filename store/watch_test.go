package store_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"mboka/store"
	"mboka/store/storetest"
)

// clock is a time that a test sets.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(seconds int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = morning.Add(time.Duration(seconds) * time.Second)
}

func capMonth(t *testing.T, s *store.Settings) int {
	t.Helper()
	p, err := s.Policy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p.CapMonth
}

func TestSettingsServeWhilePostgresIsAway(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	put := func(value string) {
		if err := db.PutSetting(t.Context(), "cap_month", value, store.ActorOperator, morning); err != nil {
			t.Fatal(err)
		}
	}
	put("3")
	var c clock
	c.set(0)
	s := store.NewSettings(db, c.now)
	expect := func(second, want int) {
		c.set(second)
		if got := capMonth(t, s); got != want {
			t.Errorf("at %d s the cap is %d, want %d", second, got, want)
		}
	}
	expect(0, 3)
	put("4")
	expect(29, 3)
	expect(31, 4)
	sql(t, url, `ALTER TABLE setting RENAME TO away`)
	expect(62, 4) // not readable: the last good one
	sql(t, url, `ALTER TABLE away RENAME TO setting`)
	put("5")
	expect(64, 4) // not asked again at once
	expect(68, 5)
	sql(t, url, `UPDATE setting SET value = '99' WHERE key = 'cap_month'`) // somebody went behind the bounds
	expect(99, 5)
	if _, err := store.NewSettings(db, c.now).Policy(t.Context()); !errors.Is(err, store.ErrSetting) {
		t.Errorf("without a last good one: %v", err)
	}
	db.Close()
	expect(200, 5)
}

func TestSettingsAreReadByMany(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	var c clock
	c.set(0)
	s := store.NewSettings(db, c.now)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 20 {
				c.set(i * 40)
				if p, err := s.Policy(t.Context()); err != nil || p.CapMonth != 2 {
					t.Errorf("%+v %v", p, err)
				}
			}
		})
	}
	all.Wait()
}

func TestPutSetting(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	put := func(key, value string) error {
		return db.PutSetting(t.Context(), key, value, store.ActorOperator, morning)
	}
	for _, refused := range [][2]string{{"k", "20"}, {"k", "4"}, {"nothing", "1"}, {"retention_erase", "12"}} {
		if err := put(refused[0], refused[1]); !errors.Is(err, store.ErrSetting) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: %v", refused, err)
		}
	}
	for _, taken := range [][2]string{{"k_cross", "30"}, {"k", "20"}, {"k", "21"}, {"k", ""}, {"k_cross", ""}, {"relay.BE", "CIRÉ"}} {
		if err := put(taken[0], taken[1]); err != nil {
			t.Errorf("%v: %v", taken, err)
		}
	}
	got, err := db.Settings(t.Context())
	if err != nil || got["relay.BE"] != "CIRÉ" || got["k"] != "" {
		t.Errorf("%v %v", got, err)
	}
	if by := sql(t, url, `SELECT updated_by FROM setting WHERE key = 'k'`); by != "operator" {
		t.Errorf("changed by %q", by)
	}
	acts, err := db.AuditLog(t.Context(), store.AuditQuery{Since: morning, Act: "setting.set"})
	if err != nil || len(acts) != 6 || acts[0].Actor != store.ActorOperator || !acts[0].At.Equal(morning) {
		t.Errorf("six were taken: %+v, %v", acts, err)
	}
	if on := sql(t, url, `SELECT string_agg(DISTINCT object, ' ' ORDER BY object) FROM audit`); on != "k k_cross relay.BE" {
		t.Errorf("acts on %s", on)
	}
	if err := db.PutSetting(t.Context(), "k", "7", "Célestine", morning); err == nil {
		t.Error("changed by a name")
	}
	if got, err := db.Settings(t.Context()); err != nil || got["k"] != "" {
		t.Errorf("changed without an act: %v %v", got, err)
	}
}

// Two changes that each fit the settings before, but not each other.
func TestPutSettingAtTheSameTime(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	put := func(key, value string) error {
		return db.PutSetting(t.Context(), key, value, store.ActorOperator, morning)
	}
	for round := range 20 { // they do not meet each time
		if err := errors.Join(put("k", ""), put("k_cross", "50")); err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		for key, value := range map[string]string{"k": "40", "k_cross": "20"} {
			both.Go(func() {
				if err := put(key, value); err != nil && !errors.Is(err, store.ErrSetting) {
					t.Error(err)
				}
			})
		}
		both.Wait()
		settings, err := db.Settings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.NewPolicy(settings); err != nil {
			t.Fatalf("round %d: on record is now: %v", round, err)
		}
	}
}

func TestContents(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	for _, c := range [][2]string{{"h1", "HX1"}, {"h2", "HX2"}, {"h1", "HX3"}} {
		if err := db.PutContent(t.Context(), c[0], c[1], "registration.sector", "ln", morning); err != nil {
			t.Fatal(err)
		}
	}
	got, err := db.Contents(t.Context())
	if err != nil || len(got) != 2 || got["h1"] != "HX3" || got["h2"] != "HX2" {
		t.Errorf("%v %v", got, err)
	}
}
