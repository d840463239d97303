package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

var cutCell = cell{
	name: "cut", title: "Connections cut", metrics: []string{"doubled", "missing", "answered", "requests"},
	peers: []string{ourName, "river", "by-hand", "floor", "gue", "watermill", "graphile"},
	says: "The drain, in which Postgres ends every connection of the workers when a quarter, a half and three quarters have arrived. What was sent and not yet " +
		"written down is what a queue sends again, or does not.",
	measure: func(ctx context.Context, b *bench, p peer) (measured, error) {
		c := cutter{bench: b}
		m, err := b.drain(ctx, p, drainOptions{beside: c.begin, enough: c.enough})
		if err == nil {
			m.Values["missing"] = m.Values["lost"]
			delete(m.Values, "lost") // what is missing may still come
		}
		return m, err
	},
}

// cuts sets how often the connections are ended.
const cuts = 3

// patience sets how long nothing must have come before what is missing counts as missing.
const patience = 10 * time.Second

// cutter ends the workers' connections as the drain goes on.
type cutter struct {
	*bench
	db       database
	cut      int
	requests int       // seen so far
	arrived  time.Time // when the last was; before any, when work began
}

func (c *cutter) begin(_ context.Context, db database) (func(), error) {
	c.db = db
	return func() {}, nil
}

// enough cuts where it is time to, and tells when all has arrived and nothing more comes, or nothing comes any more.
func (c *cutter) enough(ctx context.Context, f *fake, _ contender) (bool, error) {
	if n := f.CountRequests(); n > c.requests || c.arrived.IsZero() {
		c.requests, c.arrived = n, time.Now()
	}
	got := f.CountCandidates("")
	if c.cut < cuts && got >= (c.cut+1)*c.N/(cuts+1) {
		c.cut++
		return false, c.terminate(ctx)
	}
	quiet := time.Since(c.arrived)
	if got < c.N || quiet < c.Calm {
		return quiet > patience, ctx.Err()
	}
	lost, _ := f.toll(c.N)
	return lost == 0 || quiet > patience, ctx.Err()
}

func (c *cutter) terminate(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.db.root)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing is pending
	_, err = conn.Exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = $1", c.db.serviceRole)
	if err != nil {
		return fmt.Errorf("cut the connections: %w", err)
	}
	return nil
}
