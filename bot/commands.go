package bot

import (
	"maps"
	"strings"

	"mboka/locales"
	"mboka/locales/reference"
)

// commandKeys are the chat words that a member may use: each has a catalogue
// entry with the words understood for it, apart by "|". The name is also the
// slash word.
var commandKeys = map[string]locales.Key{
	"start": locales.CmdStart, "menu": locales.CmdMenu, "help": locales.CmdHelp,
	"language": locales.CmdLanguage, "profile": locales.CmdProfile, "missions": locales.CmdMissions,
	"mydata": locales.CmdMydata, "stop": locales.CmdStop, "erase": locales.CmdErase,
	"whosaw": locales.CmdWhosaw, "back": locales.CmdBack, "skip": locales.CmdSkip,
	"cancel": locales.CmdCancel, "continue": locales.CmdContinue, "why": locales.CmdWhy,
	"more": locales.CmdMore, "share": locales.CmdShare, "complaint": locales.CmdComplaint,
	"export": locales.CmdExport, "link": locales.CmdLink, "code": locales.CmdCode, "anew": locales.CmdAnew, "consents": locales.CmdConsents,
	"read":     locales.CmdRead,
	"calendar": locales.CmdCalendar, "directory": locales.CmdDirectory,
}

// Commands are the commands in the order in which a platform's menu lists
// them. Back and skip are left out there: they are buttons.
var Commands = []string{"menu", "continue", "profile", "mydata", "consents", "directory", "export", "missions", "language", "stop", "erase", "whosaw", "share", "link", "code", "anew", "complaint", "help"}

// CommandKey is the catalogue entry of a command.
func CommandKey(name string) (locales.Key, bool) {
	key, ok := commandKeys[name]
	return key, ok
}

// commandWords maps folded words of all languages to commands.
func commandWords() map[string]string {
	words := make(map[string]string)
	for name, key := range commandKeys {
		words[name] = name
		for _, lang := range locales.Langs {
			for _, w := range strings.Split(locales.LabelOf(key).In(lang), "|") {
				words[reference.Fold(w)] = name
			}
		}
	}
	return words
}

// CommandWords are all words that are commands, also those of staff, for the
// check that no label is one of them.
func CommandWords() []string {
	words := commandWords()
	maps.Copy(words, staffVocabulary())
	out := make([]string, 0, len(words))
	for w := range words {
		out = append(out, w)
	}
	return out
}

// command reads a text that is nothing but a command word. slash tells whether
// it was written with a slash: then it is never an answer.
func (b *Bot) command(text string) (name string, slash bool) { return commandIn(b.words, text) }

// commandIn is command for a vocabulary.
func commandIn(words map[string]string, text string) (name string, slash bool) {
	text = strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(text, "/"); ok {
		whole, _, _ := strings.Cut(strings.ReplaceAll(rest, "_", " "), "@")
		if name, ok := words[reference.Fold(whole)]; ok {
			return name, true // also of several words: "/mes données"
		}
		word, _, _ := strings.Cut(strings.TrimSpace(whole), " ")
		return words[reference.Fold(word)], true
	}
	if len(text) > maxCommand || strings.Contains(text, "\n") {
		return "", false
	}
	folded := reference.Fold(text)
	for _, polite := range []string{" svp", " stp", " s'il vous plait", " please", " pls"} {
		folded = strings.TrimSuffix(folded, polite)
	}
	return words[folded], false
}

// maxCommand is longer than any command word, in bytes.
const maxCommand = 40

// firstWord is the word of a command to print: the first of its catalogue entry.
func firstWord(lang locales.Lang, key locales.Key) string {
	word, _, _ := strings.Cut(locales.LabelOf(key).In(lang), "|")
	return word
}
