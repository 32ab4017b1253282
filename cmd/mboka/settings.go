package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"mboka/store"
)

type settingsCmd struct {
	List settingsListCmd `cmd:"" help:"Show every setting, its value and what it may be."`
	Set  settingsSetCmd  `cmd:"" help:"Change a setting; a running service sees it within 30 seconds."`
}

type settingsListCmd struct{}

// Run shows the settings.
func (settingsListCmd) Run(e *world) error {
	s, err := openSettings(e)
	if err != nil {
		return err
	}
	defer s.Close()
	given, err := s.Settings(e.ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(e.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "SETTING\tVALUE\tALLOWED")
	for _, d := range store.Definitions() {
		value, set := given[d.Key]
		if !set {
			value = d.Default
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", d.Key, value, d.Allowed)
		if family, ok := strings.CutSuffix(d.Key, "CC"); ok {
			for key, value := range given {
				if strings.HasPrefix(key, family) {
					fmt.Fprintf(w, "  %s\t%s\t\n", key, value)
				}
			}
		}
	}
	return w.Flush()
}

type settingsSetCmd struct {
	Key   string `arg:"" help:"The setting, such as contact or emergency.BE."`
	Value string `arg:"" help:"Its new value."`
}

// Run changes a setting.
func (c settingsSetCmd) Run(e *world) error {
	if err := store.ParseSetting(c.Key, c.Value); err != nil {
		return err
	}
	s, err := openSettings(e)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.PutSetting(e.ctx, c.Key, c.Value, store.ActorOperator, time.Now()); err != nil {
		return err
	}
	fmt.Fprintf(e.out, "%s = %s\n", c.Key, c.Value)
	return nil
}

func openSettings(e *world) (*store.DB, error) {
	c, err := readConfig(e.vars, need{database: true})
	if err != nil {
		return nil, err
	}
	return store.Open(e.ctx, c.DatabaseURL, nil)
}
