package cluster

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestFindSaysWhatToInstall(t *testing.T) {
	flock, err := exec.LookPath("flock")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	if _, err := find(t.TempDir()); err == nil || !strings.Contains(err.Error(), "apt-get install util-linux") {
		t.Errorf("without flock: %v", err)
	}
	if err := os.Symlink(flock, filepath.Join(bin, "flock")); err != nil {
		t.Fatal(err)
	}
	if _, err := find(t.TempDir()); err == nil || !strings.Contains(err.Error(), "apt-get install postgresql") {
		t.Errorf("without PostgreSQL: %v", err)
	}
}

func TestFindTakesTheNewest(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for version, names := range map[string][]string{
		"9.6":  {"initdb", "pg_ctl", "postgres"},
		"15":   {"initdb", "pg_ctl", "postgres"},
		"1000": {"initdb", "pg_ctl", "postgres"},
		"2000": {"pg_ctl", "postgres"}, // only a part of it
		"3000": {"initdb", "pg_ctl"},
	} {
		bin := filepath.Join(root, version, "bin")
		if err := os.MkdirAll(bin, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + ".4 (Debian)'\n"
			if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	p, err := find(root)
	if err != nil {
		t.Fatal(err)
	}
	if p.major != 1000 || p.bin != filepath.Join(root, "1000", "bin") {
		t.Errorf("found %+v", p)
	}
}
