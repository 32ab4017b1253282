package main

import (
	"strings"
	"testing"
)

// TestStrangerLeavesNothing: whatever somebody else writes on a number that was
// silent for long, Postgres is the same after it, also when Redis forgets that
// they were asked, and neither store nor the log has a word of theirs.
func TestStrangerLeavesNothing(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	d := s.talker(t, "telegram")
	d.registers()
	d.happen("days 61")
	s.jobsDone()
	before := rowsOf(dump(t, s.dbURL))
	if !strings.Contains(before, "INTO public.member") {
		t.Fatal("the dump shows no member: it compares nothing")
	}
	s.telegram.Repeat(3) // every update three times
	d.hears("bonjour", "recycled_ask")
	d.hears("Zyxwvut Premier", "recycled_wrong recycled_again")
	d.hears("[continue]", "recycled_first recycled_again")
	d.hears("/start link_ABC-DEF-234", "recycled_ask")
	d.hears("mes données", "recycled_first recycled_again")
	d.hears("langue", "lang_choice")
	d.hears("English", "echo lang_changed recycled_again")
	d.hears("/language", "lang_choice")
	d.hears("Français", "echo lang_changed recycled_again")
	d.released()
	s.redis.Del(t.Context(), d.key("s"))
	d.hears("bonjour", "recycled_ask")
	d.hears("Zyxwvut Second", "recycled_locked recycled_again")
	d.flushed()
	if after := rowsOf(dump(t, s.dbURL)); after != before {
		t.Errorf("the stranger has changed the records: %s", firstDifference(before, after))
	}
	for _, mark := range []string{"Zyxwvut", "zyxwvut"} {
		if strings.Contains(strings.Join(s.logLines(), "\n")+s.redisDump(), mark) {
			t.Errorf("%s stands in the clear", mark)
		}
	}
}

// rowsOf is a dump without what is new in each.
func rowsOf(dump string) string {
	var rows []string
	for line := range strings.SplitSeq(dump, "\n") {
		if strings.HasPrefix(line, "INSERT") && !queueRow.MatchString(line) {
			rows = append(rows, line)
		}
	}
	return strings.Join(rows, "\n")
}

// TestBlockTakenBackIsNoReturn: the owner of an account blocks and comes back.
func TestBlockTakenBackIsNoReturn(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	d := s.talker(t, "telegram")
	d.registers()
	chat := d.phone.(telegramPhone).chat
	s.telegram.Block(chat)
	d.followed()
	s.telegram.Unblock(chat)
	d.followed()
	d.hears("mes données", "mydata menu_title")
}

// TestMoveWhileRegistering: the code is written in the middle of the form on
// the new phone while the old one goes on answering.
func TestMoveWhileRegistering(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	s.start()
	old, now := s.talker(t, "telegram"), s.talker(t, "whatsapp")
	old.registers()
	code := linkCodes.FindString(old.phone.last())
	if code == "" {
		t.Fatalf("no code on the phone:\n%s", old.phone.last())
	}
	old.hears("modifier", "profile_title")
	old.hears("3", "q_education_level")
	now.hears("bonjour", "lang_choice")
	now.hears("[fr]", "notice")
	now.hears("lier "+code, "moved_done menu_title")
	old.followed()
	old.hears("[edu_bachelor]", "stale lang_choice") // it has no part in it any more
	now.happen("column education_level = edu_master")
	if old.rows() != 0 {
		t.Error("the old phone is on record")
	}
	now.happen("days 61") // and the gate knows the fresh code
	fresh := now.spareCode()
	now.hears("bonjour", "recycled_ask")
	now.hears(strings.ToLower(fresh), "recycled_ok menu_title")
	now.hears(strings.ToLower(fresh), "not_understood menu_title") // it opens nothing else
}

// spareCode is the last recovery code on the phone.
func (d *dialogue) spareCode() string {
	d.t.Helper()
	if d.spare == "" {
		d.t.Fatal("no recovery code was said")
	}
	return d.spare
}
