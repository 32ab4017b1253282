-- What members answer in the optional parts: how they would contribute, and the
-- study about a fund. As in the rest of the profile NULL is not answered, and
-- codes are checked for their shape only.
-- +goose Up

ALTER TABLE profile
    ADD COLUMN availability          text CHECK (availability ~ '^[A-Za-z0-9_-]{1,40}$'),
    ADD COLUMN target_group          text CHECK (target_group ~ '^[A-Za-z0-9_-]{1,40}$'),
    ADD COLUMN target_province       text CHECK (target_province ~ '^[A-Za-z0-9_-]{1,40}$'),
    ADD COLUMN target_sector         text CHECK (target_sector ~ '^[A-Za-z0-9_-]{1,40}$'),
    ADD COLUMN offer_text            bytea,
    ADD COLUMN barriers              text[] CHECK (array_to_string(barriers, ',', ' ') ~ '^[A-Za-z0-9_-]{1,40}(,[A-Za-z0-9_-]{1,40})*$'),
    ADD COLUMN remittance_frequency  text CHECK (remittance_frequency ~ '^[A-Za-z0-9_-]{1,40}$'),
    ADD COLUMN remittance_use        text[] CHECK (array_to_string(remittance_use, ',', ' ') ~ '^[A-Za-z0-9_-]{1,40}(,[A-Za-z0-9_-]{1,40})*$'),
    ADD COLUMN fund_interest         text CHECK (fund_interest ~ '^[A-Za-z0-9_-]{1,40}$'),
    ADD COLUMN fund_amount_usd       text CHECK (fund_amount_usd ~ '^[A-Za-z0-9_-]{1,40}$'),
    ADD COLUMN fund_instrument       text CHECK (fund_instrument ~ '^[A-Za-z0-9_-]{1,40}$'),
    ADD COLUMN fund_sector           text[] CHECK (array_to_string(fund_sector, ',', ' ') ~ '^[A-Za-z0-9_-]{1,40}(,[A-Za-z0-9_-]{1,40})*$'),
    ADD COLUMN fund_horizon          text CHECK (fund_horizon ~ '^[A-Za-z0-9_-]{1,40}$'),
    ADD COLUMN fund_main_concern     text CHECK (fund_main_concern ~ '^[A-Za-z0-9_-]{1,40}$'),
    ADD COLUMN fund_trust_conditions text[] CHECK (array_to_string(fund_trust_conditions, ',', ' ') ~ '^[A-Za-z0-9_-]{1,40}(,[A-Za-z0-9_-]{1,40})*$');

-- Of a person's fund answers nothing is in a snapshot without their live yes to
-- the study. The free text and the province itself are never in one.
ALTER TABLE snapshot_row
    ADD COLUMN availability          text,
    ADD COLUMN target_group          text,
    ADD COLUMN target_sector         text,
    ADD COLUMN barriers              text,
    ADD COLUMN remittance_frequency  text,
    ADD COLUMN remittance_use        text,
    ADD COLUMN fund_interest         text,
    ADD COLUMN fund_amount_usd       text,
    ADD COLUMN fund_instrument       text,
    ADD COLUMN fund_sector           text,
    ADD COLUMN fund_horizon          text,
    ADD COLUMN fund_main_concern     text,
    ADD COLUMN fund_trust_conditions text;

-- +goose Down
ALTER TABLE snapshot_row
    DROP COLUMN availability, DROP COLUMN target_group, DROP COLUMN target_sector, DROP COLUMN barriers,
    DROP COLUMN remittance_frequency, DROP COLUMN remittance_use, DROP COLUMN fund_interest, DROP COLUMN fund_amount_usd,
    DROP COLUMN fund_instrument, DROP COLUMN fund_sector, DROP COLUMN fund_horizon, DROP COLUMN fund_main_concern,
    DROP COLUMN fund_trust_conditions;
ALTER TABLE profile
    DROP COLUMN availability, DROP COLUMN target_group, DROP COLUMN target_province, DROP COLUMN target_sector, DROP COLUMN offer_text,
    DROP COLUMN barriers, DROP COLUMN remittance_frequency, DROP COLUMN remittance_use, DROP COLUMN fund_interest,
    DROP COLUMN fund_amount_usd, DROP COLUMN fund_instrument, DROP COLUMN fund_sector, DROP COLUMN fund_horizon,
    DROP COLUMN fund_main_concern, DROP COLUMN fund_trust_conditions;
