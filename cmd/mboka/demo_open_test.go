package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"mboka/bot/web"
)

// TestWhatOpensThePageEndsWithIt: some openers stay for as long as the browser
// does, and none may outlive the demo.
func TestWhatOpensThePageEndsWithIt(t *testing.T) {
	dir := t.TempDir()
	told := filepath.Join(dir, "told")
	if err := syscall.Mkfifo(told, 0o600); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\necho $$ \"$1\" > %s\nexec sleep 600\n", told)
	for _, name := range []string{"xdg-open", "open"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	p := &demoPage{url: "http://127.0.0.1:1"}
	p.ctx, p.end = context.WithCancel(t.Context())
	p.open(&world{vars: []string{"DISPLAY=:0"}, err: t.Output()})
	said, err := os.ReadFile(told) // waits for who writes it
	if err != nil {
		t.Fatal(err)
	}
	pid, url, _ := strings.Cut(strings.TrimSpace(string(said)), " ")
	if url != p.url+web.SimulatorPath {
		t.Errorf("%q is opened", url)
	}
	n, err := strconv.Atoi(pid)
	if err != nil || syscall.Kill(n, 0) != nil {
		t.Fatalf("%q does not run: %v", said, err)
	}
	p.end()
	p.opener.Wait()
	if err := syscall.Kill(n, 0); err == nil {
		t.Error("what opened the page is left")
	}
}
