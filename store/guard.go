package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Guard keeps a service from sending from a ledger that may have forgotten what it sent. A backup restored, or an asynchronous
// standby promoted, has lost its last commits: what they say was sent would go again. Postgres shows both: the cluster has another
// system identifier, or another timeline, than the one remembered in `control`.
type Guard struct {
	SynchronousStandby bool                  // another timeline of the same cluster has every commit: go on
	Found              func(what GuardFound) // told of everything but [GuardSame]; must be set, and may be called at once by many
}

// GuardFound is what a look at the cluster found.
type GuardFound string

// What may be found.
const (
	GuardSame     GuardFound = "same"
	GuardFirst    GuardFound = "first"    // the first serve of this ledger: remembered
	GuardPromoted GuardFound = "promoted" // a synchronous standby took over: remembered
	GuardStopped  GuardFound = "stopped"  // another cluster or timeline: everything is stopped until [Store.ResumeAll]
)

// ErrReadOnly says that the database is a standby, which can record nothing, so that nothing may be sent.
var ErrReadOnly = errors.New("the database is a standby that only reads")

// Guard looks at the cluster in every connection from now on, before anything else is done in it: a connection cannot outlive a
// failover, so no intent gets past. The stop is a row in the database, which binds every node. Call it once, before work begins.
func (s *Store) Guard(ctx context.Context, g Guard) error {
	s.guard.Store(&g)
	s.Pool.Reset()
	if err := s.Pool.Ping(ctx); err != nil {
		return fmt.Errorf("look at the database's cluster: %w", err)
	}
	return nil
}

func (s *Store) guardConnection(ctx context.Context, conn *pgx.Conn) error {
	g := s.guard.Load()
	if g == nil {
		return nil
	}
	var found GuardFound
	err := conn.QueryRow(ctx, "SELECT ghexport.guard($1)", g.SynchronousStandby).Scan(&found)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && (refused.Code == "55000" || refused.Code == "25006") { // recovery is in progress; read-only
		return ErrReadOnly
	}
	if err != nil {
		return fmt.Errorf("look at the database's cluster: %w", err)
	}
	if found != GuardSame {
		g.Found(found)
	}
	return nil
}
