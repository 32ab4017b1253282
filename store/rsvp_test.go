package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

// hall is a mission with seats, and who may come.
type hall struct {
	t   *testing.T
	url string
	db  *store.DB
	m   store.Mission
}

func newHall(t *testing.T, capacity int) *hall {
	t.Helper()
	h := &hall{t: t, url: storetest.PostgresURL(t)}
	h.db = open(t, h.url)
	h.m = meeting(t, h.db, h.url, func(m *store.Mission) { m.Capacity = capacity })
	return h
}

// people makes so many members and gives their ids and chats.
func (h *hall) people(n int) (ids []uuid.UUID, chats []seal.Chat) {
	h.t.Helper()
	for i := range n {
		id, chat := person(h.t, h.db, strconv.Itoa(100+i), fmt.Sprintf("ABC%03d", 222+i%8+10*(i/8)))
		ids, chats = append(ids, id), append(chats, chat)
	}
	return ids, chats
}

// says gives an answer as a turn does: the mission held, seats given after it.
func (h *hall) says(member uuid.UUID, answer string, at time.Time) (v store.RSVP) {
	h.t.Helper()
	err := h.db.Write(context.Background(), func(tx *store.Tx) error {
		m, err := tx.LockMission(h.t.Context(), h.m.ID)
		if err != nil {
			return err
		}
		if v, err = tx.PutRSVP(h.t.Context(), m, store.RSVP{ID: uuid.New(), MemberID: member, Answer: answer, At: at}); err != nil {
			return err
		}
		_, err = tx.Seat(h.t.Context(), m, at, store.Invitee{Member: member})
		return err
	})
	if err != nil {
		h.t.Error(err)
	}
	return v
}

func (h *hall) brings(member uuid.UUID, guests int) error {
	return h.db.Write(context.Background(), func(tx *store.Tx) error {
		m, err := tx.LockMission(h.t.Context(), h.m.ID)
		if err != nil {
			return err
		}
		_, err = tx.PutGuests(h.t.Context(), m, store.Invitee{Member: member}, guests)
		return errors.Join(err)
	})
}

func (h *hall) seat(at time.Time) (n int) {
	h.t.Helper()
	do(h.t, h.db, func(tx *store.Tx) error {
		m, err := tx.LockMission(h.t.Context(), h.m.ID)
		if err != nil {
			return err
		}
		n, err = tx.Seat(h.t.Context(), m, at, store.Invitee{})
		return err
	})
	return n
}

// taken is how many seats are given.
func (h *hall) taken() string {
	h.t.Helper()
	return sql(h.t, h.url, `SELECT coalesce(sum(1 + guests), 0) FROM rsvp WHERE answer = 'yes' AND NOT waiting`)
}

func TestNeverMoreSeatsThanThereAre(t *testing.T) {
	t.Parallel()
	const seats, persons = 13, 24
	h := newHall(t, seats)
	ids, _ := h.people(persons)
	var done sync.WaitGroup
	for i, id := range ids {
		done.Go(func() {
			chance := rand.New(rand.NewPCG(1, uint64(i)))
			for n := range 6 {
				h.says(id, []string{store.RSVPYes, store.RSVPYes, store.RSVPMaybe, store.RSVPNo}[chance.IntN(4)], after(10*n+i))
				if err := h.brings(id, chance.IntN(4)); err != nil && !errors.Is(err, store.ErrFull) && !errors.Is(err, store.ErrNoSeat) {
					t.Error(err)
				}
			}
			h.says(id, store.RSVPYes, after(100+i))
		})
	}
	watched := make(chan struct{})
	go func() { done.Wait(); close(watched) }()
	for looked, over := 0, false; !over; looked++ {
		select {
		case <-watched:
			if over = true; looked == 0 {
				t.Error("nobody looked meanwhile")
			}
		default:
		}
		if n, _ := strconv.Atoi(h.taken()); n > seats {
			t.Fatalf("%d seats of %d are given", n, seats)
		}
	}
	h.seat(after(200))
	if n, _ := strconv.Atoi(h.taken()); n > seats || n < seats-3 {
		t.Errorf("%d seats of %d are given in the end", n, seats)
	}
	if n := sql(t, h.url, `SELECT count(*) FROM rsvp WHERE answer = 'yes'`); n != strconv.Itoa(persons) {
		t.Errorf("%s answers of %d", n, persons)
	}
}

func TestSeatsGoToWhoWaits(t *testing.T) {
	t.Parallel()
	h := newHall(t, 2)
	ids, chats := h.people(5)
	if h.says(ids[0], store.RSVPYes, after(1)).Waiting || h.says(ids[1], store.RSVPYes, after(2)).Waiting {
		t.Error("two seats, and somebody waits")
	}
	if !h.says(ids[2], store.RSVPYes, after(3)).Waiting || !h.says(ids[3], store.RSVPYes, after(4)).Waiting {
		t.Error("no seat, and nobody waits")
	}
	if err := h.brings(ids[0], 1); !errors.Is(err, store.ErrFull) {
		t.Error("a guest without a seat:", err)
	}
	if err := h.brings(ids[2], 2); err != nil { // they wait for three
		t.Error(err)
	}
	if again := h.says(ids[0], store.RSVPYes, after(5)); again.Waiting || !again.At.Equal(after(1)) {
		t.Errorf("said twice: %+v", again)
	}
	if got, _, err := h.db.RSVPOf(t.Context(), h.m.ID, store.Invitee{Member: ids[3]}); !got.Waiting || err != nil {
		t.Error(got, err)
	}
	h.says(ids[1], store.RSVPNo, after(6)) // one seat: too few for the three before them
	if got, _, _ := h.db.RSVPOf(t.Context(), h.m.ID, store.Invitee{Member: ids[3]}); got.Waiting {
		t.Error("the seat went to nobody")
	}
	open, err := h.db.OpenNotifications(t.Context(), store.NotificationSeat, uuid.Nil, 9)
	if len(open) != 1 || err != nil || open[0].MemberID != ids[3] || open[0].Chat != chats[3] {
		t.Fatal(open, err)
	}
	if m, err := h.db.MissionOfNotice(t.Context(), open[0].ID); m.ID != h.m.ID || err != nil {
		t.Error(m.ID, err)
	}
	// An erasure frees the seat, and their notices name nobody.
	do(t, h.db, func(tx *store.Tx) error { return tx.EraseMember(t.Context(), ids[0], morning) })
	do(t, h.db, func(tx *store.Tx) error { return tx.EraseMember(t.Context(), ids[3], morning) })
	if waited, err := h.db.MissionsWaited(t.Context(), after(7)); len(waited) != 1 || err != nil {
		t.Error(waited, err)
	}
	if n := h.seat(after(7)); n != 0 || h.taken() != "0" {
		t.Error("three have found two seats", n)
	}
	do(t, h.db, func(tx *store.Tx) error { // a larger room
		h.m.Capacity = 3
		return tx.PutMission(t.Context(), h.m)
	})
	if n := h.seat(h.m.StartsAt); n != 0 {
		t.Error("a seat was given when it had begun")
	}
	if n := h.seat(after(8)); n != 1 || h.taken() != "3" {
		t.Error("no seats in the larger room", n, h.taken())
	}
}

func TestSeatsOfTwoThatBecomeOne(t *testing.T) {
	t.Parallel()
	h := newHall(t, 0)
	ids, _ := h.people(2)
	h.says(ids[0], store.RSVPNo, after(1))
	h.says(ids[1], store.RSVPYes, after(2))
	do(t, h.db, func(tx *store.Tx) error {
		return tx.MergeMembers(t.Context(), store.Merge{ID: uuid.New(), Survivor: ids[0], Merged: ids[1], At: after(3)})
	})
	got, found, err := h.db.RSVPOf(t.Context(), h.m.ID, store.Invitee{Member: ids[0]})
	if !found || err != nil || got.Answer != store.RSVPYes {
		t.Error("the later answer counts:", got, found, err)
	}
	if n := sql(t, h.url, `SELECT count(*) FROM rsvp`); n != "1" {
		t.Error(n, "answers of one person")
	}
}

func TestDoorCodeProvesOneSeat(t *testing.T) {
	t.Parallel()
	h := newHall(t, 1)
	ids, _ := h.people(2)
	h.says(ids[0], store.RSVPYes, after(1))
	h.says(ids[1], store.RSVPYes, after(2))
	hash := func(code string) []byte { return h.db.Keys().CodeHash("door", code) }
	set := func(member uuid.UUID, code string) error {
		return h.db.Write(context.Background(), func(tx *store.Tx) error {
			return tx.SetDoor(t.Context(), h.m.ID, store.Invitee{Member: member}, hash(code))
		})
	}
	show := func(org store.Organisation, code string, at time.Time) (s store.Shown, found bool) {
		do(t, h.db, func(tx *store.Tx) (err error) {
			s, found, err = tx.ShowDoor(t.Context(), org, hash(code), at)
			return err
		})
		return s, found
	}
	if err := errors.Join(set(ids[0], "first"), set(ids[0], "second")); err != nil {
		t.Fatal(err)
	}
	if err := set(ids[1], "waits"); !errors.Is(err, store.ErrNoSeat) {
		t.Error("a code without a seat:", err)
	}
	if _, found := show(store.IOM, "second", after(3)); found {
		t.Error("a month before")
	}
	begins := h.m.StartsAt
	for _, wrong := range []string{"first", "waits", "third"} {
		if _, found := show(store.IOM, wrong, begins); found {
			t.Errorf("%s proves a seat", wrong)
		}
	}
	if _, found := show(store.Association, "second", begins); found {
		t.Error("shown to another organisation")
	}
	if s, found := show(store.IOM, "second", begins); !found || !s.Before.IsZero() || s.Guests != 0 {
		t.Error(s, found)
	}
	if err := set(ids[0], "third"); err != nil {
		t.Error(err)
	}
	if s, found := show(store.IOM, "third", begins.Add(time.Minute)); !found || !s.Before.Equal(begins) {
		t.Error("a new code is a new seat:", s, found)
	}
	h.says(ids[0], store.RSVPNo, after(4))
	if _, found := show(store.IOM, "third", begins); found {
		t.Error("a code of who does not come")
	}
}
