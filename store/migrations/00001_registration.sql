-- What a registration leaves behind. Names, addresses and free text are sealed
-- (bytea), bound to "table:id:column" of their row. Ids and the times that
-- mean something come from the program; recorded_at is bookkeeping only.
-- +goose Up

CREATE TABLE member (
    id            uuid PRIMARY KEY,
    number        text UNIQUE CHECK (number ~ '^[0-9A-Z]{1,16}$'),
    recovery_hash bytea CHECK (octet_length(recovery_hash) = 32),
    language      text NOT NULL CHECK (language IN ('fr', 'en', 'ln')),
    synthetic     boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL,
    registered_at timestamptz,
    recorded_at   timestamptz NOT NULL DEFAULT now(),
    CHECK ((number IS NULL) = (registered_at IS NULL))
);

-- chat is the blind index of the address.
CREATE TABLE address (
    chat            bytea PRIMARY KEY CHECK (octet_length(chat) = 16),
    member_id       uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    channel         text NOT NULL CHECK (channel ~ '^[a-z]{1,20}$'),
    sealed_address  bytea NOT NULL,
    created_at      timestamptz NOT NULL,
    last_inbound_at timestamptz,
    last_message_id text,
    unreachable_at  timestamptz,
    recorded_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX address_member ON address (member_id);

-- One row for each yes and each withdrawal; rows are never changed.
CREATE TABLE consent (
    id             uuid PRIMARY KEY,
    member_id      uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    purpose        text NOT NULL CHECK (purpose IN ('register', 'missions', 'contact', 'directory', 'share_gov', 'fund')),
    granted        boolean NOT NULL,
    notice_version text NOT NULL,
    language       text NOT NULL CHECK (language IN ('fr', 'en', 'ln')),
    channel        text NOT NULL,
    at             timestamptz NOT NULL,
    message_id     text NOT NULL,
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (member_id, purpose, message_id)
);

-- NULL: not answered. Codes are checked for their shape, which keeps sentences
-- out; which codes exist is said by the questionnaire. answered_at holds the
-- time of each answer, microseconds since 1970 by question, so that a late
-- write does not replace a newer answer.
CREATE TABLE profile (
    member_id          uuid PRIMARY KEY REFERENCES member ON DELETE CASCADE,
    age_band           text CHECK (age_band ~ '^[A-Za-z0-9_-]{1,40}$'),
    country_residence  text CHECK (country_residence ~ '^[A-Z]{2}$'),
    returnee           boolean GENERATED ALWAYS AS (country_residence = 'CD') STORED,
    education_level    text CHECK (education_level ~ '^[A-Za-z0-9_-]{1,40}$'),
    employment_status  text CHECK (employment_status ~ '^[A-Za-z0-9_-]{1,40}$'),
    field_of_study     text CHECK (field_of_study ~ '^[A-Za-z0-9_-]{1,40}$'),
    sector             text CHECK (sector ~ '^[A-Za-z0-9_-]{1,40}$'),
    profession_group   text CHECK (profession_group ~ '^[A-Za-z0-9_-]{1,40}$'),
    profession         text CHECK (profession ~ '^[A-Za-z0-9_-]{1,40}$'),
    profession_text    bytea,
    experience_years   text CHECK (experience_years ~ '^[A-Za-z0-9_-]{1,40}$'),
    languages          text[] CHECK (array_to_string(languages, ',', ' ') ~ '^[A-Za-z0-9_-]{1,40}(,[A-Za-z0-9_-]{1,40})*$'),
    contribution_types text[] CHECK (array_to_string(contribution_types, ',', ' ') ~ '^[A-Za-z0-9_-]{1,40}(,[A-Za-z0-9_-]{1,40})*$'),
    city_residence     text CHECK (city_residence ~ '^[A-Za-z0-9_-]{1,40}$'),
    city_text          bytea,
    years_abroad       text CHECK (years_abroad ~ '^[A-Za-z0-9_-]{1,40}$'),
    sex                text CHECK (sex ~ '^[A-Za-z0-9_-]{1,40}$'),
    display_name       bytea,
    province_group     text CHECK (province_group ~ '^[A-Za-z0-9_-]{1,40}$'),
    province_origin    text CHECK (province_origin ~ '^[A-Za-z0-9_-]{1,40}$'),
    answered_at        jsonb NOT NULL DEFAULT '{}',
    updated_at         timestamptz NOT NULL,
    recorded_at        timestamptz NOT NULL DEFAULT now()
);

-- Answers that are not in a profile yet.
CREATE TABLE draft (
    chat        bytea NOT NULL REFERENCES address ON DELETE CASCADE,
    flow        text NOT NULL CHECK (flow ~ '^[A-Za-z0-9_-]{1,40}$'),
    version     integer NOT NULL,
    step        text NOT NULL,
    skipped     text[] NOT NULL,
    updated_at  timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (chat, flow)
);
CREATE INDEX draft_age ON draft (updated_at);

-- No codes and no text: the answer was taken back.
CREATE TABLE draft_answer (
    chat        bytea NOT NULL,
    flow        text NOT NULL,
    step        text NOT NULL CHECK (step ~ '^[A-Za-z0-9_-]{1,40}$'),
    codes       text[] NOT NULL CHECK (codes = '{}' OR array_to_string(codes, ',', ' ') ~ '^[A-Za-z0-9_-]{1,40}(,[A-Za-z0-9_-]{1,40})*$'),
    sealed_text bytea,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (chat, flow, step),
    FOREIGN KEY (chat, flow) REFERENCES draft ON DELETE CASCADE
);

-- A message that was acted on, with what came of it. It refers to no address:
-- the row comes first in its transaction, the address perhaps later in it.
CREATE TABLE turn (
    chat          bytea NOT NULL CHECK (octet_length(chat) = 16),
    message_id    text NOT NULL,
    at            timestamptz NOT NULL,
    sealed_result bytea,
    PRIMARY KEY (chat, message_id)
);
CREATE INDEX turn_age ON turn (at);

CREATE TABLE setting (
    key         text PRIMARY KEY,
    value       text NOT NULL,
    updated_at  timestamptz NOT NULL,
    updated_by  text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE whatsapp_content (
    hash        text PRIMARY KEY,
    sid         text NOT NULL,
    name        text NOT NULL,
    language    text NOT NULL,
    created_at  timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

-- All that stays of an erased member: one more on that day.
CREATE TABLE erased (
    day   date PRIMARY KEY,
    count integer NOT NULL
);

-- +goose Down
DROP TABLE erased, whatsapp_content, setting, turn, draft_answer, draft, profile, consent, address, member;
