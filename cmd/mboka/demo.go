package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/jackc/pgx/v5"

	"mboka/store"
	"mboka/store/cluster"
	"mboka/store/seal"
)

type demoCmd struct {
	chatCmd
	Dir     string `type:"path" help:"Where the demo keeps its database; by default in your cache folder."`
	Members int    `default:"500" help:"Made-up members to begin with."`
}

// Run starts everything that a deployment has, privately, and talks.
func (d demoCmd) Run(e *world) error {
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
	mini := miniredis.NewMiniRedis()
	if err := mini.Start(); err != nil {
		return fmt.Errorf("start the in-process Redis: %w", err)
	}
	defer mini.Close()
	mini.ClockTTL(true)
	s, err := openStores(e.ctx, url, "redis://"+mini.Addr(), keys)
	if err != nil {
		return err
	}
	defer s.close()
	if err := demoSettings(e.ctx, s.db); err != nil {
		return err
	}
	// From the second run on there is who talked here, beside the made-up ones.
	if _, err := seed(e.ctx, s.db, d.Members, 1, time.Now()); err != nil && !errors.Is(err, store.ErrRealMembers) {
		return err
	}
	// The demo runs no scheduled jobs: what figures are counted over is taken here.
	if _, err := s.db.TakeSnapshot(e.ctx, "S-DEMO", time.Now(), d.Members, 100*365*24*time.Hour); err != nil {
		return err
	}
	fmt.Fprintf(e.out, "Ready: Mboka as on %s. Nothing leaves this machine; the data are synthetic, in %s.\n"+
		"Say hello: mbote, bonjour or hello.\n", d.As, dir)
	if err := demoInvites(e, s); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(e.err, &slog.HandlerOptions{Level: slog.LevelError}))
	return d.talk(e.ctx, e, s, log)
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
