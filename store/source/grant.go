package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/pgsession"
	"github.com/interviewing-io/greenhouse-export/store/rights"
)

// GrantRelay names whom a producer's own database is read by. The other kind that it knows is [rights.GrantProducer].
const GrantRelay rights.GrantKind = "relay"

// ErrKind says that a producer's own database has no rights of that kind to give.
var ErrKind = errors.New("a producer's own database knows producers and the relay")

// GrantSQL writes the statements that give a role its rights in a producer's own database, for a person to read or run. Running them
// twice does no harm; they revoke nothing.
func GrantSQL(kind rights.GrantKind, role string) (string, error) {
	if role == "" || strings.ContainsRune(role, 0) {
		return "", errors.New("grant: the role has no name")
	}
	to := " TO " + pgx.Identifier{role}.Sanitize() + ";\n"
	usage := "GRANT USAGE ON SCHEMA ghexport" + to
	switch kind {
	case rights.GrantProducer:
		return usage + "GRANT EXECUTE ON FUNCTION ghexport.enqueue(jsonb), ghexport.validate(jsonb), ghexport.status(text, text)" + to, nil
	case GrantRelay:
		return usage + "GRANT SELECT, DELETE ON ghexport.outbox" + to + "GRANT SELECT ON ghexport.producer_version" + to +
			"GRANT UPDATE ON SEQUENCE ghexport.awake_until" + to, nil
	default:
		return "", ErrKind
	}
}

// Grant gives a role its rights in the producer's own database at an address, in one transaction, and looks whether it now has them:
// else nothing is changed. The role must exist, and whoever runs this must own the tables. Safe to repeat.
func Grant(ctx context.Context, url string, kind rights.GrantKind, role string) error {
	statements, err := GrantSQL(kind, role)
	if err != nil {
		return err
	}
	sessions, err := pgsession.New(pgsession.Config{URL: url, ApplicationName: "ghexport grant", StatementLimit: statementLimit, LockLimit: lockLimit})
	if err != nil {
		return fmt.Errorf("database address: %w", err)
	}
	conn, err := sessions.Connect(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // what was committed stays
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var known bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role).Scan(&known); err != nil {
			return fmt.Errorf("look for role %q: %w", role, err)
		}
		if !known {
			return fmt.Errorf("role %q: %w; create it first", role, store.ErrNotFound)
		}
		if _, err := tx.Exec(ctx, statements); err != nil {
			return fmt.Errorf("role %q: %w", role, err)
		}
		lacks, _, err := lacking(ctx, tx, kind, role)
		if err == nil && len(lacks) > 0 {
			err = fmt.Errorf("role %q still lacks %s; nothing was granted: %w", role, strings.Join(lacks, ", "), rights.ErrNotOwner)
		}
		return err
	})
}

// lacking lists what a role, "" for the one that asks, cannot do of what a kind is to be given, and names the role. What the schema does
// not have nobody lacks.
func lacking(ctx context.Context, tx pgx.Tx, kind rights.GrantKind, role string) (lacks []string, named string, err error) {
	if err := tx.QueryRow(ctx, "SELECT current_user::text").Scan(&named); err != nil {
		return nil, "", err
	}
	named = cmp.Or(role, named)
	rows, err := tx.Query(ctx, `
		WITH ours AS (SELECT oid FROM pg_namespace WHERE nspname = 'ghexport')
		SELECT 'USAGE on schema ghexport' FROM ours WHERE NOT has_schema_privilege($1, oid, 'USAGE')
		UNION ALL
		SELECT w.may || ' on ' || w.name
		  FROM (VALUES ('outbox', 'SELECT'), ('outbox', 'DELETE'), ('producer_version', 'SELECT')) AS w(name, may)
		  JOIN pg_class c ON c.relname = w.name AND c.relnamespace = (SELECT oid FROM ours)
		 WHERE $2 AND NOT has_table_privilege($1, c.oid, w.may)
		UNION ALL
		SELECT 'UPDATE on sequence awake_until'
		  FROM pg_class c
		 WHERE $2 AND c.relname = 'awake_until' AND c.relkind = 'S' AND c.relnamespace = (SELECT oid FROM ours)
		   AND NOT CASE WHEN c.relkind = 'S' THEN has_sequence_privilege($1, c.oid, 'UPDATE') END
		UNION ALL
		SELECT 'EXECUTE on function ' || p.proname
		  FROM pg_proc p
		 WHERE NOT $2 AND p.proname IN ('enqueue', 'validate', 'status') AND p.pronamespace = (SELECT oid FROM ours)
		   AND NOT has_function_privilege($1, p.oid, 'EXECUTE')`, named, kind == GrantRelay)
	if err != nil {
		return nil, named, err
	}
	lacks, err = pgx.CollectRows(rows, pgx.RowTo[string])
	return lacks, named, err
}
