-- The rules of exports in one CHECK that calls one function, which a session compiles once. Postgres reads each CHECK of a table from
-- the text of its tree for every statement that writes to it: 12 kB for nine rules, which cost a one-row update six times what the rest
-- of it does. Every rule still holds for every write, and a refusal still names the rule.
--
-- The function is made of the rules as they stand, whichever migrations had a part in them.

-- +ghexport optional
-- +goose Up
-- +goose StatementBegin
DO $$
DECLARE
    parameters text; arguments text; every text; each text; rule record;
BEGIN
    SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum),
           string_agg(quote_ident(attname), ', ' ORDER BY attnum)
      INTO parameters, arguments
      FROM pg_attribute
     WHERE attrelid = 'ghexport.exports'::regclass
       AND attnum IN (SELECT unnest(conkey) FROM pg_constraint WHERE conrelid = 'ghexport.exports'::regclass AND contype = 'c');
    SELECT string_agg(pg_get_expr(conbin, conrelid), E'\n       AND ' ORDER BY conname),
           string_agg(format(E'        WHEN %s IS FALSE THEN %L\n', pg_get_expr(conbin, conrelid), conname), '' ORDER BY conname)
      INTO every, each
      FROM pg_constraint
     WHERE conrelid = 'ghexport.exports'::regclass AND contype = 'c';
    EXECUTE format($make$
CREATE FUNCTION ghexport.sound(%s) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE AS $body$
BEGIN
    IF (%s) IS NOT FALSE THEN
        RETURN true;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation', SCHEMA = 'ghexport', TABLE = 'exports', MESSAGE = 'the ledger refuses a row that breaks a rule of exports',
        CONSTRAINT = CASE
%s        END;
END
$body$ $make$, parameters, every, each);
    FOR rule IN SELECT conname FROM pg_constraint WHERE conrelid = 'ghexport.exports'::regclass AND contype = 'c' LOOP
        EXECUTE format('ALTER TABLE ghexport.exports DROP CONSTRAINT %I', rule.conname);
    END LOOP;
    -- What is there was held to the same rules: nothing need be read again under this lock.
    EXECUTE format('ALTER TABLE ghexport.exports ADD CONSTRAINT exports_sound CHECK (ghexport.sound(%s)) NOT VALID', arguments);
END
$$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE format('COMMENT ON FUNCTION %s IS %L', (SELECT oid::regprocedure FROM pg_proc WHERE proname = 'sound' AND pronamespace = 'ghexport'::regnamespace),
        'Whether a row of exports keeps every rule; raises check_violation with the rule''s name where it does not. Whoever writes exports runs it. To widen a list, replace the function: \sf ghexport.sound prints it.');
END
$$;
-- +goose StatementEnd
-- +goose StatementBegin
-- Who may write exports already goes on doing so without a new grant; nobody else may call the function.
DO $$
DECLARE
    made text := (SELECT oid::regprocedure FROM pg_proc WHERE proname = 'sound' AND pronamespace = 'ghexport'::regnamespace);
    writer record;
BEGIN
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', made);
    FOR writer IN
        SELECT DISTINCT a.grantee
          FROM pg_class c
         CROSS JOIN LATERAL aclexplode(c.relacl) a
         WHERE c.oid = 'ghexport.exports'::regclass AND a.privilege_type IN ('INSERT', 'UPDATE') AND a.grantee <> 0
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', made, writer.grantee::regrole);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DO $$
DECLARE
    rule text[];
BEGIN
    ALTER TABLE ghexport.exports DROP CONSTRAINT exports_sound;
    FOR rule IN
        SELECT regexp_matches(prosrc, '^        WHEN (.*) IS FALSE THEN ''(\w+)''$', 'gn')
          FROM pg_proc WHERE proname = 'sound' AND pronamespace = 'ghexport'::regnamespace
    LOOP
        EXECUTE format('ALTER TABLE ghexport.exports ADD CONSTRAINT %I CHECK %s', rule[2], rule[1]);
    END LOOP;
    EXECUTE (SELECT 'DROP FUNCTION ' || oid::regprocedure FROM pg_proc WHERE proname = 'sound' AND pronamespace = 'ghexport'::regnamespace);
END
$$;
-- +goose StatementEnd
