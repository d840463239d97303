package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"sync"
	"time"

	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// quietLimit is how long a healed system may go without having less to do than ever before.
const quietLimit = 2 * time.Minute

// attack is a whole run: faults for as long as asked, healing, quiet, verdict. Its error means that it could not be carried out.
func attack(ctx context.Context, o options, progress io.Writer) (*Report, error) {
	started, cancel := context.WithTimeout(ctx, 2*time.Minute)
	w, err := newWorld(started, o)
	cancel()
	defer w.close()
	if err != nil {
		return nil, fmt.Errorf("set up: %w", err)
	}
	fmt.Fprintf(progress, "chaos: seed %d, %s, %d nodes; faults begin\n", o.Seed, o.Duration, o.Nodes)
	if w.pooler == nil {
		fmt.Fprintln(progress, "chaos: "+storetest.ErrNoPooler.Error()+": no node goes through a pooler, and its faults are left out")
	}
	began := time.Now()
	limited, stop := context.WithTimeout(ctx, o.Duration)
	defer stop()
	p, i := newProducers(w, o.Seed), &injector{w: w, log: progress, counts: map[string]int{}}
	var parts sync.WaitGroup
	parts.Go(func() { p.run(limited) })
	parts.Go(func() { i.run(limited, plan(o.Seed, o.Duration, o.Nodes)) })
	parts.Go(func() { w.operate(limited) })
	live, endLive := context.WithCancel(context.Background())
	var lines sync.WaitGroup
	lines.Go(func() { w.live(live, p, i, progress) })
	parts.Wait()
	<-limited.Done()
	r := &Report{
		Command: fmt.Sprintf("chaos --duration %s --seed %d --rate %d --nodes %d --server-errors %s --flood %d", o.Duration, o.Seed, o.Rate, o.Nodes, o.ServerErrors, o.Flood),
		Seed:    o.Seed, ServerErrors: o.ServerErrors, JobTimeout: jobTimeout.String(), Seconds: time.Since(began).Seconds(),
		Faults: i.counts, FaultsTotal: i.total(), RolledBack: len(p.refused), InDoubt: p.inDoubt,
	}
	healed := time.Now()
	moving := w.quiet()
	r.QuietSeconds = time.Since(healed).Seconds()
	p50, p100, n := w.down.result()
	r.ResumeP50, r.ResumeP100, r.Resumes = p50.Seconds(), p100.Seconds(), n
	endLive()
	lines.Wait()
	if err := w.conclude(r, p, time.Since(began)); err != nil {
		return nil, err
	}
	r.check(moving)
	if len(r.Broken) > 0 {
		fmt.Fprint(progress, w.lastWords())
	}
	return r, nil
}

// conclude fills in what is known when nothing moves.
func (w *world) conclude(r *Report, p *producers, lasted time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	e, err := w.gather(ctx, p)
	if err != nil {
		return err
	}
	r.Verdict, r.Committed = judge(e), len(e.committed)
	r.Requests, r.Created = len(w.sim.Creates("")), len(e.there)
	r.States = map[string]int{}
	for _, row := range e.ledger {
		r.States[row.State]++
	}
	if n := len(e.rejected); n > 0 {
		r.States["rejected"] = n
	}
	for _, n := range w.nodes {
		n.mu.Lock()
		r.PeakRSS = append(r.PeakRSS, n.peakRSS)
		r.LogBytes += n.logBytes
		r.ProcessStarts += n.starts
		n.mu.Unlock()
	}
	r.LogBytesAMin = int64(float64(r.LogBytes) / lasted.Minutes())
	return nil
}

// stillMoving counts messages and exports that have no end yet. What waits for somebody's decision about another export stands still.
const stillMoving = `
	SELECT (SELECT count(*) FROM ghexport.outbox) + count(*)
	  FROM ghexport.exports
	 WHERE state IN ('queued', 'sending') OR state = 'pending' AND due_at IS NOT NULL`

// quiet waits until nothing moves, and returns how much still did at the end. What waits for a later try or a probe is made due at
// once: a first retry may wait 30 s and a probe 15 min, and a run shall end.
func (w *world) quiet() (moving int) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	limit := time.AfterFunc(quietLimit, cancel)
	defer limit.Stop()
	look := time.NewTicker(500 * time.Millisecond)
	defer look.Stop()
	still, least := 0, math.MaxInt
	for moving = 1; ctx.Err() == nil && still < 4; { // 2 s: a sweep may release more
		w.owner.Exec(ctx, "UPDATE ghexport.exports SET due_at = clock_timestamp() WHERE due_at > clock_timestamp()")          //nolint:errcheck // asked again
		w.owner.Exec(ctx, "UPDATE ghexport.integrations SET probe_at = clock_timestamp() WHERE probe_at > clock_timestamp()") //nolint:errcheck
		w.owner.Exec(ctx, anHourPasses)                                                                                       //nolint:errcheck
		<-look.C
		n := 0
		if err := w.owner.QueryRow(ctx, stillMoving).Scan(&n); err != nil {
			continue
		}
		if n < least {
			least = n
			limit.Reset(quietLimit)
		}
		if moving = n; n == 0 {
			still++
		} else {
			still = 0
		}
	}
	return moving
}

// anHourPasses for a company that Greenhouse told to come again in more than 20 s: a Retry-After in billions counts as an hour.
const anHourPasses = "UPDATE ghexport.budgets SET blocked_until = clock_timestamp() WHERE blocked_until > clock_timestamp() + interval '20 s'"

// operate is the person who hears that a company is held, finds nothing wrong there, and asks for a probe (`ghexport org probe`).
// Without that the back-off of the probes, up to 15 min, would keep nearly every company silent for most of a run.
func (w *world) operate(ctx context.Context) {
	tick := time.NewTicker(3 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		w.owner.Exec(ctx, "UPDATE ghexport.integrations SET probe_at = clock_timestamp(), probes = 0 WHERE hold_cause IS NOT NULL") //nolint:errcheck // asked again
		w.owner.Exec(ctx, anHourPasses)                                                                                             //nolint:errcheck
	}
}

// live prints a line now and then: rate, in flight, faults so far. It samples the nodes' memory, too.
func (w *world) live(ctx context.Context, p *producers, i *injector, progress io.Writer) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	began, before := time.Now(), 0
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, one := range w.nodes {
			one.sample()
		}
		if n%5 != 0 {
			continue
		}
		var sent, flying int
		err := w.owner.QueryRow(ctx, "SELECT count(*) FILTER (WHERE state = 'sent'), count(job_id) FROM ghexport.exports").Scan(&sent, &flying)
		if err != nil {
			fmt.Fprintf(progress, "%5.0f s  Postgres does not answer, %d faults\n", time.Since(began).Seconds(), i.total())
			continue
		}
		p.mu.Lock()
		acked := len(p.acked)
		p.mu.Unlock()
		fmt.Fprintf(progress, "%5.0f s  %4d sent/s, %3d in flight, %d committed, %d sent, %d faults\n",
			time.Since(began).Seconds(), (sent-before)/5, flying, acked, sent, i.total())
		before = sent
	}
}
