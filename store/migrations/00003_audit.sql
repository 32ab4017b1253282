-- What staff, the operator and the service did: one row an act, never changed,
-- never about a member: an act names announcements, figures, roles, settings.
-- Partitions by month, so that retention drops whole ones.
-- +goose Up

-- The functions below run with the rights of their owner. They look for names
-- here, and last where anybody may put some.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

CREATE TABLE audit (
    id           uuid NOT NULL,
    at           timestamptz NOT NULL,
    actor        text NOT NULL CHECK (actor ~ '^(service|operator|role:[0-9a-f-]{36})$'),
    role         text CHECK (role ~ '^[a-z_]{1,20}$'),
    organisation text CHECK (organisation ~ '^[a-z_]{1,20}$'),
    act          text NOT NULL CHECK (act ~ '^[a-z_]{1,20}(\.[a-z_]{1,20})?$'),
    object       text CHECK (object ~ '^[A-Za-z0-9:._-]{1,80}$'),
    size         bigint,
    exported     boolean NOT NULL DEFAULT false,
    sealed_words bytea,
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX audit_age ON audit (at);

-- +goose StatementBegin
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

-- Makes the partition of a month, if it is not there. It runs with the rights
-- of the owner, so that the service may call it without owning the table.
-- +goose StatementBegin
CREATE FUNCTION audit_month(month timestamptz) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    first timestamptz := date_trunc('month', month, 'UTC');
    part  text := 'audit_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    IF to_regclass(part) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('audit_month'));
    -- Who waited for the lock may not know yet what the other one made: a lock
    -- of this kind brings no news of the catalogue.
    BEGIN
        EXECUTE format('CREATE TABLE %I PARTITION OF audit FOR VALUES FROM (%L) TO (%L)',
            part, first, (first AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
        EXECUTE format('CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()', part);
    EXCEPTION WHEN duplicate_table THEN
        NULL;
    END;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION audit_month(timestamptz) FROM PUBLIC;

-- Drops the partitions that end before a time, and says how many. It refuses
-- to take anything younger than twelve months: nobody hides yesterday with it.
-- +goose StatementBegin
CREATE FUNCTION audit_drop(before timestamptz) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    part    text;
    dropped integer := 0;
BEGIN
    IF before > now() - interval '12 months' THEN
        RAISE EXCEPTION 'the audit log is kept for twelve months at least' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'audit'::regclass AND c.relname ~ '^audit_[0-9]{4}_[0-9]{2}$'
    LOOP
        IF (to_date(substr(part, 7), 'YYYY_MM')::timestamp + interval '1 month') AT TIME ZONE 'UTC' <= before THEN
            EXECUTE format('DROP TABLE %I', part);
            dropped := dropped + 1;
        END IF;
    END LOOP;
    RETURN dropped;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION audit_drop(timestamptz) FROM PUBLIC;

-- +goose Down
DROP TABLE audit;
DROP FUNCTION audit_drop(timestamptz), audit_month(timestamptz), audit_refuse();
