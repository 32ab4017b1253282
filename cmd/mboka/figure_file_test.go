package main

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"mboka/locales"
)

var (
	figureIDs   = regexp.MustCompile(`F-[2-9A-Z]{5}`)
	pickupLinks = regexp.MustCompile(`http\S+/export/[a-z2-7]{32}`)
)

// fetched is the file of the last answer, as the platform gives it.
func (d *dialogue) fetched(part string) []byte {
	d.t.Helper()
	if p, ok := d.phone.(telegramPhone); ok {
		var data []byte
		for _, m := range p.srv.Messages(p.chat) {
			if m.File != nil {
				data = m.File.Data
			}
		}
		return data
	}
	link := pickupLinks.FindString(d.phone.last())
	if link == "" {
		d.t.Fatalf("no link:\n%s", d.phone.last())
	}
	status, page := visit(d.t, "GET", link, "")
	if status != http.StatusOK || strings.Contains(page, "vos réponses") {
		d.t.Errorf("the page behind the link, %d:\n%s", status, page)
	}
	status, body := visit(d.t, "POST", link, part)
	if again, _ := visit(d.t, "POST", link, part); status != http.StatusOK || again != http.StatusNotFound {
		d.t.Errorf("taken with %d, and once more with %d", status, again)
	}
	return []byte(body)
}

// TestFiguresAsFiles: an official asks, and takes the answer away as a workbook
// and as text, by the button and by the word, on both platforms. The file says
// what the chat said, also after the members have changed, and each that left is
// on record.
func TestFiguresAsFiles(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	setupWhatsApp(t, s)
	db := s.records()
	if _, err := seed(t.Context(), db, 1200, 4, time.Now()); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.jobsDone()
	for _, channel := range []string{"telegram", "whatsapp"} {
		d := s.staffer(t, channel, "official", "ministry")
		d.hears("/stats secteur", "fig_said")
		said := d.phone.last()
		id := figureIDs.FindString(said)
		label := "Excel " + id
		if id == "" || !strings.Contains(said, label) || !strings.Contains(said, "CSV "+id) {
			t.Fatalf("no buttons on %s:\n%s", channel, said)
		}
		link, file := map[string]string{"telegram": "fig_file", "whatsapp": "fig_link"}[channel], []byte(nil)
		for _, way := range []string{"[excel]", label, "/excel " + strings.ToLower(id)} {
			d.hears("/explain "+id, "fig_said")
			d.hears(way, link)
			got := d.fetched("xlsx")
			if file != nil && !bytes.Equal(file, got) {
				t.Errorf("another file by %q", way)
			}
			file = got
		}
		d.showsTable(file, said)
		d.hears("csv "+id, link)
		text := string(d.fetched("csv"))
		if !strings.HasPrefix(text, "\ufeffSecteur;Personnes") || !strings.Contains(text, "Données inventées") || !strings.Contains(text, id) {
			t.Errorf("as text:\n%s", text)
		}
		d.hears("excel F-22222", "fig_said")
		d.hears("excel", "fig_said")
		if !strings.Contains(d.phone.last(), "« excel F-7Q2MA »") {
			t.Errorf("without a number:\n%s", d.phone.last())
		}
		other := s.staffer(t, channel, "coordinator", "iom")
		// A coordinator has the word for files of results: the official's
		// number is, to them, one that does not exist.
		other.hears("excel F-22222", "fig_said")
		unknown := other.phone.last()
		other.hears("excel "+id, "fig_said")
		if got := other.phone.last(); got != unknown {
			t.Errorf("a coordinator, about a number of the ministry:\n%s\nabout none:\n%s", got, unknown)
		}
	}
	if n := s.number(`SELECT count(*) FROM audit WHERE act = 'figure.export' AND exported AND size > 0 AND role = 'official' AND sealed_words IS NOT NULL AND object LIKE 'F-%'`); n != 8 {
		t.Errorf("%d files on record", n)
	}
	if n := s.number(`SELECT count(*) FROM audit WHERE act = 'figure.export'`); n != 8 {
		t.Errorf("%d files on record in all", n)
	}
}

// showsTable: the workbook has the rows of the answer.
func (d *dialogue) showsTable(file []byte, said string) {
	d.t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	if got := fmt.Sprint(f.GetSheetList()); got != "[Tableau Définitions]" {
		d.t.Errorf("sheets %s", got)
	}
	rows, err := f.GetRows("Tableau")
	if err != nil || len(rows) < 5 {
		d.t.Fatal(rows, err)
	}
	for _, row := range rows[1 : len(rows)-1] {
		if !strings.Contains(said, row[0]+" : "+strings.ReplaceAll(row[1], "'", "")) {
			d.t.Errorf("%q is not in the answer:\n%s", row, said)
		}
	}
	defs, err := f.GetRows("Définitions")
	if err != nil || fmt.Sprint(defs[0]) != "["+locales.Text(locales.FR, locales.FigDefId, nil)+" "+figureIDs.FindString(said)+"]" {
		d.t.Error(defs, err)
	}
}
