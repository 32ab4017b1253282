package bot

import (
	"slices"
	"strings"
	"testing"

	"mboka/locales"
	"mboka/locales/reference"
)

// memberCommands are the chat words of a member, as scripts and people know
// them.
var memberCommands = strings.Fields("start menu help language profile missions mydata stop erase whosaw back skip cancel continue why more share complaint export link code anew consents calendar read directory")

// ways are how a word may be written without becoming another one.
func ways(word string) []string {
	bare := reference.Fold(word)
	return []string{word, "/" + word, strings.ToUpper(word), " " + word + " ", word + "!", word + " .", bare, "/" + strings.ReplaceAll(bare, " ", "_"),
		"/" + strings.ReplaceAll(bare, " ", "_") + "@MbokaBot", strings.ToUpper(bare), word + " svp", word + " please", "« " + word + " »"}
}

func TestEveryCommandInEveryLanguage(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	words := 0
	for _, name := range memberCommands {
		key, ok := CommandKey(name)
		if !ok {
			t.Errorf("/%s is not known", name)
			continue
		}
		all := []string{name}
		for _, lang := range locales.Langs {
			all = append(all, strings.Split(locales.LabelOf(key).In(lang), "|")...)
			if firstWord(lang, key) == "" {
				t.Errorf("%s has no word in %s", name, lang)
			}
		}
		for _, word := range all {
			words++
			for _, text := range ways(word) {
				got, slash := b.command(text)
				if got != name {
					t.Errorf("%q is read as %q, not %q", text, got, name)
				}
				if slash != strings.HasPrefix(strings.TrimSpace(text), "/") {
					t.Errorf("%q: slash is %v", text, slash)
				}
			}
		}
	}
	if len(commandKeys) != len(memberCommands) || words < 60 {
		t.Errorf("%d commands and %d words", len(commandKeys), words)
	}
}

func TestSlashes(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	for text, want := range map[string]string{
		"/start": "start", "/START@mboka_bot": "start", "/start r_abc123": "start", "/ menu": "menu", "/my data": "mydata", "/mydata now": "mydata",
		"/help please": "help", "/arrêt": "stop", "/réunions": "missions",
	} {
		if got, slash := b.command(text); got != want || !slash {
			t.Errorf("%q is %q (slash %v), not %q", text, got, slash, want)
		}
	}
}

func TestWhatIsNoCommand(t *testing.T) {
	t.Parallel()
	b := thinking(t)
	for _, text := range []string{
		"", " ", "/", "/@bot", "/nothing", "/settings", "stopper tout", "je veux arrêter", "menu du jour", "skip it", "effacer la faute", "back office",
		"aide-soignante", "aide à domicile", "help desk", "profile manager", "continuer mes études", "svp", "please", "plus tard", "menu\nstop", "pas de retour",
		"retour au pays", "langues", "x" + strings.Repeat("y", maxCommand), strings.Repeat(" ", 50) + "menu" + strings.Repeat("!", 50) + "oui",
	} {
		if got, _ := b.command(text); got != "" {
			t.Errorf("%q is taken for /%s", text, got)
		}
	}
}

func TestCommandWords(t *testing.T) {
	t.Parallel()
	words := CommandWords()
	seen := map[string]bool{}
	for _, w := range words {
		if w == "" || w != reference.Fold(w) || seen[w] || len(w) > maxCommand {
			t.Errorf("%q is no folded word of its own", w)
		}
		seen[w] = true
	}
	for _, name := range append(slices.Clone(memberCommands), "arret", "mes donnees", "my data") {
		if !seen[name] {
			t.Errorf("%q is missing", name)
		}
	}
	for _, name := range Commands {
		if _, ok := commandKeys[name]; !ok {
			t.Errorf("the menu lists /%s, which is not known", name)
		}
	}
	for _, hidden := range []string{"back", "skip"} {
		if slices.Contains(Commands, hidden) {
			t.Errorf("/%s is a button, not a line of the menu", hidden)
		}
	}
	if _, ok := CommandKey("nothing"); ok {
		t.Error("/nothing is known")
	}
}

// TestCommandWordsAreNotShared holds that no word means one thing in one
// language and another in the next: people mix languages.
func TestCommandWordsAreNotShared(t *testing.T) {
	t.Parallel()
	owner := map[string]string{}
	for name, key := range commandKeys {
		for _, lang := range locales.Langs {
			for _, w := range append(strings.Split(locales.LabelOf(key).In(lang), "|"), name) {
				folded := reference.Fold(w)
				if other, taken := owner[folded]; taken && other != name {
					t.Errorf("%q means both /%s and /%s", w, other, name)
				}
				owner[folded] = name
			}
		}
	}
}
