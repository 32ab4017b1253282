-- The registration funnel: how many registrations were begun, and how far they
-- came. No row is of a chat or a member.
-- +goose Up

-- From when on the counters in Redis are whole: the first row is when counting
-- began, each further one when Redis was found without what it had.
CREATE TABLE funnel_since (
    at timestamptz PRIMARY KEY
);

-- Weeks that were read from Redis, once each; partial: something of it is missing.
CREATE TABLE funnel_week (
    week        date PRIMARY KEY CHECK (extract(isodow FROM week) = 1),
    partial     boolean NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

-- What was read, exact, until the week is published: then it goes.
CREATE TABLE funnel_count (
    week     date NOT NULL REFERENCES funnel_week,
    language text NOT NULL,
    channel  text NOT NULL,
    stage    text NOT NULL,
    count    integer NOT NULL CHECK (count > 0),
    PRIMARY KEY (week, language, channel, stage)
);

-- Weeks as they were published together, with enough people: what passed
-- disclosure control, and nothing else. Periods do not overlap, and none is
-- published again.
CREATE TABLE funnel_period (
    first       date PRIMARY KEY REFERENCES funnel_week,
    last        date NOT NULL UNIQUE REFERENCES funnel_week CHECK (last >= first),
    published   jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE funnel_period;
DROP TABLE funnel_count;
DROP TABLE funnel_week;
DROP TABLE funnel_since;
