// Package store is the write path of the ledger: the outbox, the rules by which exports change, companies, budgets and the audit trail.
// Every method of [Store] owns its transaction; what must be atomic with a caller's takes a pgx.Tx. Beside it stand rooms that use it and
// that it does not know: query reads, runs replays, notices tells, erasure
// forgets, access lets people in.
package store

import (
	"cmp"
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/interviewing-io/greenhouse-export/store/pgsession"
)

// Config says how to reach the database. Only URL must be set.
type Config struct {
	URL             string        // a Postgres connection URL or DSN
	ApplicationName string        // shown in pg_stat_activity; "ghexport" when empty
	MaxConns        int32         // connections of the pool; 16 when zero
	StatementLimit  time.Duration // no statement runs longer; 15 s when zero
	LockLimit       time.Duration // no statement waits longer for a lock; 2 s when zero
	IdleLimit       time.Duration // a transaction left open by a frozen process ends after this; 3 s when zero
	Version         string        // of this binary, kept with what dies under it
	GenericPlans    bool          // plan each statement once a connection: for a service, whose few statements are long and alike
}

// Store is a pool of connections whose settings never trade durability and never let a frozen process hold a lock for long.
// Safe for use by many goroutines.
type Store struct {
	Pool *pgxpool.Pool

	Version   string
	Sessions  *pgsession.Opener
	guard     atomic.Pointer[Guard] // nil until [Store.Guard]
	positions positions
	intents   group[Intent, *Granted]
	settles   group[Settle, Settled]

	sweepSlice sweepSlice
}

// Open makes the pool; it connects when first used. Close it with [Store.Close].
func Open(ctx context.Context, c Config) (*Store, error) {
	sessions, err := pgsession.New(pgsession.Config{
		URL: c.URL, ApplicationName: c.ApplicationName, GenericPlans: c.GenericPlans,
		StatementLimit: cmp.Or(c.StatementLimit, 15*time.Second),
		LockLimit:      cmp.Or(c.LockLimit, 2*time.Second),
		IdleLimit:      cmp.Or(c.IdleLimit, 3*time.Second),
	})
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	config := sessions.PoolConfig()
	config.MaxConns = cmp.Or(c.MaxConns, 16)
	s := &Store{Version: c.Version, Sessions: sessions}
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		if err := sessions.Prepare(ctx, conn); err != nil {
			return err
		}
		// Without this pgx scans timestamptz into the machine's local zone, and the same row prints differently on two nodes.
		conn.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		return s.guardConnection(ctx, conn)
	}
	if s.Pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	s.intents.commit = s.commitIntents
	s.settles.commit = s.commitSettles
	return s, nil
}

// Close ends every connection, waiting for those in use.
func (s *Store) Close() { s.Pool.Close() }

// Now is the database's clock, by which every moment in the ledger is set.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	var now time.Time
	if err := s.Pool.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&now); err != nil {
		return now, fmt.Errorf("ask the database's clock: %w", err)
	}
	return now, nil
}

func Milliseconds(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }
