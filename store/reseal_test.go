package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

// turning is a part of a keyset at each step of a rotation.
type turning struct {
	t        *testing.T
	url      string
	old      seal.Key // that goes
	before   *store.DB
	added    *store.DB
	promoted *store.DB
	after    *store.DB
}

func newTurning(t *testing.T, part seal.Part) *turning {
	t.Helper()
	doc, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	r := &turning{t: t, url: storetest.PostgresURL(t)}
	r.before = r.open(doc)
	keys := r.before.Keys().List()
	r.old = keys[slices.IndexFunc(keys, func(k seal.Key) bool { return k.Part == part })]
	added, _, err := seal.Add(doc, part)
	if err != nil {
		t.Fatal(err)
	}
	promoted, _, err := seal.Promote(added, part, "")
	if err != nil {
		t.Fatal(err)
	}
	after, err := seal.Drop(promoted, part, r.old.ID)
	if err != nil {
		t.Fatal(err)
	}
	r.added, r.promoted, r.after = r.open(added), r.open(promoted), r.open(after)
	return r
}

func (r *turning) open(doc []byte) *store.DB {
	r.t.Helper()
	keys, err := seal.Parse(doc)
	if err != nil {
		r.t.Fatal(err)
	}
	db, err := store.Open(r.t.Context(), r.url, keys)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(db.Close)
	return db
}

// foreign has keys that nobody else has here.
func (r *turning) foreign() *store.DB {
	r.t.Helper()
	doc, err := seal.New()
	if err != nil {
		r.t.Fatal(err)
	}
	return r.open(doc)
}

// fill puts something into every column that is sealed or holds a chat.
func (r *turning) fill(db *store.DB) (chat seal.Chat) {
	t, ctx := r.t, r.t.Context()
	t.Helper()
	id, chat := person(t, db, "1", "ABC234")
	gone, _ := person(t, db, "2", "XYZ789")
	if _, _, err := db.Turn(ctx, chat, "m1", morning, func(tx *store.Tx) (map[string]string, error) {
		if err := tx.PutAnswers(ctx, id, morning, everyAnswer); err != nil {
			return nil, err
		}
		return map[string]string{"code": "WXYZ"}, tx.PutDraft(ctx, store.Draft{Chat: chat, Flow: "fund", Version: 1, Step: "a",
			Answers: []store.Answer{{Step: "a", Text: "Un texte"}}}, morning)
	}); err != nil {
		t.Fatal(err)
	}
	do(t, db, func(tx *store.Tx) error {
		if err := tx.MergeMembers(ctx, store.Merge{ID: uuid.New(), Survivor: id, Merged: gone, At: after(1)}); err != nil {
			return err
		}
		if err := tx.PutNotification(ctx, store.Notification{ID: uuid.New(), MemberID: id, Chat: chat, Kind: store.NotificationRetention, Attempt: 1, QueuedAt: morning}); err != nil {
			return err
		}
		return tx.Audit(ctx, store.Entry{ID: uuid.New(), At: morning, Actor: store.ActorOperator, Act: "setting.set", Words: "mettez dix"})
	})
	r.hire(db, db.Keys().Chat("telegram", "3"))
	card := showCard(t, db, id, after(1))
	var writers [2]uuid.UUID
	for i := range writers {
		writers[i], _ = person(t, db, fmt.Sprint("w", i), fmt.Sprintf("WRT23%d", i))
	}
	do(t, db, func(tx *store.Tx) error {
		for i, writer := range writers {
			s := sending(writer, card, after(2+i))
			if err := tx.SendContact(ctx, s); err != nil {
				return err
			}
			if i == 0 {
				if err := tx.AnswerContact(ctx, s.ID, id, store.ContactReply, "Oui", after(3), after(1000)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return chat
}

// hire makes a chat staff, behind the store's back.
func (r *turning) hire(db *store.DB, chat seal.Chat) {
	r.t.Helper()
	id := uuid.New()
	sealed, err := db.Keys().Seal("staff", id.String(), "sealed_address", []byte("3"))
	if err != nil {
		r.t.Fatal(err)
	}
	conn, err := pgx.Connect(r.t.Context(), r.url)
	if err != nil {
		r.t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(r.t.Context(), `
		INSERT INTO staff (id, chat, channel, sealed_address, language, joined_at, last_seen_at) VALUES ($1, $2, 'telegram', $3, 'fr', $4, $4)`,
		id, db.Keys().Indexes(chat)[0], sealed, morning); err != nil {
		r.t.Fatal(err)
	}
	// And they have asked for a profile.
	request, texts := uuid.New(), [2][]byte{}
	for i, column := range []string{"sealed_institution", "sealed_purpose"} {
		if texts[i], err = db.Keys().Seal("share_request", request.String(), column, []byte("un hôpital")); err != nil {
			r.t.Fatal(err)
		}
	}
	if _, err := conn.Exec(r.t.Context(), `
		WITH r AS (INSERT INTO role (id, staff_id, role, organisation, granted_at) VALUES ($1, $2, 'official', 'ministry', $3) RETURNING id)
		INSERT INTO share_request (id, role_id, sealed_institution, sealed_purpose, asked_at, expires_at)
		SELECT $4, r.id, $5, $6, $3, $3::timestamptz + interval '1 day' FROM r`,
		uuid.New(), id, morning, request, texts[0], texts[1]); err != nil {
		r.t.Fatal(err)
	}
	r.announce(db, conn, id)
}

// announce leaves a mission with all that may be written about it.
func (r *turning) announce(db *store.DB, conn *pgx.Conn, staff uuid.UUID) {
	r.t.Helper()
	ctx, role := r.t.Context(), uuid.New()
	m := store.Mission{ID: uuid.New(), Kind: store.News, RoleID: role, Organisation: store.IOM, Timezone: "UTC", Venue: "a", Hint: "b", URL: "c", Cost: "d",
		Bring: "e", Contact: "f", Organiser: "g", Texts: map[string]store.MissionText{"fr": {Title: "h", Summary: "i"}}, CreatedAt: morning}
	rows := []string{
		`INSERT INTO role (id, staff_id, role, organisation, granted_at) VALUES ($1, $2, 'coordinator', 'iom', $3)`,
		`INSERT INTO announcement_draft (staff_id, step, codes, sealed_text, updated_at) VALUES ($2, 'title', '{}', $4, $3)`,
		`INSERT INTO feedback (id, mission_id, sealed_text, at) VALUES ($1, $5, $4, $3)`,
		`INSERT INTO ambassador (id, code, sealed_label, role_id, organisation, created_at) VALUES ($1, translate(upper(left(md5(random()::text), 8)), '01', '23'), $4, $6, 'iom', $3)`,
	}
	for i, sql := range rows {
		if i == 1 {
			do(r.t, db, func(tx *store.Tx) error {
				if err := tx.PutMission(ctx, m); err != nil {
					return err
				}
				a := store.Announcement{ID: uuid.New(), MissionID: m.ID, Kind: store.AnnounceChange, Organisation: store.IOM,
					Audience: []byte(`{}`), Status: store.AnnouncementReview, CreatedAt: morning, Bodies: map[string]string{"fr": "j"}}
				return errors.Join(tx.PutAnnouncement(ctx, a), tx.PutForm(ctx, a.ID, []byte("l")),
					tx.RefuseAnnouncement(ctx, a.ID, store.Refusal{Text: "n"}, morning))
			})
		}
		id := uuid.New()
		if i == 0 {
			id = role
		}
		name := [][3]string{{"role", id.String(), "-"}, {"announcement_draft", staff.String() + ":title", "sealed_text"},
			{"feedback", id.String(), "sealed_text"}, {"ambassador", id.String(), "sealed_label"}}[i]
		sealed, err := db.Keys().Seal(name[0], name[1], name[2], []byte("k"))
		if err == nil {
			all := []any{id, staff, morning, sealed, m.ID, role}
			_, err = conn.Exec(ctx, numbered(sql, &all), all...)
		}
		if err != nil {
			r.t.Fatal(sql, err)
		}
	}
}

// numbered leaves out the arguments that a statement does not name.
func numbered(sql string, args *[]any) string {
	var named []any
	for i, arg := range *args {
		old := fmt.Sprintf("$%d", i+1)
		if strings.Contains(sql, old) {
			named = append(named, arg)
			sql = strings.ReplaceAll(sql, old, fmt.Sprintf("$%d", len(named)))
		}
	}
	*args = named
	return sql
}

func columns(lots []store.Lot) (names []string) {
	for _, lot := range lots {
		names = append(names, lot.Column)
	}
	slices.Sort(names)
	return names
}

// hashes are the columns of bytes that are neither sealed nor a chat.
var hashes = []string{"member.recovery_hash", "link_code.hash", "invite.hash", "rsvp.door_hash", "river_job.unique_key"}

// bytesOf lists the columns of bytes in the database, partitions left out.
func bytesOf(t *testing.T, url, condition string) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), `
		SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
			AND a.atttypid = 'bytea'::regtype AND NOT a.attisdropped AND `+condition+` ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(names) < 3 {
		t.Fatal(names, err)
	}
	return names
}

// TestReseal turns the seal key under everything that is sealed. A new column
// of bytes fails it until it is among sealedColumns (store/reseal.go) and in
// fill above, or among the hashes.
func TestReseal(t *testing.T) {
	t.Parallel()
	r := newTurning(t, seal.SealPart)
	chat := r.fill(r.before)
	kept, _, err := r.before.KeptOf(t.Context(), chat)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, name := range bytesOf(t, r.url, `a.attname <> 'chat'`) {
		if !slices.Contains(hashes, name) {
			want = append(want, name)
		}
	}
	lots, err := r.promoted.Under(t.Context(), r.old)
	if diff := cmp.Diff(want, columns(lots)); diff != "" || err != nil {
		t.Errorf("columns of bytes, and those that the old key sealed: %s (%v)", diff, err)
	}
	told := map[string]int{}
	done, err := r.promoted.Reseal(t.Context(), func(column string, n int) { told[column] = n })
	if err != nil || len(done.Failed) > 0 || done.Done < len(want) || len(told) != len(want) {
		t.Fatalf("%+v, told %v (%v)", done, told, err)
	}
	for _, left := range []func() ([]store.Lot, error){
		func() ([]store.Lot, error) { return r.promoted.Older(t.Context(), seal.SealPart) },
		func() ([]store.Lot, error) { return r.promoted.Under(t.Context(), r.old) },
	} {
		if lots, err := left(); len(lots) > 0 || err != nil {
			t.Errorf("left: %v (%v)", lots, err)
		}
	}
	if again, err := r.promoted.Reseal(t.Context(), func(string, int) {}); again.Done != 0 || err != nil {
		t.Errorf("a second time: %+v (%v)", again, err)
	}
	got, _, err := r.after.KeptOf(t.Context(), chat)
	if diff := cmp.Diff(kept, got); diff != "" || err != nil {
		t.Errorf("with the new key alone (%v): %s", err, diff)
	}
	if _, replayed, err := r.after.Turn(t.Context(), chat, "m1", morning, nil); !replayed || err != nil {
		t.Errorf("a turn's result: %v, %v", replayed, err)
	}
	if merge, found, err := r.after.MergedWith(t.Context(), chat); !found || err != nil {
		t.Errorf("the journal of merges: %v %v %v", merge, found, err)
	}
	if _, _, err := r.before.KeptOf(t.Context(), chat); err == nil {
		t.Error("the old key alone still opens")
	}
	if n := sql(t, r.url, `SELECT count(*) FROM audit WHERE size IS NULL AND act = 'setting.set'`); n != "1" {
		t.Errorf("%s rows of the audit log, want the one, unchanged", n)
	}
}

// TestResealPassesOver leaves what it cannot open, says where it is, and does
// the rest.
func TestResealPassesOver(t *testing.T) {
	t.Parallel()
	r := newTurning(t, seal.SealPart)
	chat := r.fill(r.before)
	sql(t, r.url, `UPDATE turn SET sealed_result = '\x0102030405060708'`)
	done, err := r.promoted.Reseal(t.Context(), func(string, int) {})
	want := "turn:" + chat.String() + ":m1:sealed_result"
	if err != nil || len(done.Failed) != 1 || done.Failed[0].Row != want || done.Failed[0].Why == nil {
		t.Fatalf("%+v (%v), want %s", done, err, want)
	}
	if lots, err := r.promoted.Older(t.Context(), seal.SealPart); len(lots) != 1 || lots[0] != (store.Lot{Column: "turn.sealed_result", Rows: 1}) || err != nil {
		t.Errorf("left: %v (%v)", lots, err)
	}
}

// TestResealGoesOn does more rows than it reads at a time.
func TestResealGoesOn(t *testing.T) {
	t.Parallel()
	r := newTurning(t, seal.SealPart)
	_, chat := person(t, r.before, "1", "")
	const n = 450
	for i := range n {
		message := "m" + strings.Repeat("x", i)
		if _, _, err := r.before.Turn(t.Context(), chat, message, morning, func(*store.Tx) (map[string]string, error) { return nil, nil }); err != nil {
			t.Fatal(err)
		}
	}
	last := 0
	done, err := r.promoted.Reseal(t.Context(), func(column string, n int) {
		if column == "turn.sealed_result" {
			last = n
		}
	})
	if err != nil || last != n || done.Done != n+1 { // and the address
		t.Errorf("%+v, %d turns (%v)", done, last, err)
	}
}

// TestAuditTakesNothingElse holds the only way to change the audit log.
func TestAuditTakesNothingElse(t *testing.T) {
	t.Parallel()
	r := newTurning(t, seal.SealPart)
	r.fill(r.before)
	for _, change := range []string{
		`BEGIN; SET LOCAL mboka.audit_reseal = 'on'; UPDATE audit SET size = 1; COMMIT`,
		`BEGIN; SET LOCAL mboka.audit_reseal = 'on'; DELETE FROM audit; COMMIT`,
		`BEGIN; SET LOCAL mboka.audit_reseal = 'on'; UPDATE audit SET sealed_words = NULL; COMMIT`,
		`BEGIN; SET LOCAL mboka.audit_reseal = 'on'; UPDATE audit SET sealed_words = sealed_words || '\x00'; COMMIT`,
		`UPDATE audit SET sealed_words = '\x0000000000'`,
		`SELECT audit_reseal(id, at, sealed_words, NULL) FROM audit`,
		`SELECT audit_reseal(id, at, sealed_words, sealed_words || '\x00') FROM audit`,
		`SELECT audit_reseal(id, at, sealed_words, '\x0000000000') FROM audit; UPDATE audit SET size = 1`,
	} {
		if _, err := trySQL(t, r.url, change); err == nil {
			t.Errorf("%s was done", change)
		}
	}
	if got := sql(t, r.url, `SELECT audit_reseal(id, at, '\x00', '\x0000000000') FROM audit`); got != "f" {
		t.Errorf("words that were read before another change were replaced: %s", got)
	}
}
