package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// watch looks on as superuser, on a connection of its own to the contender's database. Its own transactions are counted, so that
// they can be taken out of the contender's.
type watch struct {
	db   database
	conn *pgx.Conn
	made int64
}

func newWatch(ctx context.Context, db database) (*watch, error) {
	conn, err := pgx.Connect(ctx, db.root)
	if err != nil {
		return nil, fmt.Errorf("look on: %w", err)
	}
	return &watch{db: db, conn: conn}, nil
}

func (w *watch) close(ctx context.Context) { w.conn.Close(context.WithoutCancel(ctx)) } //nolint:errcheck // nothing is pending

func (w *watch) number(ctx context.Context, query string) (n int64, err error) {
	w.made++
	err = w.conn.QueryRow(ctx, query).Scan(&n)
	return n, err
}

func (w *watch) exec(ctx context.Context, query string) error {
	w.made++
	_, err := w.conn.Exec(ctx, query)
	return err
}

const settlePoll = 5 * time.Millisecond

// until asks again and again until the answer is enough.
func until(ctx context.Context, pause time.Duration, what string, enough func() (bool, error)) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		if ok, err := enough(); err != nil || ok {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, context.Cause(ctx))
		}
	}
}

// settled waits until at least n are recorded as done.
func (w *watch) settled(ctx context.Context, c contender, n int) error {
	var done int
	err := until(ctx, settlePoll, fmt.Sprintf("%d settled", n), func() (enough bool, err error) {
		done, err = c.settled(ctx, w)
		return done >= n, err
	})
	if err != nil {
		return fmt.Errorf("%w; %d are", err, done)
	}
	return nil
}

// alone waits until nobody else is connected to the database: only then has Postgres added up what everybody did.
func (w *watch) alone(ctx context.Context) error {
	return until(ctx, 10*time.Millisecond, "the others' connections to end", func() (bool, error) {
		n, err := w.number(ctx, fmt.Sprintf(`
			SELECT count(*) FROM pg_stat_activity
			 WHERE datname = current_database() AND usename IN ('%s', '%s')`, w.db.serviceRole, w.db.producerRole))
		return n == 0, err
	})
}
