// Package cluster runs a private PostgreSQL server for the demo and for tests:
// no account, no password, no port. It finds the installed server, makes a
// data directory, listens on a socket in a directory that only its user can
// enter, and is gone when the last program that uses it is gone, however that
// program ended. It runs on Linux, and on what else has flock(1) and sh.
//
// It imports the standard library only, and nothing of testing: the demo uses
// it as it is.
//
// What lies in the directory of a cluster:
//
//	users        locked, shared, by every program that uses the server
//	start        locked while one of them starts it
//	pg15.conf    its configuration, written anew at each start
//	pg15/data    the data, one directory a major version
//	pg15/run     the socket, unless the path is too long for one
//	pg15/log     what the server says
//
// When run as root the server runs as the user postgres or else nobody, since
// PostgreSQL refuses root; the directories below pg15 are that user's and
// nothing else is.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Options say where a cluster lives and what it is for.
type Options struct {
	// Dir is the cluster's directory; it is made where it is missing. Every
	// user of one Dir shares one server.
	Dir string
	// Fast is for tests: nothing is safe on disk, 400 connections are allowed,
	// the data is new at each start of the server, and the server stays for a
	// minute after its last user in case another test follows. Without it the
	// data stays, is as safe as PostgreSQL makes it, and the server ends at
	// once. While a server runs, the options of who started it count.
	Fast bool
}

// Cluster is a running server. It is safe for concurrent use.
type Cluster struct {
	server server
	socket string // the directory of the socket
	fast   bool

	mu    sync.Mutex
	users *os.File // nil after Stop
}

// DefaultDir gives the directory of a named cluster of this user: below the
// user's cache directory, or below /var/cache for root, whose own one is
// closed to the user that the server runs as.
func DefaultDir(name string) (string, error) {
	if os.Geteuid() == 0 {
		return filepath.Join("/var/cache/mboka", name), nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache directory: %w", err)
	}
	return filepath.Join(cache, "mboka", name), nil
}

// startLimit bounds a start, waiting for others who start or stop included.
const startLimit = 2 * time.Minute

// Start gives the cluster of a directory: the server that runs there already,
// or a new one. It returns when the server takes connections, or with an error
// when ctx ends or two minutes are over; a first start takes a few seconds. Call Stop when done; a program that
// ends without it, or is killed, is noticed all the same.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	if o.Dir == "" {
		return nil, errors.New("start cluster: no directory given")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("start cluster: %w", err)
	}
	programs, err := find("/usr/lib/postgresql")
	if err != nil {
		return nil, err
	}
	s, err := newServer(dir, programs, o.Fast)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	// The order matters: whoever holds a share of users keeps the server, so
	// it is taken before looking whether there is one.
	users, err := lock(ctx, s.users(), shared)
	if err != nil {
		return nil, fmt.Errorf("start cluster in %s: %w", dir, err)
	}
	socket, err := s.ensure(ctx)
	if err != nil {
		users.Close()
		return nil, fmt.Errorf("start cluster in %s: %w", dir, err)
	}
	return &Cluster{server: s, socket: socket, fast: o.Fast, users: users}, nil
}

// URL gives the connection string of a database. "postgres" is always there;
// another one has to be created first.
func (c *Cluster) URL(dbname string) string {
	u := url.URL{
		Scheme: "postgres",
		User:   url.User(superuser),
		Path:   "/" + dbname,
		RawQuery: url.Values{
			"host":    {c.socket},
			"port":    {port},
			"sslmode": {"disable"},
		}.Encode(),
	}
	return u.String()
}

// Stop says that this program is done with the server. The server ends if
// nobody else uses it: at once, or after a while with Options.Fast. A second
// Stop does nothing.
func (c *Cluster) Stop() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.users == nil {
		return nil
	}
	users := c.users
	c.users = nil
	defer users.Close()
	if c.fast {
		return nil // the guard ends it
	}
	// Alone, this program's share becomes the whole lock, and nobody can begin
	// to use the server that is about to end.
	if alone, err := tryLock(users, exclusive); err != nil || !alone {
		return err
	}
	return c.server.stop()
}
