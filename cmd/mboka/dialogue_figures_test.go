package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mboka/locales"
)

// TestFigureDialogues runs the dialogues of testdata/dialogues/figures as
// TestDialogues does the others, over the same made-up members each time.
func TestFigureDialogues(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	if _, err := seed(t.Context(), s.records(), 900, 4, time.Now()); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.jobsDone()
	files, err := filepath.Glob("testdata/dialogues/figures/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no dialogues", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		for _, lang := range locales.Langs {
			for _, channel := range []string{"telegram", "whatsapp"} {
				t.Run(name+"/"+lang.String()+"/"+channel, func(t *testing.T) {
					d := &dialogue{t: t, s: s, name: name, staff: true, lang: lang, phone: s.newPhone(t, channel, lang.String(), int(persons.Add(1)))}
					d.run(file)
				})
			}
		}
	}
}

// figureKey is said with the file of a figure.
func (d *dialogue) figureKey() locales.Key {
	if d.phone.channel() == "whatsapp" {
		return locales.FigLink
	}
	return locales.FigFile
}
