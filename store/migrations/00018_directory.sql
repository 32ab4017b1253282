-- The public directory, and messages that are passed on through it. A card is
-- there as long as the member says yes to it, and its id is all that the public
-- has of them: with another yes comes another id. Names, links and what people
-- write are sealed (bytea), bound to "table:id:column" of their row.
-- +goose Up

-- shows are the answers of the profile that may be read; what they are is read
-- from the profile, so that a corrected answer is corrected here too.
CREATE TABLE directory_card (
    id          uuid PRIMARY KEY,
    member_id   uuid NOT NULL UNIQUE REFERENCES member ON DELETE CASCADE,
    shows       text[] NOT NULL CHECK (shows <@ ARRAY['country', 'sector', 'profession', 'languages']),
    sealed_name bytea,
    sealed_link bytea,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CHECK (shows <> '{}' OR sealed_name IS NOT NULL OR sealed_link IS NOT NULL)
);

-- A message from one member to another. Without an addressee nobody is told of
-- it, and the writer learns nothing of that. What was written goes with the
-- answer, and the row at expires_at.
CREATE TABLE directory_contact (
    id            uuid PRIMARY KEY,
    member_id     uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    addressee_id  uuid REFERENCES member ON DELETE SET NULL,
    card_id       uuid NOT NULL, -- that it was written to, there or not
    sealed_name   bytea,
    sealed_text   bytea,
    sent_at       timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    told_at       timestamptz,
    answer        text CHECK (answer IN ('reply', 'no', 'block')),
    answered_at   timestamptz,
    sealed_reply  bytea,
    reply_told_at timestamptz,
    recorded_at   timestamptz NOT NULL DEFAULT now(),
    CHECK ((answer IS NULL) = (answered_at IS NULL)),
    CHECK (answer IS NULL OR sealed_text IS NULL),
    CHECK (addressee_id IS NULL OR addressee_id <> member_id)
);
CREATE INDEX directory_contact_writer ON directory_contact (member_id, sent_at);
CREATE INDEX directory_contact_addressee ON directory_contact (addressee_id, sent_at);
CREATE INDEX directory_contact_untold ON directory_contact (sent_at) WHERE told_at IS NULL OR answer = 'reply' AND reply_told_at IS NULL;
CREATE INDEX directory_contact_age ON directory_contact (expires_at);

-- Whom a member wants to hear of no more.
CREATE TABLE directory_block (
    member_id   uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    blocked_id  uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    at          timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (member_id, blocked_id),
    CHECK (member_id <> blocked_id)
);
CREATE INDEX directory_block_blocked ON directory_block (blocked_id);

-- +goose Down
DROP TABLE directory_block, directory_contact, directory_card;
