-- A run may be a back-fill: of what was dropped while a company was off, or skipped by a policy that is its policy no more. A run all the
-- same: older nodes bring one on as they bring on a replay of the same members.

-- +goose Up
ALTER TABLE ghexport.runs ADD COLUMN kind text NOT NULL DEFAULT 'replay' CHECK (kind IN ('replay', 'backfill'));
COMMENT ON TABLE ghexport.runs IS 'Replays and back-fills of many exports: a frozen set, of which a few go first and the rest at a rate. The relay brings each on, step by step.';
COMMENT ON COLUMN ghexport.runs.kind IS 'replay: of dead or cancelled exports that a person selected. backfill: of one company''s interviews that never went, for a reason that is gone.';

-- What of a company could not be read is counted beside a back-fill.
CREATE INDEX rejected_by_org ON ghexport.rejected (org_id);

-- +goose Down
DROP INDEX ghexport.rejected_by_org;
ALTER TABLE ghexport.runs DROP COLUMN kind;
COMMENT ON TABLE ghexport.runs IS 'Replays of many exports: a frozen set, of which a few go first and the rest at a rate. The relay brings each on, step by step.';
