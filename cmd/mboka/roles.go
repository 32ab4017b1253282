package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/store"
)

type rolesCmd struct {
	List   rolesListCmd   `cmd:"" help:"Show the roles that live: id, role, organisation, since when, when its chat last wrote. Nobody is named."`
	Revoke rolesRevokeCmd `cmd:"" help:"End a role at once."`
}

type rolesListCmd struct{}

// Run lists the roles.
func (rolesListCmd) Run(e *world) error {
	cfg, err := readConfig(e.vars, need{database: true})
	if err != nil {
		return err
	}
	db, err := store.Open(e.ctx, cfg.DatabaseURL, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	live, err := db.LiveRoles(e.ctx, e.tempo.clock())
	if err != nil {
		return err
	}
	if len(live) == 0 {
		fmt.Fprintln(e.out, "Nobody has a role. `mboka invite` gives one.")
		return nil
	}
	w := tabwriter.NewWriter(e.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tROLE\tFOR\tSINCE\tLAST SEEN")
	for _, h := range live {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", h.ID, h.Role, h.Organisation, h.GrantedAt.UTC().Format(time.DateOnly), h.LastSeenAt.UTC().Format(time.DateTime))
	}
	return w.Flush()
}

type rolesRevokeCmd struct {
	ID string `arg:"" help:"The role's id, as listed."`
}

// Validate makes what is no id a fault of usage.
func (c rolesRevokeCmd) Validate() error {
	if _, err := uuid.Parse(c.ID); err != nil {
		return errors.New("that is no id of a role: `mboka roles list` shows them")
	}
	return nil
}

// Run ends a role. From the moment that it is on record nothing is done by it
// any more; the note only clears what its chat had begun.
func (c rolesRevokeCmd) Run(e *world) error {
	cfg, err := readConfig(e.vars, need{database: true, redis: true, keys: true})
	if err != nil {
		return err
	}
	s, err := openStores(e.ctx, cfg.DatabaseURL, cfg.RedisURL, cfg.keys)
	if err != nil {
		return err
	}
	defer s.close()
	id, now := uuid.MustParse(c.ID), e.tempo.clock()
	act, err := uuid.NewRandomFromReader(e.random)
	if err != nil {
		return fmt.Errorf("draw an id: %w", err)
	}
	var whose store.Staff
	var found bool
	err = s.db.Write(e.ctx, func(tx *store.Tx) (err error) {
		if _, whose, found, err = tx.RevokeRole(e.ctx, id, now); err != nil || !found {
			return err
		}
		return tx.Audit(e.ctx, store.Entry{ID: act, At: now, Actor: store.ActorOperator, Act: "role.revoke", Object: id.String()})
	})
	switch {
	case err != nil:
		return err
	case !found:
		return fmt.Errorf("no role %s lives: `mboka roles list` shows those that do", id)
	}
	fmt.Fprintf(e.out, "%s has ended.\n", id)
	if whose.Address == "" {
		return nil
	}
	note := bot.Inbound{Channel: whose.Channel, Address: whose.Address, Kind: bot.Demoted, ID: "revoked-" + id.String()}
	if err := bot.Note(e.ctx, s.sessions, s.keys, note); err != nil {
		return fmt.Errorf("the role has ended, but its chat's menu still shows it, until the next word that needs it: %w", err)
	}
	return nil
}
