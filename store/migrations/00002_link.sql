-- Several channels, one person: codes that join them, and a journal of merges
-- so that they can be taken apart again.
-- +goose Up

-- NULL: the chat that the member registered in. Else when it was joined.
ALTER TABLE address ADD COLUMN linked_at timestamptz;

-- One code for a member at a time; a new one replaces it.
CREATE TABLE link_code (
    member_id   uuid PRIMARY KEY REFERENCES member ON DELETE CASCADE,
    hash        bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

-- The merged member is no row of member any more: all that is needed to make
-- it one again lies sealed. Its number stays taken.
CREATE TABLE member_merge (
    id              uuid PRIMARY KEY,
    survivor_id     uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    merged_id       uuid NOT NULL,
    merged_number   text UNIQUE CHECK (merged_number ~ '^[0-9A-Z]{1,16}$'),
    at              timestamptz NOT NULL,
    sealed_snapshot bytea NOT NULL,
    recorded_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX member_merge_survivor ON member_merge (survivor_id);

-- +goose Down
DROP TABLE member_merge, link_code;
ALTER TABLE address DROP COLUMN linked_at;
