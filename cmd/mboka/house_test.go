package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// goFile is one parsed file of the project.
type goFile struct {
	path    string // from the root, with slashes
	pkg     string // the folder
	name    string // the package's name
	test    bool
	lines   int
	ast     *ast.File
	fset    *token.FileSet
	imports []string
}

func projectFiles(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		parsed, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		rel = filepath.ToSlash(rel)
		f := goFile{path: rel, pkg: filepath.ToSlash(filepath.Dir(rel)), name: parsed.Name.Name, test: strings.HasSuffix(rel, "_test.go"),
			lines: fset.File(parsed.Pos()).LineCount(), ast: parsed, fset: fset}
		for _, i := range parsed.Imports {
			f.imports = append(f.imports, strings.Trim(i.Path.Value, `"`))
		}
		files = append(files, f)
		return nil
	})
	if err != nil || len(files) < 50 {
		t.Fatal(len(files), err)
	}
	return files
}

// forTests are packages that only tests import.
func forTests(pkg string) bool { return strings.HasSuffix(pkg, "test") }

// room is the part of the house that a package belongs to.
func room(pkg string) string {
	switch {
	case strings.HasPrefix(pkg, "cmd/"):
		return "cmd"
	case pkg == "bot", pkg == "flows", pkg == "flows/fields", pkg == "store", pkg == "locales":
		return pkg
	case strings.HasPrefix(pkg, "bot/"):
		return "bot/*"
	case strings.HasPrefix(pkg, "flows/"):
		return "flows/*"
	case strings.HasPrefix(pkg, "store/"):
		return "store/*"
	case strings.HasPrefix(pkg, "locales/"):
		return "locales/*"
	}
	return "?"
}

// arrows are the imports that the design permits between rooms.
var arrows = map[string][]string{
	"cmd":          {"bot", "bot/*", "flows", "flows/*", "flows/fields", "store", "store/*", "locales", "locales/*"},
	"bot/*":        {"bot", "flows", "store", "store/*", "locales", "locales/*"},
	"bot":          {"flows", "store", "store/*", "locales", "locales/*"},
	"flows/*":      {"flows/fields", "flows", "locales", "locales/*"},
	"flows/fields": {"flows", "locales", "locales/*"},
	"flows":        {"locales", "locales/*"},
	"store":        {"store/*", "locales", "locales/*"},
	"store/*":      {"store/*", "store"},
	"locales/*":    {"locales"},
	"locales":      nil,
}

// siblings under bot/ that may import each other.
var siblings = map[string][]string{"bot/web": {"bot/console", "bot/figures"}}

// forbidden says why one package may not import another, "" when it may.
func forbidden(from, to string) string {
	switch {
	case from == to || forTests(from):
		return ""
	case forTests(to):
		return "only tests import it"
	case from == "store/seal":
		return "seal is a leaf"
	case strings.HasPrefix(from, "store/") && to == "store":
		return "the parts of store do not know it"
	case slices.Contains(siblings[from], to), strings.HasPrefix(from, "bot/") && to == "bot/protect":
		return ""
	case from == "bot/effects" && (room(to) == "flows/*" || to == "flows/fields"):
		return ""
	case !slices.Contains(arrows[room(from)], room(to)):
		return "no arrow leads there"
	}
	return ""
}

// homes are the rooms of the libraries that must not spread.
var homes = map[string][]string{
	"github.com/go-telegram/bot":          {"bot/telegram"},
	"github.com/twilio/twilio-go":         {"bot/whatsapp"},
	"github.com/jackc/pgx":                {"store", "cmd/mboka"},
	"github.com/redis/go-redis":           {"store/sessions", "store/limits", "cmd/mboka"},
	"github.com/riverqueue/river":         {"store", "bot/jobs", "bot/announce", "bot/figures", "bot/whatsapp", "cmd/mboka"},
	"github.com/tink-crypto":              {"store/seal"},
	"github.com/nicksnyder/go-i18n":       {"locales"},
	"github.com/prometheus/client_golang": {"bot", "bot/web", "cmd/mboka"},
	"github.com/alicebob/miniredis":       {"cmd/mboka"},
	"github.com/go-analyze/charts":        {"bot/figures"},
	"github.com/go-redis/redis_rate":      {"store/limits"},
	"github.com/arran4/golang-ical":       {"bot/announce"},
	"github.com/xuri/excelize":            {"bot"},
}

func TestArrows(t *testing.T) {
	t.Parallel()
	for _, f := range projectFiles(t) {
		for _, imported := range f.imports {
			if imported == "github.com/twilio/twilio-go" {
				t.Errorf("%s imports twilio-go's root package, which takes a gigabyte to compile", f.path)
			}
			if f.test || forTests(f.pkg) {
				continue
			}
			if imported == "testing" {
				t.Errorf("%s imports testing", f.path)
			}
			if to, ok := strings.CutPrefix(imported, "mboka/"); ok {
				if why := forbidden(f.pkg, to); why != "" {
					t.Errorf("%s imports %s: %s", f.path, to, why)
				}
			}
			for library, rooms := range homes {
				if (imported == library || strings.HasPrefix(imported, library+"/")) && !slices.Contains(rooms, f.pkg) {
					t.Errorf("%s imports %s, which belongs to %v", f.path, imported, rooms)
				}
			}
		}
	}
}

// TestForbidden holds the judge itself: each of these must be refused.
func TestForbidden(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"bot", "bot/telegram"}, {"bot", "flows/registration"}, {"bot", "flows/fields"}, {"bot/telegram", "bot/whatsapp"},
		{"bot/whatsapp", "flows/menu"}, {"bot/web", "bot/telegram"}, {"flows", "flows/fields"}, {"flows/menu", "flows/registration"},
		{"flows/registration", "store"}, {"locales", "flows"}, {"locales", "locales/reference"}, {"store", "bot"}, {"store", "flows"},
		{"store/seal", "store"}, {"store/seal", "locales"}, {"store/sessions", "store"}, {"bot", "cmd/mboka"}, {"cmd/mboka", "store/storetest"},
	} {
		if forbidden(pair[0], pair[1]) == "" {
			t.Errorf("%s may import %s", pair[0], pair[1])
		}
	}
	for _, pair := range [][2]string{
		{"cmd/mboka", "bot/telegram"}, {"bot/effects", "flows/registration"}, {"bot/web", "bot/console"}, {"bot/announce", "bot/protect"},
		{"store/sessions", "store/seal"}, {"flows/fields", "locales/reference"}, {"bot/whatsapp", "bot"},
	} {
		if why := forbidden(pair[0], pair[1]); why != "" {
			t.Errorf("%s may not import %s: %s", pair[0], pair[1], why)
		}
	}
}

// Sizes that a reader can hold in the head.
const (
	maxFileLines = 400
	maxFuncLines = 70
)

func TestSizesAndNames(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	all := map[string]bool{}
	for _, f := range projectFiles(t) {
		if f.lines > maxFileLines {
			t.Errorf("%s has %d lines, the most is %d", f.path, f.lines, maxFileLines)
		}
		base := strings.TrimSuffix(filepath.Base(f.path), ".go")
		for _, vague := range []string{"util", "utils", "common", "helper", "helpers", "misc", "types"} {
			if base == vague || f.name == vague {
				t.Errorf("%s says nothing by its name", f.path)
			}
		}
		if !f.test {
			all[f.pkg] = true
			if f.ast.Doc != nil {
				documented[f.pkg] = true
			}
		}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			lines := f.fset.Position(fn.End()).Line - f.fset.Position(fn.Pos()).Line
			if !f.test && lines > maxFuncLines {
				t.Errorf("%s: %s has %d lines, the most is %d", f.path, fn.Name.Name, lines, maxFuncLines)
			}
			if fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s has an init function: register in cmd/mboka", f.path)
			}
		}
	}
	for pkg := range all {
		if !documented[pkg] {
			t.Errorf("package %s has no doc comment", pkg)
		}
	}
}

// TestHabits finds what a test or a file must not do.
func TestHabits(t *testing.T) {
	t.Parallel()
	for _, f := range projectFiles(t) {
		for _, group := range f.ast.Comments {
			for _, word := range []string{"TO" + "DO", "FIX" + "ME", "XX" + "X"} {
				if strings.Contains(group.Text(), word) {
					t.Errorf("%s has a %s", f.path, word)
				}
			}
		}
		if !f.test {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, _ := call.X.(*ast.Ident)
			if x == nil {
				return true
			}
			if x.Name == "time" && call.Sel.Name == "Sleep" {
				t.Errorf("%s sleeps", f.path)
			}
			if (x.Name == "t" || x.Name == "b") && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, call.Sel.Name) {
				t.Errorf("%s skips itself", f.path)
			}
			return true
		})
	}
}
