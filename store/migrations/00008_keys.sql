-- Keys turn: an index of a chat names its key and so is longer than the chat,
-- it may change, and the words of the audit log may be sealed anew.
-- +goose Up

-- audit_reseal runs with the rights of its owner. It looks for names here, and
-- last where anybody may put some.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

-- 16 bytes: bare, as before. 37: five that name the key, 16 of proof, 16 of
-- cipher text.
ALTER TABLE address DROP CONSTRAINT address_chat_check, ADD CONSTRAINT address_chat_check CHECK (octet_length(chat) IN (16, 37));
ALTER TABLE turn DROP CONSTRAINT turn_chat_check, ADD CONSTRAINT turn_chat_check CHECK (octet_length(chat) IN (16, 37));
ALTER TABLE staff DROP CONSTRAINT staff_chat_check, ADD CONSTRAINT staff_chat_check CHECK (octet_length(chat) IN (16, 37));

ALTER TABLE draft DROP CONSTRAINT draft_chat_fkey,
    ADD CONSTRAINT draft_chat_fkey FOREIGN KEY (chat) REFERENCES address ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE draft_answer DROP CONSTRAINT draft_answer_chat_flow_fkey,
    ADD CONSTRAINT draft_answer_chat_flow_fkey FOREIGN KEY (chat, flow) REFERENCES draft ON DELETE CASCADE ON UPDATE CASCADE;

-- The audit log stays append-only but for one thing: its words may be sealed
-- with another key, else a key could not be retired for three years. Only
-- audit_reseal may do it, and nothing else of the row may differ.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF current_setting('mboka.audit_reseal', true) = 'on' THEN
            IF to_jsonb(NEW) - 'sealed_words' = to_jsonb(OLD) - 'sealed_words'
                AND substring(NEW.sealed_words FROM 1 FOR 5) <> substring(OLD.sealed_words FROM 1 FOR 5) THEN
                RETURN NEW;
            END IF;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd

-- Puts the words of a row, sealed with another key, in the place of what was
-- read; says whether they were still that. It is for the owner of the tables
-- alone: the service has no right to it.
-- +goose StatementBegin
CREATE FUNCTION audit_reseal(entry uuid, entry_at timestamptz, was bytea, becomes bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    changed integer;
BEGIN
    PERFORM set_config('mboka.audit_reseal', 'on', true);
    UPDATE audit SET sealed_words = becomes WHERE id = entry AND at = entry_at AND sealed_words = was;
    GET DIAGNOSTICS changed = ROW_COUNT;
    PERFORM set_config('mboka.audit_reseal', 'off', true);
    RETURN changed = 1;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION audit_reseal(uuid, timestamptz, bytea, bytea) FROM PUBLIC;

-- +goose Down
DROP FUNCTION audit_reseal(uuid, timestamptz, bytea, bytea);
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
ALTER TABLE draft_answer DROP CONSTRAINT draft_answer_chat_flow_fkey,
    ADD CONSTRAINT draft_answer_chat_flow_fkey FOREIGN KEY (chat, flow) REFERENCES draft ON DELETE CASCADE;
ALTER TABLE draft DROP CONSTRAINT draft_chat_fkey,
    ADD CONSTRAINT draft_chat_fkey FOREIGN KEY (chat) REFERENCES address ON DELETE CASCADE;
ALTER TABLE staff DROP CONSTRAINT staff_chat_check, ADD CONSTRAINT staff_chat_check CHECK (octet_length(chat) = 16);
ALTER TABLE turn DROP CONSTRAINT turn_chat_check, ADD CONSTRAINT turn_chat_check CHECK (octet_length(chat) = 16);
ALTER TABLE address DROP CONSTRAINT address_chat_check, ADD CONSTRAINT address_chat_check CHECK (octet_length(chat) = 16);
