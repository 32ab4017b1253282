package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"mboka/store"
)

type auditCmd struct {
	Show auditShowCmd `cmd:"" help:"Show the acts, one line each, the oldest first."`
}

type auditShowCmd struct {
	Since string `default:"30d" help:"From when on: a number of days such as 30d, or a day such as 2026-01-01 (UTC)."`
	Act   string `help:"Only this act, such as setting.set."`
	Actor string `help:"Only this actor: operator, service, or role:ID as listed."`
	Words bool   `help:"Open what was written with an act, such as the question behind a figure. Needs the keyset."`
}

// Help is the part of --help that explains.
func (auditShowCmd) Help() string {
	return `One line is one act: when (UTC), who, in which role and for which organisation,
what, on what, how much came of it, and whether a file left the service.

  mboka audit show                          the last 30 days
  mboka audit show --since 2026-01-01       since a day
  mboka audit show --act setting.set        who changed settings
  mboka audit show --actor role:ID          all that one role did

The log names no member and holds no answer: it knows staff by the id of their
role, and settings, announcements and figures by their keys. Nothing in it can
be changed; whole months go after the months of setting retention_audit.
Reading it is an act too: each call adds an audit.show, with the number of lines
shown; its object ends in ":words" when words were opened.
`
}

// Validate makes a wrong --since a fault of usage.
func (c auditShowCmd) Validate() error {
	_, err := sinceWhen(c.Since, time.Time{})
	return err
}

// Run shows the log, after writing into it that somebody does.
func (c auditShowCmd) Run(e *world) error {
	now := e.tempo.clock()
	since, err := sinceWhen(c.Since, now)
	if err != nil {
		return err
	}
	cfg, err := readConfig(e.vars, need{database: true, keys: c.Words})
	if err != nil {
		return err
	}
	db, err := store.Open(e.ctx, cfg.DatabaseURL, cfg.keys)
	if err != nil {
		return err
	}
	defer db.Close()
	object := since.UTC().Format(time.DateOnly)
	if c.Words {
		object += ":words"
	}
	entries, err := db.ReadAudit(e.ctx, store.AuditQuery{Since: since, Act: c.Act, Actor: c.Actor, Words: c.Words}, store.Entry{
		ID: uuid.New(), At: now, Actor: store.ActorOperator, Act: "audit.show", Object: object,
	})
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		fmt.Fprintln(e.out, "No acts.")
		return nil
	}
	return printAudit(e.out, entries, c.Words)
}

func printAudit(out io.Writer, entries []store.Entry, words bool) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	head := "WHEN\tWHO\tROLE\tFOR\tACT\tON\tSIZE\tFILE\tUNDERSTOOD"
	if words {
		head += "\tWORDS"
	}
	fmt.Fprintln(w, head)
	for _, a := range entries {
		size, file := "-", "-"
		if a.Size != 0 {
			size = strconv.FormatInt(a.Size, 10)
		}
		if a.Exported {
			file = "yes"
		}
		cells := []string{a.At.UTC().Format(time.DateTime), a.Actor, dash(a.Role), dash(a.Organisation), a.Act, dash(a.Object), size, file, dash(string(a.Understood))}
		if words {
			quoted := "-"
			if a.Words != "" {
				quoted = strconv.Quote(a.Words) // one line, whatever was written
			}
			cells = append(cells, quoted)
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	return w.Flush()
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

var errSince = errors.New("--since takes a number of days, such as 30d, or a day, such as 2026-01-01")

// sinceWhen reads --since.
func sinceWhen(s string, now time.Time) (time.Time, error) {
	if number, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || n > 36_500 {
			return time.Time{}, errSince
		}
		return now.AddDate(0, 0, -n), nil
	}
	day, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, errSince
	}
	return day, nil
}
