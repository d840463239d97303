package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Counted holds what Postgres counted meanwhile. The onlooker is another role, and takes part in nothing.
type Counted struct {
	Known        bool        // the server has pg_stat_statements
	Service      int64       // statements of the service's role; every BEGIN and COMMIT counts
	River        int64       // of them, River's own: without its BEGIN and COMMIT, which nobody can tell from others
	Producer     int64       // statements of the producer's role
	MS           float64     // that the service's statements took which are not River's
	DueMS        float64     // of them, the look for what is due, whose cost could grow with the backlog
	Transactions int64       // committed, of everybody but the onlooker
	WALBytes     int64       // of the whole server
	Top          []Statement // the service's costliest
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

// end adds up. Service and producer must have gone.
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
	c.Transactions = max(c.Transactions-b.transactions-(made-b.made), 0)
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
		SELECT r.rolname, s.query, s.calls, s.rows, s.total_exec_time
		  FROM bench.pg_stat_statements s
		  JOIN pg_roles r ON r.oid = s.userid
		  JOIN pg_database d ON d.oid = s.dbid
		 WHERE d.datname = current_database() AND r.rolname = ANY ($1)
		 ORDER BY s.total_exec_time DESC`, []string{w.db.serviceRole, w.db.producerRole})
	if err != nil {
		return fmt.Errorf("read pg_stat_statements: %w", err)
	}
	var role string
	var s Statement
	_, err = pgx.ForEachRow(rows, []any{&role, &s.Text, &s.Calls, &s.Rows, &s.MS}, func() error {
		c.add(role == w.db.producerRole, s)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read pg_stat_statements: %w", err)
	}
	return nil
}

// topStatements sets how many are kept for the report.
const topStatements = 14

func (c *Counted) add(producer bool, s Statement) {
	if producer {
		c.Producer += s.Calls
		return
	}
	c.Service += s.Calls
	if s.River = rivers(s.Text); s.River {
		c.River += s.Calls
	} else {
		c.MS += s.MS
	}
	if strings.Contains(s.Text, "RECURSIVE due") {
		c.DueMS += s.MS
	}
	s.Text = strings.Join(strings.Fields(s.Text), " ")
	s.Text = s.Text[:min(len(s.Text), 200)]
	if len(c.Top) < topStatements {
		c.Top = append(c.Top, s)
	}
}

// rivers tells River's statements by the name that its generator puts into each, or by their tables.
func rivers(query string) bool {
	if strings.Contains(query, "-- name: ") {
		return true
	}
	return strings.Contains(query, "river_") && !strings.Contains(query, "ghexport.exports") && !strings.Contains(query, "handmade_") && !strings.Contains(query, "pg_notify")
}
