-- Missions and announcements: what is planned, who is told of it, and what came
-- of telling each person.

-- +goose Up

-- A meeting or visit. What staff write about it is sealed like any free text.
CREATE TABLE mission (
    id              uuid PRIMARY KEY,
    kind            text NOT NULL CHECK (kind IN ('awareness', 'information', 'workshop', 'validation', 'consultation', 'forum', 'webinar', 'notice')),
    role_id         uuid NOT NULL REFERENCES role, -- of who plans it
    organisation    text NOT NULL CHECK (organisation IN ('iom', 'ministry', 'association', 'other')),
    host_country    text CHECK (host_country ~ '^[A-Z]{2}$'),
    host_city       text CHECK (host_city ~ '^[A-Za-z0-9_-]{1,40}$'),
    timezone        text NOT NULL CHECK (timezone ~ '^[A-Za-z0-9_+/-]{1,40}$'), -- IANA
    starts_at       timestamptz, -- NULL: news without a meeting
    ends_at         timestamptz,
    state_present   boolean NOT NULL,
    languages       text[] NOT NULL DEFAULT '{}', -- spoken there
    capacity        integer CHECK (capacity BETWEEN 1 AND 100000),
    rsvp_until      timestamptz,
    sealed_venue    bytea,
    sealed_hint     bytea, -- told only to those who come
    sealed_url      bytea,
    sealed_cost     bytea,
    sealed_bring    bytea,
    sealed_contact  bytea, -- a role, and how to reach it
    sealed_organiser bytea,
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz,
    cancelled_at    timestamptz,
    recorded_at     timestamptz NOT NULL DEFAULT now(),
    CHECK (ends_at > starts_at),
    CHECK (starts_at IS NOT NULL OR kind = 'notice')
);
CREATE INDEX mission_start ON mission (starts_at);

CREATE TABLE mission_text (
    mission_id     uuid NOT NULL REFERENCES mission ON DELETE CASCADE,
    language       text NOT NULL CHECK (language IN ('fr', 'en', 'ln')),
    sealed_title   bytea NOT NULL,
    sealed_summary bytea NOT NULL,
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (mission_id, language)
);

-- One sending about a mission to an audience: the first notice, a change, a
-- reminder. Texts only where it says something that the mission does not.
CREATE TABLE announcement (
    id            uuid PRIMARY KEY,
    mission_id    uuid NOT NULL REFERENCES mission,
    kind          text NOT NULL CHECK (kind IN ('notice', 'change', 'cancellation', 'reminder_week', 'reminder_day', 'feedback')),
    role_id       uuid REFERENCES role, -- of the author; NULL: the service itself
    organisation  text NOT NULL CHECK (organisation IN ('iom', 'ministry', 'association', 'other')),
    audience      jsonb NOT NULL, -- coded filters, see bot/announce
    status        text NOT NULL CHECK (status IN ('draft', 'review', 'approved', 'sending', 'paused', 'sent', 'closed', 'cancelled')),
    created_at    timestamptz NOT NULL,
    submitted_at  timestamptz,
    approved_at   timestamptz,
    approver_id   uuid REFERENCES role,
    begin_at      timestamptz, -- the cool-off is over, and the chosen time has come
    planned_at    timestamptz, -- its deliveries are all there
    started_at    timestamptz,
    ended_at      timestamptz,
    valid_until   timestamptz, -- later it is of no use: what still waits is given up
    sealed_form   bytea, -- what its author filled in
    recorded_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX announcement_mission ON announcement (mission_id, kind);
CREATE INDEX announcement_status ON announcement (status, begin_at);

CREATE TABLE announcement_text (
    announcement_id uuid NOT NULL REFERENCES announcement ON DELETE CASCADE,
    language        text NOT NULL CHECK (language IN ('fr', 'en', 'ln')),
    sealed_body     bytea NOT NULL,
    recorded_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (announcement_id, language)
);

-- The ledger: one row per announcement and person, kept until the totals are
-- no longer asked for. After an erasure the row stays without the person.
CREATE TABLE delivery (
    id              uuid PRIMARY KEY,
    announcement_id uuid NOT NULL REFERENCES announcement,
    member_id       uuid REFERENCES member ON DELETE SET NULL,
    staff_id        uuid REFERENCES staff,
    channel         text NOT NULL CHECK (channel ~ '^[a-z]{0,20}$'), -- '': no chat within reach
    language        text NOT NULL CHECK (language IN ('fr', 'en', 'ln')),
    country         text NOT NULL CHECK (country ~ '^([A-Z]{2})?$'),
    place           text NOT NULL CHECK (place ~ '^[A-Za-z0-9_-]{0,40}$'), -- the city, else the country: for quiet hours
    state           text NOT NULL CHECK (state IN ('planned', 'sending', 'sent', 'delivered', 'read', 'failed', 'unknown', 'withdrawn', 'cancelled', 'parked', 'skipped')),
    reason          text CHECK (reason ~ '^[A-Za-z0-9_]{1,40}$'), -- why it failed, was skipped or waits
    means           text CHECK (means IN ('telegram', 'window', 'template', 'stub')), -- how it was sent
    rank            smallint NOT NULL DEFAULT 0,
    attempt         smallint NOT NULL DEFAULT 0,
    due_at          timestamptz, -- not before: a refusal that ends by itself
    started_at      timestamptz, -- of the last attempt, kept before the call
    settled_at      timestamptz,
    provider_id     text,
    recorded_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (announcement_id, member_id),
    UNIQUE (announcement_id, staff_id),
    CHECK (member_id IS NULL OR staff_id IS NULL)
);
CREATE INDEX delivery_open ON delivery (announcement_id, channel, id) INCLUDE (place) WHERE state = 'planned';
CREATE INDEX delivery_places ON delivery (announcement_id, channel, place) WHERE state = 'planned';
CREATE INDEX delivery_parked ON delivery (announcement_id) WHERE state = 'parked';
CREATE INDEX delivery_tier ON delivery (announcement_id) WHERE state = 'planned' AND reason = 'tier';
CREATE INDEX delivery_unknown ON delivery (announcement_id) WHERE state = 'unknown';
CREATE INDEX delivery_under_way ON delivery (started_at) WHERE state = 'sending';
CREATE INDEX delivery_member ON delivery (member_id, started_at);
CREATE INDEX delivery_staff ON delivery (staff_id) WHERE staff_id IS NOT NULL;

-- Who said what about coming. The organiser sees numbers only.
CREATE TABLE rsvp (
    id          uuid PRIMARY KEY,
    mission_id  uuid NOT NULL REFERENCES mission,
    member_id   uuid REFERENCES member ON DELETE CASCADE,
    staff_id    uuid REFERENCES staff,
    answer      text NOT NULL CHECK (answer IN ('yes', 'maybe', 'no')),
    guests      smallint NOT NULL DEFAULT 0 CHECK (guests BETWEEN 0 AND 20),
    waiting     boolean NOT NULL DEFAULT false, -- yes, but the seats are taken
    door_hash   bytea CHECK (octet_length(door_hash) = 32),
    arrived_at  timestamptz, -- the door code was shown
    at          timestamptz NOT NULL, -- of the answer: the waiting list goes by it
    recorded_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (mission_id, member_id),
    UNIQUE (mission_id, staff_id),
    CHECK (member_id IS NULL OR staff_id IS NULL)
);
CREATE UNIQUE INDEX rsvp_door ON rsvp (mission_id, door_hash) WHERE door_hash IS NOT NULL;
CREATE INDEX rsvp_member ON rsvp (member_id);

-- What people say after a meeting.
CREATE TABLE feedback (
    id          uuid PRIMARY KEY,
    mission_id  uuid NOT NULL REFERENCES mission,
    member_id   uuid REFERENCES member ON DELETE CASCADE,
    staff_id    uuid REFERENCES staff,
    attended    boolean,
    useful      text CHECK (useful ~ '^[A-Za-z0-9_-]{1,40}$'),
    sealed_text bytea, -- a grievance or a wish
    at          timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (mission_id, member_id),
    UNIQUE (mission_id, staff_id)
);
CREATE INDEX feedback_member ON feedback (member_id);

-- Who follows an announcement: one message in their chat, which is edited
-- where the platform can, and how far it has told.
CREATE TABLE announcement_watch (
    announcement_id uuid NOT NULL REFERENCES announcement ON DELETE CASCADE,
    staff_id        uuid NOT NULL REFERENCES staff,
    provider_id     text,
    told            smallint NOT NULL DEFAULT -1, -- per cent
    shown           text NOT NULL DEFAULT '', -- the counters in that message
    trouble         text NOT NULL DEFAULT '',
    at              timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (announcement_id, staff_id)
);

-- The protected part of a report, as it was told: it is not counted again for a
-- difference of a few people.
CREATE TABLE report (
    announcement_id uuid PRIMARY KEY REFERENCES announcement ON DELETE CASCADE,
    at              timestamptz NOT NULL,
    settled         integer NOT NULL,
    report          jsonb NOT NULL,
    recorded_at     timestamptz NOT NULL DEFAULT now()
);

-- A coordinator's announcement that is not finished: one a person, an answer a
-- row.
CREATE TABLE announcement_draft (
    staff_id    uuid NOT NULL REFERENCES staff,
    step        text NOT NULL CHECK (step ~ '^[A-Za-z0-9_-]{1,40}$'),
    codes       text[] NOT NULL,
    sealed_text bytea,
    updated_at  timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (staff_id, step)
);

-- What coordinators have seen of audiences before anything was sent: the next
-- dry run is compared with it.
CREATE TABLE dry_run (
    id           uuid PRIMARY KEY,
    role_id      uuid NOT NULL REFERENCES role,
    organisation text NOT NULL CHECK (organisation IN ('iom', 'ministry', 'association', 'other')),
    at           timestamptz NOT NULL,
    audience     jsonb NOT NULL, -- coded filters, see bot/announce
    counts       jsonb NOT NULL, -- exact: nobody is shown them
    recorded_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX dry_run_organisation ON dry_run (organisation, at);

-- A link that is passed on, of a mission or an association.
CREATE TABLE ambassador (
    id           uuid PRIMARY KEY,
    code         text NOT NULL UNIQUE CHECK (code ~ '^[2-9A-HJ-NP-Z]{8}$'),
    mission_id   uuid REFERENCES mission,
    sealed_label bytea, -- the association
    role_id      uuid NOT NULL REFERENCES role,
    organisation text NOT NULL CHECK (organisation IN ('iom', 'ministry', 'association', 'other')),
    created_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    recorded_at  timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE member ADD COLUMN ambassador_id uuid REFERENCES ambassador;
CREATE INDEX member_ambassador ON member (ambassador_id) WHERE ambassador_id IS NOT NULL;

-- Texts that WhatsApp has approved, or not yet: what may be sent when the
-- person has not written for a day. A text that was changed is another row: the
-- earlier one is good for replicas that still know it.
CREATE TABLE whatsapp_template (
    kind        text NOT NULL CHECK (kind ~ '^[a-z_]{1,40}$'),
    language    text NOT NULL CHECK (language IN ('fr', 'en', 'ln')),
    hash        text NOT NULL, -- of what was submitted
    sid         text NOT NULL,
    name        text NOT NULL,
    category    text NOT NULL CHECK (category IN ('UTILITY', 'MARKETING')),
    state       text NOT NULL CHECK (state ~ '^[a-z_]{1,40}$'), -- the platform's word
    checked_at  timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, language, hash)
);

-- Staff hear of announcements by notices too.
ALTER TABLE notice DROP CONSTRAINT notice_kind_check,
    ADD CONSTRAINT notice_kind_check CHECK (kind IN ('retention', 'role_lapsed', 'approval', 'decision', 'seat')),
    ADD COLUMN announcement_id uuid REFERENCES announcement,
    ADD COLUMN mission_id uuid REFERENCES mission;

-- +goose Down
ALTER TABLE notice DROP COLUMN mission_id, DROP COLUMN announcement_id, DROP CONSTRAINT notice_kind_check;
DELETE FROM notice WHERE kind NOT IN ('retention', 'role_lapsed');
ALTER TABLE notice ADD CONSTRAINT notice_kind_check CHECK (kind IN ('retention', 'role_lapsed'));
ALTER TABLE member DROP COLUMN ambassador_id;
DROP TABLE whatsapp_template, ambassador, dry_run, announcement_draft, report, announcement_watch, feedback, rsvp, delivery, announcement_text, announcement, mission_text, mission;
