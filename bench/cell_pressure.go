package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

var pressureCell = cell{
	name: "pressure", title: "A held xmin and four long readers", metrics: []string{"ratio", "clean_rate", "rate", "lost", "doubled"},
	peers: []string{ourName, "river", "by-hand", "floor", "gue", "graphile"},
	says: "The drain, while one transaction holds an old snapshot and four others read every table once a second in transactions that do not end, so that " +
		"nothing dead can be cleaned: the rate beside the same drain without them.",
	measure: func(ctx context.Context, b *bench, p peer) (measured, error) {
		clean, err := b.drain(ctx, p, drainOptions{})
		if err != nil {
			return measured{}, fmt.Errorf("without them: %w", err)
		}
		m, err := b.drain(ctx, p, drainOptions{beside: holdBack})
		if err != nil {
			return m, err
		}
		m.Values["clean_rate"], m.Values["ratio"] = clean.Values["rate"], m.Values["rate"]/clean.Values["rate"]
		return m, nil
	},
}

// longReaders sets how many read beside the one that only holds its snapshot.
const longReaders = 4

// holdBack opens the transactions; what it returns ends them.
func holdBack(ctx context.Context, db database) (func(), error) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	end := func() {
		cancel()
		running.Wait()
	}
	for i := range 1 + longReaders {
		conn, err := pgx.Connect(ctx, db.root)
		if err == nil {
			_, err = conn.Exec(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class")
		}
		if err != nil {
			end()
			return nil, fmt.Errorf("hold a snapshot: %w", err)
		}
		running.Go(func() {
			defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // its transaction is for nothing
			for ctx.Err() == nil {
				if i > 0 {
					readAll(ctx, conn)
				}
				pause(ctx, time.Second)
			}
		})
	}
	return end, nil
}

// readAll counts the rows of every table that is not Postgres's own. It stops at an error, which the end of the measurement is.
func readAll(ctx context.Context, conn *pgx.Conn) {
	rows, err := conn.Query(ctx, `
		SELECT format('SELECT count(*) FROM %I.%I', schemaname, tablename) FROM pg_tables
		 WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
	if err != nil {
		return
	}
	queries, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, query := range queries {
		if err != nil {
			return
		}
		_, err = conn.Exec(ctx, query)
	}
}
