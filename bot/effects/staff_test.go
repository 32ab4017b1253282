package effects

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/flows"
	"mboka/flows/request"
	"mboka/flows/rights"
	"mboka/flows/staff"
	"mboka/store"
)

const joining = bot.ChatFlow + "." + bot.JoinTried

// invite keeps an invitation by a code.
func (d *desk) invite(code string, role store.Role, org store.Organisation) store.Invite {
	d.t.Helper()
	i := store.Invite{ID: uuid.New(), Role: role, Organisation: org, CreatedAt: morning, ExpiresAt: morning.Add(store.InviteLife)}
	if err := d.DB.Write(d.t.Context(), func(tx *store.Tx) error { return tx.PutInvite(d.t.Context(), i, bot.JoinHash(d.Keys, code)) }); err != nil {
		d.t.Fatal(err)
	}
	return i
}

// acts are the acts of the log, the newest first, as "actor act object".
func (d *desk) acts() []string {
	d.t.Helper()
	all, err := d.DB.LastActs(d.t.Context(), 1000)
	if err != nil {
		d.t.Fatal(err)
	}
	var out []string
	for _, a := range all {
		out = append(out, a.Actor+" "+a.Act+" "+a.Object)
	}
	return out
}

func TestJoinOutcomes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	invite := d.invite("ABCDEFGH2345", store.Official, store.Ministry)
	late := d.invite("ABCDEFGH2346", store.Official, store.Ministry)
	again := d.invite("ABCDEFGH2347", store.Official, store.Ministry)
	expect := func(address, code string, at time.Time, want string) map[string]string {
		t.Helper()
		got := d.do("telegram", address, joining, code, at)
		if got[bot.ResultOutcome] != want {
			t.Errorf("%s with %s: %v, want %s", address, code, got, want)
		}
		return got
	}
	expect("1", "ABCDEFGH9999", morning, bot.JoinWrong)
	expect("1", "ABCDEFGH2346", late.ExpiresAt, bot.JoinExpired)
	done, event := d.doing("telegram", "1", joining, "ABCDEFGH2345", morning)
	first, err := d.carryOut(done, event)
	if err != nil || first[bot.ResultOutcome] != bot.JoinDone || first[bot.ResultRoles] != "official:ministry" {
		t.Fatal(first, err)
	}
	if twice, err := d.carryOut(done, event); err != nil || twice[bot.ResultRoles] != first[bot.ResultRoles] || twice[bot.ResultOutcome] != bot.JoinDone {
		t.Errorf("the turn again: %v %v", twice, err)
	}
	expect("1", "ABCDEFGH2345", morning, bot.JoinOwn)
	expect("2", "ABCDEFGH2345", morning, bot.JoinUsed)
	expect("1", "ABCDEFGH2347", morning, bot.JoinOwn) // and the code stays good
	if got := expect("2", "ABCDEFGH2347", morning, bot.JoinDone); got["Role"] != "official" || got["Organisation"] != "ministry" {
		t.Error(got)
	}
	if m, found, err := d.DB.MemberByChat(t.Context(), d.Keys.Chat("telegram", "1")); found || err != nil {
		t.Errorf("a member was made: %+v %v", m, err)
	}
	acts := d.acts()
	if len(acts) != 2 || !strings.Contains(strings.Join(acts, "\n"), "role.grant "+again.ID.String()) ||
		!strings.Contains(strings.Join(acts, "\n"), "role.grant "+invite.ID.String()) {
		t.Errorf("the log has %q", acts)
	}
	held, err := d.DB.RolesOf(t.Context(), d.Keys.Chat("telegram", "1"), morning)
	if err != nil || len(held) != 1 || !slices.ContainsFunc(acts, func(a string) bool { return strings.HasPrefix(a, store.RoleActor(held[0].ID)) }) {
		t.Errorf("%+v %v", held, err)
	}
}

// Of many chats that write one code at the same time, one has the role.
func TestJoinAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.invite("ABCDEFGH2345", store.Admin, store.IOM)
	said := make([]string, 8)
	var all sync.WaitGroup
	for i := range said {
		what, event := d.doing("telegram", uuid.NewString(), joining, "ABCDEFGH2345", morning)
		all.Go(func() {
			got, err := d.carryOut(what, event)
			if err != nil {
				t.Error(err)
			}
			said[i] = got[bot.ResultOutcome]
		})
	}
	all.Wait()
	slices.Sort(said)
	if said[0] != bot.JoinDone || said[1] != bot.JoinUsed || slices.Compact(said)[1] != bot.JoinUsed {
		t.Error(said)
	}
	live, err := d.DB.LiveRoles(t.Context(), morning)
	if err != nil || len(live) != 1 {
		t.Errorf("%d roles, %v", len(live), err)
	}
}

// TestEffectsOfStaffAskTheRecords: each effect of staff is refused to every
// role and organisation that the table does not name, and to a role that was
// revoked meanwhile, whatever the session believes; a refusal changes nothing.
func TestEffectsOfStaffAskTheRecords(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	needs := map[string]store.Permission{staff.RolesID + "." + staff.Revoked: store.ManageRoles}
	for name, p := range bot.StaffWords() {
		needs[bot.ChatFlow+"."+name] = p
	}
	delete(needs, bot.ChatFlow+"."+bot.RequestAsked) // begins the flow whose end is the request
	needs[request.ID+"."+request.Sent] = store.RequestProfile
	tried := 0
	try := func(address string, role store.Role, org store.Organisation, live bool) {
		for event, p := range needs {
			if d.effects()[event] == nil {
				t.Fatalf("%s has no effect", event)
			}
			for _, running := range []store.Organisation{store.IOM, store.Association, store.OtherOrg} {
				what, _ := d.doing("whatsapp", address, event, "", morning.Add(time.Hour))
				what.Running = running
				what.Event.Answers = flows.Answers{{Step: staff.Which, Codes: []string{uuid.NewString()}}}
				before := len(d.acts())
				_, err := d.carryOut(what, event)
				tried++
				allowed := store.May(p, role, org, running)
				if word, ok := strings.CutPrefix(event, bot.ChatFlow+"."); ok {
					allowed = bot.MayUse(word, role, org, running)
				}
				if want := live && allowed; errors.Is(err, store.ErrNotAllowed) == want || err != nil && !errors.Is(err, store.ErrNotAllowed) {
					t.Errorf("%s by %s of %s, %s running, live %v: %v", event, role, org, running, live, err)
				}
				if err != nil && len(d.acts()) != before {
					t.Errorf("%s by %s of %s left an act", event, role, org)
				}
			}
		}
	}
	for _, role := range store.Roles {
		for _, org := range store.Organisations {
			address := string(role) + string(org)
			code := "ABCDEFGH" + strings.ToUpper(uuid.NewString()[:4])
			d.invite(code, role, org)
			d.do("whatsapp", address, joining, code, morning)
			try(address, role, org, true)
			held, err := d.DB.RolesOf(t.Context(), d.Keys.Chat("whatsapp", address), morning)
			if err != nil || len(held) != 1 {
				t.Fatal(held, err)
			}
			if err := d.DB.Write(t.Context(), func(tx *store.Tx) error {
				_, _, _, err := tx.RevokeRole(t.Context(), held[0].ID, morning)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			try(address, role, org, false)
		}
	}
	if tried < 300 {
		t.Errorf("only %d tried", tried)
	}
}

// The last acts and the list of roles name roles, never chats or people.
func TestListsOfStaffNameNobody(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.invite("ABCDEFGH2345", store.Admin, store.Ministry)
	d.invite("ABCDEFGH2346", store.Coordinator, store.Association)
	d.do("telegram", "55500001", joining, "ABCDEFGH2345", morning)
	d.do("whatsapp", "whatsapp:+32470000002", joining, "ABCDEFGH2346", morning)
	roles := d.do("telegram", "55500001", bot.ChatFlow+"."+bot.RolesAsked, "", morning)
	acts := d.do("telegram", "55500001", bot.ChatFlow+"."+bot.AuditAsked, "", morning)
	if roles["N"] != "2" || !strings.Contains(roles[bot.ResultLines], " coordinator association 2026-11-24") ||
		!strings.Contains(acts[bot.ResultLines], "role.list") || strings.Count(acts[bot.ResultLines], "\n") != 2 {
		t.Errorf("%v\n%v", roles, acts)
	}
	for _, mark := range []string{"55500001", "32470000002", "ABCDEFGH", d.Keys.Chat("telegram", "55500001").String()} {
		if strings.Contains(roles[bot.ResultLines]+acts[bot.ResultLines], mark) {
			t.Errorf("%q is shown", mark)
		}
	}
}

// A revoked chat is told to forget; one's own needs no note.
func TestRevokeTellsTheOtherChat(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.invite("ABCDEFGH2345", store.Admin, store.IOM)
	d.invite("ABCDEFGH2346", store.Coordinator, store.IOM)
	d.do("telegram", "1", joining, "ABCDEFGH2345", morning)
	d.do("telegram", "2", joining, "ABCDEFGH2346", morning)
	revoke := func(address string) map[string]string {
		t.Helper()
		held, err := d.DB.RolesOf(t.Context(), d.Keys.Chat("telegram", address), morning)
		if err != nil || len(held) != 1 {
			t.Fatal(held, err)
		}
		what, event := d.doing("telegram", "1", staff.RolesID+"."+staff.Revoked, "", morning)
		what.Event.Answers = flows.Answers{{Step: staff.Which, Codes: []string{held[0].ID.String()}}}
		got, err := d.carryOut(what, event)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := revoke("2"); !strings.Contains(got[bot.ResultElsewhere], `"address":"2"`) || !strings.Contains(got[bot.ResultElsewhere], string(bot.Demoted)) || got[bot.ResultRoles] != "admin:iom" {
		t.Error(got)
	}
	if got := revoke("1"); got[bot.ResultElsewhere] != "" || got[bot.ResultRoles] != "" || got[bot.ResultOutcome] != bot.StaffRevoked {
		t.Error(got)
	}
}

// Who erases themselves is staff no more, with a profile or without, and the
// log keeps what the role did.
func TestEraseEndsRoles(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, member := person(t, d.Records, "1", "ABC234", "Célestine Zorglub")
	d.invite("ABCDEFGH2345", store.Admin, store.IOM)
	d.invite("ABCDEFGH2346", store.Auditor, store.IOM)
	d.do("telegram", "1", joining, "ABCDEFGH2345", morning)
	d.do("telegram", "2", joining, "ABCDEFGH2346", morning)
	for _, address := range []string{"1", "2"} {
		d.do("telegram", address, rights.EraseID+"."+rights.Erased, "", morning.Add(time.Hour))
		chat := d.Keys.Chat("telegram", address)
		if _, found, err := d.DB.StaffOf(t.Context(), chat); found || err != nil {
			t.Errorf("%s is staff still, %v", address, err)
		}
		if _, found, err := d.DB.KeptOf(t.Context(), chat); found || err != nil {
			t.Errorf("%s: something is kept, %v", address, err)
		}
	}
	if _, found, _ := d.DB.MemberByChat(t.Context(), member); found {
		t.Error("the member is there still")
	}
	if all := strings.Join(d.acts(), "\n"); strings.Count(all, "role.erase") != 2 || strings.Count(all, "role.grant") != 2 {
		t.Error(all)
	}
	live, err := d.DB.LiveRoles(t.Context(), morning)
	if err != nil || len(live) != 0 {
		t.Errorf("%+v %v", live, err)
	}
}
