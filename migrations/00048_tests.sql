-- Test candidates, which go the whole way and count nowhere, and companies in test mode, whose exports go to another address than
-- Greenhouse's, or nowhere.
--
-- What marks a test candidate is a trigger, so that a fold of an older node marks it, too. An older node knows no test mode: while one
-- sends, companies in test mode are held.

-- +goose Up
CREATE TABLE ghexport.test_candidates (
    org_id       text NOT NULL,
    interview_id text NOT NULL,
    export_id    bigint,
    made_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    made_by      text NOT NULL,
    PRIMARY KEY (org_id, interview_id)
);
CREATE INDEX test_candidates_by_export ON ghexport.test_candidates (export_id) WHERE export_id IS NOT NULL;
COMMENT ON TABLE ghexport.test_candidates IS 'Test candidates that somebody sent: interviews that never were. Kept for good, as their exports are.';
COMMENT ON COLUMN ghexport.test_candidates.org_id IS 'The company.';
COMMENT ON COLUMN ghexport.test_candidates.interview_id IS 'The made-up interview; the candidate has the same id.';
COMMENT ON COLUMN ghexport.test_candidates.export_id IS 'Its export; null until its message is folded.';
COMMENT ON COLUMN ghexport.test_candidates.made_at IS 'When it was sent on its way.';
COMMENT ON COLUMN ghexport.test_candidates.made_by IS 'Who did.';

-- +goose StatementBegin
CREATE FUNCTION ghexport.mark_test() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE ghexport.test_candidates
       SET export_id = NEW.id
     WHERE org_id = NEW.org_id AND interview_id = NEW.interview_id AND export_id IS NULL;
    IF FOUND THEN
        NEW.flags := array_append(NEW.flags, 'test');
        NEW.candidate_digest := NULL;
        NEW.email_digest := NULL;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.mark_test() IS 'Marks the export of a test candidate as it is made, whichever binary folds it, and leaves out what makes siblings. Whoever else begins an interview''s id alike is not marked.';
REVOKE EXECUTE ON FUNCTION ghexport.mark_test() FROM PUBLIC;
CREATE TRIGGER mark_test BEFORE INSERT ON ghexport.exports
    FOR EACH ROW
    WHEN (starts_with(NEW.interview_id, 'test-candidate-'))
    EXECUTE FUNCTION ghexport.mark_test();

-- Nobody follows a test.
DROP TRIGGER track_sent ON ghexport.exports;
CREATE TRIGGER track_sent AFTER UPDATE OF greenhouse_candidate_id, erased_at ON ghexport.exports
    FOR EACH ROW
    WHEN ((OLD.greenhouse_candidate_id IS DISTINCT FROM NEW.greenhouse_candidate_id AND (OLD.state <> 'sending' OR OLD.greenhouse_candidate_id IS NOT NULL)
           OR OLD.erased_at IS DISTINCT FROM NEW.erased_at)
          AND NOT NEW.flags && '{test,test_address}'::text[])
    EXECUTE FUNCTION ghexport.track_sent();

ALTER TABLE ghexport.integrations
    ADD COLUMN test_since timestamptz,
    ADD COLUMN test_by text,
    ADD COLUMN test_sends boolean NOT NULL DEFAULT false;
CREATE INDEX integrations_testing ON ghexport.integrations (org_id) WHERE test_since IS NOT NULL;
COMMENT ON COLUMN ghexport.integrations.test_since IS 'Since when it is in test mode: nothing of it goes to Greenhouse. Null: it is not.';
COMMENT ON COLUMN ghexport.integrations.test_by IS 'Who turned that on.';
COMMENT ON COLUMN ghexport.integrations.test_sends IS 'In test mode: whether it sends to the test address, since every node that sends has one. Else it is held for test.mode.';

ALTER TABLE ghexport.nodes ADD COLUMN test_address boolean;
COMMENT ON COLUMN ghexport.nodes.test_address IS 'Whether the node has a test address for companies in test mode. Null of a binary that knows none.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.held_reason(i ghexport.integrations, stopped boolean) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN stopped THEN 'stopped'
        WHEN (i).org_id IS NULL OR NOT (i).enabled THEN 'off'
        WHEN (i).sealed_key IS NULL OR (i).created_by IS NULL THEN 'incomplete'
        WHEN (i).decrypt_failed_at IS NOT NULL THEN 'decrypt.failed'
        WHEN (i).tested_version IS DISTINCT FROM (i).credential_version THEN 'untested'
        WHEN (i).test_since IS NOT NULL AND NOT (i).test_sends THEN 'test.mode'
        WHEN (i).paused_at IS NOT NULL THEN 'paused'
        ELSE (i).hold_cause
    END
$$;
-- +goose StatementEnd

-- Two more flags. The rules of exports stand in one function, whichever migrations had a part in it.
-- +goose StatementBegin
DO $$
DECLARE
    made oid := (SELECT oid FROM pg_proc WHERE proname = 'sound' AND pronamespace = 'ghexport'::regnamespace);
BEGIN
    EXECUTE replace(pg_get_functiondef(made), '''gone''::text', '''gone''::text, ''test''::text, ''test_address''::text');
END
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DO $$
DECLARE
    made oid := (SELECT oid FROM pg_proc WHERE proname = 'sound' AND pronamespace = 'ghexport'::regnamespace);
BEGIN
    UPDATE ghexport.exports SET flags = array_remove(array_remove(flags, 'test'), 'test_address') WHERE flags && '{test,test_address}'::text[];
    EXECUTE replace(pg_get_functiondef(made), '''gone''::text, ''test''::text, ''test_address''::text', '''gone''::text');
END
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.held_reason(i ghexport.integrations, stopped boolean) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN stopped THEN 'stopped'
        WHEN (i).org_id IS NULL OR NOT (i).enabled THEN 'off'
        WHEN (i).sealed_key IS NULL OR (i).created_by IS NULL THEN 'incomplete'
        WHEN (i).decrypt_failed_at IS NOT NULL THEN 'decrypt.failed'
        WHEN (i).tested_version IS DISTINCT FROM (i).credential_version THEN 'untested'
        WHEN (i).paused_at IS NOT NULL THEN 'paused'
        ELSE (i).hold_cause
    END
$$;
-- +goose StatementEnd
ALTER TABLE ghexport.nodes DROP COLUMN test_address;
DROP INDEX ghexport.integrations_testing;
ALTER TABLE ghexport.integrations DROP COLUMN test_since, DROP COLUMN test_by, DROP COLUMN test_sends;
DROP TRIGGER track_sent ON ghexport.exports;
CREATE TRIGGER track_sent AFTER UPDATE OF greenhouse_candidate_id, erased_at ON ghexport.exports
    FOR EACH ROW
    WHEN (OLD.greenhouse_candidate_id IS DISTINCT FROM NEW.greenhouse_candidate_id AND (OLD.state <> 'sending' OR OLD.greenhouse_candidate_id IS NOT NULL)
          OR OLD.erased_at IS DISTINCT FROM NEW.erased_at)
    EXECUTE FUNCTION ghexport.track_sent();
DROP TRIGGER mark_test ON ghexport.exports;
DROP FUNCTION ghexport.mark_test();
DROP TABLE ghexport.test_candidates;
