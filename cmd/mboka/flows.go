package main

import (
	"fmt"
	"io"
	"log/slog"
	"strings"

	"mboka/bot"
	"mboka/flows"
	"mboka/locales"
	"mboka/store"
)

func discard() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

type flowsCmd struct {
	Check flowsCheckCmd `cmd:"" help:"Find faults in the questionnaires: ids, routes, texts in three languages, lengths, labels."`
	Draw  flowsDrawCmd  `cmd:"" help:"Print a questionnaire as a Mermaid diagram."`
}

type flowsCheckCmd struct{}

// Limits of what people read (characters; words a sentence).
const (
	promptMax   = 300
	sentenceMax = 20
	summaryMax  = 1600
)

// Run checks all flows.
func (flowsCheckCmd) Run(w *world) error {
	var lines []string
	for _, f := range allFlows() {
		for _, fault := range flows.Check(f, checkOptions()) {
			lines = append(lines, fault.String())
		}
	}
	if len(lines) > 0 {
		return fmt.Errorf("%d faults:\n  - %s", len(lines), strings.Join(lines, "\n  - "))
	}
	fmt.Fprintf(w.out, "%d flows checked, no fault.\n", len(allFlows()))
	return nil
}

func checkOptions() flows.CheckOptions {
	wa := bot.WhatsAppCapabilities
	policy, _ := store.NewPolicy(store.DemoSettings()) // a test holds them valid
	fill := bot.BaseArgs(policy, "", wa, locales.FR)
	for name, value := range map[string]any{
		"Number": "ABC-234", "Code": "ABC-DEF-234", "N": 12, "Summary": strings.Repeat("x", 700), "Question": strings.Repeat("x", 100),
		"Consents": strings.Repeat("x", 120), "Date": "30/12/2026", "Label": strings.Repeat("x", 24), "Typed": "37",
		"Roles": "administration, ministère", "Words": "rôles, journal", "Total": "12", "Lines": strings.Repeat("x", 160), "Line": strings.Repeat("x", 50),
		"LinkCode": "ABC-DEF-234", "Channels": "Telegram, WhatsApp, WhatsApp",
		"Shares": strings.Repeat("x", 700), "Rows": strings.Repeat("x", 700), "Views": 12, "Mailings": 12,
		"Text": strings.Repeat("x", 160), "Place": "Bruxelles", "Title": strings.Repeat("x", 60), "Min": 1, "Max": 10,
		"Card":      strings.Repeat("x", 500),
		"Ministère": strings.Repeat("x", 60), "But": strings.Repeat("x", 200),
	} {
		fill[name] = value
	}
	return flows.CheckOptions{
		ButtonTitle: wa.ButtonTitle, Few: wa.Buttons, RowTitle: wa.RowTitle, RowDesc: wa.RowDesc, Rows: wa.Rows,
		Payload: bot.TelegramCapabilities.Payload, Prompt: promptMax, Sentence: sentenceMax,
		Long: map[locales.Key]int{
			locales.Notice: noticeMax, locales.NoticeDetails: noticeMax, locales.Summary: summaryMax,
			locales.ProfileTitle: summaryMax, locales.Mydata: summaryMax,
			locales.Shares: summaryMax, locales.SharesPast: summaryMax, locales.RequestReview: summaryMax, locales.AnnCheck: summaryMax, locales.ChgSure: summaryMax, locales.WhosawDetails: summaryMax,
			locales.Consents: noticeMax, locales.ContactAsk: noticeMax, locales.ShareGov: noticeMax, locales.ShareDone: noticeMax,
			locales.DirOn: noticeMax, locales.DirPreview: noticeMax, locales.ConRead: noticeMax, locales.ConReview: summaryMax,
		},
		Fill:         fill,
		CommandWords: bot.CommandWords(),
		MayCommand:   []locales.Key{locales.CountedContinue, locales.BtnMenu, locales.NoticeMore, locales.RecycledNew},
		Facts: []string{flows.FactRecord, flows.FactPlace, flows.FactLinks, flows.FactStaff, flows.FactConsents, flows.FactViews, flows.FactShare,
			flows.FactDryRun, flows.FactSample, flows.FactCard, flows.FactContact},
	}
}

type flowsDrawCmd struct {
	Flow string `arg:"" optional:"" default:"registration" help:"Which one."`
}

// Run draws a flow.
func (c flowsDrawCmd) Run(w *world) error {
	var names []string
	for _, f := range allFlows() {
		if f.ID == c.Flow {
			fmt.Fprint(w.out, flows.Draw(f))
			return nil
		}
		names = append(names, f.ID)
	}
	return fmt.Errorf("there is no flow %q; there are %v", c.Flow, names)
}
