package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Guard keeps a service from sending from a ledger that may have forgotten what it sent. A backup restored, or an asynchronous
// standby promoted, has lost its last commits: what they say was sent would go again. Postgres shows it: the cluster's system identifier,
// its timeline, the oid of the database or of our table is another than the one remembered in `control`; or write-ahead log and job
// numbers are behind what this node has seen before.
type Guard struct {
	SynchronousStandby bool                  // another timeline of the same cluster has every commit: go on
	Seen               *Position             // what a former process of this node saw last; nil for nothing
	Found              func(what GuardFound) // told of everything but [GuardSame]; must be set, and may be called at once by many
}

// GuardFound names what a look at the cluster found.
type GuardFound string

// What may be found.
const (
	GuardSame     GuardFound = "same"
	GuardFirst    GuardFound = "first"    // the first serve of this ledger: remembered
	GuardPromoted GuardFound = "promoted" // a synchronous standby took over: remembered
	GuardStopped  GuardFound = "stopped"  // the ledger may have forgotten: everything is stopped until [Store.ConfirmDatabase]
)

// ErrReadOnly says that the database is a standby, which can record nothing, so that nothing may be sent.
var ErrReadOnly = errors.New("the database is a standby that only reads")

// Guard looks at the database in every connection from now on, before anything else is done in it: a connection cannot outlive a
// failover, so no intent gets past. The stop is a row in the database, which binds every node. Call it once, before work begins; what
// changes under a connection that stays is found by [Store.Look], and by intents, which grant nothing from other tables.
func (s *Store) Guard(ctx context.Context, g Guard) error {
	if g.Seen != nil {
		s.positions.set(*g.Seen)
	}
	s.guard.Store(&g)
	s.Pool.Reset()
	return s.Look(ctx)
}

// Look has the [Guard] look again, if there is one: at what was put in the ledger's place without ending a connection. Safe to call at any time.
func (s *Store) Look(ctx context.Context) error {
	conn, err := s.Pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("look at the database's identity: %w", err)
	}
	defer conn.Release()
	return s.guardConnection(ctx, conn.Conn())
}

// lookOnceASecond has the guard look where something is not granted: perhaps because the ledger is another by now. An error comes again
// with the next look.
func (s *Store) lookOnceASecond(ctx context.Context) {
	if s.guard.Load() != nil && s.positions.mayLook() {
		s.Look(ctx) //nolint:errcheck // see above
	}
}

// Position is the furthest that this node has seen the database come; nil before the first look, and while everything is stopped since.
func (s *Store) Position() *Position { return s.positions.get() }

func (s *Store) guardConnection(ctx context.Context, conn *pgx.Conn) error {
	g := s.guard.Load()
	if g == nil {
		return nil
	}
	var found GuardFound
	var here Position
	err := conn.QueryRow(ctx, "SELECT g.verdict, g.here FROM ghexport.guard($1, $2) g", g.SynchronousStandby, s.positions.get()).Scan(&found, &here)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && (refused.Code == "55000" || refused.Code == "25006") { // recovery is in progress; read-only
		return ErrReadOnly
	}
	if err != nil {
		return fmt.Errorf("look at the database's identity: %w", err)
	}
	if found != GuardStopped {
		s.positions.set(here)
	}
	if found != GuardSame {
		g.Found(found)
	}
	return nil
}
