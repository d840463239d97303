package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// wakeChannel names where producers, settles and verbs say that there is work.
const wakeChannel = "ghexport.wake"

// Listener hears that work was committed. It holds one connection of its own, outside the pool.
type Listener struct {
	conn *pgx.Conn
}

// Listen opens a connection that hears every commit that wakes the relay. Postgres queues what is committed from then on; look for
// work once after Listen returns, for what was committed before. Close it with [Listener.Close].
func (s *Store) Listen(ctx context.Context) (*Listener, error) {
	conn, err := s.Sessions.Connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect to listen: %w", err)
	}
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{wakeChannel}.Sanitize()); err != nil {
		conn.Close(ctx)
		return nil, fmt.Errorf("listen: %w", err)
	}
	return &Listener{conn: conn}, nil
}

// Wait returns when work was committed since the last call, or when ctx ends. A timer alone ends it with ctx's error and leaves the
// listener usable only if [Listener.Ping] then answers.
func (l *Listener) Wait(ctx context.Context) error {
	if _, err := l.conn.WaitForNotification(ctx); err != nil {
		return fmt.Errorf("wait for a commit: %w", err)
	}
	return nil
}

// Ping tells a connection that still lives from one that a silent network swallowed.
func (l *Listener) Ping(ctx context.Context) error {
	if err := l.conn.Ping(ctx); err != nil {
		return fmt.Errorf("ping the listener's connection: %w", err)
	}
	return nil
}

// Close ends the connection.
func (l *Listener) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second) // the caller's ctx has ended by now
	defer cancel()
	l.conn.Close(ctx)
}

// AnnouncePolling tells producers that a relay polls for the next d and that they need not NOTIFY. Under load a NOTIFY in every commit
// would serialise the commits of the whole cluster.
func (s *Store) AnnouncePolling(ctx context.Context, d time.Duration) error {
	_, err := s.Pool.Exec(ctx,
		"SELECT setval('ghexport.awake_until', (extract(epoch FROM clock_timestamp() + $1::interval) * 1000000)::bigint)", d)
	if err != nil {
		return fmt.Errorf("announce polling: %w", err)
	}
	return nil
}

// PollingState says whether a relay may stop polling: whether the time promised by AnnouncePolling has passed, and which transactions
// were running then, since each of them may have skipped its NOTIFY.
type PollingState struct {
	Passed bool
	XMin   uint64 // the oldest transaction still running
	XMax   uint64 // the first transaction not yet begun
}

// PollingState reads the present state. A relay may stop polling once XMin has reached the XMax that it saw when Passed was first true.
//
// statement_timestamp, not clock_timestamp: it is taken before the statement's snapshot, so that a producer who looked before the
// time had passed, and so stayed silent, had its transaction id before that snapshot and is below its XMax.
func (s *Store) PollingState(ctx context.Context) (PollingState, error) {
	var d PollingState
	err := s.Pool.QueryRow(ctx, `
		SELECT (extract(epoch FROM statement_timestamp()) * 1000000)::bigint > a.last_value,
		       pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
		       pg_snapshot_xmax(pg_current_snapshot())::text::bigint
		  FROM ghexport.awake_until a`).Scan(&d.Passed, &d.XMin, &d.XMax)
	if err != nil {
		return d, fmt.Errorf("read the polling state: %w", err)
	}
	return d, nil
}
