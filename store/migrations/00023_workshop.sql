-- What officials answer before and after a workshop. One row an account: that
-- of the latest workshop, and beside it the last pair of a before and an after,
-- which is all that a figure is made of.

-- +goose Up

-- staff_id is NULL once the account has no role any more that permits to
-- answer: then only the pair and the institution are left, and nothing tells
-- whose they were. counted tells how the row stands in the snapshot: 0 not in
-- it, 1 as it is, 2 in it, but otherwise.
CREATE TABLE workshop_answer (
    id             uuid PRIMARY KEY,
    staff_id       uuid UNIQUE REFERENCES staff,
    institution    text CHECK (institution ~ '^[A-Za-z0-9_-]{1,40}$'),
    sealed_role    bytea,
    topics         text[] CHECK (array_to_string(topics, ',', ' ') ~ '^[A-Za-z0-9_-]{1,40}(,[A-Za-z0-9_-]{1,40})*$'),
    before         smallint CHECK (before BETWEEN 1 AND 5),
    after          smallint CHECK (after BETWEEN 1 AND 5),
    satisfaction   smallint CHECK (satisfaction BETWEEN 1 AND 5),
    sealed_comment bytea, -- never quoted
    entered_at     timestamptz, -- when the questions before were gone through
    left_at        timestamptz, -- and those after
    pair_before    smallint CHECK (pair_before BETWEEN 1 AND 5),
    pair_after     smallint CHECK (pair_after BETWEEN 1 AND 5),
    counted        smallint NOT NULL DEFAULT 0 CHECK (counted BETWEEN 0 AND 2),
    -- The consent: when, by which message, to which text in which language.
    agreed_at      timestamptz,
    agreed_message text,
    agreed_version text,
    agreed_language text CHECK (agreed_language IN ('fr', 'en', 'ln')),
    updated_at     timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    CHECK ((pair_before IS NULL) = (pair_after IS NULL)),
    CHECK ((staff_id IS NULL) = (agreed_at IS NULL)),
    CHECK ((agreed_at IS NULL) = (agreed_message IS NULL) AND (agreed_at IS NULL) = (agreed_version IS NULL) AND (agreed_at IS NULL) = (agreed_language IS NULL)),
    CHECK (staff_id IS NOT NULL OR pair_before IS NOT NULL AND num_nonnulls(sealed_role, topics, before, after, satisfaction, sealed_comment, entered_at, left_at) = 0)
);

-- The sums that means are told from. Only the newest is kept, and it stands
-- still until enough people have come, gone or changed their pair.
CREATE TABLE workshop_snapshot (
    taken_at    timestamptz PRIMARY KEY,
    people       integer NOT NULL CHECK (people >= 0),
    sum_before   integer NOT NULL, -- exact, as all here: nobody is shown it
    sum_after    integer NOT NULL,
    institutions jsonb NOT NULL, -- people by institution
    recorded_at timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE workshop_snapshot, workshop_answer;
