package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

var whaleMetrics = []string{"ratio", "alone_p95", "beside_p95", "beside_max", "ahead", "refused", "doubled"}

// whaleCells put a whale beside small companies: as in real life, and where no rate limit slows it.
func whaleCells() []cell {
	const says = "Small companies commit at -rate a second, alone and then from the moment when another company begins to commit its backlog of -long " +
		"exports: the ratio of the small ones' p95. "
	whale := func(name, title, more string, short bool, limit func(s settings) int, peers ...string) cell {
		return cell{name: name, title: title, says: says + more, metrics: whaleMetrics, short: short, peers: peers,
			measure: func(ctx context.Context, b *bench, p peer) (measured, error) {
				return b.whale(ctx, p, limit(b.settings))
			}}
	}
	return []cell{
		whale("whale", "A whale beside small companies", "Each company may ask 50 times in 10 s.", true, func(s settings) int { return s.Quota },
			ourName, "river", "by-hand"),
		whale("whale-free", "A whale that nothing slows", "There are no rate limits: harder than real life. Ours keeps the in-flight cap that the product gives "+
			"each company, 4.", false, func(settings) int { return 0 }, ourName, "river", "by-hand", "floor"),
	}
}

// whaleLimit bounds the wait for the small companies' last arrival: who goes first come, first served sends the whale before it.
const whaleLimit = 5 * time.Minute

func (b *bench) whale(ctx context.Context, p peer, limit int) (m measured, err error) {
	plain := p.make
	p.make = func(s settings) contender {
		s.Cap = 4 // the product's
		return plain(s)
	}
	if limit > 0 {
		p = budgeted(p)
	}
	stage, err := b.prepare(ctx, p)
	if err != nil {
		return m, err
	}
	defer stage.drop()
	if err := stage.watch.exec(ctx, "VACUUM ANALYZE"); err != nil {
		return m, err
	}
	f, err := newFake(ctx, b.settings, fakeConfig{note: true, limit: limit})
	if err != nil {
		return m, err
	}
	defer f.close()
	stop, err := stage.contender.start(ctx, f.url)
	if err != nil {
		return m, err
	}
	defer func() {
		f.close() // the whale goes on, and nobody waits for it
		if stopErr := stop(); err == nil && p.name == ourName {
			err = stopErr
		}
	}()
	pause(ctx, b.Calm)
	alone, _, err := b.small(ctx, stage, f, "alone")
	if err != nil {
		return m, err
	}
	handed := make(chan error, 1)
	whale := b.with(func(s *settings) { s.Orgs = 1 }).results("whale", b.Long)
	go func() {
		for part := range slices.Chunk(whale, 1000) {
			if err := stage.contender.hand(ctx, part); err != nil {
				handed <- err
				return
			}
		}
		handed <- nil
	}()
	beside, ahead, err := b.small(ctx, stage, f, "beside")
	if handErr := <-handed; err == nil {
		err = handErr
	}
	if err != nil {
		return m, err
	}
	_, doubled := f.toll(0) // nothing is lost: the whale goes on
	return measured{Values: map[string]float64{
		"ratio": float64(percentile(beside, 95)) / float64(percentile(alone, 95)), "alone_p95": ms(percentile(alone, 95)),
		"beside_p95": ms(percentile(beside, 95)), "beside_max": ms(percentile(beside, 100)), "ahead": float64(ahead), "refused": float64(f.gate.refused.Load()), "doubled": float64(doubled),
	}}, nil
}

// small commits for every company but the first, and tells how soon each arrived and how many of the whale's had gone by then.
func (b *bench) small(ctx context.Context, stage *stage, f *fake, prefix string) (took []time.Duration, ahead int, err error) {
	list := slices.DeleteFunc(b.results(prefix, b.Idle+b.Idle/max(b.Orgs-1, 1)+1), func(r result) bool { return r.org == 0 })
	_, committed, err := b.openLoop(ctx, stage.contender, list)
	if err != nil {
		return nil, 0, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, whaleLimit, fmt.Errorf("it took longer than %s", whaleLimit))
	defer cancel()
	err = until(ctx, 20*time.Millisecond, "the small companies' exports", func() (bool, error) { return f.gate.arrived(list), nil })
	return waits(list, committed, f.gate.arrivals()), f.CountCandidates(apiKey(0)), err
}
