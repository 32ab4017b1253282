-- Every version of the privacy notice that was ever in force, as people read
-- it: consents name the version that was agreed to.
-- +goose Up

CREATE TABLE privacy_notice (
    version     text NOT NULL CHECK (version ~ '^[0-9]{1,4}\.[0-9a-f]{6}$'),
    language    text NOT NULL CHECK (language IN ('fr', 'en', 'ln')),
    channel     text NOT NULL CHECK (channel ~ '^[a-z]{1,20}$'),
    body        text NOT NULL,
    details     text NOT NULL,
    since       timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (version, language, channel)
);

-- +goose Down
DROP TABLE privacy_notice;
