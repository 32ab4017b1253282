package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"mboka/store"
	"mboka/store/cluster"
	"mboka/store/seal"
)

type demoCmd struct {
	chatCmd
	Dir     string `type:"path" help:"Where the demo keeps its database; by default in your cache folder."`
	Members int    `default:"500" help:"Made-up members to begin with."`
	Listen  string `default:"127.0.0.1:0" help:"Where the page with two phones stands: an address of this machine alone. Port 0 takes a free one."`
	Page    bool   `default:"true" negatable:"" help:"Serve the page with two phones."`
	Browser bool   `default:"true" negatable:"" help:"Open the page, where there is a browser to open it."`
}

// Run starts everything that a deployment has, privately, and talks.
func (d demoCmd) Run(e *world) error {
	if err := d.mayStand(e.vars); err != nil {
		return err
	}
	dir := d.Dir
	if dir == "" {
		var err error
		if dir, err = cluster.DefaultDir("demo"); err != nil {
			return err
		}
	}
	fmt.Fprintln(e.out, "Starting a private database…")
	pg, err := cluster.Start(e.ctx, cluster.Options{Dir: dir})
	if err != nil {
		return err
	}
	defer pg.Stop()
	url, err := demoDatabase(e.ctx, pg)
	if err != nil {
		return err
	}
	keys, err := demoKeys(filepath.Join(dir, "keyset.json"))
	if err != nil {
		return err
	}
	clock, err := newDemoClock(filepath.Join(dir, "ahead"))
	if err != nil {
		return err
	}
	defer clock.close()
	s, err := openStoresAt(e.ctx, url, clock.redisURL(), keys, clock.now)
	if err != nil {
		return err
	}
	defer s.close()
	if err := d.populate(e.ctx, s); err != nil {
		return err
	}
	if ahead := clock.ahead(); ahead > 0 {
		fmt.Fprintf(e.out, "Its clock is %s ahead, as it was left last time; another --dir begins anew.\n", ahead)
	}
	fmt.Fprintf(e.out, "Ready: Mboka as on %s. Nothing leaves this machine; the data are synthetic, in %s.\n"+
		"Say hello: mbote, bonjour or hello.\n", d.As, dir)
	if err := demoInvites(e, s); err != nil {
		return err
	}
	return d.converse(e, s, clock)
}

// populate puts on record what a demo begins with.
func (d demoCmd) populate(ctx context.Context, s *stores) error {
	if err := demoSettings(ctx, s.db); err != nil {
		return err
	}
	// From the second run on there is who talked here, beside the made-up ones.
	if _, err := seed(ctx, s.db, d.Members, 1, s.clock()); err != nil && !errors.Is(err, store.ErrRealMembers) {
		return err
	}
	if err := seedTrainees(ctx, s.db, 1, s.clock()); err != nil && !errors.Is(err, store.ErrRealMembers) {
		return err
	}
	// What figures are counted over is taken here: the job waits until much has changed.
	_, err := s.db.TakeSnapshot(ctx, "S-DEMO", s.clock(), d.Members, 100*365*24*time.Hour)
	return err
}

// demoInvites prints one code for each role.
func demoInvites(e *world, s *stores) error {
	fmt.Fprintln(e.out, "One code for each role, good once, for 48 hours; write one as it stands here:")
	for _, role := range store.Roles {
		code, _, err := newInvite(e.ctx, s.db, s.keys, e.random, e.tempo.clock(), store.InviteLife, role, store.IOM)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.out, "  %-12s %s\n", role, joinSentence(code))
	}
	return nil
}

// demoDatabase makes and migrates the database, and gives its address.
func demoDatabase(ctx context.Context, pg *cluster.Cluster) (string, error) {
	conn, err := pgx.Connect(ctx, pg.URL("postgres"))
	if err != nil {
		return "", fmt.Errorf("connect to the private database: %w", err)
	}
	defer conn.Close(ctx)
	var there bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'mboka')`).Scan(&there); err != nil {
		return "", fmt.Errorf("look for the demo's database: %w", err)
	}
	if !there {
		if _, err := conn.Exec(ctx, `CREATE DATABASE mboka`); err != nil {
			return "", fmt.Errorf("make the demo's database: %w", err)
		}
	}
	url := pg.URL("mboka")
	_, err = store.Migrate(ctx, url)
	return url, err
}

// demoKeys keeps the demo's keyset beside its database: no such thing for real.
func demoKeys(path string) (*seal.Keys, error) {
	doc, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if doc, err = seal.New(); err == nil {
			err = os.WriteFile(path, doc, 0o600)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("keyset of the demo: %w", err)
	}
	return seal.Parse(doc)
}

func demoSettings(ctx context.Context, db *store.DB) error {
	given, err := db.Settings(ctx)
	if err != nil {
		return err
	}
	for key, value := range store.DemoSettings() {
		if _, set := given[key]; set {
			continue
		}
		if err := db.PutSetting(ctx, key, value, store.ActorOperator, time.Now()); err != nil {
			return err
		}
	}
	return nil
}
