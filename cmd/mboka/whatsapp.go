package main

import (
	"fmt"
	"time"

	"mboka/bot"
	"mboka/bot/announce"
	"mboka/bot/whatsapp"
	"mboka/flows"
	"mboka/flows/fields"
	"mboka/locales"
	"mboka/store"
)

type whatsappCmd struct {
	Setup     whatsappSetupCmd     `cmd:"" help:"Create at Twilio the buttons and lists of every question, and submit the texts that WhatsApp has to approve, once; print the webhook to enter there."`
	Templates whatsappTemplatesCmd `cmd:"" help:"Ask how far WhatsApp is with the texts that it has to approve."`
}

type whatsappSetupCmd struct{}

// retries are the fragment by which Twilio repeats a webhook that failed
// (platform defaults repeat only a failed connection).
const retries = "#rc=3&rp=all&ct=2000&rt=4000"

// Run creates what is missing. Run again after a change of texts or settings.
func (whatsappSetupCmd) Run(e *world) error {
	return withWhatsApp(e, func(at atTwilio) error {
		policy, err := store.NewSettings(at.db, time.Now).Policy(e.ctx)
		if err != nil {
			return err
		}
		if faults := noticeFaults(policy); len(faults) > 0 && at.cfg.real() {
			return joinFaults("the notice would be created with words that are not true yet", faults)
		}
		known, err := at.db.Contents(e.ctx)
		if err != nil {
			return err
		}
		save := func(hash, sid, name, lang string) error {
			return at.db.PutContent(e.ctx, hash, sid, name, lang, time.Now())
		}
		report := func(line string) { fmt.Fprintln(e.out, line) }
		if err := at.channel.Setup(e.ctx, definitions(policy), known, save, report); err != nil {
			return err
		}
		if err := submitTemplates(e, at); err != nil {
			return err
		}
		fmt.Fprintf(e.out, "\nEnter at Twilio as the webhook of your WhatsApp sender (the part after # makes Twilio repeat it):\n  %s%s%s\nRestart `mboka serve` so that it uses the new objects.\n",
			at.cfg.PublicURL, whatsapp.WebhookPath, retries)
		return nil
	})
}

// definitions are the Content objects of every question in every language: as
// it is first asked and after a remark, with and without the count of what is
// left; and of every letter about a meeting. Cities and guesses use the generic
// objects.
func definitions(policy store.Policy) []whatsapp.Definition {
	var defs []whatsapp.Definition
	for _, lang := range locales.Langs {
		defs = append(defs, whatsapp.Generics(lang.String(), frames()[lang.String()])...)
		setting := bot.Setting{
			Lang: lang, Caps: bot.WhatsAppCapabilities,
			Base:    bot.BaseArgs(policy, "", bot.WhatsAppCapabilities, lang),
			Results: locales.Args{"Number": "ABC-234", "Code": "ABC-DEF-234"},
		}
		for _, f := range allFlows() {
			for _, p := range screens(f) {
				m := bot.Render(p, setting)
				if def, _, ok := whatsapp.Define(m); ok {
					defs = append(defs, def)
				}
			}
		}
	}
	for _, m := range announce.Samples() {
		if def, _, ok := whatsapp.Define(m); ok {
			defs = append(defs, def)
		}
	}
	return defs
}

// screens are the prompts that a flow can show, but for guesses and cities.
func screens(f *flows.Flow) []flows.Prompt {
	var out []flows.Prompt
	for _, step := range f.Steps {
		if step.Field == nil {
			continue
		}
		for _, answers := range contexts(f, step) {
			for _, phone := range samplePhones(step) {
				for _, back := range []string{"", step.ID} {
					st := flows.State{Flow: f.ID, Version: f.Version, Run: "aaaaaa", Step: step.ID, Answers: answers, Return: back}
					in := flows.Input{Phone: phone, Facts: sampleFacts}
					plain := flows.Repeat(f, st, in)
					after := flows.Repeat(f, st, in, flows.Line{Key: locales.Echo, Args: locales.Args{"Label": "…"}})
					out = append(out, plain.Prompt, after.Prompt)
				}
			}
		}
	}
	return out
}

var sampleFacts = flows.Facts{
	flows.FactRecord: {Args: map[string]any{}},
	flows.FactPlace:  {Args: map[string]any{"Question": "…", "N": 3}},
	flows.FactStaff:  {Args: map[string]any{"Roles": "…", "Words": "…", "N": 1}},
	flows.FactDryRun: {Args: map[string]any{"Text": "…"}, Answers: flows.Answers{{Step: flows.FactDryRun, Codes: []string{flows.DryRunReady}}}},
	flows.FactSample: {Args: map[string]any{"Text": "…"}},
}

// contexts are the earlier answers that change what a step offers.
func contexts(f *flows.Flow, step flows.Step) []flows.Answers {
	from := step.Field.From()
	source, ok := f.Step(from)
	if !ok {
		return []flows.Answers{nil}
	}
	if _, isCity := step.Field.(*fields.City); isCity {
		return nil
	}
	var out []flows.Answers
	for _, o := range source.Field.Lists()[0] {
		out = append(out, flows.Answers{{Step: from, Codes: []string{o.Code}}})
	}
	return out
}

// samplePhones are one number of each dialling zone, for the quick picks.
func samplePhones(step flows.Step) []string {
	if _, ok := step.Field.(fields.Country); ok {
		return []string{"", "+256", "+32", "+1", "+27", "+243"}
	}
	return []string{""}
}
