package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

var graphilePeer = peer{
	name: "graphile", title: "graphile-worker, batched", version: "0.18.0 on node 22.23.3",
	how:     "node: concurrentJobs -workers, localQueue twice that, completeJobBatchDelay 0, pollInterval 100 ms; -conns connections",
	keeps:   "at least one send; no ledger, attempts, budgets, holds",
	make:    func(s settings) contender { return &graphile{onPostgres: onPostgres{settings: s}} },
	missing: missingGraphile,
}

// graphile is https://worker.graphile.org, worked by graphile/worker.mjs.
type graphile struct {
	onPostgres
	working atomic.Pointer[child]
}

// node is a script of graphile/, run by the node that npm pinned.
func (g *graphile) node(script, url string, env ...string) (*exec.Cmd, error) {
	dir, err := graphileFolder()
	if err != nil {
		return nil, err
	}
	if err := writeGraphile(dir); err != nil {
		return nil, err
	}
	command := exec.Command(filepath.Join(dir, "node_modules", ".bin", "node"), script)
	command.Dir = dir
	command.Env = append(append(os.Environ(), "DATABASE_URL="+url), env...)
	return command, nil
}

func (g *graphile) create(ctx context.Context, db database) error {
	command, err := g.node("migrate.mjs", db.ownerURL)
	if err != nil {
		return err
	}
	c, err := startChild(command, "ready")
	if err != nil {
		return err
	}
	if err := c.stop(); err != nil {
		return fmt.Errorf("migrate: %w: %s", err, c.said)
	}
	return g.begin(ctx, db, "")
}

func (g *graphile) settled(ctx context.Context, w *watch) (int, error) {
	return g.left(ctx, w, "graphile_worker._private_jobs")
}

func (g *graphile) hand(ctx context.Context, list []result) error {
	payloads := make([]string, len(list))
	for i, one := range list {
		args, err := one.args()
		if err != nil {
			return err
		}
		text, err := json.Marshal(args)
		if err != nil {
			return err
		}
		payloads[i] = string(text)
	}
	err := pgx.BeginFunc(ctx, g.producer, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			SELECT count(*)
			  FROM graphile_worker.add_jobs((
			       SELECT array_agg(('post', p, NULL, now(), 25, NULL, 0, NULL)::graphile_worker.job_spec) FROM unnest($1::json[]) AS p))`, payloads)
		return err
	})
	if err == nil {
		g.handed.Add(int64(len(list)))
	}
	return err
}

func (g *graphile) handOne(ctx context.Context, one result) error { return g.hand(ctx, []result{one}) }

func (g *graphile) start(_ context.Context, url string) (func() error, error) {
	command, err := g.node("worker.mjs", g.db.serviceURL, "GREENHOUSE_URL="+url, "CREATED_BY="+createdBy,
		"WORKERS="+strconv.Itoa(g.Workers), "CONNS="+strconv.Itoa(g.Conns))
	if err != nil {
		return nil, err
	}
	c, err := startChild(command, "ready")
	if err != nil {
		return nil, err
	}
	g.working.Store(c)
	return c.onceStopped(), nil
}

func (g *graphile) pid() int {
	if c := g.working.Load(); c != nil {
		return c.pid()
	}
	return 0
}
