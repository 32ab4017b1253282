-- What figures are counted over: coded answers on a day, without any member.
-- Rows exist of the current snapshot only, in an order of no meaning.
-- +goose Up

CREATE TABLE snapshot (
    id          text PRIMARY KEY CHECK (id ~ '^[0-9A-Z-]{1,20}$'),
    taken_at    timestamptz NOT NULL UNIQUE,
    members     integer NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE snapshot_row (
    registered_month   text,
    age_band           text,
    country_residence  text,
    education_level    text,
    employment_status  text,
    field_of_study     text,
    sector             text,
    profession_group   text,
    profession         text,
    experience_years   text,
    languages          text,
    contribution_types text,
    city_residence     text,
    years_abroad       text,
    sex                text,
    province_group     text
);

-- +goose Down
DROP TABLE snapshot_row, snapshot;
