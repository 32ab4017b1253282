package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

func after(minutes int) time.Time { return morning.Add(time.Duration(minutes) * time.Minute) }

func answer(step, code string) store.Answer { return store.Answer{Step: step, Codes: []string{code}} }

// draftOf gives the answers of a chat's draft, nil without a draft.
func draftOf(t *testing.T, db *store.DB, chat seal.Chat, flow string) []store.Answer {
	t.Helper()
	d, found, err := db.DraftOf(t.Context(), chat, flow)
	if err != nil {
		t.Fatal(err)
	}
	if found && d.Answers == nil {
		return []store.Answer{}
	}
	return d.Answers
}

func behind(t *testing.T, db *store.DB, traces ...store.Trace) {
	t.Helper()
	if err := db.WriteBehind(t.Context(), traces); err != nil {
		t.Fatal(err)
	}
}

func TestDraftGrowsAndIsTakenBack(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	ctx := t.Context()
	_, chat := person(t, db, "1", "")
	put := func(minutes int, d store.Draft) {
		d.Chat, d.Flow = chat, "fund"
		do(t, db, func(tx *store.Tx) error { return tx.PutDraft(ctx, d, after(minutes)) })
	}
	put(1, store.Draft{Version: 1, Step: "a", Answers: []store.Answer{{Step: "a", Codes: []string{"x", "y"}}, {Step: "b", Text: "Un texte"}}})
	put(2, store.Draft{Version: 2, Step: "c", Skipped: []string{"b"}, Answers: []store.Answer{{Step: "b"}, answer("c", "z")}})
	put(1, store.Draft{Version: 1, Step: "b", Answers: []store.Answer{answer("b", "late"), answer("d", "late")}}) // late
	d, found, err := db.DraftOf(ctx, chat, "fund")
	want := store.Draft{
		Chat: chat, Flow: "fund", Version: 2, Step: "c", Skipped: []string{"b"}, UpdatedAt: after(2),
		Answers: []store.Answer{{Step: "a", Codes: []string{"x", "y"}}, answer("c", "z"), answer("d", "late")},
	}
	if diff := cmp.Diff(want, d); diff != "" || !found || err != nil {
		t.Errorf("%v %v %s", found, err, diff)
	}
	do(t, db, func(tx *store.Tx) error { return tx.DropDraft(ctx, chat, "other", after(3)) })
	if draftOf(t, db, chat, "fund") == nil {
		t.Error("another flow's draft was dropped")
	}
	do(t, db, func(tx *store.Tx) error { return tx.DropDraft(ctx, chat, "fund", after(3)) })
	if draftOf(t, db, chat, "fund") != nil {
		t.Error("the draft is still there")
	}
}

func TestDraftRefuses(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	ctx := t.Context()
	_, chat := person(t, db, "1", "")
	for say, d := range map[string]store.Draft{
		"no flow":            {Step: "a"},
		"no step":            {Flow: "fund"},
		"a sentence skipped": {Flow: "fund", Step: "a", Skipped: []string{"a sentence"}},
		"a sentence chosen":  {Flow: "fund", Step: "a", Answers: []store.Answer{answer("a", "a sentence")}},
	} {
		d.Chat = chat
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.PutDraft(ctx, d, morning) }); !errors.Is(err, store.ErrBadAnswer) {
			t.Errorf("%s: %v", say, err)
		}
	}
	if draftOf(t, db, chat, "fund") != nil {
		t.Error("something was written all the same")
	}
	d := store.Draft{Chat: db.Keys().Chat("telegram", "2"), Flow: "fund", Step: "a"}
	if err := db.Write(ctx, func(tx *store.Tx) error { return tx.PutDraft(ctx, d, morning) }); err == nil {
		t.Error("a draft of a chat without an address")
	}
}

// What a turn wrote at once is not replaced by an earlier message that comes
// late; a question that only the late one answered is.
func TestBehindDoesNotUndo(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	id, chat := person(t, db, "1", "ABC234")
	putAnswers(t, db, id, after(10), answer("sector", "edited"), store.Answer{Step: "display_name"})
	behind(t, db, store.Trace{Chat: chat, At: after(9), MessageID: "m9", Answers: []store.Answer{
		answer("sector", "first"), {Step: "display_name", Text: "Mado"}, answer("sex", "f"),
	}})
	want := []store.Answer{answer("sector", "edited"), answer("sex", "f")}
	if diff := cmp.Diff(want, profileOf(t, db, id)); diff != "" {
		t.Error(diff)
	}
	behind(t, db, store.Trace{Chat: chat, At: after(11), MessageID: "m11", Answers: []store.Answer{answer("sector", "again")}})
	if got := profileOf(t, db, id); got[0].Codes[0] != "again" {
		t.Errorf("a later answer is not taken: %v", got)
	}
}

// A draft that a turn ended does not come back with an earlier message, and
// begins anew with a later one.
func TestBehindDoesNotBringADraftBack(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	_, chat := person(t, db, "1", "ABC234")
	trace := func(minutes int) store.Trace {
		return store.Trace{Chat: chat, At: after(minutes), MessageID: fmt.Sprint("m", minutes), Draft: &store.Draft{Flow: "fund", Step: "b", Answers: []store.Answer{answer("a", "x")}}}
	}
	behind(t, db, trace(1))
	if draftOf(t, db, chat, "fund") == nil {
		t.Fatal("no draft")
	}
	do(t, db, func(tx *store.Tx) error { return tx.DropDraft(t.Context(), chat, "fund", after(3)) })
	behind(t, db, trace(1), trace(2))
	if got := draftOf(t, db, chat, "fund"); got != nil {
		t.Errorf("came back: %v", got)
	}
	behind(t, db, trace(4))
	if draftOf(t, db, chat, "fund") == nil {
		t.Error("a new one is not begun")
	}
}

func TestBehindTakesABatchOfOneChatInTimeOrder(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	id, chat := person(t, db, "1", "ABC234")
	other, second := person(t, db, "2", "")
	trace := func(chat seal.Chat, minutes int, language, code string) store.Trace {
		return store.Trace{Chat: chat, At: after(minutes), MessageID: fmt.Sprint("m", minutes), Language: language, Answers: []store.Answer{answer("sector", code)}}
	}
	behind(t, db, trace(chat, 3, "ln", "third"), trace(second, 1, "", "none"), trace(chat, 1, "en", "first"), trace(chat, 2, "fr", "second"))
	if got := profileOf(t, db, id); got[0].Codes[0] != "third" {
		t.Errorf("profile %v", got)
	}
	if got := profileOf(t, db, other); got != nil {
		t.Errorf("a profile of somebody who is not registered: %v", got)
	}
	if m, _, _ := db.MemberByChat(t.Context(), chat); m.Language != "ln" {
		t.Errorf("language %s", m.Language)
	}
	if m, _, _ := db.MemberByChat(t.Context(), second); m.Language != "fr" {
		t.Errorf("language of the other %s", m.Language)
	}
	behind(t, db, trace(chat, 2, "en", "second")) // repeated, late
	if m, _, _ := db.MemberByChat(t.Context(), chat); m.Language != "ln" {
		t.Errorf("the language went back to %s", m.Language)
	}
	if a := addressOf(t, db, chat); a.LastMessageID != "m3" || !a.LastInboundAt.Equal(after(3)) {
		t.Errorf("watermark %s at %v", a.LastMessageID, a.LastInboundAt)
	}
	behind(t, db) // nothing at all
}

// While a registered member fills in a module, its answers wait in the draft;
// those of the registration go to the profile alone.
func TestBehindKeepsAModuleInItsDraft(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	id, chat := person(t, db, "1", "ABC234")
	both := []store.Answer{answer("fund_interest", "yes"), answer("sex", "f")}
	behind(t, db, store.Trace{Chat: chat, At: after(1), MessageID: "m1", Answers: both[1:], Draft: &store.Draft{Flow: "fund", Step: "fund_horizon", Answers: both}})
	if diff := cmp.Diff(both[:1], draftOf(t, db, chat, "fund")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(both[1:], profileOf(t, db, id)); diff != "" {
		t.Error(diff)
	}
}

// One answer that cannot be written does not hold up the others.
func TestBehindLeavesOutWhatIsWrong(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	id, chat := person(t, db, "1", "ABC234")
	err := db.WriteBehind(t.Context(), []store.Trace{{
		Chat: chat, At: after(1), MessageID: "m1", Language: "de",
		Answers: []store.Answer{answer("religion", "any"), answer("sex", "f"), answer("sector", "a sentence")},
		Draft:   &store.Draft{Flow: "fund", Step: "b", Answers: []store.Answer{answer("a sentence", "x"), answer("a", "x")}},
	}})
	if !errors.Is(err, store.ErrBadAnswer) {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff([]store.Answer{answer("sex", "f")}, profileOf(t, db, id)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]store.Answer{answer("a", "x")}, draftOf(t, db, chat, "fund")); diff != "" {
		t.Error(diff)
	}
	if m, _, _ := db.MemberByChat(t.Context(), chat); m.Language != "fr" {
		t.Errorf("language %s", m.Language)
	}
}

// Batches, turns and erasures of the same people at the same time: all come to
// an end, and nobody who was erased is there afterwards.
func TestBehindAgainstErasure(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	ctx := t.Context()
	const people, rounds = 8, 6
	ids, chats := make([]uuid.UUID, people), make([]seal.Chat, people)
	for i := range people {
		ids[i], chats[i] = person(t, db, fmt.Sprint(i), fmt.Sprintf("ABC23%d", i))
	}
	var all sync.WaitGroup
	for writer := range 3 {
		all.Go(func() {
			for round := range rounds {
				var batch []store.Trace
				for i := range people {
					chat := chats[(i*3+writer)%people] // every writer in another order
					batch = append(batch, store.Trace{
						Chat: chat, At: after(round), MessageID: fmt.Sprint("m", round), Language: []string{"fr", "en", "ln"}[(round+writer)%3],
						Answers: []store.Answer{{Step: "display_name", Text: "Mado"}},
						Draft:   &store.Draft{Flow: "fund", Step: "b", Answers: []store.Answer{answer("a", "x")}},
					})
				}
				if err := db.WriteBehind(ctx, batch); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range people {
		all.Go(func() {
			_, _, err := db.Turn(ctx, chats[i], "edit", morning, func(tx *store.Tx) (map[string]string, error) {
				if _, found, err := tx.MemberByChat(ctx, chats[i]); err != nil || !found {
					return nil, err
				}
				return nil, tx.PutAnswers(ctx, ids[i], after(1), []store.Answer{answer("sex", "f")})
			})
			if err != nil {
				t.Error(err)
			}
			if i%2 == 0 {
				if err := db.Write(ctx, func(tx *store.Tx) error { return tx.EraseMember(ctx, ids[i], morning) }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for i := range people {
		n := traces(ctx, t, url, ids[i], chats[i])
		if erased := i%2 == 0; erased && n != 0 || !erased && n == 0 {
			t.Errorf("person %d, erased %v, has %d rows", i, erased, n)
		}
	}
}
