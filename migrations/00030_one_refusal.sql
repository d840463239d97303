-- One refusal neither stops nor kills a company: which exports and targets are under suspicion, and how many died in a row.

-- +goose Up
ALTER TABLE ghexport.integrations
    DROP CONSTRAINT integrations_hold_cause_check,
    ADD CONSTRAINT integrations_hold_cause_check CHECK (hold_cause IN ('auth.rejected', 'permission.denied', 'refusing')),
    ADD COLUMN suspects bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN suspect_targets text[] NOT NULL DEFAULT '{}',
    ADD COLUMN refused_targets text[] NOT NULL DEFAULT '{}',
    ADD COLUMN deaths integer NOT NULL DEFAULT 0,
    ADD COLUMN deaths_of text;
COMMENT ON COLUMN ghexport.integrations.hold_cause IS 'What Greenhouse refuses: the credential (401), the right (403), or one export after another.';
COMMENT ON COLUMN ghexport.integrations.trial_at IS 'Since when one export may pass a hold for permission.denied or refusing as its trial.';
COMMENT ON COLUMN ghexport.integrations.suspects IS 'Exports that were answered 403 in a hold: another is tried first, and once one was accepted a further 403 is theirs and not the company''s.';
COMMENT ON COLUMN ghexport.integrations.suspect_targets IS 'What they were meant for: job N, pool N, or nothing for neither.';
COMMENT ON COLUMN ghexport.integrations.refused_targets IS 'Jobs and pools that were refused while another was accepted: one export for each at a time, until one is accepted.';
COMMENT ON COLUMN ghexport.integrations.deaths IS 'Live exports that died in a row of the same thing, nothing accepted in between.';
COMMENT ON COLUMN ghexport.integrations.deaths_of IS 'That thing: the cause and the shape of what was said.';

-- Each list is longer than the one before, so no row needs to be looked at.
ALTER TABLE ghexport.holds
    DROP CONSTRAINT holds_cause_check,
    ADD CONSTRAINT holds_cause_check CHECK (cause IN ('auth.rejected', 'permission.denied', 'refusing', 'decrypt.failed')) NOT VALID,
    DROP CONSTRAINT holds_ended_check,
    ADD CONSTRAINT holds_ended_check CHECK (ended IN ('accepted', 'replaced', 'resumed')) NOT VALID;
COMMENT ON COLUMN ghexport.holds.ended IS 'accepted: Greenhouse takes the credential, the same or a new one. replaced: another was saved without a test. resumed: a person let it go on.';
ALTER TABLE ghexport.exports
    DROP CONSTRAINT exports_cause_check,
    ADD CONSTRAINT exports_cause_check CHECK (cause IN (
        'decision.missing', 'decision.no', 'withdrawn', 'practice', 'greenhouse.down', 'limited', 'outcome.unknown', 'duplicate.possible',
        'payload.refused', 'target.gone', 'target.refused', 'bug', 'discarded', 'skipped', 'dropped', 'erased')) NOT VALID;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.track_hold() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before text := CASE WHEN OLD.decrypt_failed_at IS NOT NULL THEN 'decrypt.failed' ELSE OLD.hold_cause END;
    after  text := CASE WHEN NEW.decrypt_failed_at IS NOT NULL THEN 'decrypt.failed' ELSE NEW.hold_cause END;
BEGIN
    IF before IS NULL AND after IS NOT NULL THEN
        INSERT INTO ghexport.holds (org_id, cause, detail, credential_version, key_last5, created_by, good_until, since, refused, probes)
        VALUES (NEW.org_id, after, NEW.hold_detail, NEW.credential_version, NEW.key_last5, NEW.created_by, NEW.last_good_at,
                coalesce(NEW.hold_since, NEW.decrypt_failed_at, clock_timestamp()), NEW.refused, NEW.probes);
    ELSIF after IS NOT NULL THEN
        UPDATE ghexport.holds
           SET cause = after, detail = NEW.hold_detail, refused = NEW.refused, probes = NEW.probes
         WHERE org_id = NEW.org_id AND until IS NULL;
    ELSE
        UPDATE ghexport.holds
           SET until = clock_timestamp(),
               ended = CASE WHEN NEW.last_good_at IS DISTINCT FROM OLD.last_good_at THEN 'accepted'
                            WHEN before = 'refusing' AND NEW.credential_version = OLD.credential_version THEN 'resumed'
                            ELSE 'replaced' END
         WHERE org_id = NEW.org_id AND until IS NULL;
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.track_hold() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before text := CASE WHEN OLD.decrypt_failed_at IS NOT NULL THEN 'decrypt.failed' ELSE OLD.hold_cause END;
    after  text := CASE WHEN NEW.decrypt_failed_at IS NOT NULL THEN 'decrypt.failed' ELSE NEW.hold_cause END;
BEGIN
    IF before IS NULL AND after IS NOT NULL THEN
        INSERT INTO ghexport.holds (org_id, cause, detail, credential_version, key_last5, created_by, good_until, since, refused, probes)
        VALUES (NEW.org_id, after, NEW.hold_detail, NEW.credential_version, NEW.key_last5, NEW.created_by, NEW.last_good_at,
                coalesce(NEW.hold_since, NEW.decrypt_failed_at, clock_timestamp()), NEW.refused, NEW.probes);
    ELSIF after IS NOT NULL THEN
        UPDATE ghexport.holds
           SET cause = after, detail = NEW.hold_detail, refused = NEW.refused, probes = NEW.probes
         WHERE org_id = NEW.org_id AND until IS NULL;
    ELSE
        UPDATE ghexport.holds
           SET until = clock_timestamp(),
               ended = CASE WHEN NEW.last_good_at IS DISTINCT FROM OLD.last_good_at THEN 'accepted' ELSE 'replaced' END
         WHERE org_id = NEW.org_id AND until IS NULL;
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
UPDATE ghexport.integrations
   SET hold_cause = NULL, hold_since = NULL, hold_detail = NULL, probe_at = NULL, probes = 0, trial_at = NULL, trial_export_id = NULL
 WHERE hold_cause = 'refusing';
UPDATE ghexport.holds SET cause = 'permission.denied' WHERE cause = 'refusing';
UPDATE ghexport.holds SET ended = 'replaced' WHERE ended = 'resumed';
UPDATE ghexport.exports SET cause = 'target.gone' WHERE cause = 'target.refused';
ALTER TABLE ghexport.exports
    DROP CONSTRAINT exports_cause_check,
    ADD CONSTRAINT exports_cause_check CHECK (cause IN (
        'decision.missing', 'decision.no', 'withdrawn', 'practice', 'greenhouse.down', 'limited', 'outcome.unknown',
        'duplicate.possible', 'payload.refused', 'target.gone', 'bug', 'discarded', 'skipped', 'dropped', 'erased'));
ALTER TABLE ghexport.holds
    DROP CONSTRAINT holds_cause_check,
    ADD CONSTRAINT holds_cause_check CHECK (cause IN ('auth.rejected', 'permission.denied', 'decrypt.failed')),
    DROP CONSTRAINT holds_ended_check,
    ADD CONSTRAINT holds_ended_check CHECK (ended IN ('accepted', 'replaced'));
ALTER TABLE ghexport.integrations
    DROP COLUMN deaths_of, DROP COLUMN deaths, DROP COLUMN refused_targets, DROP COLUMN suspect_targets, DROP COLUMN suspects,
    DROP CONSTRAINT integrations_hold_cause_check,
    ADD CONSTRAINT integrations_hold_cause_check CHECK (hold_cause IN ('auth.rejected', 'permission.denied'));
COMMENT ON COLUMN ghexport.integrations.trial_at IS 'Since when one export may pass a permission.denied hold as its trial.';
COMMENT ON COLUMN ghexport.integrations.hold_cause IS 'What Greenhouse refuses: the credential (401) or the right (403).';
COMMENT ON COLUMN ghexport.holds.ended IS 'accepted: Greenhouse takes the credential, the same or a new one. replaced: another was saved without a test.';
