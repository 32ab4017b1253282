package main

import (
	"go/ast"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// opening are the functions of store that give the sealed texts of a profile or
// a draft: a name, a profession or a city as somebody wrote it.
var opening = []string{"ProfileAnswers", "DatedAnswers", "DraftOf", "draftsOf", "KeptOf", "Record", "OpenProfile", "openProfile"}

// openers may call them, and why. Whoever is not here must go by OpenProfile,
// which asks for the role and the consent and writes who saw whom.
var openers = map[string]string{
	"store.OpenProfile":    "is the way",
	"store.openProfile":    "is the way",
	"store.KeptOf":         "the person's own copy, by the chat that asks",
	"store.keptOn":         "the same",
	"store.snapshot":       "for the journal of merges: stays sealed",
	"store.draftsOf":       "for the journal of merges: stays sealed",
	"bot/effects.open":     "by OpenProfile",
	"bot/effects.passed":   "by OpenProfile",
	"bot/effects.Record":   "the person's own form, by their chat",
	"bot/effects.record":   "the person's own data, by their chat",
	"bot/effects.answer":   "the person's own draft, by their chat",
	"bot/effects.copies":   "the person's own copy, by their chat",
	"bot/effects.become":   "the country alone, of the chat's own member",
	"bot/effects.cardOf":   "the writer's own name, to sign with",
	"bot/effects.knownOf":  "the person's own card, by their chat",
	"bot/effects.merge":    "two profiles of one person, who has agreed",
	"bot/effects.offers":   "whether the person themselves offers something",
	"cmd/mboka.wire":       "hands the bot the two above",
	"bot.decided":          "the person's own form, after they have proven who they are",
	"bot/effects.nameOf":   "to compare with the name that whoever returns writes; never shown",
	"bot.session":          "the person's own form, by their chat",
	"store.DatedAnswers":   "the same with times, for what follows here",
	"store.draftedAnswers": "the same for who is not registered yet",
}

// sealedColumn finds the columns of a profile that hold such texts.
var sealedColumn = regexp.MustCompile(`\b(profession_text|city_text)\b|SELECT[^;]*\bdisplay_name\b`)

// TestProfilesAreOpenedOneWay fails when code begins to read names that has not
// been thought about: a code path that shows somebody else's profile without a
// trace for them.
func TestProfilesAreOpenedOneWay(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range projectFiles(t) {
		if f.test || forTests(f.pkg) {
			continue
		}
		for _, d := range f.ast.Decls {
			name := "-"
			if fn, ok := d.(*ast.FuncDecl); ok {
				name = fn.Name.Name
			}
			ast.Inspect(d, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && sealedColumn.MatchString(lit.Value) && f.path != "store/profile.go" && f.path != "store/reseal.go" {
					t.Errorf("%s names the column of a sealed text: %s", f.path, lit.Value)
				}
				sel, ok := n.(*ast.SelectorExpr) // also one that is handed on uncalled
				if !ok || !slices.Contains(opening, sel.Sel.Name) {
					return true
				}
				if x, ok := sel.X.(*ast.Ident); ok && (x.Name == "bot" || x.Name == "store" || x.Name == "slog") {
					return true // the name of a type
				}
				who := f.pkg + "." + name
				seen[who] = true
				if openers[who] == "" {
					t.Errorf("%s: %s calls %s: whose name does it show, and do they learn of it? See openers.", f.path, who, sel.Sel.Name)
				}
				return true
			})
		}
	}
	for _, who := range slices.Sorted(maps.Keys(openers)) {
		if !seen[who] {
			t.Errorf("%s opens nothing any more: take it out", who)
		}
	}
	if len(seen) < 8 || !seen["bot/effects.open"] {
		t.Errorf("only %s: the test is blind", strings.Join(slices.Sorted(maps.Keys(seen)), ", "))
	}
}
