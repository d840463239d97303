package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// injector carries the schedule out.
type injector struct {
	w    *world
	log  io.Writer
	busy sync.WaitGroup // what lasts

	mu     sync.Mutex
	counts map[string]int
}

// run injects each event at its time, until the schedule or ctx ends; then it waits for those that last, and heals.
func (i *injector) run(ctx context.Context, events []event) {
	began := time.Now()
	for _, e := range events {
		timer := time.NewTimer(time.Until(began.Add(e.At)))
		select {
		case <-ctx.Done():
			timer.Stop()
		case <-timer.C:
			i.inject(ctx, e)
		}
	}
	i.busy.Wait()
	i.heal()
}

func (i *injector) count(what string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.counts[what]++
}

func (i *injector) total() (n int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, one := range i.counts {
		n += one
	}
	return n
}

// inject does one event. What lasts goes on beside the others.
func (i *injector) inject(ctx context.Context, e event) {
	n, pg, gh := i.w.nodes[e.Node], i.w.postgres[e.Node], i.w.remote[e.Node]
	name := string(e.Kind)
	switch e.Kind {
	case nodeKill:
		if n.signal(syscall.SIGKILL) {
			i.w.down.watch(i.w, "SIGKILL")
		}
	case nodeTerm:
		n.signal(syscall.SIGTERM)
	case nodeFreeze:
		n.signal(syscall.SIGSTOP)
		i.later(ctx, e.Lasts, func() { n.signal(syscall.SIGCONT) })
	case postgresCrash:
		i.w.server.StopImmediate()
		if err := i.w.server.Restart(context.WithoutCancel(ctx)); err != nil {
			fmt.Fprintf(i.log, "chaos: postgres does not come back: %v\n", err)
		}
		i.w.down.watch(i.w, "postgres")
	case backendsEnd:
		i.endBackends(ctx, e.Times)
	case postgresCut:
		pg.cut()
	case greenhouseCut:
		gh.cut()
	case postgresSilent, postgresSlow:
		i.link(ctx, pg, e)
	case greenhouseSilent, greenhouseSlow:
		i.link(ctx, gh, e)
	case keyRevoked:
		key := fmt.Sprintf("ingestion-key-of-%02d", e.Answer%companies)
		i.w.sim.RevokeKey(key)
		i.later(ctx, e.Lasts, func() { i.w.sim.RestoreKey(key) })
	case answerFault:
		name += ": " + i.answer(answers[e.Answer], e.Times)
	case hostileAnswer:
		name += ": " + i.answer(hostile[e.Answer], e.Times)
	case postgresStandby:
		i.standby(ctx, e.Lasts)
	case sessionsReadOnly:
		pg.turnReadOnly()
	case poolerKill, poolerPause, poolerFreeze:
		if i.w.pooler == nil {
			return
		}
		i.pooler(ctx, e)
	}
	i.count(name)
}

func (i *injector) answer(a answer, times int) (name string) {
	a.fault.Times = max(1, a.fault.Times) * times
	i.w.sim.Plan(a.fault)
	return a.name
}

func (i *injector) later(ctx context.Context, after time.Duration, do func()) {
	i.busy.Go(func() {
		select {
		case <-ctx.Done():
		case <-time.After(after):
		}
		do()
	})
}

func (i *injector) link(ctx context.Context, p *proxy, e event) {
	m := modeSlow
	if e.Kind == postgresSilent || e.Kind == greenhouseSilent {
		m = modeBlackhole
	}
	p.set(m)
	i.later(ctx, e.Lasts, func() { p.set(modePass) })
}

// endBackends ends some of the service's connections, as an administrator or a failover would.
func (i *injector) endBackends(ctx context.Context, n int) {
	conn, err := pgx.Connect(ctx, i.w.super)
	if err != nil {
		return // Postgres is down: they have ended
	}
	defer conn.Close(ctx) //nolint:errcheck
	conn.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM (
		SELECT pid FROM pg_stat_activity WHERE usename = 'service' ORDER BY random() LIMIT $1) some`, n*3) //nolint:errcheck // likewise
}

// heal ends everything that is still wrong.
func (i *injector) heal() {
	i.w.sim.ClearFaults()
	if p := i.w.pooler; p != nil {
		p.Signal(syscall.SIGCONT)
		p.Signal(syscall.SIGUSR2)
	}
	for c := range companies {
		i.w.sim.RestoreKey(fmt.Sprintf("ingestion-key-of-%02d", c))
	}
	for n := range i.w.nodes {
		i.w.nodes[n].signal(syscall.SIGCONT)
		i.w.postgres[n].set(modePass)
		i.w.remote[n].set(modePass)
	}
}
