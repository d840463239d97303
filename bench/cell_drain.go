package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

var drainMetrics = []string{
	"rate", "answered", "whole", "inflight", "peak", "stmts", "stmts_river", "stmts_hand", "xacts", "wal", "wal_hand",
	"cpu", "cpu_process", "cpu_postgres", "cpu_helper", "cpu_hand", "hot", "requests", "lost", "doubled",
}

// drainCells carry a backlog: at two latencies, of two sizes, and a long one.
func drainCells() []cell {
	drain := func(name, title, says string, short bool, change func(*settings), peers ...string) cell {
		return cell{name: name, title: title, says: says, metrics: drainMetrics, short: short, drain: true, peers: peers,
			measure: func(ctx context.Context, b *bench, p peer) (measured, error) {
				return b.with(change).drain(ctx, p, drainOptions{})
			}}
	}
	fast := []string{ourName, "river", "by-hand", "floor", "graphile", "asynq"}
	return []cell{
		drain("drain", "Drain", "A backlog is committed, then work begins.", true, func(*settings) {}),
		drain("drain-slow", "Drain, slow answers", "As the drain, with answers as slow as the real ones and a fifth of the backlog.", false,
			func(s *settings) { s.Latency, s.N = s.Slow, s.N/5 }),
		drain("drain-8kb", "Drain, 8 kB", "As the drain, with messages of about 8 kB and half the backlog.", false,
			func(s *settings) { s.KB, s.N = 8, s.N/2 }),
		drain("drain-long", "Drain, long", "As the drain, with ten times the backlog; without peers that would take hours.", false,
			func(s *settings) { s.N = s.Long }, fast...),
	}
}

// drainOptions hold what else happens during a drain.
type drainOptions struct {
	fake    fakeConfig
	trouble func(*fake)                                                   // done to the simulator before work begins
	beside  func(ctx context.Context, db database) (func(), error)        // goes on beside it until its end
	enough  func(ctx context.Context, f *fake, c contender) (bool, error) // ends the drain before all is settled
}

// drain commits the backlog, then starts the contender and waits until all of it is settled.
func (b *bench) drain(ctx context.Context, p peer, o drainOptions) (m measured, err error) {
	limit := time.Minute + time.Duration(b.N+b.Warm)*time.Second/50 // a generous start, and the slowest rate that is worth waiting for
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it took longer than %s", limit))
	defer cancel()
	stage, err := b.prepare(ctx, p)
	if err != nil {
		return m, err
	}
	defer stage.drop()
	d := drain{stage: stage, options: o, took: map[string]time.Duration{}}
	if d.fake, err = newFake(ctx, b.settings, o.fake); err != nil {
		return m, err
	}
	defer d.fake.close()
	if err := d.handOver(ctx); err != nil {
		return m, fmt.Errorf("hand over: %w", err)
	}
	if o.beside != nil {
		end, err := o.beside(ctx, stage.db)
		if err != nil {
			return m, err
		}
		defer end()
	}
	if o.trouble != nil {
		o.trouble(d.fake)
	}
	if err := d.work(ctx); err != nil {
		return m, err
	}
	return d.measured(), nil
}

// drain is one that goes on.
type drain struct {
	*stage
	options     drainOptions
	fake        *fake
	took        map[string]time.Duration // hand, answered, settled
	handed      Counted
	worked      Counted
	handCPU     CPU
	workCPU     CPU
	busy        time.Duration // in flight, added up
	peak        int64
	hot         float64
	lost, again int
}

// handOver commits the backlog, and counts what that costs: a peer may do at once what another does later.
func (d *drain) handOver(ctx context.Context) error {
	if err := d.watch.exec(ctx, "CHECKPOINT"); err != nil { // before the backlog grows: what is written twice in a run would else cost full pages
		return err
	}
	d.contender.rest()
	if err := d.watch.alone(ctx); err != nil {
		return err
	}
	counters, err := d.watch.begin(ctx, d.counts)
	if err != nil {
		return err
	}
	used, began := d.cpu(), time.Now()
	for part := range slices.Chunk(d.results("drain", d.N), 1000) {
		if err := d.contender.hand(ctx, part); err != nil {
			return err
		}
	}
	d.took["hand"], d.handCPU = time.Since(began), d.cpu().since(used)
	d.contender.rest()
	if d.handed, err = d.watch.end(ctx, counters, d.counts); err != nil {
		return err
	}
	return d.watch.exec(ctx, "VACUUM ANALYZE") // as autovacuum would have, had the backlog grown by itself
}

// work starts the contender, waits, stops it and counts.
func (d *drain) work(ctx context.Context) error {
	counters, err := d.watch.begin(ctx, d.counts)
	if err != nil {
		return err
	}
	profile := ""
	if d.last && d.peer.name == ourName {
		profile = d.cpuProfile
	}
	var stop func() error
	err = profiled(profile, func() error {
		used, began := d.cpu(), time.Now()
		if stop, err = d.contender.start(ctx, d.fake.url); err != nil {
			return err
		}
		err := d.wait(ctx, began)
		d.busy, d.peak = time.Duration(d.fake.gate.busy.Load()), d.fake.gate.peak.Load()
		d.workCPU = d.cpu().since(used)
		return err
	})
	if stop != nil {
		if d.options.enough != nil {
			d.fake.close() // what is still asked there would be waited for
		}
		if stopErr := stop(); err == nil && d.options.enough == nil {
			err = stopErr
		}
	}
	if err != nil {
		return err
	}
	d.lost, d.again = d.fake.toll(d.N)
	if d.worked, err = d.watch.end(ctx, counters, d.counts); err != nil || d.peer.name != ourName {
		return err
	}
	d.hot, err = d.watch.hot(ctx)
	return err
}

func (d *drain) wait(ctx context.Context, began time.Time) error {
	defer func() { d.took["settled"] = time.Since(began) }()
	if d.options.enough != nil {
		err := until(ctx, settlePoll, "enough", func() (bool, error) { return d.options.enough(ctx, d.fake, d.contender) })
		d.took["answered"] = time.Since(began)
		return err
	}
	if err := d.fake.WaitForCandidates(ctx, "", d.N); err != nil {
		return err
	}
	if err := d.fake.WaitForAnswers(ctx, d.fake.CountRequests()); err != nil {
		return err
	}
	d.took["answered"] = time.Since(began)
	return d.watch.settled(ctx, d.contender, d.N+d.Warm)
}
