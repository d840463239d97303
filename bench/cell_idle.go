package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

var idleCell = cell{
	name: "idle", title: "Idle", short: true, metrics: []string{"p50", "p95", "p99", "max", "hand_p50", "hand_p99", "lost", "doubled"},
	says: "One producer commits -idle exports at -rate a second whatever the answers do, and nothing else is to do: from the return of COMMIT to the " +
		"arrival of the request's head.",
	measure: func(ctx context.Context, b *bench, p peer) (measured, error) { return b.idle(ctx, p) },
}

// idleLimit bounds the wait for the last arrival once all is committed.
const idleLimit = time.Minute

// idleFirst exports open connections and prepare statements; they are not counted.
const idleFirst = 20

func (b *bench) idle(ctx context.Context, p peer) (m measured, err error) {
	stage, err := b.prepare(ctx, p)
	if err != nil {
		return m, err
	}
	defer stage.drop()
	if err := stage.watch.exec(ctx, "VACUUM ANALYZE"); err != nil {
		return m, err
	}
	f, err := newFake(ctx, b.settings, fakeConfig{note: true})
	if err != nil {
		return m, err
	}
	defer f.close()
	stop, err := stage.contender.start(ctx, f.url)
	if err != nil {
		return m, err
	}
	pause(ctx, b.Calm) // a service that was just busy polls for a while instead of listening
	list := b.results("idle", b.Idle+idleFirst)
	began, committed, err := b.openLoop(ctx, stage.contender, list)
	if err == nil {
		waitCtx, cancel := context.WithTimeoutCause(ctx, idleLimit, fmt.Errorf("it took longer than %s", idleLimit))
		defer cancel()
		err = stage.watch.settled(waitCtx, stage.contender, len(list)+b.Warm)
	}
	if stopErr := stop(); err == nil {
		err = stopErr
	}
	if err != nil {
		return m, err
	}
	arrived := f.gate.arrivals()
	m.Values = map[string]float64{}
	spreadOut(m.Values, "", waits(list[idleFirst:], committed[idleFirst:], arrived))
	hands := make([]time.Duration, 0, b.Idle)
	for i := idleFirst; i < len(list); i++ {
		hands = append(hands, committed[i].Sub(began[i]))
	}
	spreadOut(m.Values, "hand_", hands)
	lost, doubled := f.toll(len(list))
	m.Values["lost"], m.Values["doubled"] = float64(lost), float64(doubled)
	if p.name == ourName {
		m.Steps, err = stage.watch.steps(ctx, list[idleFirst:], committed[idleFirst:], arrived)
	}
	return m, err
}

// waits are from the return of COMMIT to the arrival, no shorter than nothing: a request can be there before its producer knows.
func waits(list []result, committed []time.Time, arrived map[string]time.Time) []time.Duration {
	took := make([]time.Duration, len(list))
	for i, r := range list {
		took[i] = max(arrived[candidateID(r.id)].Sub(committed[i]), 0)
	}
	return took
}

// spreadOut writes the percentiles in milliseconds.
func spreadOut(values map[string]float64, prefix string, took []time.Duration) {
	for name, p := range map[string]float64{"p50": 50, "p95": 95, "p99": 99, "max": 100} {
		values[prefix+name] = ms(percentile(took, p))
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
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
			running.Wait()
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
