package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Counted is what Postgres counted during a drain, of the service's role alone: the producer and the onlooker are other roles.
type Counted struct {
	Known        bool        // the server has pg_stat_statements
	Ours         int64       // statements that are not River's; every BEGIN and COMMIT is counted here, whoever sent it
	River        int64       // River's own
	Transactions int64       // committed, of the service's and River's
	WALBytes     int64       // of the whole server
	HotUpdates   float64     // of the updates of ghexport.exports, the share that touched no index
	Top          []Statement // the costliest
}

// Statement is one normalised statement and its cost.
type Statement struct {
	Text  string
	River bool
	Calls int64
	Rows  int64
	MS    float64 // in Postgres, all calls together
}

// before are the counters as they stood.
type before struct {
	wal, transactions, made int64
}

const (
	walSQL          = "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint"
	transactionsSQL = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
)

// begin sets the counters to zero, or remembers them.
func (w *watch) begin(ctx context.Context, known bool) (b before, err error) {
	if err = w.exec(ctx, "SELECT pg_stat_force_next_flush()"); err != nil {
		return b, err
	}
	if known {
		if err = w.exec(ctx, "SELECT bench.pg_stat_statements_reset()"); err != nil {
			return b, err
		}
	}
	if b.wal, err = w.number(ctx, walSQL); err != nil {
		return b, err
	}
	b.made = w.made
	b.transactions, err = w.number(ctx, transactionsSQL)
	return b, err
}

// end adds up. The service must have stopped.
func (w *watch) end(ctx context.Context, b before, known bool) (c Counted, err error) {
	if err = w.alone(ctx); err != nil {
		return c, err
	}
	if err = w.exec(ctx, "SELECT pg_stat_force_next_flush()"); err != nil {
		return c, err
	}
	made := w.made
	if c.Transactions, err = w.number(ctx, transactionsSQL); err != nil {
		return c, err
	}
	c.Transactions -= b.transactions + made - b.made
	if c.WALBytes, err = w.number(ctx, walSQL); err != nil {
		return c, err
	}
	c.WALBytes -= b.wal
	if c.Known = known; !known {
		return c, nil
	}
	return c, w.statements(ctx, &c)
}

func (w *watch) statements(ctx context.Context, c *Counted) error {
	rows, err := w.conn.Query(ctx, `
		SELECT s.query, s.calls, s.rows, s.total_exec_time
		  FROM bench.pg_stat_statements s
		  JOIN pg_roles r ON r.oid = s.userid
		  JOIN pg_database d ON d.oid = s.dbid
		 WHERE d.datname = current_database() AND r.rolname = $1
		 ORDER BY s.total_exec_time DESC`, serviceRole)
	if err != nil {
		return fmt.Errorf("read pg_stat_statements: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Statement, err error) {
		return s, row.Scan(&s.Text, &s.Calls, &s.Rows, &s.MS)
	})
	if err != nil {
		return fmt.Errorf("read pg_stat_statements: %w", err)
	}
	for i := range all {
		s := &all[i]
		if s.River = rivers(s.Text); s.River {
			c.River += s.Calls
		} else {
			c.Ours += s.Calls
		}
		s.Text = strings.Join(strings.Fields(s.Text), " ")
		s.Text = s.Text[:min(len(s.Text), 200)]
	}
	c.Top = all[:min(len(all), 14)]
	return nil
}

// rivers tells River's statements by the name that its generator puts into each, or by their tables.
func rivers(query string) bool {
	if strings.Contains(query, "-- name: ") {
		return true
	}
	return strings.Contains(query, "river_") && !strings.Contains(query, "ghexport.exports") && !strings.Contains(query, "pg_notify")
}
