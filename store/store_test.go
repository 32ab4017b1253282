package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

var morning = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

func do(t *testing.T, db *store.DB, f func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// person makes a member with an address, and registers them when a number is
// given.
func person(t *testing.T, db *store.DB, address, number string) (uuid.UUID, seal.Chat) {
	t.Helper()
	ctx, id, chat := t.Context(), uuid.New(), db.Keys().Chat("telegram", address)
	do(t, db, func(tx *store.Tx) error {
		err := tx.CreateMember(ctx, store.Member{ID: id, Language: "fr", CreatedAt: morning})
		if err == nil {
			err = tx.PutAddress(ctx, store.Address{Chat: chat, MemberID: id, Channel: "telegram", Address: address, CreatedAt: morning, LastInboundAt: morning, LastMessageID: "m0"})
		}
		if err == nil && number != "" {
			err = tx.RegisterMember(ctx, id, number, morning)
		}
		return err
	})
	return id, chat
}

func TestMemberAndAddress(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	id, chat := person(t, db, "1001", "ABC234")
	m, found, err := db.MemberByChat(t.Context(), chat)
	if err != nil || !found || m.ID != id || m.Number != "ABC234" || !m.Registered() {
		t.Errorf("%+v %v %v", m, found, err)
	}
	a, found, err := db.AddressOf(t.Context(), chat)
	if err != nil || !found || a.Address != "1001" || a.LastMessageID != "m0" {
		t.Errorf("%+v %v %v", a, found, err)
	}
	if _, found, err := db.MemberByChat(t.Context(), seal.Chat{9}); found || err != nil {
		t.Errorf("a stranger is known: %v", err)
	}
	other, _ := person(t, db, "1002", "")
	do(t, db, func(tx *store.Tx) error {
		if err := tx.RegisterMember(t.Context(), other, "ABC234", morning); !errors.Is(err, store.ErrNumberTaken) {
			t.Errorf("a number twice: %v", err)
		}
		return tx.RegisterMember(t.Context(), other, "ABC235", morning) // the transaction goes on
	})
}

func TestTurnRunsOnce(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	_, chat := person(t, db, "1003", "")
	var runs, replays int
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			got, replayed, err := db.Turn(t.Context(), chat, "m1", morning, func(*store.Tx) (map[string]string, error) {
				mu.Lock()
				defer mu.Unlock()
				runs++
				return map[string]string{"Number": fmt.Sprint(runs)}, nil
			})
			mu.Lock()
			defer mu.Unlock()
			if replayed {
				replays++
			}
			if err != nil || got["Number"] != "1" {
				t.Errorf("%v %v", got, err)
			}
		})
	}
	all.Wait()
	if runs != 1 || replays != 7 {
		t.Errorf("%d runs, %d replays of 8 calls", runs, replays)
	}
	fault := errors.New("no")
	if _, _, err := db.Turn(t.Context(), chat, "m2", morning, func(*store.Tx) (map[string]string, error) { return nil, fault }); !errors.Is(err, fault) {
		t.Errorf("error %v", err)
	}
	if _, replayed, err := db.Turn(t.Context(), chat, "m2", morning, func(*store.Tx) (map[string]string, error) { return nil, nil }); replayed || err != nil {
		t.Errorf("a turn that failed left its row: %v %v", replayed, err)
	}
}

func TestConsentsAreRows(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	id, _ := person(t, db, "1004", "ABC236")
	ctx := t.Context()
	row := func(purpose string, granted bool, after time.Duration, message string) store.Consent {
		return store.Consent{ID: uuid.New(), MemberID: id, Purpose: purpose, Granted: granted, NoticeVersion: "1", Language: "fr", Channel: "telegram", At: morning.Add(after), MessageID: message}
	}
	yes := row("missions", true, 0, "m1")
	do(t, db, func(tx *store.Tx) error { return tx.RecordConsent(ctx, yes) })
	do(t, db, func(tx *store.Tx) error { return tx.RecordConsent(ctx, row("missions", false, time.Hour, "m2")) })
	do(t, db, func(tx *store.Tx) error { return tx.RecordConsent(ctx, row("register", true, 0, "m1")) })
	do(t, db, func(tx *store.Tx) error { return tx.RecordConsent(ctx, yes) }) // again: nothing
	if err := db.Write(ctx, func(tx *store.Tx) error { return tx.RecordConsent(ctx, row("missions", false, 0, "m1")) }); err == nil {
		t.Error("the same message says yes and no")
	}
	live, err := db.LiveConsents(ctx, id)
	if err != nil || live["missions"].Granted || !live["register"].Granted {
		t.Errorf("%+v %v", live, err)
	}
	if all, err := db.Consents(ctx, id); err != nil || len(all) != 3 {
		t.Errorf("%d rows %v", len(all), err)
	}
}

func TestProfileAnswersComeBack(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	id, _ := person(t, db, "1005", "ABC237")
	given := []store.Answer{
		{Step: "age_band", Codes: []string{"35_44"}}, {Step: "country_residence", Codes: []string{"BE"}},
		{Step: "profession", Codes: []string{"other"}, Text: "Dresseur"}, {Step: "languages", Codes: []string{"fr", "ln"}},
		{Step: "city_residence", Text: "Trifouillis"}, {Step: "display_name", Text: "Mado"},
		{Step: "province_origin", Codes: []string{"kasai_or", "CD-KE"}},
	}
	do(t, db, func(tx *store.Tx) error { return tx.PutAnswers(t.Context(), id, morning, given) })
	got, err := db.ProfileAnswers(t.Context(), id)
	if err != nil || cmp.Diff(given, got) != "" {
		t.Errorf("%v\n%s", err, cmp.Diff(given, got))
	}
	do(t, db, func(tx *store.Tx) error {
		return tx.PutAnswers(t.Context(), id, morning.Add(time.Minute), []store.Answer{{Step: "display_name"}})
	})
	if got, _ = db.ProfileAnswers(t.Context(), id); slices.ContainsFunc(got, func(a store.Answer) bool { return a.Step == "display_name" }) {
		t.Error("an answer that was taken back stays")
	}
	for _, wrong := range []store.Answer{{Step: "religion", Codes: []string{"x"}}, {Step: "age_band", Codes: []string{"a whole sentence"}}, {Step: "age_band", Text: "free text"}} {
		err := db.Write(t.Context(), func(tx *store.Tx) error { return tx.PutAnswers(t.Context(), id, morning, []store.Answer{wrong}) })
		if !errors.Is(err, store.ErrBadAnswer) {
			t.Errorf("%s was written: %v", wrong.Step, err)
		}
	}
}

func TestDraftsAndWriteBehind(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	ctx := t.Context()
	_, before := person(t, db, "1006", "")
	after, registered := person(t, db, "1007", "ABC238")
	stranger := db.Keys().Chat("telegram", "1008")
	trace := func(chat seal.Chat, minutes int, code string) store.Trace {
		answers := []store.Answer{{Step: "education_level", Codes: []string{code}}}
		return store.Trace{Chat: chat, At: morning.Add(time.Duration(minutes) * time.Minute), MessageID: fmt.Sprint("m", minutes), Language: "ln", Answers: answers,
			Draft: &store.Draft{Flow: "registration", Version: 1, Step: "employment_status", Skipped: []string{"sector"}, Answers: answers}}
	}
	batch := []store.Trace{trace(before, 5, "edu_master"), trace(registered, 5, "edu_master"), trace(stranger, 5, "edu_master")}
	for range 2 { // a batch may be repeated
		if err := db.WriteBehind(ctx, batch); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.WriteBehind(ctx, []store.Trace{trace(registered, 1, "edu_primary"), trace(before, 1, "edu_primary")}); err != nil {
		t.Fatal(err)
	}
	d, found, err := db.DraftOf(ctx, before, "registration")
	if err != nil || !found || d.Step != "employment_status" || len(d.Answers) != 1 || d.Answers[0].Codes[0] != "edu_master" || !slices.Equal(d.Skipped, []string{"sector"}) {
		t.Errorf("the draft went backwards: %+v %v", d, err)
	}
	if d, _, _ := db.DraftOf(ctx, registered, "registration"); len(d.Answers) != 0 {
		t.Error("the answers of a member lie in the draft too")
	}
	if got, _ := db.ProfileAnswers(ctx, after); len(got) != 1 || got[0].Codes[0] != "edu_master" {
		t.Errorf("profile %+v", got)
	}
	a, _, _ := db.AddressOf(ctx, registered)
	if m, _, _ := db.MemberByChat(ctx, registered); a.LastMessageID != "m5" || m.Language != "ln" {
		t.Errorf("watermark %s, language %s", a.LastMessageID, m.Language)
	}
	if _, found, _ := db.AddressOf(ctx, stranger); found {
		t.Error("a chat without a record was made one")
	}
}

// TestEraseLeavesNothing looks for the person in every table.
func TestEraseLeavesNothing(t *testing.T) {
	t.Parallel()
	ctx, url := t.Context(), storetest.PostgresURL(t)
	db, err := store.Open(ctx, url, storetest.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	id, chat := person(t, db, "1009", "ABC239")
	if _, _, err := db.Turn(ctx, chat, "m1", morning, func(tx *store.Tx) (map[string]string, error) {
		if err := tx.PutAnswers(ctx, id, morning, []store.Answer{{Step: "display_name", Text: "Mado"}}); err != nil {
			return nil, err
		}
		return nil, tx.PutDraft(ctx, store.Draft{Chat: chat, Flow: "registration", Version: 1, Step: "sex", Answers: []store.Answer{{Step: "sex", Codes: []string{"f"}}}}, morning)
	}); err != nil {
		t.Fatal(err)
	}
	if n := traces(ctx, t, url, id, chat); n < 4 {
		t.Fatalf("only %d rows to erase", n)
	}
	for range 2 { // a second time finds nobody
		do(t, db, func(tx *store.Tx) error { return tx.EraseMember(ctx, id, morning) })
	}
	if n := traces(ctx, t, url, id, chat); n != 0 {
		t.Errorf("%d rows stay", n)
	}
	if err := db.WriteBehind(ctx, []store.Trace{{Chat: chat, At: morning.Add(time.Hour), MessageID: "m2", Draft: &store.Draft{Flow: "registration", Step: "sex"}}}); err != nil {
		t.Fatal(err)
	}
	if n := traces(ctx, t, url, id, chat); n != 0 {
		t.Errorf("the write-behind brought %d rows back", n)
	}
}

// traces counts the rows that name a person, in all tables.
func traces(ctx context.Context, t *testing.T, url string, id uuid.UUID, chat seal.Chat) int {
	t.Helper()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) < 8 {
		t.Fatal(tables, err)
	}
	total := 0
	for _, table := range tables {
		var n int
		query := fmt.Sprintf(`SELECT count(*) FROM %s x WHERE x::text LIKE '%%' || $1 || '%%' OR x::text LIKE '%%' || $2 || '%%'`, pgx.Identifier{table}.Sanitize())
		if err := conn.QueryRow(ctx, query, id.String(), indexOf(t, chat)).Scan(&n); err != nil {
			t.Fatal(err)
		}
		total += n
	}
	return total
}

func TestSettingsHaveBounds(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	for key, value := range map[string]string{"k": "4", "retention_erase": "25", "organisation_kind": "ministry", "nothing": "1", "emergency.": "x"} {
		if err := store.ParseSetting(key, value); err == nil {
			t.Errorf("%s = %s is taken", key, value)
		}
	}
	if err := db.PutSetting(t.Context(), "cap_month", "1", store.ActorOperator, morning); err != nil {
		t.Fatal(err)
	}
	now := morning
	settings := store.NewSettings(db, func() time.Time { return now })
	if p, err := settings.Policy(t.Context()); err != nil || p.CapMonth != 1 || p.K != 5 || p.KCross != 10 {
		t.Errorf("%+v %v", p, err)
	}
	if err := db.PutSetting(t.Context(), "cap_month", "3", store.ActorOperator, morning); err != nil {
		t.Fatal(err)
	}
	now = morning.Add(31 * time.Second)
	if p, err := settings.Policy(t.Context()); err != nil || p.CapMonth != 3 {
		t.Errorf("after 30 s: %+v %v", p, err)
	}
}

func TestUnavailable(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), "postgres://nobody@127.0.0.1:1/none?connect_timeout=1", storetest.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err = db.Ping(t.Context()); err == nil {
		t.Fatal("connected to nothing")
	}
	if !store.Unavailable(err) {
		t.Errorf("%v is taken for a fault of the message", err)
	}
	if store.Unavailable(errors.New("anything else")) {
		t.Error("anything is taken for an outage")
	}
}
