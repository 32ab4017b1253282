package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
)

// WorkshopGroup is a number of people with a before and an after, summed up once
// and for ever. Nobody's pair is in two groups. Its numbers are exact, and for
// package protect alone.
type WorkshopGroup struct {
	ID              uuid.UUID
	Mission         uuid.UUID // zero: of workshops with too few each, or not announced
	TakenAt         time.Time
	People          int
	SumBefore       int
	SumAfter        int
	Satisfied       int // how many said how content they were
	SumSatisfaction int
	Wishing         int            // how many named a topic
	Topics          map[string]int // people by topic
	Institutions    map[string]int // people by institution; "": not said
	Synthetic       bool           // the people are made up
}

// WorkshopEntry is for how long after it began the questions before a workshop are
// still answered, as people sit down; and WorkshopOpen for how long after its end
// those after it, as long as the message that asks how it was is of use.
const (
	WorkshopEntry = time.Hour
	WorkshopOpen  = 7 * 24 * time.Hour
)

// WorkshopRules say when groups are taken.
type WorkshopRules struct {
	// First is how many people a group has at least, and how many there must be
	// to begin with; Changed how many must be new from then on.
	First, Changed int
}

// workshopEnd is when a workshop is over, in SQL: as Mission.Ended.
const workshopEnd = `coalesce(m.ends_at, m.starts_at + interval '3 hours')`

// WorkshopGroups are all that were taken, the last first.
func (r reader) WorkshopGroups(ctx context.Context) ([]WorkshopGroup, error) {
	rows, err := many[struct {
		ID              uuid.UUID  `db:"id"`
		Mission         *uuid.UUID `db:"mission_id"`
		TakenAt         time.Time  `db:"taken_at"`
		People          int        `db:"people"`
		SumBefore       int        `db:"sum_before"`
		SumAfter        int        `db:"sum_after"`
		Satisfied       int        `db:"satisfied"`
		SumSatisfaction int        `db:"sum_satisfaction"`
		Wishing         int        `db:"wishing"`
		Topics          []byte     `db:"topics"`
		Institutions    []byte     `db:"institutions"`
		Synthetic       bool       `db:"synthetic"`
	}](ctx, r.q, `
		SELECT id, mission_id, taken_at, people, sum_before, sum_after, satisfied, sum_satisfaction, wishing,
			topics::text::bytea AS topics, institutions::text::bytea AS institutions, synthetic
		FROM workshop_group ORDER BY taken_at DESC, id`)
	if err != nil {
		return nil, wrapErr("list groups of workshops", err)
	}
	all := make([]WorkshopGroup, len(rows))
	for i, row := range rows {
		all[i] = WorkshopGroup{
			ID: row.ID, Mission: orZero(row.Mission), TakenAt: row.TakenAt, People: row.People, SumBefore: row.SumBefore, SumAfter: row.SumAfter,
			Satisfied: row.Satisfied, SumSatisfaction: row.SumSatisfaction, Wishing: row.Wishing, Synthetic: row.Synthetic,
		}
		for raw, into := range map[*[]byte]*map[string]int{&row.Topics: &all[i].Topics, &row.Institutions: &all[i].Institutions} {
			if err := json.Unmarshal(*raw, into); err != nil {
				return nil, wrapErr("read group of a workshop", err)
			}
		}
	}
	return all, nil
}

// TakeWorkshopGroups sums up the pairs that are in no group yet: those of each
// workshop that takes no answers any more, where they are enough, and all others
// that wait for nothing together. It does so where as many people are new as the
// rules ask, however long that takes; a workshop has one group of its own, and who
// answers later counts among the others. One at a time.
func (db *DB) TakeWorkshopGroups(ctx context.Context, at time.Time, rules WorkshopRules) (taken bool, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		taken = false
		if _, err := tx.tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('workshop_group'))`); err != nil {
			return err
		}
		// Who answers meanwhile waits, and is in a later group.
		if _, err := tx.tx.Exec(ctx, `LOCK TABLE workshop_answer IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return err
		}
		due, people, err := tx.workshopsDue(ctx, at, rules)
		if err != nil || people == 0 {
			return err
		}
		var begun bool
		if err := tx.tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM workshop_group)`).Scan(&begun); err != nil {
			return err
		}
		if begun && people < rules.Changed {
			return nil
		}
		for _, mission := range slices.SortedFunc(maps.Keys(due), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }) {
			if err := tx.takeWorkshop(ctx, at, mission, due[mission]); err != nil {
				return err
			}
		}
		taken = true
		return nil
	})
	return taken, wrapErr("take groups of workshops", err)
}

// workshopsDue are the answers by the group that they are to be in, each of
// enough people.
func (tx *Tx) workshopsDue(ctx context.Context, at time.Time, rules WorkshopRules) (groups map[uuid.UUID][]uuid.UUID, people int, err error) {
	rows, err := many[struct {
		ID      uuid.UUID  `db:"id"`
		Mission *uuid.UUID `db:"mission"`
	}](ctx, tx.q, `
		SELECT w.id, CASE WHEN g.id IS NULL THEN w.pair_mission_id END AS mission
		FROM workshop_answer w LEFT JOIN mission m ON m.id = w.pair_mission_id LEFT JOIN workshop_group g ON g.mission_id = w.pair_mission_id
		WHERE w.counted = 0 AND w.pair_before IS NOT NULL AND (m.id IS NULL OR m.cancelled_at IS NOT NULL OR `+workshopEnd+` < $1)
		ORDER BY w.id`, at.Add(-WorkshopOpen))
	if err != nil {
		return nil, 0, err
	}
	groups = map[uuid.UUID][]uuid.UUID{}
	for _, row := range rows {
		groups[orZero(row.Mission)] = append(groups[orZero(row.Mission)], row.ID)
	}
	for mission, ids := range groups {
		if mission != uuid.Nil && len(ids) < rules.First {
			groups[uuid.Nil] = append(groups[uuid.Nil], ids...)
			delete(groups, mission)
		}
	}
	if len(groups[uuid.Nil]) < rules.First {
		delete(groups, uuid.Nil)
	}
	for _, ids := range groups {
		people += len(ids)
	}
	return groups, people, nil
}

// onlyMeans are the versions of the consent to means alone: what these people
// wished for is not counted.
const onlyMeans = "workshop-1.%"

func (tx *Tx) takeWorkshop(ctx context.Context, at time.Time, mission uuid.UUID, ids []uuid.UUID) error {
	if _, err := tx.tx.Exec(ctx, `
		WITH of AS (SELECT pair_before, pair_after, pair_satisfaction, institution,
				CASE WHEN agreed_version NOT LIKE $4 THEN topics END AS topics FROM workshop_answer WHERE id = ANY($3))
		INSERT INTO workshop_group (id, mission_id, taken_at, people, sum_before, sum_after, satisfied, sum_satisfaction, wishing, topics, institutions)
		SELECT gen_random_uuid(), $1, $2, count(*), sum(pair_before), sum(pair_after), count(pair_satisfaction), coalesce(sum(pair_satisfaction), 0),
			count(*) FILTER (WHERE cardinality(topics) > 0),
			(SELECT coalesce(jsonb_object_agg(topic, n), '{}') FROM (SELECT topic, count(*) AS n FROM of, unnest(topics) topic GROUP BY topic) t),
			(SELECT coalesce(jsonb_object_agg(institution, n), '{}') FROM (SELECT coalesce(institution, '') AS institution, count(*) AS n FROM of GROUP BY 1) i)
		FROM of`, orNull(mission), at, ids, onlyMeans); err != nil {
		return err
	}
	_, err := tx.tx.Exec(ctx, `UPDATE workshop_answer SET counted = 1 WHERE id = ANY($1)`, ids)
	return err
}

// AddSyntheticWorkshops adds groups of made-up people, marked as such: never
// beside a group of real ones. Those that are there already, by their id, stay.
func (db *DB) AddSyntheticWorkshops(ctx context.Context, all []WorkshopGroup) error {
	err := db.Write(ctx, func(tx *Tx) error {
		var living bool
		if err := tx.tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM workshop_group WHERE NOT synthetic) OR EXISTS (SELECT FROM member WHERE NOT synthetic)`).Scan(&living); err != nil {
			return err
		}
		if living {
			return ErrRealMembers
		}
		for _, g := range all {
			topics, err := json.Marshal(g.Topics)
			if err != nil {
				return fmt.Errorf("write topics: %w", err)
			}
			institutions, err := json.Marshal(g.Institutions)
			if err != nil {
				return fmt.Errorf("write institutions: %w", err)
			}
			if _, err := tx.tx.Exec(ctx, `
				INSERT INTO workshop_group (id, mission_id, taken_at, people, sum_before, sum_after, satisfied, sum_satisfaction, wishing, topics, institutions, synthetic)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11::text::jsonb, true) ON CONFLICT (id) DO NOTHING`,
				g.ID, orNull(g.Mission), g.TakenAt, g.People, g.SumBefore, g.SumAfter, g.Satisfied, g.SumSatisfaction, g.Wishing, string(topics), string(institutions)); err != nil {
				return err
			}
		}
		return nil
	})
	return wrapErr("add made-up groups of workshops", err)
}

// WorkshopAhead is the next workshop that somebody of the staff was invited to
// and that begins after a time.
func (r reader) WorkshopAhead(ctx context.Context, staff uuid.UUID, after time.Time) (mission uuid.UUID, found bool, err error) {
	row, found, err := one[struct {
		ID uuid.UUID `db:"id"`
	}](ctx, r.q, `
		SELECT m.id FROM mission m WHERE m.kind = $3 AND m.starts_at > $2 AND m.cancelled_at IS NULL AND EXISTS (
			SELECT FROM delivery d JOIN announcement a ON a.id = d.announcement_id WHERE a.mission_id = m.id AND d.staff_id = $1 AND d.state IN `+toldStates+`)
		ORDER BY m.starts_at, m.id LIMIT 1`, staff, after, Workshop)
	return row.ID, found, wrapErr("find the workshop ahead", err)
}

// Ended is when a mission is over: after a while where nobody said.
func (m Mission) Ended() time.Time {
	if m.EndsAt.After(m.StartsAt) {
		return m.EndsAt
	}
	return m.StartsAt.Add(unended)
}
