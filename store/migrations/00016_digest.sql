-- Digests: staff who asked to be told, once a week or a month, what has changed.
-- A row ends with its role.
-- +goose Up

CREATE TABLE digest (
    role_id     uuid PRIMARY KEY REFERENCES role,
    every       text NOT NULL CHECK (every IN ('week', 'month')),
    since       timestamptz NOT NULL, -- the first period is the one that begins after it
    period      timestamptz,          -- beginning of the last one that was made
    said_at     timestamptz,          -- that one was handed over
    figure_id   text REFERENCES figure,  -- in that one
    earlier_id  text REFERENCES figure,  -- what it was compared with
    recorded_at timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE digest;
