package announce

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"mboka/bot"
	"mboka/bot/protect"
	"mboka/locales"
	"mboka/store"
)

// xlsx lets the table of a report out, by a button.
func (r *Reports) xlsx(ctx context.Context, tx *store.Tx, d bot.Doing) (map[string]string, error) {
	c, a, err := r.about(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	return c.export(a)
}

// export lets the table of a report out: that it leaves the service is on record
// before it is made.
func (c *clerk) export(a store.Announcement) (map[string]string, error) {
	report, err := c.report(c.ctx, c.tx, c.rules, a, c.d.At, c.lang)
	if err != nil {
		return nil, err
	}
	return bot.FilesResult(ofAnnouncement+a.ID.String(), "", nil), c.audit("announcement.export", a.ID.String(), report.Counters.Targeted, true)
}

// table is the file of a report that was let out.
func (r *Reports) table(ctx context.Context, id string, q bot.Looking) (files []bot.File, err error) {
	announcement, err := uuid.Parse(id)
	if err != nil {
		return nil, fmt.Errorf("id of announcement: %w", err)
	}
	policy, err := r.Policy(ctx)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	var report Report
	err = r.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.AnnouncementByID(ctx, announcement)
		if err == nil {
			report, err = r.report(ctx, tx, rulesOf(policy), a, q.At, q.Lang)
		}
		return err
	})
	if errors.As(err, new(bot.Refusal)) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	data, err := report.XLSX(q.Lang)
	return []bot.File{{
		Part: "xlsx", Name: "mboka-rapport.xlsx", Type: bot.XLSXType,
		Title: locales.RepXlsxTitle, Data: data,
	}}, err
}

// worksheet is a sheet before its name is in a language.
type worksheet struct {
	name locales.Key
	rows [][]any
}

// XLSX is the report as a workbook. It holds the numbers that the chat shows, and
// no others; of the same report it is the same file.
func (r Report) XLSX(lang locales.Lang) ([]byte, error) {
	var all []bot.Sheet
	for _, one := range r.sheets(speaker{lang}) {
		all = append(all, bot.Sheet{Name: locales.Text(lang, one.name, nil), Rows: one.rows})
	}
	return bot.Workbook(r.At, all...)
}

// value is a count as a cell: a number, or the words that stand for one.
func (s speaker) value(c protect.Cell, k int) any {
	if c.State == protect.Shown {
		return c.N
	}
	return s.cell(c, k)
}

func (r Report) sheets(s speaker) []worksheet {
	word := func(key locales.Key) string { return s.text(key, nil) }
	summary := worksheet{locales.RepSheetSummary, [][]any{
		{r.Title},
		{s.text(locales.RepBase, locales.Args{"Count": r.Counters.Targeted})},
		{stampOf(r.At)},
	}}
	if r.Early {
		summary.rows = append(summary.rows, []any{word(locales.RepEarly)})
	} else {
		summary.rows = append(summary.rows, []any{s.rule(r)}, []any{word(locales.FigHiddenWhy)})
	}
	all := []worksheet{summary}
	for _, by := range []By{ByCountry, ByLanguage, ByChannel} {
		all = append(all, r.breakdown(s, by))
	}
	c, t := r.Counters, r.Turnout
	all = append(all, worksheet{locales.RepSheetOutcome, [][]any{
		{word(locales.RepOutTargeted), c.Targeted}, {word(locales.RepOutSent), c.Sent}, {word(locales.RepOutDelivered), c.Delivered},
		{word(locales.RepOutRead), c.Read}, {word(locales.RepOutFailed), c.Failed}, {word(locales.RepOutWaiting), c.Waiting},
		{word(locales.RepOutUnknown), c.Unknown}, {word(locales.RepOutOpen), c.Open}, {word(locales.RepOutLeftOut), s.value(t.LeftOut, t.K)},
	}}, r.breakdown(s, ByReason))
	turnout := worksheet{name: locales.RepSheetTurnout}
	for _, line := range []struct {
		key locales.Key
		c   protect.Cell
	}{
		{locales.RepTurnYes, t.Yes}, {locales.RepTurnMaybe, t.Maybe}, {locales.RepTurnNo, t.No}, {locales.RepTurnGuests, t.Guests},
		{locales.RepTurnWaiting, t.Waiting}, {locales.RepTurnAttended, t.Attended}, {locales.RepTurnStopped, t.Stopped},
	} {
		turnout.rows = append(turnout.rows, []any{word(line.key), s.value(line.c, t.K)})
	}
	return append(all, turnout)
}

var sheetOf = map[By]locales.Key{
	ByCountry: locales.RepSheetCountry, ByLanguage: locales.RepSheetLanguage, ByChannel: locales.RepSheetChannel, ByReason: locales.RepSheetReason,
}

var columnNames = map[Outcome]locales.Key{
	Reached: locales.RepColReached, Waits: locales.RepColWaits, Missed: locales.RepColMissed, Others: locales.RepColOthers,
}

// breakdown is the sheet of a table; one that cannot be shown says why.
func (r Report) breakdown(s speaker, by By) worksheet {
	out := worksheet{name: sheetOf[by]}
	for _, b := range r.Tables.Breakdowns {
		if b.By != by {
			continue
		}
		head := []any{s.text(sheetOf[by], nil)}
		for _, c := range b.Columns {
			head = append(head, s.text(columnNames[c], nil))
		}
		out.rows = append(out.rows, append(head, s.text(locales.RepColTotal, nil)))
		for i, row := range b.Rows {
			line := []any{s.name(by, row)}
			if len(b.Columns) > 0 {
				for _, c := range b.Cells[i] {
					line = append(line, s.value(c, b.K))
				}
			}
			out.rows = append(out.rows, append(line, s.value(b.Totals[i], b.K)))
		}
		return out
	}
	key := locales.FigTooFew
	if r.Early {
		key = locales.RepEarly
	}
	out.rows = [][]any{{s.text(key, nil)}}
	return out
}

// stampOf is a moment as a sheet shows it.
func stampOf(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") + " UTC" }
