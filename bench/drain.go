package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Drain is how one contender drained its backlog once.
type Drain struct {
	Answered time.Duration // from start to the last answer of the simulator
	Settled  time.Duration // from start until all was recorded as done
	CPU      CPU
	Counted  Counted
}

// rate is exports a second until all were settled.
func (d Drain) rate(n int) float64 { return float64(n) / d.Settled.Seconds() }

// answeredRate is exports a second until the last answer.
func (d Drain) answeredRate(n int) float64 { return float64(n) / d.Answered.Seconds() }

// drainLimit bounds one drain with its preparation: a generous start, and the slowest rate that is worth waiting for.
func (b *bench) drainLimit() time.Duration {
	return time.Minute + time.Duration(b.N+b.Warm)*time.Second/50
}

// drains measures pairs, one contender after the other, each on a fresh database. The first pair warms the machine and is dropped.
func (b *bench) drains(ctx context.Context, r *report) error {
	for i := range b.Runs + 1 {
		last := i == b.Runs
		mine, err := b.drain(ctx, &ours{settings: b.settings}, last)
		if err != nil {
			return fmt.Errorf("drain of ours: %w", err)
		}
		theirs, err := b.drain(ctx, &raw{settings: b.settings}, false)
		if err != nil {
			return fmt.Errorf("drain of raw river: %w", err)
		}
		b.say("drain %d of %d: ours %.0f/s, raw river %.0f/s, ratio %.2f%s", i, b.Runs, mine.rate(b.N), theirs.rate(b.N),
			mine.rate(b.N)/theirs.rate(b.N), map[bool]string{true: " (warm-up, dropped)"}[i == 0])
		if i > 0 {
			r.Ours, r.River = append(r.Ours, mine), append(r.River, theirs)
		}
	}
	return nil
}

// drain commits the backlog, then starts the service and waits until all of it is settled.
func (b *bench) drain(ctx context.Context, c contender, last bool) (d Drain, err error) {
	limit := b.drainLimit()
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it took longer than %s", limit))
	defer cancel()
	w, drop, err := b.prepare(ctx, c)
	if err != nil {
		return d, err
	}
	defer drop()
	if err := w.exec(ctx, "CHECKPOINT"); err != nil { // before the backlog grows: what is written twice in a run would else cost full pages
		return d, err
	}
	for part := range slices.Chunk(results("drain", b.N, b.Orgs), 1000) {
		if err := c.hand(ctx, part); err != nil {
			return d, fmt.Errorf("hand over: %w", err)
		}
	}
	if err := w.exec(ctx, "VACUUM ANALYZE"); err != nil { // as autovacuum would have, had the backlog grown by itself
		return d, err
	}
	f, err := newFake(ctx, b.settings, false)
	if err != nil {
		return d, err
	}
	defer f.close()
	counters, err := w.begin(ctx, b.counts)
	if err != nil {
		return d, err
	}
	profile := ""
	if last {
		profile = b.cpuProfile
	}
	var stop func() error
	err = profiled(profile, func() error {
		used, began := cpu(b.server), time.Now()
		if stop, err = c.start(ctx, f.url); err != nil {
			return err
		}
		err := until(ctx, arrivePoll, fmt.Sprintf("%d requests of %s", b.N, c.name()), func() (bool, error) {
			return f.CountRequests() >= b.N, nil
		})
		if err == nil {
			err = f.WaitForAnswers(ctx, b.N)
			d.Answered = time.Since(began)
		}
		if err == nil {
			err = w.settled(ctx, c, b.N+b.Warm)
			d.Settled = time.Since(began)
		}
		d.CPU = cpu(b.server).since(used)
		return w.explained(ctx, c, err)
	})
	if stop != nil {
		if stopErr := stop(); err == nil {
			err = stopErr
		}
	}
	if err != nil {
		return d, err
	}
	if d.Counted, err = w.end(ctx, counters, b.counts); err != nil {
		return d, err
	}
	if c.name() == "ours" {
		if d.Counted.HotUpdates, err = w.hot(ctx); err != nil {
			return d, err
		}
	}
	return d, f.once(b.N)
}

// prepare makes a database and carries the first exports through it, so that tables, statistics and the process are warm.
func (b *bench) prepare(ctx context.Context, c contender) (*watch, func(), error) {
	db, err := b.newDatabase(ctx, c.name())
	if err != nil {
		return nil, nil, err
	}
	if err := c.create(ctx, db); err != nil {
		return nil, nil, fmt.Errorf("prepare %s: %w", c.name(), err)
	}
	w, err := newWatch(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	drop := func() {
		c.close()
		w.close(ctx)
		b.dropDatabase(ctx, db)
	}
	if err := b.warmUp(ctx, c, w); err != nil {
		drop()
		return nil, nil, fmt.Errorf("warm up: %w", err)
	}
	return w, drop, nil
}

func (b *bench) warmUp(ctx context.Context, c contender, w *watch) error {
	if b.counts {
		if err := w.exec(ctx, "CREATE SCHEMA bench; CREATE EXTENSION pg_stat_statements SCHEMA bench"); err != nil {
			b.counts = false
		}
	}
	f, err := newFake(ctx, b.settings, false)
	if err != nil {
		return err
	}
	defer f.close()
	if err := c.hand(ctx, results("warm", b.Warm, b.Orgs)); err != nil {
		return err
	}
	stop, err := c.start(ctx, f.url)
	if err != nil {
		return err
	}
	err = w.explained(ctx, c, w.settled(ctx, c, b.Warm))
	if stopErr := stop(); err == nil {
		err = stopErr
	}
	if err == nil {
		err = w.alone(ctx)
	}
	return err
}
