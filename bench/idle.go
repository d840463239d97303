package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Idle is how soon a commit became a request while nothing else was to do.
type Idle struct {
	Hand   []time.Duration // the producer's transaction, BEGIN to COMMIT
	Arrive []time.Duration // from the return of COMMIT to the arrival of the request's head
	Steps  []Step          // ours only
}

// Step is one part of the way, as the ledger's own times tell.
type Step struct {
	Name string
	Took []time.Duration
}

// idleLimit bounds the wait for the last arrival once all is committed.
const idleLimit = time.Minute

// calm is the pause after the warm-up: longer than a busy relay keeps producers from waking it (2 s).
const calm = 3 * time.Second

// idles measures ours, then raw River.
func (b *bench) idles(ctx context.Context, r *report) (err error) {
	b.say("idle: %d exports, %.0f a second, each side", b.Idle, b.Rate)
	if r.OursIdle, err = b.idle(ctx, &ours{settings: b.settings}); err != nil {
		return fmt.Errorf("idle latency of ours: %w", err)
	}
	if r.RiverIdle, err = b.idle(ctx, &raw{settings: b.settings}); err != nil {
		return fmt.Errorf("idle latency of raw river: %w", err)
	}
	return nil
}

func (b *bench) idle(ctx context.Context, c contender) (idle Idle, err error) {
	w, drop, err := b.prepare(ctx, c)
	if err != nil {
		return idle, err
	}
	defer drop()
	if err := w.exec(ctx, "VACUUM ANALYZE"); err != nil {
		return idle, err
	}
	f, err := newFake(ctx, b.settings, true)
	if err != nil {
		return idle, err
	}
	defer f.close()
	stop, err := c.start(ctx, f.url)
	if err != nil {
		return idle, err
	}
	select { // a service that was just busy polls for a while instead of listening
	case <-time.After(calm):
	case <-ctx.Done():
	}
	first := 20 // they open connections and prepare statements; not counted
	list := results("idle", b.Idle+first, b.Orgs)
	began, committed, err := b.openLoop(ctx, c, list)
	if err == nil {
		waitCtx, cancel := context.WithTimeoutCause(ctx, idleLimit, fmt.Errorf("it took longer than %s", idleLimit))
		defer cancel()
		err = w.explained(ctx, c, w.settled(waitCtx, c, len(list)+b.Warm))
	}
	if stopErr := stop(); err == nil {
		err = stopErr
	}
	if err != nil {
		return idle, err
	}
	arrived, err := f.arrivals()
	if err != nil {
		return idle, err
	}
	for i := first; i < len(list); i++ {
		idle.Hand = append(idle.Hand, committed[i].Sub(began[i]))
		idle.Arrive = append(idle.Arrive, arrived[candidateID(list[i].id)].Sub(committed[i]))
	}
	if c.name() == "ours" {
		idle.Steps, err = w.steps(ctx, list[first:], committed[first:], arrived)
	}
	if err == nil {
		err = f.once(len(list))
	}
	return idle, err
}

// openLoop commits one result after the other at the rate, however slow the answers are.
func (b *bench) openLoop(ctx context.Context, c contender, list []result) (began, committed []time.Time, err error) {
	began, committed = make([]time.Time, len(list)), make([]time.Time, len(list))
	errs := make([]error, len(list))
	var running sync.WaitGroup
	tick := time.NewTicker(time.Duration(float64(time.Second) / b.Rate))
	defer tick.Stop()
	for i, r := range list {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, nil, context.Cause(ctx)
		}
		running.Go(func() {
			began[i] = time.Now()
			errs[i] = c.handOne(ctx, r)
			committed[i] = time.Now()
		})
	}
	running.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, nil, fmt.Errorf("hand over: %w", err)
		}
	}
	return began, committed, nil
}

// steps reads the ledger's and River's times of each export. Postgres and this process share one clock.
func (w *watch) steps(ctx context.Context, list []result, committed []time.Time, arrived map[string]time.Time) ([]Step, error) {
	rows, err := w.conn.Query(ctx, `
		SELECT e.interview_id, e.created_at, j.created_at, j.attempted_at, a.started_at
		  FROM ghexport.exports e
		  JOIN ghexport.attempts a ON a.export_id = e.id
		  JOIN ghexport.river_job j ON j.id = a.job_id`)
	if err != nil {
		return nil, err
	}
	type times struct{ folded, queued, fetched, intended time.Time }
	known := map[string]times{}
	var id string
	var t times
	_, err = pgx.ForEachRow(rows, []any{&id, &t.folded, &t.queued, &t.fetched, &t.intended}, func() error { known[id] = t; return nil })
	if err != nil {
		return nil, err
	}
	steps := []Step{
		{Name: "commit -> ledger row"}, {Name: "-> dispatch begins"}, {Name: "-> River fetches"},
		{Name: "-> intent"}, {Name: "-> at Greenhouse"},
	}
	for i, r := range list {
		t := known[r.id]
		at := []time.Time{committed[i], t.folded, t.queued, t.fetched, t.intended, arrived[candidateID(r.id)]}
		for n := range steps {
			steps[n].Took = append(steps[n].Took, at[n+1].Sub(at[n]))
		}
	}
	return steps, nil
}
