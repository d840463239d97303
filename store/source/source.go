// Package source reads the outbox in a producer's own database.
package source

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/interviewing-io/greenhouse-export/store/pgsession"
)

const (
	conns          = 2                // one reads, one listens
	statementLimit = 10 * time.Second // of one statement there, by that database's clock
	lockLimit      = 2 * time.Second
	askLimit       = 15 * time.Second // of one exchange with it, whatever the network does
)

// Config says how to reach a producer's own database. Name and URL must be set.
type Config struct {
	Name            string
	URL             string
	Known           int64  // the newest version of its schema that this binary knows
	ApplicationName string // shown in its pg_stat_activity; "ghexport relay" when empty
}

// Source is one producer's own database. Safe for use by many goroutines.
type Source struct {
	Name  string
	known int64
	pool  *pgxpool.Pool
}

// Open makes the pool; it connects when first used. Its errors never show the address. Close it with [Source.Close].
//
// A pooler of any kind may stand in between: nothing here needs a session to last, but for [Source.Hear], which does without.
func Open(c Config) (*Source, error) {
	sessions, err := pgsession.New(pgsession.Config{URL: c.URL, ApplicationName: cmp.Or(c.ApplicationName, "ghexport relay")})
	if err != nil {
		return nil, fmt.Errorf("address of source %s: %w", c.Name, err)
	}
	config := sessions.PoolConfig()
	config.AfterConnect = nil // what a statement needs is set in its transaction
	config.MaxConns, config.MaxConnIdleTime = conns, time.Minute
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec // no prepared statement stays with a pooler
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		return nil, fmt.Errorf("address of source %s: %w", c.Name, err)
	}
	return &Source{Name: c.Name, known: c.Known, pool: pool}, nil
}

// Close ends every connection, waiting for those in use.
func (s *Source) Close() { s.pool.Close() }

// Unverified names the hosts as which somebody on the network could pose.
func (s *Source) Unverified() []string {
	return pgsession.Unverified(&s.pool.Config().ConnConfig.Config)
}

// in runs f in a transaction whose statements are bounded and whose text is UTF8, whatever role, database and pooler say. Its error is
// a [*Trouble].
func (s *Source) in(ctx context.Context, f func(ctx context.Context, tx pgx.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true), set_config('client_encoding', 'UTF8', true),
			       set_config('idle_in_transaction_session_timeout', $1, true), set_config('DateStyle', 'ISO', true)`,
			fmt.Sprint(statementLimit.Milliseconds()), fmt.Sprint(lockLimit.Milliseconds()))
		if err != nil {
			return err
		}
		return f(ctx, tx)
	})
	return troubled(err)
}
