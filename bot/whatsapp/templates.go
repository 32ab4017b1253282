package whatsapp

import (
	"sync"

	"mboka/bot"
	"mboka/locales"
)

// Categories of templates. Meta may put one into another than was asked for,
// and counts by its own.
const (
	Utility   = "UTILITY"
	Marketing = "MARKETING"
)

// Notice says how a kind of message that the service says first goes out when
// the person has not written for a day: by an approved text, or not before
// they write.
type Notice struct {
	Kind bot.NoticeKind
	// Category is that under which the text is submitted. "": there is none.
	Category string
	// Why is the reason for the category, or for there being no text.
	Why string

	text    locales.Key
	fields  []string // of the text, in the order of bot.Message.Fields
	buttons []answer
	// stub: where this text cannot be sent, the one that only says that there
	// is something can; « lire » brings the rest.
	stub bool
}

// answer is a button of an approved text. Its label is approved with it; its id
// says to whom and about what by the run of the message.
type answer struct {
	label      locales.Key
	step, code string
	run        string // "": that of the message
}

// Notices are all kinds. What a text says is in the catalogues; what its fields
// hold is told by whoever fills bot.Message.Fields, in this order.
func Notices() []Notice { return notices }

var notices = []Notice{
	{
		Kind: bot.NoticeMission, Category: Marketing, Why: "an invitation to an event is marketing at Meta; not delivered to numbers of the United States (63049)",
		text: locales.WaMission, fields: []string{"Title", "When", "Where", "About"}, stub: true,
		buttons: []answer{{label: locales.RsvpYes, step: "rsvp", code: "yes"}, {label: locales.RsvpMaybe, step: "rsvp", code: "maybe"}, {label: locales.RsvpNo, step: "rsvp", code: "no"}},
	},
	{
		Kind: bot.NoticeStub, Category: Utility, Why: "names neither meeting nor state: for who may not be seen to get it, and where no other text is approved",
		text: locales.WaStub, buttons: []answer{{label: locales.WaStubRead, run: "stub", step: "menu", code: "read"}},
	},
	{
		Kind: bot.NoticeChange, Category: Utility, Why: "about a meeting of which the person was told",
		text: locales.WaChange, fields: []string{"Title", "Change"}, stub: true,
	},
	{
		Kind: bot.NoticeReminder, Category: Utility, Why: "about a meeting to which the person said yes or maybe",
		text: locales.WaReminder, fields: []string{"Title", "When", "Where"}, stub: true,
	},
	{Kind: bot.NoticeApproval, Category: Utility, Why: "to staff: a colleague waits", text: locales.WaApproval},
	{
		Kind: bot.NoticeRetention, Category: Utility, Why: "nobody is erased without a word",
		text: locales.RetentionWarning, fields: []string{"Org", "Date"},
	},
	{Kind: bot.NoticeReconfirm, Category: Utility, Why: "about the person's own answers, once a year", text: locales.WaReconfirm},
	{
		Kind: bot.NoticeRoleLapse, Category: Utility, Why: "to staff: about their own access",
		text: locales.WaRoleLapse, fields: []string{"N", "Contact"},
	},
	{
		Kind: bot.NoticeContact, Category: Utility, Why: "about the person's own card, at their own wish; names nobody, and what was written is read in the chat",
		text: locales.WaContact, buttons: []answer{{label: locales.ConLook, run: "stub", step: "menu", code: "directory"}},
	},
	{Kind: bot.NoticeProgress, Why: "who sends writes to the service anyway, and the report waits; each would count against the day's people"},
	{Kind: bot.NoticeDigest, Why: "figures do not go to a chat that nobody has opened"},
	{Kind: bot.NoticeMatch, Why: "an offer is answered in the chat; who has not opened it for a day finds it at the next word"},
}

// noticeOf finds a kind; ok is false for one without a text.
func noticeOf(kind bot.NoticeKind) (Notice, bool) {
	for _, n := range notices {
		if n.Kind == kind {
			return n, n.Category != ""
		}
	}
	return Notice{}, false
}

// samples are values for those who review the texts: no member reads them. A
// Lingala text has the French ones, as it is filed under French.
var samples = map[string]map[string]string{
	"fr": {
		"Title": "Rencontre de la diaspora", "When": "samedi 17 avril 2027, 14:00-17:30 (13:00 à Kinshasa)", "Where": "Maison communale, Ixelles",
		"About":  "Des représentants de l'État congolais seront présents. Gratuit, 120 places.",
		"Change": "La rencontre commence à 15:00 et non à 14:00. Le lieu reste le même.",
		"Org":    "Organisation de démonstration", "Date": "3 mars 2027", "N": "90", "Contact": "contact@example.org",
	},
	"en": {
		"Title": "Community meeting", "When": "Saturday 17 April 2027, 14:00-17:30 (13:00 in Kinshasa)", "Where": "Town hall, Ixelles",
		"About":  "Representatives of the Congolese state will be present. Free, 120 seats.",
		"Change": "The meeting begins at 15:00 and not at 14:00. The place stays the same.",
		"Org":    "Demonstration organisation", "Date": "3 March 2027", "N": "90", "Contact": "contact@example.org",
	},
}

// Templates are the texts to be approved, of every kind that has one and in
// every language. Lingala is on no list of WhatsApp's (developers.facebook.com,
// message templates, supported languages), so its texts are filed under French;
// each is a template of its own, whose name ends in its language.
var Templates = sync.OnceValue(func() []Template {
	var all []Template
	for _, n := range notices {
		for _, lang := range locales.Langs {
			if n.Category != "" {
				all = append(all, n.template(lang))
			}
		}
	}
	return all
})

func (n Notice) template(lang locales.Lang) Template {
	t := Template{Kind: n.Kind, Language: lang.String(), Filed: contentLanguage(lang.String()), Category: n.Category, Samples: map[string]string{}}
	args := locales.Args{}
	for i, field := range n.fields {
		name := variable(i)
		args[field] = "{{" + name + "}}"
		t.Samples[name] = samples[t.Filed][field]
	}
	t.Body = locales.Text(lang, n.text, args)
	for _, b := range n.buttons {
		run := b.run
		if run == "" {
			run = "{{" + runVariable + "}}"
			t.Samples[runVariable] = unnamed
		}
		t.Buttons = append(t.Buttons, Item{ID: bot.Payload(run, b.step, b.code), Label: locales.Text(lang, b.label, nil)})
	}
	return t
}
