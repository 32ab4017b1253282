-- What was published over a snapshot is read in the order in which it came, by
-- whoever it was asked: public pages are asked for by no role.
-- +goose Up

ALTER TABLE figure ADD COLUMN place bigint GENERATED ALWAYS AS IDENTITY;
ALTER TABLE figure DROP CONSTRAINT figure_organisation_check;
ALTER TABLE figure ADD CONSTRAINT figure_organisation_check CHECK (organisation IN ('iom', 'ministry', 'association', 'other', 'public'));
DROP INDEX figure_snapshot;
CREATE INDEX figure_snapshot ON figure (snapshot_id, place);

-- +goose Down
DROP INDEX figure_snapshot;
CREATE INDEX figure_snapshot ON figure (snapshot_id, organisation);
DELETE FROM figure WHERE organisation = 'public';
ALTER TABLE figure DROP CONSTRAINT figure_organisation_check;
ALTER TABLE figure ADD CONSTRAINT figure_organisation_check CHECK (organisation IN ('iom', 'ministry', 'association', 'other'));
ALTER TABLE figure DROP COLUMN place;
