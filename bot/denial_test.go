package bot

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
	"mboka/store"
	"mboka/store/seal"
)

// standing are the places where a word may be written, for somebody with these
// roles: no profile, a menu, a choice, a text.
func standing(t *testing.T, b *Bot, lang locales.Lang, roles []StaffRole) map[string]Session {
	t.Helper()
	out := map[string]Session{"": {Lang: lang.String()}, "menu": {Lang: lang.String(), Member: "m"}}
	for _, step := range []string{"consent", "age_band", "city_residence", "display_name", "contribution_types"} {
		s := at(step, lang)
		if step != "consent" {
			s.Member = "m"
		}
		out[step] = s
	}
	for name, s := range out {
		s.Roles, s.Staff = roles, len(roles) > 0
		out[name] = s
		if name == "" || name == "menu" {
			shown := b.think(seal.Chat{1}, s, Inbound{Channel: "telegram", ID: "0", Kind: Text, Text: "menu"}, today, nil)
			out[name+" shown"] = shown.Session
		}
	}
	return out
}

// waysOfStaff are all ways to write a word of staff, in all languages.
func waysOfStaff(name string) (slashed, bare []string) {
	words := []string{name}
	for _, lang := range locales.Langs {
		words = append(words, strings.Split(locales.LabelOf(staffKey(name)).In(lang), "|")...)
	}
	for _, w := range words {
		bare = append(bare, w, strings.ToUpper(w), w+" svp", w+"!")
		slashed = append(slashed, "/"+w, "/"+strings.ToUpper(w), "/"+strings.ReplaceAll(reference.Fold(w), " ", "_")+"@MbokaBot")
		if !strings.Contains(w, " ") {
			slashed = append(slashed, "/"+w+" 12")
		}
	}
	return slashed, bare
}

// unlike shows in what two thoughts differ.
func unlike(want, got thought) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return cmp.Diff(want, got, cmp.AllowUnexported(Session{}))
}

// TestWordsOfStaff: from the one table of permissions, for each word, role,
// organisation, channel and kind of running organisation, in every place: who
// may is led on to the effect, which asks the records. Who may not reads, byte
// for byte, what anybody reads after a word that does not exist.
func TestWordsOfStaff(t *testing.T) {
	t.Parallel()
	b, without := thinking(t), thinking(t)
	without.staff = nil // here none of the words exists
	led, denied := 0, 0
	write := func(b *Bot, s Session, channel, text string, kind store.Organisation) thought {
		in := Inbound{Channel: channel, ID: "7", Kind: Text, Text: text}
		out := b.think(seal.Chat{1}, s, in, today, flows.Facts{factRunning: {Args: map[string]any{"Kind": string(kind)}}})
		out.Session.LastText = ""
		return out
	}
	try := func(roles []StaffRole, channel string, kind store.Organisation) {
		lang := locales.Langs[(led+denied)%len(locales.Langs)]
		for place, s := range standing(t, b, lang, roles) {
			for name := range staffWords {
				may := slices.ContainsFunc(roles, func(r StaffRole) bool { return MayUse(name, r.Role, r.Organisation, kind) })
				slashed, bare := waysOfStaff(name)
				texts := append(slashed, bare...)
				if n := led + denied; len(roles) > 0 && roles[0].Organisation != store.Ministry {
					texts = []string{slashed[n%len(slashed)], bare[n%len(bare)]} // in turn, not all again
				}
				for _, text := range texts {
					got := write(b, s, channel, text, kind)
					where := fmt.Sprintf("%q at %q by %v on %s, %s running", text, place, roles, channel, kind)
					slash := strings.HasPrefix(text, "/")
					answer := !slash && place == "display_name" // a text is asked: it may be one
					switch {
					case may && !answer:
						led++
						if !leads(got, name) {
							t.Fatalf("%s is not understood: %+v", where, got.Prompt)
						}
						continue
					case slash:
						if diff := unlike(write(b, s, channel, "/zorglub", kind), got); diff != "" {
							t.Fatalf("%s: not as an unknown word: %s", where, diff)
						}
					}
					denied++
					if diff := unlike(write(without, s, channel, text, kind), got); diff != "" {
						t.Fatalf("%s: not as if it did not exist: %s", where, diff)
					}
				}
			}
		}
	}
	for _, channel := range []string{"telegram", "whatsapp"} {
		try(nil, channel, store.IOM)
		for _, kind := range []store.Organisation{store.IOM, store.Association, store.OtherOrg} {
			for _, role := range store.Roles {
				for _, org := range store.Organisations {
					try([]StaffRole{{role, org}}, channel, kind)
				}
			}
		}
	}
	if led < 1000 || denied < 1000 {
		t.Errorf("%d words were understood and %d were not: too few were tried", led, denied)
	}
}

// Each word is told to who may, has its effect's name to itself, and is no word
// of a member.
func TestStaffVocabulary(t *testing.T) {
	t.Parallel()
	members := commandWords()
	for name, p := range staffWords {
		if _, known := store.Permissions[p]; !known {
			t.Errorf("/%s needs %q, which nobody has", name, p)
		}
		if !slices.Contains(staffOrder, name) {
			t.Errorf("/%s is told to nobody", name)
		}
		for _, lang := range locales.Langs {
			if firstWord(lang, staffKey(name)) == "" {
				t.Errorf("/%s has no word in %s", name, lang)
			}
		}
	}
	for w, name := range staffVocabulary() {
		if other, taken := members[w]; taken || joinWords()[w] {
			t.Errorf("%q of /%s means /%s too", w, name, other)
		}
	}
	for _, name := range staffOrder {
		if _, known := staffWords[name]; !known {
			t.Errorf("/%s is told and not known", name)
		}
	}
}

// A role that the records refuse leaves what it had begun, and the rest stays.
func TestRefusedRoleLeavesItsFlow(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	s := at("sex", locales.FR)
	s.Member, s.Roles, s.Staff = "m", []StaffRole{{store.Admin, store.IOM}}, true
	id := "0198f0a2-0000-8000-8000-000000000001"
	list := thinkLink(b, s, "/roles", map[string]any{ResultOutcome: StaffListed, "N": "1", ResultLines: id + " admin iom 2026-11-01"})
	top, _ := list.Session.top()
	if top.Flow != FlowRoles || len(list.Prompt.Options) != 1 {
		t.Fatalf("%+v", list.Prompt)
	}
	sure := b.think(seal.Chat{1}, list.Session, Inbound{Channel: "telegram", ID: "2", Kind: Tap, Payload: Payload(top.Run, RoleWhich, id)}, today, nil)
	if sure.Prompt.Step != "sure" || sure.Need != "" {
		t.Fatalf("%+v", sure.Prompt)
	}
	for _, vague := range []string{"oui", "1", "ok"} {
		if out := thinkLink(b, sure.Session, vague, nil); out.Need != "" {
			t.Errorf("%q revokes", vague)
		}
	}
	yes := thinkLink(b, sure.Session, "Oui, retirer", nil)
	if yes.Need != factOutcome || yes.Decide.Flow != FlowRoles || yes.Decide.Answers.Code(RoleWhich) != id {
		t.Fatalf("%+v", yes.Decide)
	}
	for outcome, want := range map[string]locales.Key{staffEnded: locales.RoleEnded, StaffGone: locales.RoleGone, StaffRevoked: locales.RoleRevoked} {
		out := thinkLink(b, sure.Session, "Oui, retirer", map[string]any{ResultOutcome: outcome, ResultRoles: ""})
		if out.Prompt.Lead[0].Key != want || out.Prompt.Step != "sex" || len(out.Session.Roles) != 0 || len(out.Session.Stack) != 1 {
			t.Errorf("%s: %v at %s with %v", outcome, out.Prompt.Lead, out.Prompt.Step, out.Session.Roles)
		}
	}
}

// After 90 days of silence the session forgets its roles by itself, and says so
// once.
func TestSilenceForgetsRoles(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	s := Session{Lang: "fr", Member: "m", Staff: true, Roles: []StaffRole{{store.Admin, store.IOM}}, At: today.Add(-store.RoleSilence)}
	out := thinkLink(b, s, "/roles", nil)
	if len(out.Session.Roles) != 0 || out.Need != "" || out.Prompt.Lead[0].Key != locales.RoleEnded {
		t.Errorf("%+v %+v", out.Session.Roles, out.Prompt)
	}
	if next := thinkLink(b, out.Session, "/roles", nil); next.Prompt.Lead[0].Key != locales.WayOut {
		t.Errorf("said again: %v", next.Prompt.Lead)
	}
	s.At = s.At.Add(1)
	if out := thinkLink(b, s, "/roles", nil); out.Need != factOutcome {
		t.Error("forgotten too early")
	}
}

// leads tells whether a word of staff was understood: its effect is to be
// carried out, or it asks for what it needs first.
func leads(got thought, name string) bool {
	top, _ := got.Session.top()
	switch name {
	case OpenAsked:
		return len(got.Prompt.Lead) > 0 && got.Prompt.Lead[0].Key == locales.OpenHow
	case DoorAsked:
		return len(got.Prompt.Lead) > 0 && got.Prompt.Lead[0].Key == locales.DoorHow
	case RequestAsked:
		return top.Flow == FlowRequest
	}
	return got.Need == factOutcome && got.Decide.Flow == ChatFlow && got.Decide.Name == name
}
