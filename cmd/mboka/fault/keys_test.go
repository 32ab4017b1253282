package fault

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"

	"mboka/bot"
	"mboka/store"
	"mboka/store/seal"
	"mboka/store/sessions"
)

// turnKeys turns both keys that turn, by the commands and in the order that
// they teach, while people talk. Between two replicas that are restarted one
// after the other, one always has the earlier keyset.
func turnKeys(w *world) {
	w.firstDoc = w.keyset()
	var old [2]string
	for i, part := range parts {
		old[i] = primaryOf(w, part)
	}
	w.pause(1500, 2500)
	for _, step := range []string{"add", "promote"} {
		talked := w.talk()
		for _, part := range parts {
			w.vars = withVar(w.vars, "MBOKA_KEYSET", w.mboka("keys", step, "--part", part))
		}
		w.restart()
		w.talkedSince(step, talked)
	}
	talked := w.talk()
	w.mboka("keys", "reseal")
	w.mboka("keys", "reindex")
	w.pause(300, 600)
	w.talkedSince("reseal", talked)
	for i, part := range parts {
		w.vars = withVar(w.vars, "MBOKA_KEYSET", w.mboka("keys", "drop", "--part", part, old[i]))
	}
	w.restart()
}

var parts = []string{"seal", "index"}

func primaryOf(w *world, part string) string {
	for _, key := range w.parse(w.keyset()).List() {
		if string(key.Part) == part && key.Primary {
			return key.ID
		}
	}
	w.t.Fatalf("part %s has no primary", part)
	return ""
}

// keyset is the document that replicas are given next.
func (w *world) keyset() string {
	i := slices.IndexFunc(w.vars, func(v string) bool { return strings.HasPrefix(v, "MBOKA_KEYSET=") })
	return strings.TrimPrefix(w.vars[i], "MBOKA_KEYSET=")
}

func (w *world) parse(doc string) *seal.Keys {
	w.t.Helper()
	keys, err := seal.Parse([]byte(doc))
	if err != nil {
		w.t.Fatal(err)
	}
	return keys
}

// mboka runs a subcommand with the keyset of now and gives what it prints.
func (w *world) mboka(args ...string) string {
	w.t.Helper()
	path, err := binary()
	if err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.CommandContext(w.t.Context(), path, args...)
	cmd.Env = w.vars
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		w.t.Fatalf("mboka %s: %v\n%s%s", strings.Join(args, " "), err, out.String(), errs.String())
	}
	if args[1] == "reseal" || args[1] == "reindex" {
		w.t.Logf("mboka %s:\n%s", strings.Join(args, " "), out.String())
	}
	return strings.TrimSpace(out.String())
}

// restart gives both replicas the keyset of now, one after the other.
func (w *world) restart() {
	w.t.Helper()
	for i, r := range w.replicas {
		w.pause(300, 800)
		r.set("MBOKA_KEYSET", w.keyset())
		if code, took := r.terminate(stopWithin); code != 0 {
			w.t.Errorf("replica %d ended with %d after %v", i, code, took)
		}
		w.poll("the next replica to be ready", r.isReady)
	}
}

// talk is how many things the people have said so far.
func (w *world) talk() (n int) {
	for _, m := range w.members {
		said, _ := m.spoke()
		n += len(said)
	}
	return n
}

func (w *world) talkedSince(step string, before int) {
	w.t.Helper()
	n := w.talk() - before
	w.t.Logf("%s: %d things were said meanwhile", step, n)
	if n == 0 {
		w.t.Errorf("%s: nobody talked meanwhile, so it shows nothing", step)
	}
}

// keysHaveTurned looks at all that is kept with the first keyset, which must
// open nothing, and with the last, which must open everything. The world is
// judged with the last.
func keysHaveTurned(w *world) {
	w.settled()
	kept := sessions.New(w.redis, sessions.Options{})
	first, last := w.parse(w.firstDoc), w.parse(w.keyset())
	lost := w.withKeys(first)
	done, err := lost.Reseal(w.t.Context(), func(string, int) {})
	if err != nil || done.Done != 0 || len(done.Failed) == 0 {
		w.t.Errorf("with the first keyset %d values were opened in Postgres, %d were not (%v)", done.Done, len(done.Failed), err)
	}
	w.t.Logf("%d values in Postgres do not open with the first keyset", len(done.Failed))
	walked, err := kept.Walk(w.t.Context(), only(bot.Reseal(first)))
	if err != nil || walked.Seen == 0 || len(walked.Failed) != walked.Seen {
		w.t.Errorf("with the first keyset %d of %d values in Redis were not opened (%v)", len(walked.Failed), walked.Seen, err)
	}
	for _, m := range w.members {
		if _, found, _ := lost.AddressOf(w.t.Context(), first.Chat(m.phone.channel(), m.phone.address())); found {
			w.t.Errorf("%s is found with the first keyset", m)
		}
	}
	// A keyset whose primary nobody has used yet must open everything to seal
	// it anew.
	next := w.keyset()
	for _, part := range parts {
		added, _, err := seal.Add([]byte(next), seal.Part(part))
		if err != nil {
			w.t.Fatal(err)
		}
		promoted, _, err := seal.Promote(added, seal.Part(part), "")
		if err != nil {
			w.t.Fatal(err)
		}
		next = string(promoted)
	}
	walked, err = kept.Walk(w.t.Context(), only(bot.Reseal(w.parse(next))))
	if err != nil || walked.Seen == 0 || len(walked.Failed) > 0 {
		w.t.Errorf("with the last keyset %d of %d values in Redis were not opened (%v, %v)", len(walked.Failed), walked.Seen, walked.Why, err)
	}
	w.t.Logf("%d values in Redis open with the last keyset", walked.Seen)
	w.keys, w.db = last, w.withKeys(last)
	for _, part := range parts {
		if lots, err := w.db.Older(w.t.Context(), seal.Part(part)); err != nil || len(lots) > 0 {
			w.t.Errorf("part %s: %v are not under the last keyset (%v)", part, lots, err)
		}
	}
}

// only lets a visitor of a walk look, and change nothing.
func only(visit func(sessions.Place, []byte) ([]byte, error)) func(sessions.Place, []byte) ([]byte, error) {
	return func(p sessions.Place, sealed []byte) ([]byte, error) {
		_, err := visit(p, sealed)
		return nil, err
	}
}

func (w *world) withKeys(keys *seal.Keys) *store.DB {
	w.t.Helper()
	db, err := store.Open(w.t.Context(), w.dbURL, keys)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(db.Close)
	return db
}
