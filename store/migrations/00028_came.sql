-- How many registered by a link that is passed on, month by month. A registration
-- is counted when it happens and stays counted: whoever leaves takes the name of
-- the link along, and the number does not say so. No row is of a member, and none
-- has a time finer than its month.
-- +goose Up

CREATE TABLE ambassador_month (
    ambassador_id uuid NOT NULL REFERENCES ambassador,
    month         date NOT NULL CHECK (extract(day FROM month) = 1), -- UTC
    came          integer NOT NULL CHECK (came > 0), -- exact: what of it is told goes through bot/protect
    PRIMARY KEY (ambassador_id, month)
);
INSERT INTO ambassador_month (ambassador_id, month, came)
    SELECT ambassador_id, date_trunc('month', registered_at AT TIME ZONE 'UTC')::date, count(*)
    FROM member WHERE ambassador_id IS NOT NULL AND registered_at IS NOT NULL GROUP BY 1, 2;

-- +goose Down
DROP TABLE ambassador_month;
