package bot

import (
	"slices"
	"strings"

	"mboka/flows"
	"mboka/locales"
	"mboka/locales/reference"
)

// Words of distress and of false hopes, folded, in the three languages (domain
// reference 2.7). They act only where they cannot be an answer.
var distressWords = strings.Fields(`danger likama visa asile asylum asylo passeport passport pasipoti argent money mbongo
	secours urgence emergency police menace menaces threat threatened expulsion deportation refugie refugee`)

var distressPhrases = []string{"je suis en danger", "i am in danger", "i m in danger", "i'm in danger", "nazali na likama", "aidez moi", "help me", "bosalisa ngai"}

// embassyWords ask whether this is the state.
var embassyWords = strings.Fields("ambassade embassy consulat consulate gouvernement government leta etat police anr dgm espion spy")

// inDanger tells whether a text says that and nothing else: no question has
// such an answer.
func inDanger(text string) bool { return slices.Contains(distressPhrases, reference.Fold(text)) }

// distressWord tells whether a text is one of the words alone.
func distressWord(text string) bool { return slices.Contains(distressWords, reference.Fold(text)) }

// asks tells whether a text is put as a question: where it was only guessed to be
// an answer, it may be something else.
func asks(text string) bool { return strings.Contains(text, "?") }

// distressed tells whether a text speaks of distress somewhere.
func distressed(text string) bool {
	folded := reference.Fold(text)
	for _, p := range distressPhrases {
		if strings.Contains(" "+folded+" ", " "+p+" ") {
			return true
		}
	}
	return hasWord(folded, distressWords)
}

func hasWord(folded string, words []string) bool {
	for _, w := range strings.Fields(folded) {
		w = strings.Trim(w, "'")
		if _, after, ok := strings.Cut(w, "'"); ok {
			w = after // l'asile
		}
		if slices.Contains(words, w) {
			return true
		}
	}
	return false
}

// aside answers a text that was not understood as an answer but is understood
// as something else. It is not counted as a miss.
func (t *thinker) aside(text string) (flows.Line, bool) {
	switch {
	case distressed(text):
		return flows.Line{Key: locales.Distress}, true
	case hasWord(reference.Fold(text), embassyWords):
		return flows.Line{Key: locales.NotEmbassy}, true
	}
	if lang, ok := languageNamed(text); ok {
		t.setLanguage(lang)
		return flows.Line{Key: locales.LangChanged}, true
	}
	return flows.Line{}, false
}

// languageNamed reads a text that is only the name of one of our languages.
func languageNamed(text string) (locales.Lang, bool) {
	switch reference.Fold(text) {
	case "francais", "french", "lifalanse", "en francais", "in french":
		return locales.FR, true
	case "english", "anglais", "lingelesi", "in english", "en anglais":
		return locales.EN, true
	case "lingala", "en lingala", "in lingala", "na lingala":
		return locales.LN, true
	}
	return locales.FR, false
}

// greetings tell the language of a first message.
var greetings = map[locales.Lang][]string{
	locales.LN: strings.Fields("mbote nalingi ndeko bandeko boni sango nsango lingala matondi tata mama losako"),
	locales.EN: strings.Fields("hello hi hey good morning evening afternoon please i want register english thanks how the my"),
	locales.FR: strings.Fields("bonjour salut bonsoir coucou je veux voudrais inscrire svp merci francais comment allo"),
}

// frequent are words, beside greetings, that only one of our languages has:
// whoever is in danger does not greet first.
var frequent = map[locales.Lang][]string{
	locales.LN: strings.Fields("nazali ngai likama ezali bozali bosalisa mposa"),
	locales.EN: strings.Fields("am is i'm need help this"),
	locales.FR: strings.Fields("suis j'ai c'est aidez besoin est"),
}

// spoken reads the language of a text by its words. False: nobody can tell.
func spoken(text string) (locales.Lang, bool) {
	folded := reference.Fold(text)
	for _, lang := range []locales.Lang{locales.LN, locales.EN, locales.FR} {
		if hasWord(folded, greetings[lang]) || slices.ContainsFunc(strings.Fields(folded), func(w string) bool { return slices.Contains(frequent[lang], w) }) {
			return lang, true
		}
	}
	return locales.FR, false
}

// guessLanguage reads the language of a first message, then the platform's
// guess. It is only a default: the person is asked.
func guessLanguage(in Inbound) locales.Lang {
	if lang, ok := spoken(in.Text); ok {
		return lang
	}
	lang, _ := locales.ParseLang(in.Language)
	return lang
}

// mediaLine answers what is not text, kindly.
func mediaLine(k Kind) flows.Line {
	switch k {
	case Voice:
		return flows.Line{Key: locales.Voice}
	case Sticker:
		return flows.Line{Key: locales.GotSticker}
	case Picture:
		return flows.Line{Key: locales.GotPicture}
	case Place:
		return flows.Line{Key: locales.GotPlace}
	case Contact:
		return flows.Line{Key: locales.GotContact}
	case Document:
		return flows.Line{Key: locales.GotDocument}
	case Edited:
		return flows.Line{Key: locales.GotEdited}
	}
	return flows.Line{Key: locales.GotOther}
}
