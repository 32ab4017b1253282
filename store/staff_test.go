package store_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"mboka/store"
	"mboka/store/seal"
	"mboka/store/storetest"
)

// granted gives a chat a role.
func granted(t *testing.T, db *store.DB, address string, role store.Role, org store.Organisation, at time.Time) store.Held {
	t.Helper()
	var held store.Held
	do(t, db, func(tx *store.Tx) (err error) {
		held, _, err = tx.Grant(t.Context(), store.Staff{
			ID: uuid.New(), Chat: db.Keys().Chat("telegram", address), Channel: "telegram", Address: address, Language: "fr", JoinedAt: at, LastSeenAt: at,
		}, uuid.New(), role, org)
		return err
	})
	return held
}

// allowed asks as the statement that does the work asks.
func allowed(t *testing.T, db *store.DB, chat seal.Chat, p store.Permission, running store.Organisation, at time.Time) bool {
	t.Helper()
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Allowed(t.Context(), chat, p, running, at)
		return err
	})
	if err != nil && !errors.Is(err, store.ErrNotAllowed) {
		t.Fatal(err)
	}
	return err == nil
}

// TestAllowedIsThePermissionTable: for every permission, role, organisation and
// running organisation the statement says what the table says, and a role that
// was revoked, has lapsed or was erased is none.
func TestAllowedIsThePermissionTable(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	may := 0
	for _, role := range store.Roles {
		for _, org := range store.Organisations {
			held := granted(t, db, string(role)+string(org), role, org, morning)
			chat := db.Keys().Chat("telegram", string(role)+string(org))
			for p := range store.Permissions {
				for _, running := range store.Organisations {
					want := store.May(p, role, org, running)
					if got := allowed(t, db, chat, p, running, after(1)); got != want {
						t.Errorf("%s of %s, %s running: %s is %v", role, org, running, p, got)
					}
					if want {
						may++
					}
					if allowed(t, db, chat, p, running, morning.Add(store.RoleSilence)) {
						t.Errorf("%s of %s: %s after 90 days of silence", role, org, p)
					}
				}
			}
			do(t, db, func(tx *store.Tx) error {
				_, s, found, err := tx.RevokeRole(t.Context(), held.ID, after(1))
				if !found || s.Address != string(role)+string(org) || s.Chat != chat {
					t.Errorf("revoked: %v %+v", found, s)
				}
				return err
			})
			for p := range store.Permissions {
				if allowed(t, db, chat, p, org, after(2)) {
					t.Errorf("%s of %s: %s after it was revoked", role, org, p)
				}
			}
		}
	}
	if may < 10 {
		t.Errorf("only %d may anything: nothing was tried", may)
	}
	if allowed(t, db, db.Keys().Chat("telegram", "nobody"), store.ManageRoles, store.IOM, after(1)) {
		t.Error("somebody without a role may")
	}
}

// A ministry and an association never open a profile, whoever runs the service.
func TestOnlyTheRunningOrganisationOpensProfiles(t *testing.T) {
	t.Parallel()
	for _, role := range store.Roles {
		for _, org := range store.Organisations {
			for _, running := range store.Organisations {
				may := store.May(store.OpenProfile, role, org, running)
				if may != (role == store.Coordinator && org == running && org != store.Ministry) {
					t.Errorf("%s of %s, %s running: %v", role, org, running, may)
				}
			}
		}
	}
}

func TestGrantOnce(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	first := granted(t, db, "1", store.Admin, store.IOM, morning)
	again := granted(t, db, "1", store.Admin, store.IOM, after(5))
	second := granted(t, db, "1", store.Auditor, store.IOM, after(6))
	if again.ID != first.ID || second.ID == first.ID || second.StaffID != first.StaffID {
		t.Errorf("%+v\n%+v\n%+v", first, again, second)
	}
	held, err := db.RolesOf(t.Context(), db.Keys().Chat("telegram", "1"), after(6))
	if err != nil || len(held) != 2 || !held[0].LastSeenAt.Equal(after(6)) {
		t.Errorf("%+v %v", held, err)
	}
}

// A role that has lapsed stays so when its chat writes, or takes up another
// one; and a message in time keeps it.
func TestRolesLapse(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	url := func(address string) seal.Chat { return db.Keys().Chat("telegram", address) }
	quiet := granted(t, db, "quiet", store.Admin, store.IOM, morning)
	granted(t, db, "busy", store.Admin, store.IOM, morning)
	granted(t, db, "back", store.Admin, store.IOM, morning)
	see := func(address string, at time.Time, staff bool) {
		t.Helper()
		if err := db.WriteBehind(t.Context(), []store.Trace{{Chat: url(address), At: at, MessageID: "m", Language: "fr", Staff: staff}}); err != nil {
			t.Fatal(err)
		}
	}
	late := morning.Add(store.RoleSilence)
	see("busy", late.Add(-time.Second), true)
	see("busy", morning.Add(time.Hour), true) // an older one moves nothing back
	see("quiet", late, true)
	granted(t, db, "back", store.Auditor, store.IOM, late)
	for address, want := range map[string]bool{"quiet": false, "busy": true, "back": false} {
		if got := allowed(t, db, url(address), store.ManageRoles, store.IOM, late); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	if !allowed(t, db, url("back"), store.ReadAudit, store.IOM, late) {
		t.Error("the new role of who came back does not live")
	}
	var lapsed []store.Held
	do(t, db, func(tx *store.Tx) (err error) {
		lapsed, err = tx.LapseRoles(t.Context(), late.Add(-store.RoleSilence))
		return err
	})
	if len(lapsed) != 1 || lapsed[0].ID != quiet.ID {
		t.Errorf("lapsed: %+v", lapsed)
	}
	live, err := db.LiveRoles(t.Context(), late)
	if err != nil || len(live) != 2 {
		t.Errorf("live: %+v %v", live, err)
	}
}

// TestRevokeAndWorkAtOnce: of a revocation and what the role does, one comes
// first; nothing is done by a role whose end is on record.
func TestRevokeAndWorkAtOnce(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	for range 20 {
		address := uuid.NewString()
		chat := db.Keys().Chat("telegram", address)
		held := granted(t, db, address, store.Admin, store.IOM, morning)
		var both sync.WaitGroup
		both.Go(func() {
			do(t, db, func(tx *store.Tx) error {
				_, _, _, err := tx.RevokeRole(t.Context(), held.ID, after(1))
				return err
			})
		})
		both.Go(func() {
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				if _, err := tx.Allowed(t.Context(), chat, store.ManageRoles, store.IOM, after(1)); err != nil {
					return err
				}
				if n := sql(t, url, `SELECT count(*) FROM role WHERE ended_at IS NOT NULL AND id = '`+held.ID.String()+`'`); n != "0" {
					t.Error("the role ended while it was in use")
				}
				return nil
			})
			if err != nil && !errors.Is(err, store.ErrNotAllowed) {
				t.Error(err)
			}
		})
		both.Wait()
		if allowed(t, db, chat, store.ManageRoles, store.IOM, after(1)) {
			t.Fatal("a revoked role lives")
		}
	}
}

// Erased staff leave their roles, ended, and nothing that says whose they were.
func TestEraseStaff(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	id, chat := person(t, db, "4711", "ABC234")
	held := granted(t, db, "4711", store.Coordinator, store.IOM, morning)
	do(t, db, func(tx *store.Tx) error { return tx.EraseMember(t.Context(), id, after(1)) })
	if why := sql(t, url, `SELECT ended_why FROM role WHERE id = '`+held.ID.String()+`'`); why != "erased" {
		t.Errorf("ended: %q", why)
	}
	if strings.Contains(dump(t, url), chat.String()) {
		t.Error("the chat stays on record")
	}
	do(t, db, func(tx *store.Tx) error {
		again, err := tx.EraseStaff(t.Context(), after(2), chat)
		if len(again) != 0 {
			t.Errorf("erased twice: %+v", again)
		}
		return err
	})
	if fresh := granted(t, db, "4711", store.Coordinator, store.IOM, after(3)); fresh.StaffID == held.StaffID {
		t.Error("who comes back is known as who was erased")
	}
}

func TestInvites(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	db := open(t, url)
	want := store.Invite{ID: uuid.New(), Role: store.Official, Organisation: store.Ministry, CreatedAt: morning, ExpiresAt: after(9)}
	hash := db.Keys().CodeHash("invite", "ABCDEFGH2345")
	held := granted(t, db, "1", store.Official, store.Ministry, morning)
	do(t, db, func(tx *store.Tx) error { return tx.PutInvite(t.Context(), want, hash) })
	read := func() (got store.Invite) {
		t.Helper()
		do(t, db, func(tx *store.Tx) error {
			i, found, err := tx.InviteByHash(t.Context(), hash)
			if !found {
				t.Error("not found")
			}
			got = i
			return err
		})
		return got
	}
	if diff := cmp.Diff(want, read()); diff != "" {
		t.Error(diff)
	}
	do(t, db, func(tx *store.Tx) error { return tx.UseInvite(t.Context(), want.ID, held.ID, after(1)) })
	want.RoleID = held.ID
	if diff := cmp.Diff(want, read()); diff != "" {
		t.Error(diff)
	}
	do(t, db, func(tx *store.Tx) error {
		if _, found, err := tx.InviteByHash(t.Context(), db.Keys().CodeHash("invite", "ABCDEFGH2346")); found || err != nil {
			t.Errorf("another code is found: %v", err)
		}
		return nil
	})
}

// Staff are given what is kept of them, with a profile and without.
func TestKeptTellsRoles(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	person(t, db, "1", "ABC234")
	for _, address := range []string{"1", "2"} {
		held := granted(t, db, address, store.Coordinator, store.Association, morning)
		do(t, db, func(tx *store.Tx) error {
			_, _, _, err := tx.RevokeRole(t.Context(), held.ID, after(1))
			return err
		})
		got, found, err := db.KeptOf(t.Context(), db.Keys().Chat("telegram", address))
		if err != nil || !found || len(got.Staff) != 1 {
			t.Fatalf("%s: %v %v %+v", address, found, err, got.Staff)
		}
		want := store.KeptStaff{
			Staff: store.Staff{ID: held.StaffID, Chat: db.Keys().Chat("telegram", address), Channel: "telegram", Address: address, Language: "fr", JoinedAt: morning, LastSeenAt: morning},
			Roles: []store.KeptRole{{Role: store.Coordinator, Organisation: store.Association, GrantedAt: morning, EndedAt: after(1), EndedWhy: "revoked"}},
		}
		if diff := cmp.Diff(want, got.Staff[0]); diff != "" {
			t.Error(diff)
		}
	}
}
