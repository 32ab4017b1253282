package main

import (
	"fmt"

	"mboka/store/seal"
)

type keysCmd struct {
	New keysNewCmd `cmd:"" help:"Print a fresh keyset (JSON). Put it into MBOKA_KEYSET or a file, and keep a copy apart: lost keys are lost names."`
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
