package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// topLevel is what stands there: the rooms of the house, and what convention looks
// for in this place.
var topLevel = strings.Fields("cmd bot flows locales store go.mod go.sum Dockerfile README.md LICENSE Makefile compose.yaml CHANGELOG.md")

func TestTopLevel(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(topLevel, e.Name()) {
			t.Errorf("%s stands on the top level: it belongs into one of the rooms", e.Name())
		}
	}
}

var (
	linkInText = regexp.MustCompile(`\]\(([^)#\s]*)(?:#([^)\s]*))?\)`)
	headline   = regexp.MustCompile(`(?m)^#+ (.*)$`)
	noAnchor   = regexp.MustCompile(`[^\pL\pN_\- ]`)
)

// TestLinksOfTexts follows the links between the texts of the project, also to a
// headline.
func TestLinksOfTexts(t *testing.T) {
	t.Parallel()
	followed := 0
	for _, name := range []string{"README.md", "cmd/mboka/OPERATING.md", "store/KEPT.md"} {
		for _, m := range linkInText.FindAllStringSubmatch(readText(t, name), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			followed++
			to := name
			if m[1] != "" {
				to = filepath.Join(filepath.Dir(name), m[1])
			}
			if _, err := os.Stat(filepath.Join(root, to)); err != nil {
				t.Errorf("%s leads to %s: %v", name, to, err)
			} else if m[2] != "" && !slices.Contains(anchors(readText(t, to)), m[2]) {
				t.Errorf("%s leads to %s, which has no %q", name, to, m[2])
			}
		}
	}
	if followed < 20 {
		t.Errorf("only %d links followed", followed)
	}
}

func readText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// anchors are the headlines of a text as links name them.
func anchors(text string) []string {
	var all []string
	for _, m := range headline.FindAllStringSubmatch(text, -1) {
		all = append(all, strings.ReplaceAll(noAnchor.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
	}
	return all
}
