package announce

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"mboka/bot/protect"
	"mboka/store"
)

// trial is one dry run under work.
type trial struct {
	ctx      context.Context
	tx       *store.Tx
	a        Audience
	now      sums
	rules    protect.Rules
	windowed string
	held     store.Held
	id       uuid.UUID
	at       time.Time
}

func (t *trial) run() (DryRun, error) {
	mine, err := t.a.canonical()
	if err != nil {
		return DryRun{}, err
	}
	// Whether enough people are there now is asked of now, whatever was told.
	run, err := protected(t.rules, t.a, t.now, t.windowed)
	if err != nil {
		return DryRun{}, err
	}
	kept, err := t.tx.DryRuns(t.ctx, t.held.Organisation, t.at)
	if err != nil {
		return DryRun{}, err
	}
	told, seen := map[string]bool{}, run.crowds(t.now)
	var narrow error
	for _, k := range kept {
		var s sums
		var theirs Audience
		if err := errors.Join(json.Unmarshal(k.Counts, &s), json.Unmarshal(k.Audience, &theirs)); err != nil {
			return DryRun{}, fmt.Errorf("read dry run: %w", err)
		}
		key, err := theirs.canonical()
		if err != nil {
			return DryRun{}, err
		}
		if bytes.Equal(key, mine) {
			if k.ID == t.id || !told[string(key)] && s.apart(t.now) < 2*t.rules.KCross {
				return protected(t.rules, t.a, s, t.windowed)
			}
			told[string(key)] = true
			continue
		}
		told[string(key)] = true
		if earlier, err := protected(t.rules, theirs, s, t.windowed); err == nil && narrow == nil {
			narrow = guard(seen, earlier.crowds(s))
		}
	}
	switch {
	case narrow != nil:
		return DryRun{}, narrow
	case len(told) >= mostDryRuns && !told[string(mine)]:
		return DryRun{}, errEnough
	}
	counts, err := json.Marshal(t.now)
	if err != nil {
		return DryRun{}, fmt.Errorf("write dry run: %w", err)
	}
	return run, t.tx.PutDryRun(t.ctx, store.DryRun{
		ID: t.id, RoleID: t.held.ID, Organisation: t.held.Organisation, At: t.at, Audience: mine, Counts: counts,
	})
}

func (t *trial) entry(run DryRun, words string) store.Entry {
	return store.Entry{
		ID: t.id, At: t.at, Actor: store.RoleActor(t.held.ID), Role: string(t.held.Role), Organisation: string(t.held.Organisation),
		Act: "mission.dryrun", Object: t.id.String(), Size: int64(run.Reach.N), Words: words,
	}
}
