-- A question in figures as it was understood, with the words that are sealed
-- beside it: codes only.

-- +goose Up

ALTER TABLE audit ADD COLUMN understood jsonb;

-- +goose Down

ALTER TABLE audit DROP COLUMN understood;
