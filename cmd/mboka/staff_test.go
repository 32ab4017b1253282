package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
)

// TestWhoMayWhat: on both platforms, each role of each organisation writes each
// word of staff. Who may is answered; who may not reads what everybody reads
// after a word that does not exist.
func TestWhoMayWhat(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	answers := map[string]string{bot.RolesAsked: string(locales.RolesList), bot.AuditAsked: string(locales.AuditLast),
		bot.StatsAsked: string(locales.FigSaid), bot.ExplainAsked: string(locales.FigSaid),
		bot.XLSXWord: string(locales.FigSaid), bot.CSVWord: string(locales.FigSaid), bot.DigestAsked: string(locales.FigSaid), bot.FunnelAsked: string(locales.FigSaid), bot.OpenAsked: string(locales.OpenHow),
		bot.AnnounceAsked: string(locales.AnnType), bot.AnnouncementsAsked: string(locales.AnnNone), bot.WorkshopAsked: string(locales.WorkshopAsk), bot.DoorAsked: string(locales.DoorHow), bot.AmbassadorAsked: string(locales.RepSaid), bot.RequestAsked: string(locales.RequestInstitution)}
	for _, channel := range []string{"telegram", "whatsapp"} {
		for _, role := range store.Roles {
			for _, org := range store.Organisations {
				d := s.talker(t, channel)
				d.invited(string(role), string(org))
				d.say("rejoindre " + d.code)
				for name := range bot.StaffWords() {
					d.say("/zorglub")
					unknown := d.phone.last()
					got := d.say("/" + name)
					where := fmt.Sprintf("/%s by %s of %s on %s", name, role, org, channel)
					if bot.MayUse(name, role, org, store.IOM) {
						if want, known := answers[name]; !known || got[0] != want {
							t.Errorf("%s: %v, want %q", where, got, want)
						}
						d.say("/annuler")
						continue
					}
					if d.phone.last() != unknown {
						t.Errorf("%s:\n%s\nand after a word that does not exist:\n%s", where, d.phone.last(), unknown)
					}
				}
			}
		}
	}
}

// TestGroupsHearNothing: in a group there is no word at all, for anybody.
func TestGroupsHearNothing(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	d := s.talker(t, "telegram")
	d.invited("admin", "iom")
	d.say("rejoindre " + d.code)
	d.invited("auditor", "iom")
	words := []string{"/join " + d.code, "/start " + bot.JoinPayload(strings.ReplaceAll(d.code, "-", ""))}
	for name := range bot.StaffWords() {
		words = append(words, "/"+name, name)
	}
	before := s.telegram.Calls("sendMessage")
	for _, kind := range []string{"group", "supergroup", "channel"} {
		for _, w := range words {
			s.telegram.Push(`{"update_id":%d,"message":{"message_id":7,"date":1790000000,"from":{"id":` + d.phone.address() +
				`,"is_bot":false,"first_name":"X"},"chat":{"id":-1001234,"type":"` + kind + `","title":"Diaspora"},"text":"` + w + `"}}`)
		}
	}
	d.hears("/menu", "staff_menu") // behind the others
	if sent := len(s.telegram.Calls("sendMessage")) - len(before); sent > 1 {
		t.Errorf("%d messages were sent for words in groups", sent-1)
	}
	if s.turnsOfOthers(d.chat()) != 0 {
		t.Error("a group had a turn")
	}
	d.hears("/join "+d.code, "join_done staff_menu") // nobody has used it
}

// turnsOfOthers counts the turns of all chats but one.
func (s *testService) turnsOfOthers(chat string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for other, turns := range s.turns {
		if other != chat {
			n += len(turns)
		}
	}
	return n
}

// TestMinistryWalksEveryCommand: people register with marked words; then staff
// of a ministry, in each role and in all at once, write every word there is, on
// both platforms. No mark is shown.
func TestMinistryWalksEveryCommand(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.start()
	var marks []string
	for i, channel := range []string{"telegram", "whatsapp"} {
		marks = append(marks, register(t, s, s.newPhone(t, channel, "fr", 950+i))...)
	}
	words := bot.CommandWords()
	slices.Sort(words)
	walk := func(channel string, roles ...store.Role) {
		d := s.talker(t, channel)
		for _, role := range roles {
			d.invited(string(role), string(store.Ministry))
			d.say("rejoindre " + d.code)
		}
		var read strings.Builder
		for _, w := range words {
			for _, text := range []string{"/" + w, w} {
				said := d.say(text)
				fmt.Fprintln(&read, d.phone.last())
				if slices.Contains(said, string(locales.RolesList)) || slices.Contains(said, string(locales.RequestInstitution)) ||
					slices.Contains(said, string(locales.AnnType)) {
					d.say("/annuler")
				}
			}
		}
		if read.Len() < 20*len(words) {
			t.Errorf("%v on %s read only %d bytes", roles, channel, read.Len())
		}
		for _, mark := range marks {
			if strings.Contains(read.String(), mark) {
				t.Errorf("%v on %s: %q is shown", roles, channel, mark)
			}
		}
	}
	for _, role := range store.Roles {
		walk("telegram", role)
	}
	walk("whatsapp", store.Roles...)
}

// TestRevokeInTheMiddle: an administrator is about to revoke somebody's role
// while their own is revoked, again and again. One comes first: either it is
// done and said, or it is refused and said. Nothing privileged stays open, and a
// registration under way goes on.
func TestRevokeInTheMiddle(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	for range 4 {
		victim, admin := s.talker(t, "telegram"), s.talker(t, "telegram")
		victim.invited("official", "ministry")
		victim.say("rejoindre " + victim.code)
		admin.registers()
		admin.hears("continuer", "q_field_of_study")
		admin.invited("admin", "iom")
		admin.hears("rejoindre "+admin.code, "join_done q_field_of_study")
		admin.hears("/roles", "roles_list")
		target, own := victim.roleIDs()[0].String(), admin.roleIDs()[0].String()
		admin.hears("["+target+"]", "role_revoke_ask")
		var both sync.WaitGroup
		both.Go(func() {
			if code, out := mboka(t, s.vars, "roles", "revoke", own); code != exitOK {
				t.Errorf("revoke ended with %d:\n%s", code, out)
			}
		})
		admin.phone.tap("yes")
		both.Wait()
		admin.turns += 2 // the tap and the note, in either order
		s.waitTurn(t, admin.chat(), admin.turns)
		s.mu.Lock()
		turns := slices.Clone(s.turns[admin.chat()][admin.turns-2:])
		s.mu.Unlock()
		answered := slices.IndexFunc(turns, func(l turnLine) bool { return l.Kind == "tap" })
		said := strings.Join(turns[answered].Said, " ")
		switch left := len(victim.roleIDs()); {
		case said == "role_revoked q_field_of_study" && left == 0:
		case (said == "role_ended q_field_of_study" || said == "role_ended stale q_field_of_study") && left == 1:
		default:
			t.Errorf("said %q, and %d roles of the other are left", said, left)
		}
		if got := strings.Join(admin.say("/roles"), " "); got != "way_out q_field_of_study" && got != "role_ended way_out q_field_of_study" {
			t.Errorf("after it ended: %s", got)
		}
		admin.hears("[field_ict]", "q_sector")
	}
}

// TestStaffAreSeen: writing keeps a role alive by the write-behind; one that has
// lapsed is not called back by it, and its chat is told.
func TestStaffAreSeen(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	seen := func(d *dialogue) (at time.Time) {
		t.Helper()
		if err := s.db.QueryRow(t.Context(), `SELECT last_seen_at FROM staff WHERE chat = $1`, d.index()).Scan(&at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	back := func(d *dialogue, days int) {
		t.Helper()
		d.flushed()
		// A second more: Redis tells the time of a message in whole milliseconds,
		// and it may be accepted within the one in which this is written.
		if _, err := s.db.Exec(t.Context(), `UPDATE staff SET last_seen_at = now() - make_interval(days => $2, secs => 1) WHERE chat = $1`, d.index(), days); err != nil {
			t.Fatal(err)
		}
	}
	d := s.talker(t, "whatsapp")
	d.invited("admin", "other")
	d.hears("rejoindre "+d.code, "join_done staff_menu")
	back(d, 89)
	d.say("mbote")
	d.flushed()
	if time.Since(seen(d)) > time.Minute {
		t.Errorf("last seen %v", seen(d))
	}
	back(d, 90)
	d.hears("/roles", "role_ended lang_choice") // the session still knew it
	d.say("mbote")
	d.flushed()
	if time.Since(seen(d)) < 24*time.Hour {
		t.Error("a lapsed role lives again")
	}
	d.released()
	s.redis.Del(t.Context(), d.key("s"))
	d.hears("/roles", "way_out lang_choice")
}

// TestStaffErase: staff without a profile are gone after a yes, from Postgres
// and Redis; what the role did stays in the log.
func TestStaffErase(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	d := s.talker(t, "whatsapp")
	d.invited("admin", "iom")
	d.hears("rejoindre "+d.code, "join_done staff_menu")
	for _, word := range []string{"exporter", "mes données"} {
		d.hears(word, "export_link staff_menu")
	}
	d.released()
	s.redis.Del(t.Context(), d.key("s"))
	d.hears("effacer", "erase_ask")
	d.hears("Oui, tout effacer", "erase_done")
	d.released()
	content := dump(t, s.dbURL)
	address := strings.TrimPrefix(d.phone.address(), "whatsapp:")
	code := strings.ReplaceAll(d.code, "-", "")
	everywhere := content + s.redisDump() + strings.Join(s.logLines(), "\n")
	for _, form := range []string{code, d.code, hex.EncodeToString([]byte(code)), base64.StdEncoding.EncodeToString([]byte(code))[:12], address} {
		if strings.Contains(everywhere, form) {
			t.Errorf("%q stands somewhere", form)
		}
	}
	if strings.Contains(content, d.chat()) {
		t.Error("the chat stays in Postgres")
	}
	if !strings.Contains(content, "role.erase") || !strings.Contains(content, "role.grant") || !strings.Contains(content, "role.invite") {
		t.Error("the log has lost what happened")
	}
	d.hears("/roles", "way_out lang_choice")
}

// register takes a person to the last question, with recognisable words in
// every free text, and returns them.
func register(t *testing.T, s *testService, p phone) []string {
	t.Helper()
	d := &dialogue{t: t, s: s, lang: locales.FR, phone: p}
	for _, line := range []string{
		"mbote", "[fr]", "[yes]", "37", "[BE]", "[edu_master]", "[employee]", "[continue]", "[field_ict]", "[ict_media]",
		"[ict]", "[other]", "Dresseur de zibelines", "12", "1,2", "1", "Trifouillis-les-Oies", "[~yes]", "10 ans", "[f]", "Célestine Zorglub",
	} {
		d.say(line)
	}
	if got := d.s.waitTurn(t, d.chat(), d.turns).Step; got != "province_origin" {
		t.Fatalf("the person stands at %s", got)
	}
	d.flushed()
	return []string{"zibelines", "Trifouillis", "Célestine", "Zorglub", strings.TrimPrefix(p.address(), "whatsapp:")}
}
