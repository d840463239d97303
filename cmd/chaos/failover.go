package main

import (
	"context"
	"fmt"
	"syscall"
	"time"
)

// standby makes Postgres a standby, which only reads, and some seconds later what it was. Between the two nodes connect, read, and
// cannot write.
func (i *injector) standby(ctx context.Context, lasts time.Duration) {
	always := context.WithoutCancel(ctx)
	if err := i.w.server.Demote(always); err != nil {
		fmt.Fprintf(i.log, "chaos: postgres does not come back as a standby: %v\n", err)
	}
	i.later(ctx, lasts, func() {
		if err := i.w.server.Reinstate(always); err != nil {
			fmt.Fprintf(i.log, "chaos: postgres does not come back from a standby: %v\n", err)
		}
		i.w.down.watch(i.w, "standby")
	})
}

// pooler breaks the pooler, which one node goes through: it is killed and started again; it is paused, so that its sessions end and
// new ones wait; or it stops without a word.
func (i *injector) pooler(ctx context.Context, e event) {
	p := i.w.pooler
	switch e.Kind {
	case poolerKill:
		p.Kill()
		if err := p.Start(context.WithoutCancel(ctx)); err != nil {
			fmt.Fprintf(i.log, "chaos: the pooler does not come back: %v\n", err)
		}
	case poolerPause:
		p.Signal(syscall.SIGUSR1)
		i.w.postgres[i.w.pooled()].cut()
		i.later(ctx, e.Lasts, func() { p.Signal(syscall.SIGUSR2) })
	case poolerFreeze:
		p.Signal(syscall.SIGSTOP)
		i.later(ctx, e.Lasts, func() { p.Signal(syscall.SIGCONT) })
	}
}
