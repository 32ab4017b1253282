-- Staff: chats that took up a role with a code. They need no profile, and a
-- profile gives no role.
-- +goose Up

-- chat, channel and sealed_address are NULL once the person has erased
-- themselves: the roles that they had stay, ended, for the audit log.
CREATE TABLE staff (
    id             uuid PRIMARY KEY,
    chat           bytea UNIQUE CHECK (octet_length(chat) = 16),
    channel        text CHECK (channel ~ '^[a-z]{1,20}$'),
    sealed_address bytea,
    language       text NOT NULL CHECK (language IN ('fr', 'en', 'ln')),
    joined_at      timestamptz NOT NULL,
    last_seen_at   timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    CHECK ((chat IS NULL) = (channel IS NULL) AND (chat IS NULL) = (sealed_address IS NULL))
);

CREATE TABLE role (
    id           uuid PRIMARY KEY,
    staff_id     uuid NOT NULL REFERENCES staff,
    role         text NOT NULL CHECK (role IN ('coordinator', 'approver', 'official', 'auditor', 'admin')),
    organisation text NOT NULL CHECK (organisation IN ('iom', 'ministry', 'association', 'other')),
    granted_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    ended_why    text CHECK (ended_why IN ('revoked', 'lapsed', 'erased')),
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    CHECK ((ended_at IS NULL) = (ended_why IS NULL))
);
CREATE UNIQUE INDEX role_live ON role (staff_id, role, organisation) WHERE ended_at IS NULL;

-- The code itself is not kept, only its hash.
CREATE TABLE invite (
    id           uuid PRIMARY KEY,
    hash         bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    role         text NOT NULL CHECK (role IN ('coordinator', 'approver', 'official', 'auditor', 'admin')),
    organisation text NOT NULL CHECK (organisation IN ('iom', 'ministry', 'association', 'other')),
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz,
    role_id      uuid REFERENCES role,
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    CHECK ((used_at IS NULL) = (role_id IS NULL))
);

-- +goose Down
DROP TABLE invite, role, staff;
