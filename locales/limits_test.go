package locales

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Channel limits, in characters: quick replies and list buttons of WhatsApp 20,
// its list rows 24 and their descriptions 72 (Twilio content types); a
// description of a Telegram command 256, of a bot 120 (Bot API).
const (
	buttonLimit  = 20
	rowLimit     = 24
	descLimit    = 72
	commandLimit = 256
	aboutLimit   = 120
	promptLimit  = 300
	wordLimit    = 20
)

var buttons = []Key{
	NoticeYes, NoticeMore, NoticeNo, CountedContinue, CountedLater, SummaryYes, MissionsYes, MissionsNo, EraseYes, EraseNo,
	ShareGovNo, ShareGovYes, RsvpYes, RsvpMaybe, RsvpNo, ComplaintData, ComplaintPerson, ComplaintMeeting, RecycledNew,
	DidYouMeanList, DidYouMeanYes, DidYouMeanNo, CmdIsAnswer, CmdIsCommand, StopOrLeaveStop, StopOrLeaveLeave,
	BtnDone, BtnSkip, BtnBack, BtnList, BtnMenu, ProfileDone,
	LinkGive, LinkSplit, MergeYes, MergeNo, AnewYes, AnewNo, CodeYes, CodeNo,
	ConsentsMissionsGive, ConsentsMissionsEnd, ConsentsContactGive, ConsentsContactEnd, ConsentsShares, ConsentsSharesPast,
	WithdrawYes, WithdrawNo, ContactYes, ContactNo, WhosawMore, RequestSend, LetterOpinion, CalendarButton,
	WaStubRead,
	ModuleContribution, ModuleFund, ModuleLater, FundYes, FundNo, ConsentsFundEnd,
}

var rows = []Key{
	MenuBegin, MenuContinue, MenuProfile, MenuMissions, MenuLanguage, MenuErase, MenuHelp, OtherCountry, OtherCity,
}

// filled is a text as long as it gets, its fields given long values.
func filled(text string) string {
	long := map[string]string{
		"Org": "Organisation internationale pour les migrations", "Contact": "diaspora-rdc@organisation.int", "Host": "Allemagne (Francfort)",
		"ComplaintBody": "l'Autorité de protection des données", "URL": "https://mboka.example.org", "V": "2026-01", "N": "12", "Max": "10",
		"Carrier": "WhatsApp (Meta) et Twilio transportent cette conversation.",
	}
	return field.ReplaceAllStringFunc(text, func(f string) string {
		name := field.FindStringSubmatch(f)[1]
		if v, ok := long[name]; ok {
			return v
		}
		return "xxxxxxxx"
	})
}

func TestLabelsFitTheirButton(t *testing.T) {
	t.Parallel()
	limits := map[Key]int{MenuProfileDesc: descLimit, MenuMissionsDesc: descLimit, MenuEraseDesc: descLimit, ModuleContributionDesc: descLimit, ModuleFundDesc: descLimit, AboutBot: aboutLimit}
	for _, key := range buttons {
		limits[key] = buttonLimit
	}
	for _, key := range rows {
		limits[key] = rowLimit
	}
	for _, key := range Keys() {
		switch {
		case strings.HasPrefix(string(key), "t_"):
			limits[key] = 20
		case strings.HasPrefix(string(key), "about_") && key != AboutBot:
			limits[key] = commandLimit
		}
	}
	for key, limit := range limits {
		label := LabelOf(key)
		for _, lang := range Langs {
			text := filled(label[lang])
			if n := utf8.RuneCountInString(text); n == 0 || n > limit {
				t.Errorf("%s %s: %q has %d characters of %d", lang, key, text, n, limit)
			}
		}
	}
}

// given are the texts whose wording is fixed and longer than a prompt may be.
var given = []Key{
	Notice, NoticeDetails, Summary, ProfileTitle, Mydata, ShareGov, FundCaution, EraseDone, MissionsAsk, Distress, HelpMoney,
	RecycledAsk, StopReplyPaused, Thanks, ContactAsk, FundAsk,
}

func TestPromptsAreShort(t *testing.T) {
	t.Parallel()
	ends := regexp.MustCompile(`[.!?:;]\s+|[.!?]$|\n`)
	for _, key := range Keys() {
		if slices.Contains(given, key) || strings.HasPrefix(string(key), "cmd_") {
			continue
		}
		for _, lang := range Langs {
			text := LabelOf(key)[lang]
			if utf8.RuneCountInString(filled(text)) > promptLimit {
				t.Errorf("%s %s is longer than %d characters", lang, key, promptLimit)
			}
			for _, sentence := range ends.Split(text, -1) {
				words := strings.FieldsFunc(sentence, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("«»\"?!", r) })
				if len(words) > wordLimit {
					t.Errorf("%s %s: %d words in %q", lang, key, len(words), sentence)
				}
			}
		}
	}
}

// A WhatsApp message with buttons has 1,024 characters.
func TestNoticeFits(t *testing.T) {
	t.Parallel()
	for _, lang := range Langs {
		if n := utf8.RuneCountInString(filled(LabelOf(Notice)[lang])); n > 1024 {
			t.Errorf("%s: the notice has %d characters", lang, n)
		}
		if n := utf8.RuneCountInString(filled(LabelOf(NoticeDetails)[lang])); n > 900 {
			t.Errorf("%s: the details have %d characters", lang, n)
		}
		if !strings.HasSuffix(LabelOf(Notice)[lang], "\n"+LabelOf(NoticeAsk)[lang]) {
			t.Errorf("%s: the notice does not end with its question", lang)
		}
	}
}

// bare compares labels and words as a reader does: case, accents and marks
// aside.
func bare(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(norm.NFD.String(s)), func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.N, unicode.Mn)
	}), " ")
}

// sameByIntent are labels that are the command: they do what it does.
var sameByIntent = []Key{CountedContinue, NoticeMore, BtnSkip, BtnBack, BtnMenu, RecycledNew, WaStubRead}

func TestNoLabelIsACommandWord(t *testing.T) {
	t.Parallel()
	words := map[string]Key{}
	for _, key := range Keys() {
		if !strings.HasPrefix(string(key), "cmd_") || key == CmdIsAnswer || key == CmdIsCommand {
			continue
		}
		for _, cell := range LabelOf(key) {
			for word := range strings.SplitSeq(cell, "|") {
				words[bare(word)] = key
			}
		}
	}
	for _, key := range slices.Concat(buttons, rows) {
		if slices.Contains(sameByIntent, key) {
			continue
		}
		for _, label := range LabelOf(key) {
			if command, ok := words[bare(label)]; ok {
				t.Errorf("%s %q is %s", key, label, command)
			}
		}
	}
}

// A typed word means one command, whatever the interface's language.
func TestNoWordMeansTwoCommands(t *testing.T) {
	t.Parallel()
	owner := map[string]Key{}
	for _, key := range Keys() {
		if !strings.HasPrefix(string(key), "cmd_") || key == CmdIsAnswer || key == CmdIsCommand {
			continue
		}
		for lang, cell := range LabelOf(key) {
			for word := range strings.SplitSeq(cell, "|") {
				if strings.TrimSpace(word) == "" {
					t.Errorf("%s %s has an empty word", Langs[lang], key)
				}
				if other, ok := owner[bare(word)]; ok && other != key {
					t.Errorf("%q is %s and %s", word, other, key)
				}
				owner[bare(word)] = key
			}
		}
	}
}

// A whole button label is how a consent is typed: no two of one screen may look
// alike in any language.
func TestConsentLabelsAreDistinct(t *testing.T) {
	t.Parallel()
	for _, screen := range [][]Key{
		{NoticeYes, NoticeMore, NoticeNo}, {MissionsYes, MissionsNo}, {EraseYes, EraseNo}, {ShareGovYes, ShareGovNo}, {MergeYes, MergeNo},
	} {
		owner := map[string]Key{}
		for _, key := range screen {
			for _, label := range LabelOf(key) {
				if other, ok := owner[bare(label)]; ok && other != key {
					t.Errorf("%q is %s and %s", label, other, key)
				}
				owner[bare(label)] = key
			}
		}
	}
}
