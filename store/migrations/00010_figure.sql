-- Figures as they were published: what passed disclosure control, and nothing
-- else. An id is for ever: it is read here and never counted again.
-- +goose Up

CREATE TABLE figure (
    id           text PRIMARY KEY CHECK (id ~ '^[0-9A-Z]{4,12}$'),
    snapshot_id  text NOT NULL REFERENCES snapshot,
    role_id      uuid REFERENCES role,
    organisation text NOT NULL CHECK (organisation IN ('iom', 'ministry', 'association', 'other')),
    at           timestamptz NOT NULL,
    query        jsonb NOT NULL,
    published    jsonb NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX figure_snapshot ON figure (snapshot_id, organisation);

-- +goose Down
DROP TABLE figure;
