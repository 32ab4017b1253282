package main

import (
	"fmt"
	"go/ast"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"mboka/bot"
	"mboka/store"
)

// permissionNames are the constants of the permissions in package store.
func permissionNames(t *testing.T, files []goFile) map[string]store.Permission {
	t.Helper()
	names := map[string]store.Permission{}
	for _, f := range files {
		if f.path != "store/permission.go" {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if kind, typed := spec.Type.(*ast.Ident); typed && kind.Name == "Permission" {
				value, _ := spec.Values[0].(*ast.BasicLit)
				names[spec.Names[0].Name] = store.Permission(strings.Trim(value.Value, `"`))
			}
			return true
		})
	}
	return names
}

// TestEveryPermissionIsAsked fails for a permission that no statement asks
// Tx.Allowed for, and for one that is asked for and not in the table.
func TestEveryPermissionIsAsked(t *testing.T) {
	t.Parallel()
	files := projectFiles(t)
	names := permissionNames(t, files)
	if len(names) != len(store.Permissions) {
		t.Errorf("%d permissions have a name, %d stand in the table", len(names), len(store.Permissions))
	}
	asked := map[store.Permission]bool{}
	for _, f := range files {
		if f.test {
			continue
		}
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); !ok || fn.Name.Name == "Allowed" || !mentions(d, "Allowed") {
				continue
			}
			for name, p := range names {
				asked[p] = asked[p] || mentions(d, name)
			}
		}
	}
	for name, p := range names {
		if _, known := store.Permissions[p]; !known {
			t.Errorf("%s is not in the table", name)
		}
		if !asked[p] {
			t.Errorf("nothing asks for %s", name)
		}
	}
	if len(asked) == 0 {
		t.Error("no call of Allowed was found")
	}
	for word, p := range bot.StaffWords() {
		if !asked[p] {
			t.Errorf("/%s needs %s, which no statement asks for", word, p)
		}
	}
}

// mentions tells whether a name stands somewhere in a piece of code.
func mentions(code ast.Node, name string) (found bool) {
	ast.Inspect(code, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == name
		return !found
	})
	return found
}

// permits says what a permission permits. A new one must be told here.
var permits = map[store.Permission]string{
	store.OpenProfile:    "see the name of a member who agreed to be contacted",
	store.RequestProfile: "ask one member to pass their profile to one institution",
	store.AskFigures:     "ask for figures",
	store.ReadFunnel:     "read how many registrations are begun, and where they stop",
	store.GetDigest:      "be told regularly what has changed",
	store.ReadAudit:      "read the audit log",
	store.ManageRoles:    "list and revoke roles",
	store.Announce:       "plan meetings and visits, and have members told of them",
	store.Approve:        "approve, refuse and end what others announce",
}

// whoMay is the table of README, from that of package store.
func whoMay(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("| may | ")
	for _, r := range store.Roles {
		b.WriteString(string(r) + " | ")
	}
	b.WriteString("in chat |\n|" + strings.Repeat("---|", len(store.Roles)+2) + "\n")
	for _, p := range slices.Sorted(maps.Keys(store.Permissions)) {
		if permits[p] == "" {
			t.Errorf("say in permits what %s permits", p)
		}
		fmt.Fprintf(&b, "| %s | ", permits[p])
		for _, r := range store.Roles {
			b.WriteString(cell(p, r) + " | ")
		}
		var words []string
		for word, needs := range bot.StaffWords() {
			if needs == p || p == store.Approve && word == bot.AnnouncementsAsked {
				words = append(words, "`/"+word+"`")
			}
		}
		slices.Sort(words)
		b.WriteString(strings.Join(words, " ") + " |\n")
	}
	return b.String()
}

// cell says for which organisations a role has a permission.
func cell(p store.Permission, r store.Role) string {
	always, running := true, false
	for _, org := range store.Organisations {
		for _, kind := range store.Organisations {
			may := store.May(p, r, org, kind)
			always, running = always && may, running || may
		}
	}
	switch {
	case always:
		return "yes"
	case running:
		return "of the running organisation, never of a ministry"
	}
	return ""
}

// Marks of the table in README.
const (
	whoMayBegins = "<!-- who may do what: go test ./cmd/mboka -run TestReadmeTellsWhoMay -update -->\n"
	whoMayEnds   = "<!-- end -->\n"
)

func TestReadmeTellsWhoMay(t *testing.T) {
	t.Parallel()
	path := root + "/README.md"
	text := readFile(t, path)
	before, rest, begins := strings.Cut(text, whoMayBegins)
	table, after, ends := strings.Cut(rest, whoMayEnds)
	if !begins || !ends {
		t.Fatal("README has lost the marks of the table")
	}
	want := whoMay(t)
	if table == want {
		return
	}
	if !*update {
		t.Fatalf("README tells something else; run with -update:\n%s", want)
	}
	if err := os.WriteFile(path, []byte(before+whoMayBegins+want+whoMayEnds+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
