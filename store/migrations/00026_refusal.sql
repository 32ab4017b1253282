-- Why an announcement was refused.

-- +goose Up

ALTER TABLE announcement
    ADD COLUMN refusal        text CHECK (refusal ~ '^[a-z]{1,20}$'), -- the reason that was chosen
    ADD COLUMN sealed_refusal bytea; -- or in words

-- +goose Down

ALTER TABLE announcement DROP COLUMN sealed_refusal, DROP COLUMN refusal;
