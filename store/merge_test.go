package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

// pair is two people whom a merge makes one.
type pair struct {
	t           *testing.T
	db          *store.DB
	url         string
	stays, goes uuid.UUID
	here, there seal.Chat // of who stays, of who goes
	merge       uuid.UUID
}

func newPair(t *testing.T) *pair {
	t.Helper()
	url := storetest.PostgresURL(t)
	p := &pair{t: t, url: url, db: open(t, url), merge: uuid.New()}
	p.stays, p.here = person(t, p.db, "1", "ABC234")
	p.goes, p.there = person(t, p.db, "2", "XYZ789")
	return p
}

func (p *pair) do(f func(ctx context.Context, tx *store.Tx) error) {
	p.t.Helper()
	do(p.t, p.db, func(tx *store.Tx) error { return f(p.t.Context(), tx) })
}

func (p *pair) mergeThem(taken ...store.Dated) {
	p.t.Helper()
	p.do(func(ctx context.Context, tx *store.Tx) error {
		return tx.MergeMembers(ctx, store.Merge{ID: p.merge, Survivor: p.stays, Merged: p.goes, At: after(60), Answers: taken})
	})
}

// split separates what a chat would separate.
func (p *pair) split(chat seal.Chat) store.Member {
	p.t.Helper()
	var m store.Member
	p.do(func(ctx context.Context, tx *store.Tx) error {
		merge, found, err := tx.MergedWith(ctx, chat)
		if err != nil || !found {
			return errors.Join(err, fmt.Errorf("merged: %v", found))
		}
		now, _, err := tx.MemberByChat(ctx, chat)
		if err == nil {
			m, err = tx.SplitMember(ctx, now.ID, merge)
		}
		return err
	})
	return m
}

func (p *pair) owner(chat seal.Chat) uuid.UUID {
	p.t.Helper()
	m, found, err := p.db.MemberByChat(p.t.Context(), chat)
	if err != nil || !found {
		p.t.Fatal(found, err)
	}
	return m.ID
}

func (p *pair) consent(member uuid.UUID, purpose string, granted bool, minutes int) {
	p.t.Helper()
	p.do(func(ctx context.Context, tx *store.Tx) error {
		return tx.RecordConsent(ctx, store.Consent{ID: uuid.New(), MemberID: member, Purpose: purpose, Granted: granted, NoticeVersion: "1",
			Language: "fr", Channel: "telegram", At: after(minutes), MessageID: fmt.Sprint(purpose, member, minutes)})
	})
}

func (p *pair) live(member uuid.UUID, purpose string) bool {
	p.t.Helper()
	live, err := p.db.LiveConsents(p.t.Context(), member)
	if err != nil {
		p.t.Fatal(err)
	}
	return live[purpose].Granted
}

func dated(minutes int, a store.Answer) store.Dated {
	return store.Dated{Answer: a, At: after(minutes)}
}

func (p *pair) dated(member uuid.UUID) []store.Dated {
	p.t.Helper()
	all, err := p.db.DatedAnswers(p.t.Context(), member)
	if err != nil {
		p.t.Fatal(err)
	}
	return all
}

func TestMergeAndSplit(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	name := store.Answer{Step: "display_name", Text: "Mado la seconde"}
	putAnswers(t, p.db, p.stays, after(1), answer("sex", "f"), answer("sector", "health"), store.Answer{Step: "city_residence", Text: "Trifouillis"})
	putAnswers(t, p.db, p.goes, after(2), answer("sector", "ict"), name)
	putAnswers(t, p.db, p.goes, after(3), answer("experience_years", "10p"))
	putAnswers(t, p.db, p.goes, after(4), store.Answer{Step: "experience_years"}) // taken back
	p.consent(p.stays, "register", true, 0)
	p.consent(p.goes, "register", true, 1)
	p.do(func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(tx.SetRecovery(ctx, p.goes, hashOf(7)), tx.PutLinkCode(ctx, p.goes, hashOf(8), after(60)),
			tx.PutDraft(ctx, store.Draft{Chat: p.there, Flow: "fund", Version: 3, Step: "b", Skipped: []string{"x"},
				Answers: []store.Answer{{Step: "a", Text: "Un texte à moi"}}}, after(5)))
	})
	before := map[uuid.UUID][]store.Dated{p.stays: p.dated(p.stays), p.goes: p.dated(p.goes)}
	one := []store.Dated{dated(2, answer("sector", "ict")), dated(2, name), dated(1, store.Answer{Step: "city_residence"})}

	p.mergeThem(one...)
	if p.owner(p.here) != p.stays || p.owner(p.there) != p.stays {
		t.Fatal("the chats are not one person's")
	}
	want := []store.Dated{dated(2, answer("sector", "ict")), dated(1, store.Answer{Step: "city_residence"}), dated(1, answer("sex", "f")), dated(2, name)}
	if diff := cmp.Diff(want, p.dated(p.stays)); diff != "" {
		t.Error(diff)
	}
	if all, _ := p.db.Consents(t.Context(), p.stays); len(all) != 2 {
		t.Errorf("%d consents, not all", len(all))
	}
	if m, _, _ := p.db.MemberByChat(t.Context(), p.there); m.Number != "ABC234" || string(m.RecoveryHash) != string(hashOf(7)) {
		t.Errorf("%+v", m)
	}
	if got := draftOf(t, p.db, p.there, "fund"); got != nil {
		t.Errorf("a draft of the merged member stays: %v", got)
	}
	if n := sql(t, p.url, `SELECT (SELECT count(*) FROM member) + (SELECT count(*) FROM link_code)`); n != "1" {
		t.Errorf("%s members and codes", n)
	}
	if text := dump(t, p.url); strings.Contains(text, "Mado") || strings.Contains(text, "Un texte") || !strings.Contains(text, p.merge.String()) {
		t.Error("the journal is not there, or not sealed")
	}

	m := p.split(p.there)
	if m.ID != p.goes || m.Number != "XYZ789" || m.RegisteredAt != morning || string(m.RecoveryHash) != string(hashOf(7)) || m.Language != "fr" || m.CreatedAt != morning {
		t.Errorf("%+v", m)
	}
	if p.owner(p.here) != p.stays || p.owner(p.there) != p.goes {
		t.Error("the chats are not where they were")
	}
	for id, was := range before {
		if diff := cmp.Diff(was, p.dated(id)); diff != "" {
			t.Error(diff)
		}
	}
	if got := draftOf(t, p.db, p.there, "fund"); len(got) != 1 || got[0].Text != "Un texte à moi" {
		t.Errorf("the draft: %v", got)
	}
	for _, id := range []uuid.UUID{p.stays, p.goes} {
		if all, _ := p.db.Consents(t.Context(), id); len(all) != 1 || all[0].MemberID != id {
			t.Errorf("%v", all)
		}
	}
	if m, _, _ := p.db.MemberByChat(t.Context(), p.here); m.RecoveryHash != nil {
		t.Error("the lent recovery code stays")
	}
	if n := sql(t, p.url, `SELECT count(*) FROM member_merge`); n != "0" {
		t.Errorf("%s entries in the journal", n)
	}
}

// What was answered again after the merge is the person's newest word.
func TestSplitKeepsWhatIsNewer(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	putAnswers(t, p.db, p.stays, after(1), answer("sector", "health"), answer("sex", "f"))
	putAnswers(t, p.db, p.goes, after(2), answer("sector", "ict"), answer("sex", "m"))
	p.mergeThem(dated(2, answer("sector", "ict")), dated(2, answer("sex", "m")))
	putAnswers(t, p.db, p.stays, after(70), answer("sex", "x"))
	p.split(p.here) // from where the survivor registered: the newest merge
	if diff := cmp.Diff([]store.Dated{dated(1, answer("sector", "health")), dated(70, answer("sex", "x"))}, p.dated(p.stays)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]store.Dated{dated(2, answer("sector", "ict")), dated(2, answer("sex", "m"))}, p.dated(p.goes)); diff != "" {
		t.Error(diff)
	}
}

// Nobody is subscribed by a merge or a split: see each row as yes and no at
// certain minutes.
func TestConsentsThroughMergeAndSplit(t *testing.T) {
	t.Parallel()
	type word struct {
		granted bool
		at      int
	}
	for name, tt := range map[string]struct {
		stays, goes, merged   []word // merged: said between merge and split
		live                  bool   // after the merge, before what is said then
		staysAfter, goesAfter bool
	}{
		"both yes":                         {[]word{{true, 1}}, []word{{true, 2}}, nil, true, true, true},
		"a later yes of the other":         {[]word{{false, 1}}, []word{{true, 2}}, nil, true, false, true},
		"a later no of the other":          {[]word{{true, 1}}, []word{{false, 2}}, nil, false, false, false},
		"a later no of who stays":          {[]word{{true, 1}, {false, 3}}, []word{{true, 2}}, nil, false, false, false},
		"stopped while they were one":      {[]word{{true, 1}}, []word{{true, 2}}, []word{{false, 70}}, true, false, false},
		"a yes while they were one":        {nil, nil, []word{{true, 70}}, false, true, false},
		"stopped and said yes when merged": {[]word{{true, 1}}, []word{{true, 2}}, []word{{false, 70}, {true, 80}}, true, true, true},
		"nobody was ever asked":            {nil, nil, nil, false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			for _, w := range tt.stays {
				p.consent(p.stays, "missions", w.granted, w.at)
			}
			for _, w := range tt.goes {
				p.consent(p.goes, "missions", w.granted, w.at)
			}
			p.mergeThem()
			if got := p.live(p.stays, "missions"); got != tt.live {
				t.Errorf("after the merge %v", got)
			}
			for _, w := range tt.merged {
				p.consent(p.stays, "missions", w.granted, w.at)
			}
			p.split(p.there)
			if got := p.live(p.stays, "missions"); got != tt.staysAfter {
				t.Errorf("who stayed: %v", got)
			}
			if got := p.live(p.goes, "missions"); got != tt.goesAfter {
				t.Errorf("who went: %v", got)
			}
			// Once more: what a split copied is met again.
			p.merge = uuid.New()
			p.mergeThem()
			if got := p.live(p.stays, "missions"); got != (tt.staysAfter || tt.goesAfter) {
				t.Errorf("after the second merge %v", got)
			}
			p.split(p.there)
			if stays, goes := p.live(p.stays, "missions"), p.live(p.goes, "missions"); stays != tt.staysAfter || goes != tt.goesAfter {
				t.Errorf("after the second split %v and %v", stays, goes)
			}
		})
	}
}

// A number in the journal is nobody else's; an erased survivor leaves nothing
// of either.
func TestMergedNumberAndErasure(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	ctx := t.Context()
	p.mergeThem()
	third, _ := person(t, p.db, "3", "")
	if err := p.db.Write(ctx, func(tx *store.Tx) error { return tx.RegisterMember(ctx, third, "XYZ789", morning) }); !errors.Is(err, store.ErrNumberTaken) {
		t.Errorf("the number of a merged member was given away: %v", err)
	}
	for _, chat := range []seal.Chat{p.here, p.there} {
		if _, _, err := p.db.Turn(ctx, chat, "m9", after(61), func(*store.Tx) (map[string]string, error) { return nil, nil }); err != nil {
			t.Fatal(err)
		}
	}
	p.do(func(ctx context.Context, tx *store.Tx) error { return tx.EraseMember(ctx, p.stays, after(62)) })
	content := dump(t, p.url)
	for _, trace := range []string{p.stays.String(), p.goes.String(), p.here.String(), p.there.String(), "ABC234", "XYZ789", p.merge.String()} {
		if strings.Contains(content, trace) {
			t.Errorf("%s stays", trace)
		}
	}
	if n := sql(t, p.url, `SELECT sum(count) FROM erased`); n != "1" {
		t.Errorf("%s counted: they were one person", n)
	}
}

// Merges upon merges come apart in the order of the chats.
func TestSplitOfSeveralMerges(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.mergeThem()
	top, topChat := person(t, p.db, "3", "QRS456")
	second := uuid.New()
	p.do(func(ctx context.Context, tx *store.Tx) error {
		return tx.MergeMembers(ctx, store.Merge{ID: second, Survivor: top, Merged: p.stays, At: after(90)})
	})
	for _, chat := range []seal.Chat{p.here, p.there, topChat} {
		if p.owner(chat) != top {
			t.Fatal("not one person")
		}
	}
	if m := p.split(p.there); m.ID != p.stays || m.Number != "ABC234" {
		t.Errorf("first %+v", m)
	}
	if p.owner(topChat) != top || p.owner(p.here) != p.stays || p.owner(p.there) != p.stays {
		t.Error("the second merge is not undone")
	}
	if m := p.split(p.there); m.ID != p.goes || m.Number != "XYZ789" {
		t.Errorf("then %+v", m)
	}
	if p.owner(p.here) != p.stays || p.owner(p.there) != p.goes {
		t.Error("the first merge is not undone")
	}
	if _, found, err := p.db.MergedWith(t.Context(), p.there); found || err != nil {
		t.Errorf("%v %v", found, err)
	}
}

// A chat that was joined by a code alone takes no profile apart.
func TestJoinedChatSplitsNothing(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.mergeThem()
	joined := p.db.Keys().Chat("whatsapp", "x")
	p.do(func(ctx context.Context, tx *store.Tx) error {
		return tx.PutAddress(ctx, store.Address{Chat: joined, MemberID: p.stays, Channel: "whatsapp", Address: "x", CreatedAt: after(70), LinkedAt: after(70)})
	})
	for chat, want := range map[seal.Chat]bool{joined: false, p.here: true, p.there: true} {
		if _, found, err := p.db.MergedWith(t.Context(), chat); found != want || err != nil {
			t.Errorf("%v %v", found, err)
		}
	}
	// Without its own chats the survivor would be left with nobody.
	p.do(func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(tx.RemoveAddress(ctx, joined), tx.RemoveAddress(ctx, p.here))
	})
	if _, found, err := p.db.MergedWith(t.Context(), p.there); found || err != nil {
		t.Errorf("%v %v", found, err)
	}
	if _, found, err := p.db.MergedWith(t.Context(), joined); found || err != nil {
		t.Errorf("a stranger: %v %v", found, err)
	}
}

func TestMergeOfNobody(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	ctx := t.Context()
	for _, m := range []store.Merge{{Survivor: p.stays, Merged: uuid.New()}, {Survivor: uuid.New(), Merged: p.goes}, {Survivor: p.stays, Merged: p.stays}} {
		m.ID, m.At = uuid.New(), morning
		if err := p.db.Write(ctx, func(tx *store.Tx) error { return tx.MergeMembers(ctx, m) }); !errors.Is(err, store.ErrNoMember) {
			t.Errorf("%v", err)
		}
	}
	if err := p.db.Write(ctx, func(tx *store.Tx) error { _, err := tx.SplitMember(ctx, p.stays, uuid.New()); return err }); !errors.Is(err, store.ErrNoMember) {
		t.Errorf("a split without a merge: %v", err)
	}
}
