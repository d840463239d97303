-- What makes deploys and restores safe. Additive: a binary of the version before goes on working while this is applied.

-- +goose Up
ALTER TABLE ghexport.control
    ADD COLUMN needs_version     bigint NOT NULL DEFAULT 3,
    ADD COLUMN system_identifier text,
    ADD COLUMN timeline          text;
COMMENT ON COLUMN ghexport.control.needs_version IS 'The newest migration that a binary must know to work with this schema. A migration that breaks older binaries raises it.';
COMMENT ON COLUMN ghexport.control.system_identifier IS 'Of the cluster that this ledger was last served from: another one means a restore. Null until the first serve.';
COMMENT ON COLUMN ghexport.control.timeline IS 'Of that cluster, eight hexadecimal digits: another one means a restore or a promoted standby.';

-- +goose StatementBegin
CREATE FUNCTION ghexport.guard(synchronous_standby boolean) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    known  ghexport.control;
    system text;
    line   text;
BEGIN
    SELECT system_identifier::text INTO system FROM pg_control_system();
    -- pg_control_checkpoint() lags a promotion by seconds; this does not.
    line := substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8);
    SELECT * INTO known FROM ghexport.control;
    IF known.system_identifier = system AND known.timeline = line THEN
        RETURN 'same';
    END IF;
    SELECT * INTO known FROM ghexport.control FOR NO KEY UPDATE;
    IF known.system_identifier = system AND known.timeline = line THEN
        RETURN 'same';
    ELSIF known.system_identifier IS NULL THEN
        UPDATE ghexport.control SET system_identifier = system, timeline = line;
        RETURN 'first';
    ELSIF known.system_identifier = system AND synchronous_standby THEN
        UPDATE ghexport.control SET timeline = line;
        INSERT INTO ghexport.audit (actor, action, reason, detail)
        VALUES ('ghexport', 'follow a promotion', 'the standby is synchronous, so it has every commit',
                jsonb_build_object('before', known.timeline, 'after', line));
        RETURN 'promoted';
    ELSIF known.stopped_at IS NULL THEN
        UPDATE ghexport.control
           SET stopped_at = clock_timestamp(), stopped_by = 'ghexport', stopped_reason =
               CASE WHEN known.system_identifier = system THEN 'the database is on another timeline: a standby was promoted, or a backup restored'
                    ELSE 'the database is another cluster: a backup was restored, or it moved' END || '; what was sent may be missing from the ledger';
        INSERT INTO ghexport.audit (actor, action, reason, detail)
        SELECT 'ghexport', 'pause --all', c.stopped_reason,
               jsonb_build_object('before', known.system_identifier || '/' || known.timeline, 'after', system || '/' || line)
          FROM ghexport.control c;
    END IF;
    RETURN 'stopped';
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.guard(boolean) IS
    'Compares the cluster with the one remembered, and stops all sending where they differ. Returns same, first, promoted or stopped.';

REVOKE EXECUTE ON FUNCTION ghexport.guard(boolean) FROM PUBLIC;

-- +goose Down
DROP FUNCTION ghexport.guard(boolean);
ALTER TABLE ghexport.control DROP COLUMN needs_version, DROP COLUMN system_identifier, DROP COLUMN timeline;
