package main

import (
	"fmt"

	"mboka/store"
)

type migrateCmd struct {
	ServiceRole string `placeholder:"NAME" help:"Then give this other, existing Postgres role the least rights that the service needs, and no others. Use it in the service's DATABASE_URL, so that not even the service can change the audit log."`
}

// Run applies the migrations that are missing.
func (m migrateCmd) Run(e *world) error {
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
	} else {
		fmt.Fprintf(e.out, "The database is up to date: %d migrations applied.\n", n)
	}
	if m.ServiceRole == "" {
		return nil
	}
	if err := store.GrantService(e.ctx, c.DatabaseURL, m.ServiceRole); err != nil {
		return err
	}
	fmt.Fprintf(e.out, "%s has the rights of the service, and no others in this database.\n", m.ServiceRole)
	return nil
}
