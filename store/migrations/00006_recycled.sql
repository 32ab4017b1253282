-- A profile outlives the phone it was made on: it is found again by its
-- recovery code, and its silence counts also while no chat belongs to it.
-- +goose Up

-- When the last chat that the member had was heard last. NULL: there is a chat.
ALTER TABLE member ADD COLUMN silent_since timestamptz;
CREATE INDEX member_recovery ON member (recovery_hash) WHERE recovery_hash IS NOT NULL;

-- +goose Down
DROP INDEX member_recovery;
ALTER TABLE member DROP COLUMN silent_since;
