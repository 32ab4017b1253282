-- What was published of each month, and which figures were counted beside the one
-- that was asked for.
-- +goose Up

-- The total of the last snapshot of a month, as it was published.
CREATE TABLE figure_month (
    month       text PRIMARY KEY CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    snapshot_id text NOT NULL REFERENCES snapshot,
    members     integer, -- rounded; NULL: too few to be told
    recorded_at timestamptz NOT NULL DEFAULT now()
);

-- Of the same turn as another one, for its picture or its base: nobody's words
-- asked for it, so that none refine it.
ALTER TABLE figure ADD COLUMN aside boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE figure DROP COLUMN aside;
DROP TABLE figure_month;
