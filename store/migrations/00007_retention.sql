-- What the service says first because of time that has passed, and the runs of
-- its scheduled jobs. The queue of the jobs is River's: `mboka migrate` makes
-- its tables too.
-- +goose Up

-- One row for each chat that a notice goes to. A notice to a person none of
-- whose chats is on record has no chat and fails at once. After an erasure the
-- row keeps what came of it, and nothing that leads to the person.
CREATE TABLE notice (
    id          uuid PRIMARY KEY,
    member_id   uuid REFERENCES member ON DELETE SET NULL,
    staff_id    uuid REFERENCES staff,
    chat        bytea CHECK (octet_length(chat) IN (16, 37)),
    kind        text NOT NULL CHECK (kind IN ('retention', 'role_lapsed')),
    attempt     integer NOT NULL CHECK (attempt BETWEEN 1 AND 9),
    queued_at   timestamptz NOT NULL,
    due_at      timestamptz, -- what it warns of does not happen before
    state       text NOT NULL CHECK (state IN ('queued', 'sent', 'parked', 'failed', 'unknown')),
    rank        integer NOT NULL DEFAULT 0,
    settled_at  timestamptz,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'queued') = (settled_at IS NULL))
);
CREATE INDEX notice_member ON notice (member_id, kind, queued_at);
CREATE INDEX notice_chat ON notice (chat);
CREATE INDEX notice_age ON notice (queued_at);

-- What a job did in one of its periods, counted in the transactions that did
-- it: a run that was killed and goes on counts nothing twice.
CREATE TABLE job_run (
    job         text NOT NULL CHECK (job ~ '^[a-z_]{1,20}$'),
    period      timestamptz NOT NULL,
    counts      jsonb NOT NULL DEFAULT '{}',
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (job, period)
);

-- +goose Down
DROP TABLE job_run, notice;
