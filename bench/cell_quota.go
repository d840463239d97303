package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// quotaCells put a backlog of 20 companies before rate limits.
func quotaCells() []cell {
	quota := func(name, title, says string, short bool, nodes int, blind bool, peers ...string) cell {
		return cell{name: name, title: title, short: short, peers: peers, metrics: []string{"used", "refused", "peak", "lost_share"},
			says: "Twenty companies with a backlog, 50 requests per 10 s each, answers after -latency, over -windows windows after the first. " + says,
			measure: func(ctx context.Context, b *bench, p peer) (measured, error) {
				return b.with(func(s *settings) { s.Orgs, s.Warm = 20, min(s.Warm, 100) }).quota(ctx, p, nodes, blind)
			}}
	}
	return []cell{
		quota("quota", "Quota, one node", "One node.", true, 1, false, ourName, "by-hand", "river"),
		quota("quota-nodes", "Quota, three nodes", "Three nodes share the backlog.", false, 3, false, ourName, "by-hand"),
		quota("quota-blind", "Quota, no headers", "One node, and no header tells where the limit stands.", false, 1, true, ourName, "by-hand"),
	}
}

// budgeted lets the contender keep budgets as it does in production.
func budgeted(p peer) peer {
	plain := p.make
	p.make = func(s settings) contender {
		c := plain(s)
		switch c := c.(type) {
		case *ours:
			c.budgeted = true
		case *byHand:
			c.limit = s.Quota
		}
		return c
	}
	return p
}

// quota counts what is accepted and refused between two ends of a window.
func (b *bench) quota(ctx context.Context, p peer, nodes int, blind bool) (m measured, err error) {
	stage, err := b.prepare(ctx, budgeted(p))
	if err != nil {
		return m, err
	}
	defer stage.drop()
	f, err := newFake(ctx, b.settings, fakeConfig{limit: b.Quota, blind: blind})
	if err != nil {
		return m, err
	}
	defer f.close()
	backlog := (b.Windows + 3) * b.Quota * b.Orgs // more than the windows take
	if err := stage.contender.hand(ctx, b.results("quota", backlog)); err != nil {
		return m, fmt.Errorf("hand over: %w", err)
	}
	if err := stage.watch.exec(ctx, "VACUUM ANALYZE"); err != nil {
		return m, err
	}
	var stops []func() error
	defer func() {
		f.close()
		for _, stop := range stops {
			err = errors.Join(err, stop())
		}
	}()
	for range nodes {
		stop, err := stage.contender.start(ctx, f.url)
		if err != nil {
			return m, err
		}
		stops = append(stops, stop)
	}
	if err := f.WaitForCandidates(ctx, "", 1); err != nil {
		return m, err
	}
	b.waitForWindow(ctx, 1) // the first is one of learning, and its end is a beginning
	refusedAtFirst, acceptedBefore := f.gate.refused.Load(), f.CountCandidates("")
	b.waitForWindow(ctx, b.Windows)
	accepted, refused := f.CountCandidates("")-acceptedBefore, f.gate.refused.Load()
	allowed := float64(b.Windows * b.Quota * b.Orgs)
	return measured{Values: map[string]float64{
		"used": 100 * float64(accepted) / allowed, "refused": float64(refused), "peak": float64(f.gate.peak.Load()),
		"lost_share": 100 * float64(refused-refusedAtFirst) / max(float64(accepted)+float64(refused-refusedAtFirst), 1),
	}}, ctx.Err()
}

// waitForWindow waits until that many windows of the simulator have ended.
func (b *bench) waitForWindow(ctx context.Context, n int) {
	end := time.Now().Truncate(b.Window).Add(time.Duration(n) * b.Window)
	pause(ctx, time.Until(end))
}
