package store_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/storetest"
)

// ledger is an announcement with people whom it may be for.
type ledger struct {
	t            *testing.T
	url          string
	db           *store.DB
	announcement uuid.UUID
	people       int
}

func newLedger(t *testing.T) *ledger {
	t.Helper()
	url := storetest.PostgresURL(t)
	l := &ledger{t: t, url: url, db: open(t, url)}
	l.announcement = l.announce(store.AnnounceNotice)
	return l
}

// announce makes an announcement that is sending.
func (l *ledger) announce(kind string) uuid.UUID {
	l.t.Helper()
	ctx, role := l.t.Context(), planner(l.t, l.url)
	m := store.Mission{ID: uuid.New(), Kind: store.Awareness, RoleID: role, Organisation: store.IOM, Country: "BE", Timezone: "Europe/Brussels",
		StartsAt: after(60 * 24 * 30), Texts: map[string]store.MissionText{"fr": {Title: "Rencontre", Summary: "Venez."}}, CreatedAt: morning}
	a := store.Announcement{ID: uuid.New(), MissionID: m.ID, Kind: kind, RoleID: role, Organisation: store.IOM,
		Audience: []byte(`{}`), Status: store.AnnouncementReview, CreatedAt: morning, ValidUntil: m.StartsAt}
	do(l.t, l.db, func(tx *store.Tx) error {
		if err := tx.PutMission(ctx, m); err != nil {
			return err
		}
		return tx.PutAnnouncement(ctx, a)
	})
	sql(l.t, l.url, `UPDATE announcement SET status = 'sending', planned_at = now() WHERE id = '`+a.ID.String()+`'`)
	return a.ID
}

// join makes somebody who lives in a city of a country and agrees to be told.
func (l *ledger) join(channel, country, city string) (uuid.UUID, string) {
	l.t.Helper()
	l.people++
	id, address := uuid.New(), fmt.Sprintf("%s:%d", channel, 9000+l.people)
	do(l.t, l.db, func(tx *store.Tx) error {
		if err := tx.CreateMember(l.t.Context(), store.Member{ID: id, Language: "fr", CreatedAt: morning}); err != nil {
			return err
		}
		if err := tx.PutAddress(l.t.Context(), store.Address{Chat: l.db.Keys().Chat(channel, address), MemberID: id, Channel: channel,
			Address: address, CreatedAt: morning, LastInboundAt: morning, LastMessageID: "m0"}); err != nil {
			return err
		}
		return tx.RegisterMember(l.t.Context(), id, fmt.Sprintf("AA%04d", l.people), morning)
	})
	sql(l.t, l.url, fmt.Sprintf(`
		INSERT INTO profile (member_id, country_residence, city_residence, updated_at) VALUES ('%[1]s', '%[2]s', nullif('%[3]s', ''), now())
		ON CONFLICT (member_id) DO UPDATE SET country_residence = excluded.country_residence, city_residence = excluded.city_residence`, id, country, city))
	l.consent(id, true, 0)
	return id, address
}

func (l *ledger) consent(member uuid.UUID, granted bool, minute int) {
	l.t.Helper()
	do(l.t, l.db, func(tx *store.Tx) error {
		return tx.RecordConsent(l.t.Context(), store.Consent{ID: uuid.New(), MemberID: member, Purpose: "missions", Granted: granted,
			NoticeVersion: "1", Language: "fr", Channel: "telegram", At: after(minute), MessageID: fmt.Sprint("c", minute)})
	})
}

func (l *ledger) plan(announcement uuid.UUID, limit int, at time.Time, reach store.Reach) {
	l.t.Helper()
	p := store.Plan{Announcement: announcement, Reach: reach, Channels: []string{"telegram", "whatsapp"}, Cap: limit, At: at}
	do(l.t, l.db, func(tx *store.Tx) error {
		_, err := tx.PlanDeliveries(l.t.Context(), p, uuid.Nil)
		return err
	})
}

// totals are the counts by state and reason.
func (l *ledger) totals(announcement uuid.UUID) map[string]int64 {
	l.t.Helper()
	all, err := l.db.Totals(l.t.Context(), announcement)
	if err != nil {
		l.t.Fatal(err)
	}
	out := map[string]int64{}
	for _, tally := range all {
		key := tally.State
		if tally.Reason != "" {
			key += " " + tally.Reason
		}
		out[key] += tally.N
	}
	return out
}

func (l *ledger) want(announcement uuid.UUID, want map[string]int64) {
	l.t.Helper()
	if got := l.totals(announcement); !maps.Equal(got, want) {
		l.t.Errorf("totals %v, want %v", got, want)
	}
}

func (l *ledger) claim(c store.Claim) (store.Claimed, bool) {
	l.t.Helper()
	if c.Announcement == uuid.Nil {
		c.Announcement = l.announcement
	}
	if c.Channel == "" {
		c.Channel = "telegram"
	}
	if c.At.IsZero() {
		c.At = after(60)
	}
	c.Channels = []string{"telegram", "whatsapp"}
	got, found, err := l.db.ClaimDelivery(l.t.Context(), nil, c)
	if err != nil {
		l.t.Fatal(err)
	}
	return got, found
}

func (l *ledger) settle(c store.Claimed, attempt int, state, reason string, rank int) {
	l.t.Helper()
	if err := l.db.SettleDelivery(l.t.Context(), store.Settlement{ID: c.ID, Attempt: attempt, State: state, Reason: reason, Rank: rank, At: after(61)}); err != nil {
		l.t.Fatal(err)
	}
}

func TestPlanning(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	l.join("telegram", "BE", "be-brussels")
	l.join("whatsapp", "BE", "")
	gone, address := l.join("telegram", "BE", "")
	no, _ := l.join("telegram", "BE", "")
	l.join("telegram", "FR", "")
	l.consent(no, false, 5)
	if err := l.db.SetReachable(t.Context(), l.db.Keys().Chat("telegram", address), false, after(6)); err != nil {
		t.Fatal(err)
	}
	l.join("console", "BE", "") // the service does not run that channel
	belgium := store.Reach{Countries: []string{"BE"}}
	l.plan(l.announcement, 2, after(10), belgium)
	want := map[string]int64{"planned": 2, "skipped gone": 2}
	l.want(l.announcement, want)
	l.plan(l.announcement, 2, after(11), belgium)
	l.want(l.announcement, want)
	rows, err := l.db.Deliveries(t.Context(), l.announcement)
	if err != nil || len(rows) != 4 {
		t.Fatal(rows, err)
	}
	for _, row := range rows {
		d, found, err := l.db.DeliveryByID(t.Context(), row.ID)
		if diff := cmp.Diff(row, d); diff != "" || !found || err != nil {
			t.Error(diff, found, err)
		}
		if row.MemberID == gone && (row.Channel != "" || row.SettledAt.IsZero()) || row.Country != "BE" || row.Place != "BE" && row.Place != "be-brussels" {
			t.Errorf("%+v", row)
		}
	}
	places, err := l.db.Places(t.Context(), l.announcement, "telegram")
	if !slices.Equal(places, []string{"be-brussels"}) || err != nil {
		t.Error(places, err)
	}
	claim := store.Claim{Announcement: l.announcement, Channel: "telegram", At: after(12), Quiet: true, Awake: []string{"BE"}}
	if n, err := l.db.Ready(t.Context(), claim, 10); n != 0 || err != nil {
		t.Error("while it is night there:", n, err)
	}
	claim.Awake = places
	if n, err := l.db.Ready(t.Context(), claim, 10); n != 1 || err != nil {
		t.Error(n, err)
	}
}

func TestPlanningForEveryoneWhoWasTold(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	told, _ := l.join("telegram", "BE", "")
	l.plan(l.announcement, 2, after(10), store.Reach{})
	c, _ := l.claim(store.Claim{Cap: -1})
	l.settle(c, 1, store.DeliverySent, "", store.RankTaken)
	l.join("telegram", "BE", "")
	change := l.announce(store.AnnounceChange)
	l.plan(change, -1, after(90), store.Reach{Told: []uuid.UUID{uuid.New(), l.announcement}})
	rows, err := l.db.Deliveries(t.Context(), change)
	if err != nil || len(rows) != 1 || rows[0].MemberID != told {
		t.Error(rows, err)
	}
	official := planner(t, l.url)
	sql(t, l.url, `UPDATE role SET role = 'official' WHERE id = '`+official.String()+`'`)
	sql(t, l.url, `UPDATE staff SET chat = '\x00112233445566778899aabbccddeeff', channel = 'telegram', sealed_address = '\x00', last_seen_at = '2026-11-24T08:00:00Z' WHERE id = '`+official.String()+`'`)
	staff := l.announce(store.AnnounceNotice)
	do(t, l.db, func(tx *store.Tx) error {
		_, err := tx.PlanForStaff(t.Context(), store.Plan{Announcement: staff, Reach: store.Reach{Officials: true}, Channels: []string{"telegram"}, At: after(9)}, uuid.Nil)
		return err
	})
	l.want(staff, map[string]int64{"planned": 1})
}

func TestTheCapHoldsWhenPlannedAndWhenClaimed(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	l.join("telegram", "BE", "")
	second, third := l.announce(store.AnnounceNotice), l.announce(store.AnnounceNotice)
	for _, id := range []uuid.UUID{l.announcement, second} {
		l.plan(id, 1, after(10), store.Reach{})
	}
	l.want(second, map[string]int64{"planned": 1}) // planned while nothing was sent
	c, _ := l.claim(store.Claim{Cap: 1})
	l.settle(c, 1, store.DeliverySent, "", store.RankTaken)
	if c, found := l.claim(store.Claim{Announcement: second, Cap: 1}); !found || c.State != store.DeliverySkipped {
		t.Error(c, found)
	}
	l.want(second, map[string]int64{"skipped cap": 1})
	l.plan(third, 1, after(90), store.Reach{})
	l.want(third, map[string]int64{"skipped cap": 1})
	fourth := l.announce(store.AnnounceNotice)
	l.plan(fourth, 1, after(60).AddDate(0, 0, 31), store.Reach{}) // a month later
	l.want(fourth, map[string]int64{"planned": 1})
}
