package jobs_test

import (
	"errors"
	"net/url"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

func TestProducersRole(t *testing.T) {
	t.Parallel()

	t.Run("ReadsAndWritesNothing", func(t *testing.T) {
		t.Parallel()
		db := storetest.NewDB(t)
		producer := connect(t, db.Role(t, rights.GrantProducer))
		for relation, kind := range relations(t, db) {
			statements := []string{"SELECT FROM " + relation}
			if kind == "r" {
				statements = append(statements, "DELETE FROM "+relation, "TRUNCATE "+relation)
			} else {
				statements = append(statements, "SELECT nextval('"+relation+"')", "SELECT setval('"+relation+"', 1)")
			}
			for _, statement := range statements {
				_, err := producer.Exec(t.Context(), statement)
				require.Equal(t, "42501", sqlState(err), "%s: %v", statement, err)
			}
		}
		_, err := producer.Exec(t.Context(), "CREATE TABLE ghexport.mine (id int)")
		require.Equal(t, "42501", sqlState(err))
	})

	t.Run("CallsFourFunctions", func(t *testing.T) {
		t.Parallel()
		db := storetest.NewDB(t)
		conn := connect(t, db.Role(t, rights.GrantProducer))
		rows, err := conn.Query(t.Context(), `
			SELECT p.proname::text FROM pg_catalog.pg_proc p
			 WHERE p.pronamespace = 'ghexport'::regnamespace AND has_function_privilege(p.oid, 'EXECUTE') AND p.prorettype <> 'trigger'::regtype
			   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
			   AND p.proname NOT LIKE 'river%'
			 ORDER BY 1`)
		require.NoError(t, err)
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		require.Equal(t, []string{"changes", "enqueue", "status", "validate"}, names)
	})

	t.Run("NobodyElseCallsAny", func(t *testing.T) {
		t.Parallel()
		db := storetest.NewDB(t)
		stranger := connect(t, db.Role(t, ""))
		_, err := connect(t, db.AdminURL).Exec(t.Context(), "GRANT USAGE ON SCHEMA ghexport TO PUBLIC")
		require.NoError(t, err)
		for _, call := range []string{"ghexport.enqueue('{}')", "ghexport.validate('{}')", "ghexport.status('a', 'b')", "ghexport.changes(0)"} {
			_, err := stranger.Exec(t.Context(), "SELECT "+call)
			require.Equal(t, "42501", sqlState(err), "%s: %v", call, err)
		}
	})

	t.Run("RunsNoneOfTheCallersOwnCode", func(t *testing.T) {
		t.Parallel()
		db := storetest.NewDB(t)
		address := db.Role(t, rights.GrantProducer)
		setTrap(t, db, address)
		producer := connect(t, address)
		_, err := producer.Exec(t.Context(), "SET search_path = trap, pg_temp, pg_catalog")
		require.NoError(t, err)
		for _, lure := range []string{"SELECT clock_timestamp()", "SELECT '{}'::jsonb = '{}'::jsonb", "SELECT jsonb_typeof('{}'::jsonb)"} {
			_, err := producer.Exec(t.Context(), lure)
			require.ErrorContains(t, err, "trapped", "the trap itself works: %s", lure)
		}
		_, err = producer.Exec(t.Context(), "CREATE TEMP TABLE outbox (id int); CREATE TEMP TABLE time_zones (name text); SET standard_conforming_strings = off")
		require.NoError(t, err)

		for file, cases := range corpus(t) {
			for _, c := range cases {
				if c.PostgresRefuses {
					continue
				}
				message := c.text(t)
				v, err := validateText(t, producer, message)
				require.NoError(t, err, "%s: %s", file, c.Name)
				require.Equal(t, len(c.Refused), len(v.Errors), "%s: %s", file, c.Name)
				require.NotContains(t, v.Because, "trapped")
			}
		}
		require.NoError(t, pgx.BeginFunc(t.Context(), producer, func(tx pgx.Tx) error {
			_, err := jobs.Enqueue(t.Context(), tx, result(func(r *jobs.InterviewResult) { r.TimeZone = "UTC" }))
			return err
		}))
		require.Equal(t, 1, outboxSize(t, db.Pool(t)))
		var status *string
		require.NoError(t, producer.QueryRow(t.Context(), "SELECT ghexport.status('acme', 'iv_123')").Scan(&status))
		require.NotNil(t, status)
		_, err = producer.Exec(t.Context(), "SELECT FROM ghexport.changes(0)")
		require.NoError(t, err)
	})
}

// setTrap makes schema trap, in which the names that our functions use raise errors. Its owner is the role of the address.
func setTrap(t *testing.T, db *storetest.DB, address string) {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	_, err = connect(t, db.AdminURL).Exec(t.Context(), "CREATE SCHEMA trap AUTHORIZATION "+pgx.Identifier{u.User.Username()}.Sanitize())
	require.NoError(t, err)
	conn := connect(t, address)
	_, err = conn.Exec(t.Context(), `
		DO $trap$
		DECLARE
			f record;
			body text := 'LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION ''trapped''; END $$';
			names text[] := '{clock_timestamp,jsonb_typeof,jsonb_build_object,jsonb_build_array,btrim,char_length,octet_length,substr,trunc,pg_notify,'
				'date_part,extract,jsonb_object_keys,jsonb_array_elements,numeric,texteq,jsonb_concat,held}';
		BEGIN
			FOR f IN
				SELECT DISTINCT p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid) AS args,
				       pg_catalog.format_type(p.prorettype, NULL) AS result, p.proretset
				  FROM pg_catalog.pg_proc p
				 WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND p.proname = ANY (names) AND p.provariadic = 0
				   AND p.proargnames IS NULL AND p.prorettype <> ALL ('{internal,cstring}'::regtype[])
			LOOP
				EXECUTE format('CREATE FUNCTION trap.%I(%s) RETURNS %s %s %s', f.proname, f.args,
					CASE WHEN f.proretset THEN 'SETOF' ELSE '' END, f.result, body);
			END LOOP;
			FOR f IN
				SELECT o.oid, o.oprname, pg_catalog.format_type(o.oprleft, NULL) AS l, pg_catalog.format_type(o.oprright, NULL) AS r,
				       pg_catalog.format_type(o.oprresult, NULL) AS result
				  FROM pg_catalog.pg_operator o
				 WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprleft <> 0
				   AND o.oprleft IN ('jsonb'::regtype, 'text'::regtype, 'numeric'::regtype, 'integer'::regtype)
			LOOP
				CONTINUE WHEN f.r LIKE 'any%';
				EXECUTE format('CREATE FUNCTION trap.op_%s(%s, %s) RETURNS %s %s', f.oid, f.l, f.r, f.result, body);
				EXECUTE format('CREATE OPERATOR trap.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = trap.op_%s)', f.oprname, f.l, f.r, f.oid);
			END LOOP;
		END
		$trap$`)
	require.NoError(t, err)
	// A path skips schemas that the running role may not use, and within our functions that role is their owner.
	_, err = conn.Exec(t.Context(), "GRANT USAGE ON SCHEMA trap TO PUBLIC")
	require.NoError(t, err)
}

// relations lists the tables and sequences of the schema, River's included.
func relations(t *testing.T, db *storetest.DB) map[string]string {
	t.Helper()
	rows, err := db.Pool(t).Query(t.Context(), `
		SELECT 'ghexport.' || quote_ident(c.relname), CASE WHEN c.relkind = 'S' THEN 'S' ELSE 'r' END
		  FROM pg_catalog.pg_class c
		 WHERE c.relnamespace = 'ghexport'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')`)
	require.NoError(t, err)
	all := map[string]string{}
	var name, kind string
	_, err = pgx.ForEachRow(rows, []any{&name, &kind}, func() error { all[name] = kind; return nil })
	require.NoError(t, err)
	require.Contains(t, all, "ghexport.integrations")
	return all
}

func sqlState(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.Code
	}
	return ""
}
