package main

import (
	"strings"
	"testing"

	"mboka/store/sessions"
)

// TestStuck lists, tries again and drops what was set aside, and shows nothing
// of what it says.
func TestStuck(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	kept := sessions.New(s.redis, sessions.Options{})
	aside := func(id string) {
		t.Helper()
		chat := s.keys.Chat("telegram", "4711")
		sealed, err := s.keys.Seal("mailbox", chat.String(), id, []byte(`{"channel":"telegram","address":"4711","id":"`+id+`","kind":"text","text":"Zorglub"}`))
		if err != nil {
			t.Fatal(err)
		}
		got, err := kept.Accept(t.Context(), chat, id, "t"+id, sealed, "test")
		if err != nil || got.Grip == nil {
			t.Fatal(got, err)
		}
		if _, err := kept.Save(t.Context(), got.Grip, sessions.SaveRequest{Token: id, Done: id, Aside: "failed three times"}); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(code int, says string, args ...string) {
		t.Helper()
		got, out := mboka(t, s.chatVars(), append([]string{"stuck"}, args...)...)
		if got != code || !strings.Contains(out, says) {
			t.Errorf("%v ended with %d:\n%s", args, got, out)
		}
		if strings.Contains(out, "Zorglub") || strings.Contains(out, "4711") {
			t.Errorf("%v shows what a person wrote, or who", args)
		}
	}
	expect(exitOK, "Nothing is set aside", "list")
	aside("u1")
	aside("u2")
	expect(exitOK, "failed three times", "list")
	expect(exitFailed, "stuck list", "drop", "u9")
	expect(exitOK, "1 dropped", "drop", "u1")
	expect(exitOK, "1 given back", "retry", "u2")
	expect(exitOK, "Nothing is set aside", "list")
	if due, err := kept.Due(t.Context(), 10); err != nil || len(due) != 1 {
		t.Errorf("%d chats wait for the service, %v", len(due), err)
	}
	expect(exitOK, "0 given back", "retry", "all")
}
