-- +goose Up
-- The guard knows more than cluster and timeline: which database of the cluster, which tables in it, and what each node has seen of
-- write-ahead log and job numbers. So it notices a backup that was put back where the cluster stayed the same.

ALTER TABLE ghexport.control
    ADD COLUMN database_oid oid,
    ADD COLUMN control_oid  oid,
    ADD COLUMN confirmed_at timestamptz,
    ADD COLUMN doubt        text,
    ADD COLUMN doubted_at   timestamptz;
COMMENT ON COLUMN ghexport.control.database_oid IS 'Of the database in that cluster: another one means that this is a restored backup or a copy. Null until the first serve.';
COMMENT ON COLUMN ghexport.control.control_oid IS 'Of this table in that database: another one means that a backup was restored in its place. Null until the first serve.';
COMMENT ON COLUMN ghexport.control.confirmed_at IS 'When a person last confirmed this database after a doubt: what nodes have seen before counts no more. Null while nobody had to.';
COMMENT ON COLUMN ghexport.control.doubt IS 'Why the ledger may have forgotten what was sent, as the guard found; null once a person has confirmed the database, or where nothing was found.';
COMMENT ON COLUMN ghexport.control.doubted_at IS 'Since when there is that doubt.';

-- +goose StatementBegin
CREATE FUNCTION ghexport.identity() RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
    RETURN jsonb_build_object(
        'system', (SELECT p.system_identifier::text FROM pg_control_system() p),
        -- pg_control_checkpoint() lags a promotion by seconds; this does not.
        'timeline', substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),
        'database', (SELECT d.oid::bigint FROM pg_database d WHERE d.datname = current_database()),
        'control', 'ghexport.control'::regclass::oid::bigint,
        'wal', pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint,
        'job', (SELECT s.last_value FROM ghexport.river_job_id_seq s));
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.identity() IS 'Which database this is, and how far it has come: cluster, timeline, oids of the database and of ghexport.control, bytes of write-ahead log that are on disk, and the highest number of a job. Fails on a standby.';

-- +goose StatementBegin
CREATE FUNCTION ghexport.doubt(known ghexport.control, here jsonb, seen jsonb, synchronous_standby boolean) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE
        WHEN known.system_identifier <> here ->> 'system' THEN
            'the database is another cluster: a backup was restored, or it moved'
        WHEN known.timeline <> here ->> 'timeline' AND NOT (synchronous_standby AND here ->> 'timeline' > known.timeline) THEN
            'the database is on another timeline: a standby was promoted, or a backup restored'
        WHEN known.database_oid <> (here -> 'database')::bigint THEN
            'the database is another one of the same cluster: a backup was restored, or it is a copy'
        WHEN known.control_oid <> (here -> 'control')::bigint THEN
            'the ledger''s tables were made anew: a backup was restored in their place'
        WHEN seen IS NULL OR known.confirmed_at > coalesce((seen ->> 'confirmed')::timestamptz, '-infinity') THEN
            NULL
        WHEN seen ->> 'system' <> here ->> 'system' THEN
            'the database is of another cluster than a node saw before: an older one was put in its place'
        WHEN seen ->> 'timeline' <> here ->> 'timeline' AND NOT (synchronous_standby AND here ->> 'timeline' > seen ->> 'timeline') THEN
            'the database is on another timeline than a node saw before: an older one was put in its place'
        WHEN seen -> 'database' <> here -> 'database' OR seen -> 'control' <> here -> 'control' THEN
            'the database is another one than a node saw before: it was made anew, or another one was put in its place'
        WHEN (seen -> 'job')::bigint > (here -> 'job')::bigint THEN
            format('the ledger went back: a node saw job %s, and the newest is %s: a backup was restored', seen ->> 'job', here ->> 'job')
        WHEN seen ->> 'timeline' = here ->> 'timeline' AND (seen -> 'wal')::bigint > (here -> 'wal')::bigint THEN
            format('the database went back: a node saw its write-ahead log at %s, and it is at %s: a copy of its files was put back',
                   '0/0'::pg_lsn + (seen -> 'wal')::numeric, '0/0'::pg_lsn + (here -> 'wal')::numeric)
    END;
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.doubt(ghexport.control, jsonb, jsonb, boolean) IS
    'Why the database (here, of ghexport.identity) may have forgotten what was sent, going by what the ledger remembers (known) and by what a node saw before (seen, null for nothing); null for no reason. Reads nothing.';

-- +goose StatementBegin
CREATE FUNCTION ghexport.guard(synchronous_standby boolean, seen jsonb, OUT verdict text, OUT here jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    known ghexport.control;
    why   text;
BEGIN
    SELECT * INTO STRICT known FROM ghexport.control;
    here := ghexport.identity() || jsonb_build_object('confirmed', known.confirmed_at);
    IF known.doubt IS NULL AND ghexport.doubt(known, here, seen, synchronous_standby) IS NULL AND known.timeline = here ->> 'timeline'
       AND known.system_identifier IS NOT NULL AND known.database_oid IS NOT NULL AND known.control_oid IS NOT NULL THEN
        verdict := 'same';
        RETURN;
    END IF;
    SELECT * INTO STRICT known FROM ghexport.control FOR NO KEY UPDATE;
    here := here || jsonb_build_object('confirmed', known.confirmed_at);
    why := coalesce(known.doubt, ghexport.doubt(known, here, seen, synchronous_standby));
    verdict := CASE
        WHEN why IS NOT NULL THEN 'stopped'
        WHEN known.system_identifier IS NULL THEN 'first'
        WHEN known.timeline <> here ->> 'timeline' THEN 'promoted'
        ELSE 'same'
    END;
    IF verdict <> 'stopped' THEN
        UPDATE ghexport.control
           SET system_identifier = here ->> 'system', timeline = here ->> 'timeline',
               database_oid = (here -> 'database')::bigint, control_oid = (here -> 'control')::bigint;
    ELSIF known.doubt IS NULL OR known.stopped_at IS NULL THEN
        -- A stop by a person stays theirs; the doubt stands beside it, and outlives it.
        UPDATE ghexport.control
           SET doubt = why, doubted_at = coalesce(doubted_at, clock_timestamp()), stopped_at = coalesce(stopped_at, clock_timestamp()),
               stopped_by = CASE WHEN stopped_at IS NULL THEN 'ghexport' ELSE stopped_by END,
               stopped_reason = CASE WHEN stopped_at IS NULL THEN why || '; what was sent may be missing from the ledger' ELSE stopped_reason END;
    END IF;
    IF verdict = 'promoted' THEN
        INSERT INTO ghexport.audit (actor, action, reason, detail, origin)
        VALUES ('ghexport', 'follow a promotion', 'the standby is synchronous, so it has every commit',
                jsonb_build_object('before', known.timeline, 'after', here ->> 'timeline'), 'service');
    ELSIF verdict = 'stopped' AND (known.doubt IS NULL OR known.stopped_at IS NULL) THEN
        INSERT INTO ghexport.audit (actor, action, reason, detail, origin)
        VALUES ('ghexport', 'pause --all', why || '; what was sent may be missing from the ledger',
                jsonb_build_object('before', concat_ws('/', known.system_identifier, known.timeline, known.database_oid, known.control_oid),
                                   'after', concat_ws('/', here ->> 'system', here ->> 'timeline', here ->> 'database', here ->> 'control')), 'service');
    END IF;
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.guard(boolean, jsonb) IS
    'Compares the database with what the ledger remembers of it and with what a node saw before (null for nothing), and stops all sending where it may have forgotten what was sent. Verdict is same, first, promoted or stopped; here is for the node to remember, unless it is stopped.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.guard(synchronous_standby boolean) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT g.verdict FROM ghexport.guard(synchronous_standby, NULL::jsonb) g);
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.guard(boolean) IS 'What older binaries call: the guard of a node that remembers nothing itself.';

REVOKE EXECUTE ON FUNCTION ghexport.identity(), ghexport.doubt(ghexport.control, jsonb, jsonb, boolean), ghexport.guard(boolean, jsonb) FROM PUBLIC;

-- Whoever serves goes on: who may call the old guard may call the new one.
-- +goose StatementBegin
DO $$
DECLARE
    service regrole;
BEGIN
    FOR service IN
        SELECT a.grantee::regrole
          FROM pg_proc p, aclexplode(p.proacl) a
         WHERE p.oid = 'ghexport.guard(boolean)'::regprocedure AND a.privilege_type = 'EXECUTE' AND a.grantee <> 0
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION ghexport.identity(), ghexport.doubt(ghexport.control, jsonb, jsonb, boolean), ghexport.guard(boolean, jsonb) TO %s', service);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ghexport.guard(synchronous_standby boolean) RETURNS text
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
DROP FUNCTION ghexport.guard(boolean, jsonb);
DROP FUNCTION ghexport.doubt(ghexport.control, jsonb, jsonb, boolean);
DROP FUNCTION ghexport.identity();
ALTER TABLE ghexport.control
    DROP COLUMN doubted_at,
    DROP COLUMN doubt,
    DROP COLUMN confirmed_at,
    DROP COLUMN control_oid,
    DROP COLUMN database_oid;
