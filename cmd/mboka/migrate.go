package main

import (
	"fmt"

	"mboka/store"
)

type migrateCmd struct{}

// Run applies the migrations that are missing.
func (migrateCmd) Run(e *world) error {
	c, err := readConfig(e.vars, need{database: true})
	if err != nil {
		return err
	}
	n, err := store.Migrate(e.ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	if n == 0 {
		fmt.Fprintln(e.out, "The database is up to date.")
		return nil
	}
	fmt.Fprintf(e.out, "The database is up to date: %d migrations applied.\n", n)
	return nil
}
