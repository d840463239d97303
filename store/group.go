package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// groupCap bounds one group, and with it the statement that carries it.
const groupCap = 256

// group commits what concurrent callers have ready as one: the first caller to come does the work of all who come while the
// group before is under way, and each waits for the commit of its own group. Alone, a caller waits for nobody.
//
// A group that fails for what is in it, or for a cause that nobody knows, is redone member by member, so that a poison member spoils
// only itself. Of one that fails for what is around it ([Environmental]) every member hears at once: each alone would fail, too.
type group[In, Out any] struct {
	commit func(context.Context, []In) ([]Out, error) // all or nothing; one Out for each In, in order

	mu      sync.Mutex
	waiting []*member[In, Out]
	busy    bool
}

type member[In, Out any] struct {
	in   In
	out  Out
	err  error
	done chan struct{}
}

// do joins a group and returns its own member's result. The work goes on when ctx ends, since others' work is in it: an error of
// ctx means "not known", and the caller must be able to ask again (settle) or to give up (intent).
func (g *group[In, Out]) do(ctx context.Context, in In) (Out, error) {
	m := &member[In, Out]{in: in, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, m)
	lead := !g.busy
	g.busy = true
	g.mu.Unlock()
	if lead {
		go g.lead(context.WithoutCancel(ctx))
	}
	select {
	case <-m.done:
		return m.out, m.err
	case <-ctx.Done():
		return m.out, fmt.Errorf("wait for the group's commit: %w", ctx.Err())
	}
}

// lead commits group after group until nobody waits.
func (g *group[In, Out]) lead(ctx context.Context) {
	for {
		g.mu.Lock()
		n := min(len(g.waiting), groupCap)
		batch := g.waiting[:n:n]
		g.waiting = g.waiting[n:]
		if n == 0 {
			g.waiting = nil
			g.busy = false
			g.mu.Unlock()
			return
		}
		g.mu.Unlock()
		g.settle(ctx, batch)
	}
}

func (g *group[In, Out]) settle(ctx context.Context, batch []*member[In, Out]) {
	err := g.attempt(ctx, batch)
	if err != nil && len(batch) > 1 && !Environmental(err) {
		for _, m := range batch {
			if err := g.attempt(ctx, []*member[In, Out]{m}); err != nil {
				m.err = err
			}
		}
	} else if err != nil {
		for _, m := range batch {
			m.err = err
		}
	}
	for _, m := range batch {
		close(m.done)
	}
}

// attempt runs one commit, again while it merely lost against another transaction, and hands out the results.
func (g *group[In, Out]) attempt(ctx context.Context, batch []*member[In, Out]) (err error) {
	defer func() {
		if r := recover(); r != nil { // a panic here would otherwise leave every worker waiting for ever
			err = fmt.Errorf("group commit panicked: %v", r)
		}
	}()
	in := make([]In, len(batch))
	for i, m := range batch {
		in[i] = m.in
	}
	for range contendedTries {
		var out []Out
		if out, err = g.commit(ctx, in); err == nil {
			if len(out) != len(batch) {
				return errors.New("group commit lost a member")
			}
			for i, m := range batch {
				m.out = out[i]
			}
			return nil
		}
		if !Contended(err) {
			return err
		}
	}
	return err
}

// contendedTries sets how often work that met a deadlock or a lock time-out is done again before its caller hears of it.
const contendedTries = 5
