package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mboka/bot"
	"mboka/locales"
	"mboka/store"
	"mboka/store/seal"
	"mboka/store/sessions"
)

// canBeResealed holds, at the end of every test of the service, that nothing
// lies in Redis that `mboka keys reseal` does not know or cannot open.
func (s *testService) canBeResealed(doc []byte) {
	added, _, err := seal.Add(doc, seal.SealPart)
	if err != nil {
		s.t.Fatal(err)
	}
	promoted, _, err := seal.Promote(added, seal.SealPart, "")
	if err != nil {
		s.t.Fatal(err)
	}
	keys, err := seal.Parse(promoted)
	if err != nil {
		s.t.Fatal(err)
	}
	walked, err := sessions.New(s.redis, sessions.Options{}).Walk(context.Background(), bot.Reseal(keys))
	if err != nil || len(walked.Failed) > 0 {
		s.t.Errorf("%d values in Redis cannot be sealed anew, such as %v: %v, %v", len(walked.Failed), walked.Failed, walked.Why, err)
	}
}

// keysRig runs `mboka keys` over a keyset in a file.
type keysRig struct {
	t    *testing.T
	vars []string
	file string
}

func newKeysRig(t *testing.T, vars []string, doc string) *keysRig {
	t.Helper()
	r := &keysRig{t: t, file: filepath.Join(t.TempDir(), "keyset.json")}
	if err := os.WriteFile(r.file, []byte(doc), 0o600); err != nil {
		t.Fatal(err)
	}
	vars = slices.DeleteFunc(slices.Clone(vars), func(v string) bool { return strings.HasPrefix(v, "MBOKA_KEYSET=") })
	r.vars = append(vars, "MBOKA_KEYSET_FILE="+r.file)
	return r
}

func (r *keysRig) doc() string {
	r.t.Helper()
	content, err := os.ReadFile(r.file)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(content)
}

// run runs a command, which must end with a code, say something on standard
// error or output, and show no key on standard error.
func (r *keysRig) run(code int, says string, args ...string) (out string) {
	r.t.Helper()
	var stdout, stderr strings.Builder
	got := run(r.t.Context(), append([]string{"keys"}, args...), r.vars, strings.NewReader(""), &stdout, &stderr)
	if got != code || !strings.Contains(stdout.String()+stderr.String(), says) {
		r.t.Errorf("keys %s ended with %d, not %d with %q:\n%s%s", strings.Join(args, " "), got, code, says, stdout.String(), stderr.String())
	}
	if strings.Contains(stderr.String(), `"value"`) {
		r.t.Errorf("keys %s shows a key on standard error", strings.Join(args, " "))
	}
	return stdout.String()
}

// id is the only key of a part with a role.
func (r *keysRig) id(part, role string) string {
	r.t.Helper()
	for line := range strings.Lines(r.run(exitOK, "PART", "list")) {
		if f := strings.Fields(line); len(f) > 2 && f[0] == part && strings.HasPrefix(strings.Join(f[2:], " "), role) {
			return f[1]
		}
	}
	r.t.Fatalf("part %s has no key that is %q", part, role)
	return ""
}

func keysetOf(s *testService) string {
	i := slices.IndexFunc(s.vars, func(v string) bool { return strings.HasPrefix(v, "MBOKA_KEYSET=") })
	return strings.TrimPrefix(s.vars[i], "MBOKA_KEYSET=")
}

// TestKeysTurn turns both keys by the commands, over what a person has left.
func TestKeysTurn(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.start()
	d := &dialogue{t: t, s: s, lang: locales.FR, phone: s.newPhone(t, "telegram", "fr", 970)}
	for _, line := range []string{"mbote", "[fr]", "[yes]", "37", "[BE]"} {
		d.say(line)
	}
	s.waitTurn(t, d.chat(), d.turns)
	r := newKeysRig(t, s.chatVars(), keysetOf(s))
	for part, turn := range map[string]string{"seal": "reseal", "index": "reindex"} {
		old := r.id(part, "primary")
		r.run(exitFailed, "has one key", "promote", "--part", part)
		r.run(exitFailed, "is the primary", "drop", "--part", part, old)
		r.run(exitOK, "restart them all", "add", "--part", part, "--write")
		r.run(exitOK, "Nothing is left", turn) // under the primary, which is the old one
		r.run(exitOK, turn, "promote", "--part", part, "--write")
		if r.id(part, "primary") == old || r.id(part, "opens only") != old {
			t.Error("another key is the primary")
		}
		r.run(exitFailed, "still needed", "drop", "--part", part, old)
		if part == "seal" {
			if code, out := mboka(t, r.doctorVars(s), "doctor"); code != exitFailed || !strings.Contains(out, "under older keys (address.sealed_address") || !strings.Contains(out, "seal: "+r.id(part, "primary")+" is primary, 2 enabled") {
				t.Errorf("doctor ended with %d:\n%s", code, out)
			}
		}
		if out := r.run(exitOK, "Nothing is left", turn); !strings.Contains(out, "address.") {
			t.Errorf("nothing was turned:\n%s", out)
		}
		r.run(exitOK, "0 turned", turn)
		r.run(exitOK, "restart them all", "drop", "--part", part, old, "--write")
	}
	keys, err := seal.Parse([]byte(r.doc()))
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), s.dbURL, keys)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if a, found, err := db.AddressOf(t.Context(), keys.Chat("telegram", d.phone.address())); err != nil || !found || a.Address != d.phone.address() {
		t.Errorf("found %v (%v)", found, err)
	}
	var acts int
	if err := s.db.QueryRow(t.Context(), `SELECT count(*) FROM audit WHERE act IN ('keys.reseal', 'keys.reindex')`).Scan(&acts); err != nil || acts != 2 {
		t.Errorf("%d acts in the audit log, want 2 (%v)", acts, err)
	}
	// canBeResealed looks with the first keyset.
	s.redis.FlushAll(t.Context())
}

// doctorVars are those of the service with the keyset of the file.
func (r *keysRig) doctorVars(s *testService) []string {
	vars := slices.DeleteFunc(slices.Clone(s.vars), func(v string) bool { return strings.HasPrefix(v, "MBOKA_KEYSET=") })
	return append(vars, "MBOKA_KEYSET_FILE="+r.file)
}

// TestKeysetGoesThrough reads a keyset from standard input and prints the next
// one; the file stays unless it is asked for.
func TestKeysetGoesThrough(t *testing.T) {
	t.Parallel()
	doc, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	if code := run(t.Context(), []string{"keys", "add"}, nil, strings.NewReader(string(doc)), &out, &errs); code != exitOK {
		t.Fatalf("ended with %d: %s", code, errs.String())
	}
	if keys, err := seal.Parse([]byte(out.String())); err != nil || len(keys.List()) != 3 {
		t.Errorf("printed %d bytes (%v)", out.Len(), err)
	}
	r := newKeysRig(t, nil, string(doc))
	printed := r.run(exitOK, "restart them all", "add")
	if r.doc() != string(doc) {
		t.Error("the file was changed without being asked for")
	}
	r.run(exitOK, "restart them all", "add", "--write")
	if r.doc() == string(doc) || printed == "" {
		t.Error("the file was not changed")
	}
	if info, err := os.Stat(r.file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(filepath.Dir(r.file)); err != nil || len(left) != 1 {
		t.Errorf("%d files lie there (%v)", len(left), err)
	}
	added := r.id("seal", "opens only")
	r.run(exitUsage, "DATABASE_URL and REDIS_URL", "drop", added)
	if got := r.run(exitOK, "dropped", "drop", added, "--unchecked"); !strings.Contains(got, `"seal"`) {
		t.Error("the keyset was not printed")
	}
	r.run(exitUsage, "seal", "add", "--part", "codes")
	if code, out := mboka(t, nil, "keys", "add", "--write"); code != exitUsage || !strings.Contains(out, "MBOKA_KEYSET_FILE") {
		t.Errorf("ended with %d: %s", code, out)
	}
	if code, out := mboka(t, nil, "keys", "add", "--help"); code != exitOK || !strings.Contains(out, "in this order") {
		t.Errorf("ended with %d: %s", code, out)
	}
	if code, _ := mboka(t, []string{"MBOKA_KEYSET=hunter2"}, "keys", "promote"); code != exitFailed {
		t.Errorf("rubbish: ended with %d", code)
	}
}
