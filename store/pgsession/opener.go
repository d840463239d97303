// Package pgsession opens connections to Postgres whose settings are ours, whatever role, database, address and pooler say.
//
// Startup parameters are not the way: poolers refuse or drop them. So each setting that correctness rests on is set after connecting,
// and read back; a connection in which one does not hold is closed, with an error that names it.
package pgsession

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// connectLimit bounds the making of one connection.
const connectLimit = 10 * time.Second

// Config says what the sessions are for. Only URL must be set; a limit of zero is none.
type Config struct {
	URL             string        // a connection URL or DSN, as libpq writes them
	ApplicationName string        // shown in pg_stat_activity; "ghexport" when empty
	StatementLimit  time.Duration // no statement runs longer
	LockLimit       time.Duration // no statement waits longer for a lock
	IdleLimit       time.Duration // a transaction left open by a frozen process ends after this
	GenericPlans    bool          // plan each statement once a connection
}

// Opener makes connections of one kind. Safe for use by many goroutines.
type Opener struct {
	pool   *pgxpool.Config
	own    []setting // what must hold
	asked  []setting // what the address asks for beside it
	mu     sync.Mutex
	direct time.Time // when it was last seen that a pooler in between keeps sessions
}

// New reads the address and connects nowhere. Its errors name keywords, never values.
func New(c Config) (*Opener, error) {
	config, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		return nil, errAddress
	}
	o := &Opener{pool: config, own: c.settings()}
	if o.asked, err = takeKeywords(config.ConnConfig.RuntimeParams); err != nil {
		return nil, err
	}
	o.asked = slices.DeleteFunc(o.asked, func(s setting) bool { // ours win
		return slices.ContainsFunc(o.own, func(own setting) bool { return strings.EqualFold(s.name, own.name) })
	})
	config.ConnConfig.ConnectTimeout = connectLimit
	config.ConnConfig.RuntimeParams["application_name"] = cmp.Or(c.ApplicationName, "ghexport") // the one that every pooler takes
	config.ConnConfig.OnPgError = keeps
	config.AfterConnect = o.Prepare
	return o, nil
}

// PoolConfig is a copy of the configuration of a pool whose connections are all prepared.
func (o *Opener) PoolConfig() *pgxpool.Config { return o.pool.Copy() }

// Connect makes one prepared connection outside any pool.
func (o *Opener) Connect(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, o.pool.ConnConfig.Copy())
	if err != nil {
		return nil, err
	}
	if err := o.Prepare(ctx, conn); err != nil {
		conn.Close(ctx) //nolint:errcheck // it is of no use
		return nil, err
	}
	return conn, nil
}

// OpenError says that a connection could not be made one of ours, and was given up. Whatever its cause's code, it says nothing about
// the work for which the connection was wanted.
type OpenError struct{ err error }

// Error is the cause's.
func (e *OpenError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *OpenError) Unwrap() error { return e.err }

// Prepare makes a fresh connection one of ours, or returns an [OpenError]: it refuses transaction pooling and a database that is not UTF8, sets what correctness
// rests on and reads it back. Its statements have no names, so that nothing is left behind in a pooler that is refused.
func (o *Opener) Prepare(ctx context.Context, conn *pgx.Conn) error {
	err := o.look(ctx, conn)
	if err == nil {
		err = o.set(ctx, conn)
	}
	if err == nil {
		err = o.Check(ctx, conn)
	}
	if err != nil {
		return &OpenError{err}
	}
	return nil
}

func (o *Opener) set(ctx context.Context, conn *pgx.Conn) error {
	names, values := columns(append(o.asked[:len(o.asked):len(o.asked)], o.own...))
	_, err := conn.Exec(ctx, `
		SELECT count(set_config(s.name, s.value, false))
		  FROM unnest($1::text[], $2::text[]) AS s(name, value)
		 WHERE s.name LIKE '%.%' OR current_setting(s.name, true) IS NOT NULL -- some came with later versions`,
		pgx.QueryExecModeExec, names, values)
	if err != nil {
		return fmt.Errorf("set up the session: %w", err)
	}
	return nil
}

// keeps ends a session that can do no more work of ours: it was turned read-only, or holds what is not its own. The next use of the
// pool makes a new one.
func keeps(_ *pgconn.PgConn, err *pgconn.PgError) bool {
	switch err.Code {
	case "25006", "42P05", "26000", "08P01": // read-only; a prepared statement that is there already, or is not; protocol
		return false
	}
	return err.Severity != "FATAL" && err.Severity != "PANIC"
}
