package pgsession

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// setting is one of Postgres, as pg_settings has it.
type setting struct{ name, value string }

// settings lists what correctness rests on, and why; then what our speed does.
func (c Config) settings() []setting {
	list := []setting{
		{"client_encoding", "UTF8"}, // with any other, one person's name stops everybody's fold
		{"synchronous_commit", "on"},
		{"default_transaction_isolation", "read committed"}, // each statement of a turn must see what was committed before its lock
		{"default_transaction_read_only", "off"},
		{"default_transaction_deferrable", "off"},
		{"statement_timeout", milliseconds(c.StatementLimit)},
		{"lock_timeout", milliseconds(c.LockLimit)},
		{"idle_in_transaction_session_timeout", milliseconds(c.IdleLimit)},
		{"transaction_timeout", "0"},  // Postgres 17: bounded by the two above, and no migration is
		{"idle_session_timeout", "0"}, // a listener has nothing to say for hours
		{"search_path", "pg_catalog, pg_temp"},
		{"row_security", "off"}, // rows that a policy would hide are an error, not rows that are not there
		{"TimeZone", "UTC"},
		{"DateStyle", "ISO, MDY"},
		{"IntervalStyle", "postgres"},
		{"bytea_output", "hex"},
		{"extra_float_digits", "1"},
		{"standard_conforming_strings", "on"},
		{"transform_null_equals", "off"},
		{"array_nulls", "on"},
		{"xmloption", "content"},
		{"jit", "off"}, // our statements touch few rows: compiling one takes seconds, running it milliseconds
	}
	if c.GenericPlans {
		list = append(list, setting{"plan_cache_mode", "force_generic_plan"})
	}
	return list
}

// fixed are settings that only a superuser may change, and under which nothing is right: with replica no foreign key is checked.
var fixed = []setting{{"session_replication_role", "origin"}}

// SettingError says that a session is not as it must be.
type SettingError struct{ Name, Want, Got string }

// Error names the setting and what it is.
func (e *SettingError) Error() string {
	return fmt.Sprintf("the session's %s is %q and must be %q", e.Name, e.Got, e.Want)
}

// Check reads back what correctness rests on, and returns a [SettingError] for the first that does not hold. A standby is not held
// against a session: who must write asks for that.
func (o *Opener) Check(ctx context.Context, conn *pgx.Conn) error {
	names, values := columns(append(fixed[:len(fixed):len(fixed)], o.own...))
	rows, err := conn.Query(ctx, `
		SELECT w.name, w.value, s.setting
		  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w(name, value, n)
		  JOIN pg_catalog.pg_settings s ON s.name = w.name
		 WHERE s.setting <> w.value
		UNION ALL
		SELECT 'transaction_read_only', 'off', current_setting('transaction_read_only')
		 WHERE current_setting('transaction_read_only') <> 'off'
		   AND NOT pg_is_in_recovery()
		 LIMIT 1`, pgx.QueryExecModeExec, names, values)
	if err != nil {
		return fmt.Errorf("read the session's settings: %w", err)
	}
	wrong, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByPos[SettingError])
	if err != nil {
		return fmt.Errorf("read the session's settings: %w", err)
	}
	if len(wrong) > 0 {
		return wrong[0]
	}
	return nil
}

func columns(list []setting) (names, values []string) {
	for _, s := range list {
		names, values = append(names, s.name), append(values, s.value)
	}
	return names, values
}

func milliseconds(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }
