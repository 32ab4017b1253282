package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"syscall"
)

// programs are an installed PostgreSQL server.
type programs struct {
	bin   string // the directory of initdb, pg_ctl and postgres
	major int
}

func (p programs) path(name string) string { return filepath.Join(p.bin, name) }

// find gives the newest server below root, where Debian keeps one directory a
// major version, or else the one in the search path.
func find(root string) (programs, error) {
	if _, err := exec.LookPath("flock"); err != nil {
		return programs{}, errors.New("flock is not installed; run: apt-get install util-linux")
	}
	dirs, err := filepath.Glob(filepath.Join(root, "*", "bin"))
	if err != nil {
		return programs{}, fmt.Errorf("look for PostgreSQL: %w", err)
	}
	if initdb, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(initdb); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	var found []programs
	for _, dir := range dirs {
		if p, ok := inspect(dir); ok {
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		return programs{}, errors.New("no PostgreSQL server is installed; run: apt-get install postgresql")
	}
	return slices.MaxFunc(found, func(a, b programs) int { return a.major - b.major }), nil
}

var postgresVersion = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// inspect says whether a directory holds a whole server, and which one.
func inspect(bin string) (programs, bool) {
	p := programs{bin: bin}
	for _, name := range []string{"initdb", "pg_ctl"} {
		if _, err := exec.LookPath(p.path(name)); err != nil {
			return p, false
		}
	}
	out, err := exec.Command(p.path("postgres"), "--version").Output()
	if err != nil {
		return p, false
	}
	m := postgresVersion.FindSubmatch(out)
	if m == nil {
		return p, false
	}
	p.major, err = strconv.Atoi(string(m[1]))
	return p, err == nil
}

// runner is the user that the server runs as.
type runner struct {
	credential *syscall.Credential // nil: the user of this program
	name       string
}

// unprivileged gives the user to run as: this one, or for root another.
func unprivileged() (runner, error) {
	if os.Geteuid() != 0 {
		return runner{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			continue
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			continue
		}
		return runner{&syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, name}, nil
	}
	return runner{}, errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as; run: adduser --system postgres")
}

// own makes a directory that belongs to the runner alone.
func (r runner) own(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if r.credential == nil {
		return os.Chmod(dir, 0o700)
	}
	return os.Lchown(dir, int(r.credential.Uid), int(r.credential.Gid))
}

// reaches checks that the runner can enter dir, which root made, through all
// its parents; otherwise initdb would only say "permission denied".
func (r runner) reaches(dir string) error {
	if r.credential == nil {
		return nil
	}
	for at := dir; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			return err
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		if open := info.Mode()&0o001 != 0 || ok && st.Uid == r.credential.Uid; !open {
			return fmt.Errorf("user %s, whom the server runs as, cannot enter %s; choose a directory elsewhere", r.name, at)
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

// command prepares a program to be run by the runner until ctx ends, in a directory that it
// can enter and without this program's environment: a stray PGDATA or PGHOST
// would mislead it. It runs in a session of its own, so that an interrupt from
// the keyboard is this program's to handle.
func (r runner) command(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: r.credential, Setsid: true}
	return cmd
}
