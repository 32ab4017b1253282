-- Who has seen a member's name, and requests for one profile by one
-- institution.
-- +goose Up

-- member_id is NULL where nobody is asked: there is no such member, or one who
-- has not agreed to be written to. Such a request takes the same course as one
-- that is refused, so that who asks cannot tell. It is NULL too, and the texts
-- gone, once the member has erased themselves: the outcome stays.
CREATE TABLE share_request (
    id                 uuid PRIMARY KEY,
    role_id            uuid NOT NULL REFERENCES role,
    member_id          uuid REFERENCES member ON DELETE SET NULL,
    sealed_institution bytea,
    sealed_purpose     bytea,
    asked_at           timestamptz NOT NULL,
    expires_at         timestamptz NOT NULL,
    answer             text CHECK (answer IN ('yes', 'no')),
    answered_at        timestamptz,
    consent_id         uuid REFERENCES consent ON DELETE SET NULL,
    told_at            timestamptz,
    recorded_at        timestamptz NOT NULL DEFAULT now(),
    CHECK (expires_at > asked_at),
    CHECK ((answer IS NULL) = (answered_at IS NULL)),
    CHECK (consent_id IS NULL OR answer = 'yes')
);
CREATE INDEX share_request_member ON share_request (member_id);
CREATE INDEX share_request_untold ON share_request (expires_at) WHERE told_at IS NULL;

-- told_at: when the one who asked was given the profile, or told that none can
-- be passed on.

-- One row each time an identified profile was opened. No name of staff: the
-- role is known by its id.
CREATE TABLE profile_view (
    id           uuid PRIMARY KEY,
    member_id    uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    role_id      uuid NOT NULL REFERENCES role,
    role         text NOT NULL CHECK (role ~ '^[a-z_]{1,20}$'),
    organisation text NOT NULL CHECK (organisation ~ '^[a-z_]{1,20}$'),
    purpose      text NOT NULL CHECK (purpose IN ('contact', 'share_gov')),
    at           timestamptz NOT NULL,
    request_id   uuid UNIQUE REFERENCES share_request,
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    CHECK ((request_id IS NULL) = (purpose = 'contact'))
);
CREATE INDEX profile_view_member ON profile_view (member_id, at);

-- +goose Down
DROP TABLE profile_view, share_request;
