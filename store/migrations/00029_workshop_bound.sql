-- Answers about a workshop know which one they are about, and what is published
-- of them stands in groups that never change.

-- +goose Up

ALTER TABLE workshop_answer
    -- The workshop that the answers are about; NULL: one that was not announced.
    ADD mission_id        uuid REFERENCES mission,
    -- The same of the pair, when its questions before were gone through, and what
    -- was thought of that workshop.
    ADD pair_mission_id   uuid REFERENCES mission,
    ADD pair_entered_at   timestamptz,
    ADD pair_satisfaction smallint CHECK (pair_satisfaction BETWEEN 1 AND 5),
    ADD CHECK (pair_before IS NOT NULL OR num_nonnulls(pair_mission_id, pair_entered_at, pair_satisfaction) = 0),
    ADD CHECK (staff_id IS NOT NULL OR num_nonnulls(mission_id, pair_entered_at, pair_satisfaction) = 0);

-- counted is 1 once the pair is in a group, and 0 before.
UPDATE workshop_answer SET counted = 1 WHERE counted = 2;
UPDATE workshop_answer SET pair_entered_at = coalesce(entered_at, updated_at) WHERE pair_before IS NOT NULL AND staff_id IS NOT NULL;

-- Each pair is in one group at most, and a group stands as it was taken: what is
-- told at two times, or of a workshop and of all, differs by whole groups. The
-- sums are exact: nobody is shown them.
CREATE TABLE workshop_group (
    id               uuid PRIMARY KEY,
    mission_id       uuid UNIQUE REFERENCES mission, -- NULL: of workshops with too few each, or not announced
    taken_at         timestamptz NOT NULL,
    people           integer NOT NULL CHECK (people > 0),
    sum_before       integer NOT NULL,
    sum_after        integer NOT NULL,
    satisfied        integer NOT NULL DEFAULT 0 CHECK (satisfied <= people), -- how many said how content they were
    sum_satisfaction integer NOT NULL DEFAULT 0,
    wishing          integer NOT NULL DEFAULT 0 CHECK (wishing <= people), -- how many named a topic
    topics           jsonb NOT NULL DEFAULT '{}', -- people by topic
    institutions     jsonb NOT NULL DEFAULT '{}', -- people by institution
    synthetic        boolean NOT NULL DEFAULT false,
    recorded_at      timestamptz NOT NULL DEFAULT now()
);

INSERT INTO workshop_group (id, taken_at, people, sum_before, sum_after, institutions)
    SELECT gen_random_uuid(), taken_at, people, sum_before, sum_after, institutions FROM workshop_snapshot WHERE people > 0 ORDER BY taken_at DESC LIMIT 1;
DROP TABLE workshop_snapshot;

-- +goose Down
CREATE TABLE workshop_snapshot (
    taken_at     timestamptz PRIMARY KEY,
    people       integer NOT NULL CHECK (people >= 0),
    sum_before   integer NOT NULL,
    sum_after    integer NOT NULL,
    institutions jsonb NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT now()
);
DROP TABLE workshop_group;
ALTER TABLE workshop_answer DROP mission_id, DROP pair_mission_id, DROP pair_entered_at, DROP pair_satisfaction;
