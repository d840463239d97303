-- Turns: what one node at a time does is guarded by locks on tables that the service's role alone may lock, where it was guarded by
-- advisory locks, which whoever may connect can take. And what is wrong with a node is kept by kind, with since when.
--
-- Nodes of before this migration know the advisory locks only. So a turn takes the old one, too, and gives way to whoever holds it and
-- might be such a node: a role that may lock the turn's table. Anybody else's is passed over. Old and new nodes thus exclude each
-- other while both run, and nobody without the right stops the new ones.

-- +goose Up
CREATE TABLE ghexport.turn_relay ();
CREATE TABLE ghexport.turn_runs ();
CREATE TABLE ghexport.turn_notices ();
CREATE TABLE ghexport.turn_slices ();
CREATE TABLE ghexport.turn_counts ();
COMMENT ON TABLE ghexport.turn_relay IS 'Always empty. Who holds its lock is the one relay at work, or a verb that must not meet a fold or a dispatch. No role but the service''s may lock it.';
COMMENT ON TABLE ghexport.turn_runs IS 'Always empty. Who holds its lock steps the replay runs.';
COMMENT ON TABLE ghexport.turn_notices IS 'Always empty. Who holds its lock decides which notices are due.';
COMMENT ON TABLE ghexport.turn_slices IS 'Always empty. Who holds its lock sums up attempts.';
COMMENT ON TABLE ghexport.turn_counts IS 'Always empty. Who holds its lock counts the whole ledger.';

-- +goose StatementBegin
CREATE FUNCTION ghexport.older_turn(turn text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    key  bigint := CASE turn WHEN 'relay' THEN x'67686578706f7274'::bigint WHEN 'runs' THEN x'67686578706f7275'::bigint
                             WHEN 'notices' THEN x'6768786e'::bigint WHEN 'slices' THEN x'6768736c696365'::bigint
                             WHEN 'counts' THEN x'6768636f756e74'::bigint END;
    held boolean;
BEGIN
    FOR look IN 1..3 LOOP
        IF pg_try_advisory_xact_lock(key) THEN
            RETURN true;
        END IF;
        SELECT bool_or(has_table_privilege(a.usesysid, 'ghexport.turn_' || turn, 'UPDATE')) INTO held
          FROM pg_locks l
          JOIN pg_stat_activity a ON a.pid = l.pid
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid::bigint = key >> 32 AND l.objid::bigint = key & 4294967295
           AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
        IF held IS NOT NULL THEN
            RETURN NOT held;
        END IF;
    END LOOP;
    RETURN true;
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.older_turn(text) IS
    'Takes the advisory lock by which older nodes take the turn, until the transaction ends. False where a role that may lock the turn''s table holds it; true, without it, where only others do.';

-- +goose StatementBegin
CREATE FUNCTION ghexport.take_turn(turn text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('LOCK TABLE ghexport.%I IN SHARE UPDATE EXCLUSIVE MODE NOWAIT', 'turn_' || turn);
    IF NOT ghexport.older_turn(turn) THEN
        RAISE SQLSTATE '55P03' USING MESSAGE = 'an older node has the turn';
    END IF;
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    RETURN false;
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.take_turn(text) IS
    'Takes a turn until the transaction ends, or returns false at once where another has it. Needs a right on the turn''s table that only the service''s role has.';

-- +goose StatementBegin
CREATE FUNCTION ghexport.await_turn(turn text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    patience interval := current_setting('lock_timeout')::interval;
    until    timestamptz := clock_timestamp() + CASE WHEN patience > interval '0' THEN patience ELSE interval '2 s' END;
BEGIN
    EXECUTE format('LOCK TABLE ghexport.%I IN SHARE UPDATE EXCLUSIVE MODE', 'turn_' || turn);
    WHILE NOT ghexport.older_turn(turn) LOOP
        IF clock_timestamp() > until THEN
            RAISE SQLSTATE '55P03' USING MESSAGE = 'an older node keeps the turn of ' || turn;
        END IF;
        PERFORM pg_sleep(0.02);
    END LOOP;
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.await_turn(text) IS 'Takes a turn until the transaction ends, and waits for it, at most for lock_timeout (SQLSTATE 55P03).';

REVOKE EXECUTE ON FUNCTION ghexport.older_turn(text), ghexport.take_turn(text), ghexport.await_turn(text) FROM PUBLIC;

ALTER TABLE ghexport.nodes ADD COLUMN trouble_kind text, ADD COLUMN trouble_since timestamptz;
COMMENT ON COLUMN ghexport.nodes.trouble_kind IS 'Which advice fits its trouble: keyset, rights, schema, session, connection, resources, data or other. Null when it is ready, and for binaries that do not say.';
COMMENT ON COLUMN ghexport.nodes.trouble_since IS 'Since when it says trouble of that kind.';

-- +goose Down
ALTER TABLE ghexport.nodes DROP COLUMN trouble_since, DROP COLUMN trouble_kind;
DROP FUNCTION ghexport.await_turn(text), ghexport.take_turn(text), ghexport.older_turn(text);
DROP TABLE ghexport.turn_counts, ghexport.turn_slices, ghexport.turn_notices, ghexport.turn_runs, ghexport.turn_relay;
