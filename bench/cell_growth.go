package main

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

// growthMetrics: the ratio is of the greater backlog's cost to the smaller one's.
var growthMetrics = []string{"ratio", "small_ms", "great_ms", "small_rate", "great_rate"}

var growthDueCell = cell{
	name: "growth-due", title: "1,000 and 1 million due", metrics: growthMetrics, peers: []string{ourName},
	says: "How long the look for due exports takes an export while the first 1,000 go, of 1,000 due and of ten times -long (of a full run: a million), in " +
		"milliseconds in Postgres.",
	measure: func(ctx context.Context, b *bench, p peer) (measured, error) {
		small := b.with(func(s *settings) { s.N = s.growthSize() })
		return small.growth(ctx, p, small, b.Long*10-small.N)
	},
}

var growthOrgsCell = cell{
	name: "growth-orgs", title: "10 and 10,000 companies", metrics: growthMetrics, peers: []string{ourName},
	says: "How long the look for due exports takes an export, with a tenth of -long due (of a full run: 10,000): of ten companies, and of as many companies as " +
		"exports.",
	measure: func(ctx context.Context, b *bench, p peer) (measured, error) {
		few := b.with(func(s *settings) { s.Orgs, s.N = 10, s.Long/10 })
		return few.growth(ctx, p, b.with(func(s *settings) { s.Orgs, s.N = s.Long/10, s.Long/10 }), 0)
	},
}

func (s settings) growthSize() int { return min(1000, s.Long) }

// growth measures the smaller case and then the greater, to which so many due exports are added that wait behind the others.
func (b *bench) growth(ctx context.Context, p peer, great *bench, more int) (m measured, err error) {
	smallMS, smallRate, err := b.dispatchCost(ctx, p, 0)
	if err != nil {
		return m, fmt.Errorf("the smaller: %w", err)
	}
	greatMS, greatRate, err := great.dispatchCost(ctx, p, more)
	if err != nil {
		return m, fmt.Errorf("the greater: %w", err)
	}
	return measured{Values: map[string]float64{
		"ratio": greatMS / smallMS, "small_ms": smallMS, "great_ms": greatMS, "small_rate": smallRate, "great_rate": greatRate,
	}}, nil
}

// dispatchCost returns what an export costs in Postgres while N go that are due first: ms of the look for what is due; where nobody counts
// statements, of all of Postgres.
func (b *bench) dispatchCost(ctx context.Context, p peer, more int) (cost, rate float64, err error) {
	stage, err := b.prepare(ctx, p)
	if err != nil {
		return 0, 0, err
	}
	defer stage.drop()
	c := stage.contender.(*ours)
	if err := stage.pending(ctx, c, b.N, more); err != nil {
		return 0, 0, err
	}
	d := drain{stage: stage, took: map[string]time.Duration{}}
	if d.fake, err = newFake(ctx, b.settings, fakeConfig{}); err != nil {
		return 0, 0, err
	}
	defer d.fake.close()
	d.options.enough = func(context.Context, *fake, contender) (bool, error) { return d.fake.CountCandidates("") >= b.N, nil }
	if err := d.work(ctx); err != nil {
		return 0, 0, err
	}
	sent := float64(d.fake.CountCandidates(""))
	rate = sent / d.took["answered"].Seconds()
	if !d.worked.Known {
		return ms(d.workCPU.Postgres) / sent, rate, nil
	}
	return cmp.Or(d.worked.DueMS, d.worked.MS) / sent, rate, nil
}

// pending folds n results while sending is stopped, adds more that are due after them, and lets sending begin with the next start.
func (s *stage) pending(ctx context.Context, c *ours, n, more int) error {
	if err := s.watch.exec(ctx, "UPDATE ghexport.control SET stopped_at = now(), stopped_by = 'bench'"); err != nil {
		return err
	}
	f, err := newFake(ctx, s.settings, fakeConfig{})
	if err != nil {
		return err
	}
	defer f.close()
	stop, err := c.start(ctx, f.url)
	if err != nil {
		return err
	}
	if err = c.hand(ctx, s.results("due", n)); err == nil {
		err = until(ctx, settlePoll, "the fold", func() (bool, error) {
			got, err := s.watch.number(ctx, "SELECT count(*) FROM ghexport.exports WHERE state = 'pending'")
			return got >= int64(n), err
		})
	}
	if stopErr := stop(); err == nil {
		err = stopErr
	}
	c.rest()
	if err == nil {
		err = s.watch.fill(ctx, more)
	}
	if err == nil {
		err = s.watch.exec(ctx, "UPDATE ghexport.control SET stopped_at = NULL, stopped_by = NULL")
	}
	if err == nil {
		err = s.watch.exec(ctx, "VACUUM ANALYZE")
	}
	return err
}
