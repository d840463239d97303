package rights

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/store"
)

// RightsError lists the rights that a role lacks of those that [GrantSQL] gives.
type RightsError struct {
	Role  string
	Kind  GrantKind
	Lacks []string // as "DELETE on outbox"
}

// Error names the first few.
func (e *RightsError) Error() string {
	const few = 5
	lacks, more := e.Lacks, ""
	if len(lacks) > few {
		more = fmt.Sprintf(" and %d more", len(lacks)-few)
		lacks = lacks[:few]
	}
	return fmt.Sprintf("role %q lacks rights of a %s: %s%s", e.Role, e.Kind, strings.Join(lacks, ", "), more)
}

// CheckRights returns a [RightsError] where the role that this store connects as lacks a right that the service needs.
func (s Store) CheckRights(ctx context.Context) error {
	var role string
	if err := s.Pool.QueryRow(ctx, "SELECT current_user::text").Scan(&role); err != nil {
		return fmt.Errorf("look at our rights: %w", err)
	}
	lacks, err := lacking(ctx, s.Pool, GrantService, role)
	if err != nil {
		return fmt.Errorf("look at our rights: %w", err)
	}
	if len(lacks) > 0 {
		return &RightsError{Role: role, Kind: GrantService, Lacks: lacks}
	}
	return nil
}

// CheckSession reads back in one connection of the pool what correctness rests on. A connection in which it does not hold is closed.
func (s Store) CheckSession(ctx context.Context) error {
	conn, err := s.Pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("look at a session: %w", err)
	}
	defer conn.Release()
	if err := s.Sessions.Check(ctx, conn.Conn()); err != nil {
		conn.Conn().Close(ctx) //nolint:errcheck // it is of no use
		return err
	}
	var standby bool
	if err := conn.QueryRow(ctx, "SELECT pg_is_in_recovery()").Scan(&standby); err != nil {
		return fmt.Errorf("look at a session: %w", err)
	}
	if standby {
		return store.ErrReadOnly
	}
	return nil
}

// tableRights returns what each kind of role may do with whole tables.
func tableRights(kind GrantKind) map[string][]string {
	rights := map[string][]string{}
	add := func(tables []string, may ...string) {
		for _, table := range tables {
			rights[table] = may
		}
	}
	switch kind {
	case GrantService:
		add(serviceTables, "SELECT", "INSERT", "UPDATE", "DELETE")
		add([]string{"audit"}, "SELECT", "INSERT")
		add(serviceReads, "SELECT")
	case GrantViewer:
		add(viewerTables, "SELECT")
	}
	return rights
}

// lacking lists what the role cannot do of what a grant of the kind is to give it, in the catalogue's own words. What the schema does
// not have, of an older version, nobody lacks.
func lacking(ctx context.Context, db interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}, kind GrantKind, role string,
) ([]string, error) {
	var tables, rights, columnTables, columns []string
	may := tableRights(kind)
	for _, table := range slices.Sorted(maps.Keys(may)) {
		for _, right := range may[table] {
			tables, rights = append(tables, table), append(rights, right)
		}
	}
	functions := map[GrantKind][]string{GrantProducer: producerFunctions, GrantViewer: viewerFunctions}[kind]
	if kind == GrantViewer {
		for _, table := range slices.Sorted(maps.Keys(viewerColumns)) {
			for _, column := range viewerColumns[table] {
				columnTables, columns = append(columnTables, table), append(columns, column)
			}
		}
	}
	names := make([]string, len(functions))
	for i, f := range functions {
		names[i], _, _ = strings.Cut(f, "(")
	}
	rows, err := db.Query(ctx, `
		WITH ours AS (SELECT oid FROM pg_namespace WHERE nspname = 'ghexport')
		SELECT 'USAGE on the schema' FROM ours WHERE NOT has_schema_privilege($1, oid, 'USAGE')
		UNION ALL
		SELECT w.may || ' on ' || w.name
		  FROM unnest($2::text[], $3::text[]) AS w(name, may)
		  JOIN pg_class c ON c.relname = w.name AND c.relnamespace = (SELECT oid FROM ours)
		 WHERE NOT has_table_privilege($1, c.oid, w.may)
		UNION ALL
		SELECT 'SELECT on ' || w.name || '.' || w.col
		  FROM unnest($4::text[], $5::text[]) AS w(name, col)
		  JOIN pg_class c ON c.relname = w.name AND c.relnamespace = (SELECT oid FROM ours)
		  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = w.col
		 WHERE NOT has_column_privilege($1, c.oid, a.attnum, 'SELECT')
		UNION ALL
		SELECT m.may || ' on sequence ' || c.relname
		  FROM pg_class c, unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) AS m(may)
		 WHERE $7 AND c.relnamespace = (SELECT oid FROM ours) AND c.relkind = 'S'
		   AND NOT CASE WHEN c.relkind = 'S' THEN has_sequence_privilege($1, c.oid, m.may) END
		UNION ALL
		SELECT 'EXECUTE on function ' || p.proname
		  FROM pg_proc p
		 WHERE ($7 OR p.proname = ANY ($6)) AND p.pronamespace = (SELECT oid FROM ours)
		   AND NOT has_function_privilege($1, p.oid, 'EXECUTE')`,
		role, tables, rights, columnTables, columns, names, kind == GrantService)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// checkGrant tells whether the statements of a grant had their effect: Postgres only warns whoever has no right to give.
func checkGrant(ctx context.Context, tx pgx.Tx, kind GrantKind, role string) error {
	lacks, err := lacking(ctx, tx, kind, role)
	if err != nil {
		return fmt.Errorf("look whether it had its effect: %w", err)
	}
	if len(lacks) == 0 {
		return nil
	}
	return fmt.Errorf("%w; nothing was granted: %w", &RightsError{Role: role, Kind: kind, Lacks: lacks}, ErrNotOwner)
}

// ErrNotOwner says that whoever granted may not.
var ErrNotOwner = errors.New("the role in DATABASE_URL does not own the schema, or may not hand its rights on")
