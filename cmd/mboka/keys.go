package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"mboka/store/seal"
)

type keysCmd struct {
	New     keysNewCmd     `cmd:"" help:"Print a fresh keyset (JSON). Put it into MBOKA_KEYSET or a file, and keep a copy apart: lost keys are lost names."`
	List    keysListCmd    `cmd:"" help:"Show the ids of the keys that turn, and which is the primary. No key is shown."`
	Add     keysAddCmd     `cmd:"" help:"Turning a key, 1 of 4: print the keyset with one more key. Give it to every replica and restart them."`
	Promote keysPromoteCmd `cmd:"" help:"2 of 4: print the keyset with the new key as the primary. Give it to every replica and restart them."`
	Reseal  keysResealCmd  `cmd:"" help:"3 of 4, part seal: seal with the primary key all that older keys sealed, beside the running service. Use the DATABASE_URL that migrate uses."`
	Reindex keysReindexCmd `cmd:"" help:"3 of 4, part index: turn the index of addresses in Postgres, beside the running service."`
	Drop    keysDropCmd    `cmd:"" help:"4 of 4: print the keyset without an old key, after looking that nothing needs it. Give it to every replica and restart them."`
}

type keysNewCmd struct{}

// Run prints a keyset on standard output and nothing else, so that it can be
// piped into a file; the warning goes to standard error.
func (keysNewCmd) Run(e *world) error {
	doc, err := seal.New()
	if err != nil {
		return err
	}
	fmt.Fprintln(e.out, string(doc))
	fmt.Fprintln(e.err, "Keep this in two places that are not the database's: without it no name, address or session can be read again.")
	return nil
}

// keysetFlags say where a keyset comes from and goes to.
type keysetFlags struct {
	Part  string `enum:"seal,index" default:"seal" help:"seal: names, addresses, texts, sessions. index: how addresses are found in Postgres."`
	Write bool   `help:"Write the new keyset into MBOKA_KEYSET_FILE instead of printing it. (Printing into that same file would empty it before it is read.)"`
}

// document reads the keyset of the environment, or of standard input where it
// has none.
func (k keysetFlags) document(e *world) (config, []byte, error) {
	cfg, err := readConfig(e.vars, need{})
	if err != nil {
		return cfg, nil, err
	}
	f := &faults{}
	doc := f.document(cfg)
	if k.Write && cfg.KeysetFile == "" {
		f.add("--write needs MBOKA_KEYSET_FILE: there is no file to write into")
	}
	if len(f.lines) > 0 {
		return cfg, nil, &configError{faults: f.lines}
	}
	if cfg.Keyset == "" && cfg.KeysetFile == "" {
		if doc, err = io.ReadAll(io.LimitReader(e.in, 1<<20)); err != nil {
			return cfg, nil, fmt.Errorf("read keyset from standard input: %w", err)
		}
	}
	return cfg, doc, nil
}

// hand gives out the new document and says what comes next.
func (k keysetFlags) hand(e *world, cfg config, doc []byte, next string) error {
	if !k.Write {
		fmt.Fprintln(e.out, string(doc))
	} else if err := replaceFile(cfg.KeysetFile, append(doc, '\n')); err != nil {
		return fmt.Errorf("write MBOKA_KEYSET_FILE: %w", err)
	}
	fmt.Fprintln(e.err, next)
	return nil
}

// replaceFile writes a file whole or not at all: half a keyset is none.
func replaceFile(name string, content []byte) error {
	info, err := os.Stat(name)
	if err != nil {
		return errors.Unwrap(err)
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".keyset-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // it is gone when all went well
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(info.Mode().Perm()), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

type keysListCmd struct{}

// Run shows the keys that turn, the oldest first.
func (keysListCmd) Run(e *world) error {
	_, doc, err := keysetFlags{}.document(e)
	if err != nil {
		return err
	}
	keys, err := seal.Parse(doc)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(e.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "PART\tKEY\t")
	for _, key := range keys.List() {
		role := "opens only"
		if key.Primary {
			role = "primary"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", key.Part, key.ID, role)
	}
	return w.Flush()
}

type keysAddCmd struct{ keysetFlags }

// Help is the order of a rotation.
func (keysAddCmd) Help() string { return turningOrder }

const turningOrder = `To turn a key without a pause, in this order:

  mboka keys add       the new key opens, the old one still seals
                       -> the new keyset to every replica, restart, and into the safe
  mboka keys promote   the new key seals, the old one still opens
                       -> the new keyset to every replica, restart
  mboka keys reseal    (or reindex, for --part index) until it says that nothing is left
  mboka keys drop ID   the old key is gone
                       -> the new keyset to every replica, restart

A replica that does not know a key yet cannot read what another one seals with
it: that is why add and promote are two steps. Dumps of the database from before
need the old keyset: keep it in the safe as long as you keep them.`

// Run adds a key.
func (c keysAddCmd) Run(e *world) error {
	cfg, doc, err := c.document(e)
	if err != nil {
		return err
	}
	out, id, err := seal.Add(doc, seal.Part(c.Part))
	if err != nil {
		return err
	}
	return c.hand(e, cfg, out, fmt.Sprintf(`Key %s is added to part %s; it opens, and does not write yet.
Next: give this keyset to every replica, restart them all, put a copy into the safe; then: mboka keys promote --part %s`, id, c.Part, c.Part))
}

type keysPromoteCmd struct {
	keysetFlags
	Key string `arg:"" optional:"" help:"The id of the key, as keys list shows it; without it the newest."`
}

// Help is the order of a rotation.
func (keysPromoteCmd) Help() string { return turningOrder }

// Run makes another key the primary.
func (c keysPromoteCmd) Run(e *world) error {
	cfg, doc, err := c.document(e)
	if err != nil {
		return err
	}
	out, id, err := seal.Promote(doc, seal.Part(c.Part), c.Key)
	if err != nil {
		return err
	}
	do := map[string]string{"seal": "reseal", "index": "reindex"}[c.Part]
	return c.hand(e, cfg, out, fmt.Sprintf(`Key %s is the primary of part %s. Every replica must know it already, from keys add.
Next: give this keyset to every replica, restart them all; then: mboka keys %s`, id, c.Part, do))
}
