package figures

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
)

// handed is what somebody was handed.
type handed struct {
	channel, address string
	bot.Notification
}

// round is a service whose digests are handed to a list.
type round struct {
	*Digests
	t    *testing.T
	db   *store.DB
	said []handed
	fail error
}

func newRound(t *testing.T) *round {
	t.Helper()
	_, db := populated(t, 600)
	policy, err := store.NewPolicy(store.DemoSettings())
	if err != nil {
		t.Fatal(err)
	}
	return roundOver(t, db, policy)
}

func roundOver(t *testing.T, db *store.DB, policy store.Policy) *round {
	r := &round{t: t, db: db}
	r.Digests = &Digests{
		Desk: &Desk{DB: db, Keys: db.Keys(), Policy: func(context.Context) (store.Policy, error) { return policy, nil }},
		Meetings: func(_ context.Context, _ *store.Tx, _ store.Held, _ locales.Lang, since, now, ahead time.Time) (coming, past []string, err error) {
			return []string{"• coming " + ahead.Format(time.DateOnly)}, []string{"• past " + since.Format(time.DateOnly)}, nil
		},
		Notify: func(_ context.Context, channel, address string, n bot.Notification) error {
			if r.fail == nil {
				r.said = append(r.said, handed{channel, address, n})
			}
			return r.fail
		},
		Window: func(channel string) time.Duration {
			return map[string]time.Duration{"whatsapp": 24 * time.Hour}[channel]
		},
		Room: func(string) int { return bot.WhatsAppCapabilities.Text },
	}
	return r
}

// staffed gives a chat a role with a digest.
func (r *round) staffed(channel, address string, as store.Role, of store.Organisation, every string, at time.Time) store.Held {
	r.t.Helper()
	var held store.Held
	if err := r.db.Write(r.t.Context(), func(tx *store.Tx) (err error) {
		s := store.Staff{ID: uuid.New(), Chat: r.db.Keys().Chat(channel, address), Channel: channel, Address: address, Language: "fr", LastSeenAt: at}
		if held, _, err = tx.Grant(r.t.Context(), s, uuid.New(), as, of); err != nil {
			return err
		}
		return tx.BeginDigest(r.t.Context(), held.ID, every, at)
	}); err != nil {
		r.t.Fatal(err)
	}
	return held
}

// run runs at a time and gives what was handed over.
func (r *round) run(at time.Time) []handed {
	r.t.Helper()
	r.said = nil
	if _, err := r.Run(r.t.Context(), at); err != nil && r.fail == nil {
		r.t.Fatal(err)
	}
	return r.said
}

// figuresKept counts the figures on record.
func (r *round) figuresKept(of ...string) (n int) {
	r.t.Helper()
	for _, id := range of {
		if _, found, err := r.db.FigureByID(r.t.Context(), idOf(id)); err == nil && found {
			n++
		}
	}
	return n
}

// The snapshot of populated is from Sunday, 1 November 2026.
var (
	wednesday = time.Date(2026, 11, 4, 10, 0, 0, 0, time.UTC)
	monday    = time.Date(2026, 11, 9, 0, 0, 0, 0, time.UTC)
)

// TestDigestComesOnce: in the morning of the week, not in the night before, and
// once, also when what hands it over fails and the run is repeated; the next one
// compares with it.
func TestDigestComesOnce(t *testing.T) {
	t.Parallel()
	r := newRound(t)
	r.staffed("telegram", "1", store.Official, store.Ministry, store.DigestWeek, wednesday)
	for what, at := range map[string]time.Time{
		"in the week it was asked for": wednesday.Add(time.Hour), "in the night": monday.Add(3 * time.Hour), "in the evening": monday.Add(18 * time.Hour),
	} {
		if got := r.run(at); len(got) != 0 {
			t.Errorf("%s: %v", what, got)
		}
	}
	r.fail = errors.New("Redis is away")
	r.run(monday.Add(8 * time.Hour))
	r.fail = nil
	got := r.run(monday.Add(9 * time.Hour))
	if len(got) != 1 || got[0].channel != "telegram" || got[0].address != "1" || got[0].Kind != bot.NoticeDigest || got[0].Key != locales.DigSaid {
		t.Fatalf("%+v", got)
	}
	text := got[0].Args["Text"]
	id := text[strings.Index(text, "F-"):][:7]
	for _, part := range []string{"semaine du 9 novembre 2026", "France", "• coming 2026-11-23", "• past 2026-11-02", "Relevé du 1", "« résumé stop »"} {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in\n%s", part, text)
		}
	}
	if r.figuresKept(id) != 1 {
		t.Errorf("no figure %s", id)
	}
	if again := r.run(monday.Add(10 * time.Hour)); len(again) != 0 {
		t.Errorf("and again: %+v", again)
	}
	next := r.run(monday.AddDate(0, 0, 7).Add(8 * time.Hour))
	if len(next) != 1 || next[0].ID == got[0].ID || !strings.Contains(next[0].Args["Text"], "toujours en cours") {
		t.Fatalf("over the same snapshot: %+v", next)
	}
	if taken, err := r.db.TakeSnapshot(t.Context(), "S-2", monday, 0, 0); err != nil || !taken {
		t.Fatal(taken, err)
	}
	third := r.run(monday.AddDate(0, 0, 14).Add(8 * time.Hour))
	if len(third) != 1 || !strings.Contains(third[0].Args["Text"], "Depuis le 1") || !strings.Contains(third[0].Args["Text"], "(+0)") {
		t.Errorf("over the next snapshot: %+v", third)
	}
}

// TestDigestNeedsItsRole: it ends with the role, whatever ended that, and is not
// called back by a new one.
func TestDigestNeedsItsRole(t *testing.T) {
	t.Parallel()
	r := newRound(t)
	morning := monday.Add(8 * time.Hour)
	revoked := r.staffed("telegram", "2", store.Official, store.IOM, store.DigestWeek, wednesday)
	r.staffed("telegram", "3", store.Official, store.IOM, store.DigestWeek, wednesday)
	lapsed := r.staffed("telegram", "4", store.Official, store.IOM, store.DigestMonth, wednesday.Add(-store.RoleSilence))
	stopped := r.staffed("telegram", "5", store.Official, store.IOM, store.DigestWeek, wednesday)
	if err := r.db.Write(t.Context(), func(tx *store.Tx) error {
		if _, _, _, err := tx.RevokeRole(t.Context(), revoked.ID, wednesday); err != nil {
			return err
		}
		if _, err := tx.EraseStaff(t.Context(), wednesday, r.db.Keys().Chat("telegram", "3")); err != nil {
			return err
		}
		found, err := tx.EndDigest(t.Context(), stopped.ID)
		if err == nil && !found {
			err = errors.New("there was none to end")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if got := r.run(morning); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	if err := r.db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.LapseRoles(t.Context(), wednesday.Add(-store.RoleSilence))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, h := range []store.Held{revoked, lapsed} {
		if _, found, err := r.db.DigestOf(t.Context(), h.ID); found || err != nil {
			t.Errorf("a digest of an ended role: %v, %v", found, err)
		}
	}
	r.staffedAgain("telegram", "2")
	if got := r.run(morning); len(got) != 0 {
		t.Errorf("called back by another role: %+v", got)
	}
}

// staffedAgain gives a chat a role without a digest.
func (r *round) staffedAgain(channel, address string) {
	r.t.Helper()
	if err := r.db.Write(r.t.Context(), func(tx *store.Tx) error {
		s := store.Staff{ID: uuid.New(), Chat: r.db.Keys().Chat(channel, address), Channel: channel, Address: address, Language: "fr", LastSeenAt: wednesday}
		_, _, err := tx.Grant(r.t.Context(), s, uuid.New(), store.Official, store.IOM)
		return err
	}); err != nil {
		r.t.Fatal(err)
	}
}

// TestDigestWaitsOutsideTheWindow: who has not opened the chat for a day gets
// nothing on WhatsApp, and the digest once they have.
func TestDigestWaitsOutsideTheWindow(t *testing.T) {
	t.Parallel()
	r := newRound(t)
	r.staffed("whatsapp", "whatsapp:+15550177", store.Official, store.Ministry, store.DigestWeek, wednesday)
	if got := r.run(monday.Add(8 * time.Hour)); len(got) != 0 {
		t.Fatalf("%+v", got)
	}
	chat := r.db.Keys().Chat("whatsapp", "whatsapp:+15550177")
	if err := r.db.WriteBehind(t.Context(), []store.Trace{{Chat: chat, At: monday.Add(20 * time.Hour), MessageID: "m", Language: "fr", Staff: true}}); err != nil {
		t.Fatal(err)
	}
	if got := r.run(monday.Add(32 * time.Hour)); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}

// TestDigestOfACoordinator has meetings and no figure: that is not theirs to ask
// for.
func TestDigestOfACoordinator(t *testing.T) {
	t.Parallel()
	r := newRound(t)
	r.staffed("telegram", "7", store.Coordinator, store.Association, store.DigestMonth, wednesday)
	if got := r.run(monday.Add(9 * time.Hour)); len(got) != 0 {
		t.Fatalf("in the month it was asked for: %+v", got)
	}
	got := r.run(time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC))
	if len(got) != 1 || strings.Contains(got[0].Args["Text"], "F-") || !strings.Contains(got[0].Args["Text"], "• coming 2027-02-01") {
		t.Errorf("%+v", got)
	}
}
