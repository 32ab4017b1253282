package store_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store"
	"mboka/store/storetest"
)

// TestNoPlainTextOnRecord writes every kind of personal text and looks for it
// in all that the database holds.
func TestNoPlainTextOnRecord(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	ctx := t.Context()
	const address = "whatsapp:+15550142"
	chat := db.Keys().Chat("whatsapp", address)
	id := uuid.New()
	draft := []store.Answer{{Step: "offer_text", Text: "Je répare des dynamos"}, {Step: "association_name", Codes: []string{"yes"}, Text: "Les Amis du Fleuve"}}
	_, _, err := db.Turn(ctx, chat, "m1", morning, func(tx *store.Tx) (map[string]string, error) {
		for _, step := range []func() error{
			func() error {
				return tx.CreateMember(ctx, store.Member{ID: id, Language: "fr", CreatedAt: morning})
			},
			func() error {
				return tx.PutAddress(ctx, store.Address{Chat: chat, MemberID: id, Channel: "whatsapp", Address: address, CreatedAt: morning})
			},
			func() error { return tx.RegisterMember(ctx, id, "ABC234", morning) },
			func() error { return tx.SetRecovery(ctx, id, db.Keys().CodeHash("recovery", "WXYZ-6789-QRST")) },
			func() error { return tx.PutAnswers(ctx, id, morning, everyAnswer) },
			func() error {
				return tx.PutDraft(ctx, store.Draft{Chat: chat, Flow: "contribution", Step: "barriers", Answers: draft}, morning)
			},
		} {
			if err := step(); err != nil {
				return nil, err
			}
		}
		return map[string]string{"Code": "WXYZ-6789-QRST", "Name": "Mama Béa"}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	behind(t, db, store.Trace{Chat: chat, At: after(1), MessageID: "m2", Answers: []store.Answer{{Step: "display_name", Text: "Papa Wemba fils"}},
		Draft: &store.Draft{Flow: "fund", Step: "x", Answers: []store.Answer{{Step: "x", Text: "Trop de promesses"}}}})

	content := dump(t, url)
	for _, plain := range []string{
		address, "15550142", "Mama Béa", "Béa", "Papa Wemba", "Accoucheuse", "Matonge", "dynamos", "Amis du Fleuve", "promesses", "WXYZ", "6789-QRST",
	} {
		for form, needle := range map[string]string{
			"as it is": plain,
			"in hex":   hex.EncodeToString([]byte(plain)),
			// The middle of it, as base64 shifts with what stands before.
			"in base64": strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(plain)), "=")[:3*len(plain)/4],
		} {
			if len(needle) > 3 && strings.Contains(strings.ToLower(content), strings.ToLower(needle)) {
				t.Errorf("%q is on record %s", plain, form)
			}
		}
	}
	// The name of the chat never turns, so it must not lie here.
	if strings.Contains(content, chat.String()) {
		t.Error("the chat is on record by its name, not by its index")
	}
	for _, there := range []string{"ABC234", indexOf(t, chat), id.String(), "35_44"} { // or the search is blind
		if !strings.Contains(content, there) {
			t.Errorf("the dump lacks %s", there)
		}
	}
}

// dump gives the content of all tables, as COPY writes it.
func dump(t *testing.T, url string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), `
		SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relkind = 'r'`) // of a partitioned table the partitions
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, table := range tables {
		if _, err := conn.PgConn().CopyTo(t.Context(), &out, "COPY "+pgx.Identifier{table}.Sanitize()+" TO STDOUT"); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

// Errors go to the log, so they carry nothing personal either.
func TestErrorsCarryNoPersonalText(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	ctx := t.Context()
	id, chat := person(t, db, "1", "ABC234")
	const secret = "Kimpwanza"
	write := func(f func(tx *store.Tx) error) error { return db.Write(ctx, f) }
	for say, err := range map[string]error{
		"address of nobody": write(func(tx *store.Tx) error {
			return tx.PutAddress(ctx, store.Address{Chat: db.Keys().Chat("telegram", secret), MemberID: uuid.New(), Channel: "telegram", Address: secret, CreatedAt: morning})
		}),
		"address on an odd channel": write(func(tx *store.Tx) error {
			return tx.PutAddress(ctx, store.Address{Chat: chat, MemberID: id, Channel: "No Channel", Address: secret, CreatedAt: morning})
		}),
		"name as a code": write(func(tx *store.Tx) error {
			return tx.PutAnswers(ctx, id, morning, []store.Answer{{Step: "sector", Codes: []string{secret + " !"}}})
		}),
		"name as a question": write(func(tx *store.Tx) error {
			return tx.PutAnswers(ctx, id, morning, []store.Answer{{Step: secret + " !", Codes: []string{"x"}}})
		}),
		"text where none belongs": write(func(tx *store.Tx) error {
			return tx.PutAnswers(ctx, id, morning, []store.Answer{{Step: "sector", Text: secret}})
		}),
		"profile of nobody": write(func(tx *store.Tx) error {
			return tx.PutAnswers(ctx, uuid.New(), morning, []store.Answer{{Step: "display_name", Text: secret}})
		}),
		"draft with a sentence": write(func(tx *store.Tx) error {
			return tx.PutDraft(ctx, store.Draft{Chat: chat, Flow: "fund", Step: secret + " !"}, morning)
		}),
	} {
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", say, err)
		}
	}
}
