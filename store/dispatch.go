package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Dispatched says what one pass moved.
type Dispatched struct {
	Queued  int    // exports that got a River job
	Waiting int    // exports that now wait for a sibling or for a decision, or were skipped by policy
	After   string // the company to go on after; "" begins again from the first
	Full    bool   // the workers had enough: nothing was looked at, and After is where it was
	Left    bool   // what was folded in the same turn is due, and was not looked at
	Filled  bool   // they have enough now, so that the next look will find no room for a while; true where Full is

	Renewed time.Duration // until something due may go that only its company's budget kept; 0 where that is not known
}

const (
	dispatchOrgs = 500 // companies that one pass visits
	// queueAhead sets how many jobs may lie in River's queue when nothing is being sent; else twice what is being sent. More would
	// outlive the moment by which they must leave, and burn their budget. It is filled again when a quarter has gone.
	queueAhead = 256
	// queueSpare sets how many more exports a pass looks at than it has room for, since some of them must wait for a sibling.
	queueSpare = 8
)

// Dispatch gives due exports a River job each, company by company after the given one, within budgets and in-flight caps, and sets
// aside those that must wait for a sibling. One transaction; [ErrStandby] means that another relay works. Its cost follows the
// companies that have due work, not the backlog.
func (s *Store) Dispatch(ctx context.Context, after string) (Dispatched, error) {
	var due dueLook
	first := &pgx.Batch{}
	first.Queue(dueExports, after, dispatchOrgs, queueAhead, queueSpare)
	t, err := s.takeTurn(ctx, first, func(results pgx.BatchResults) error {
		rows, err := results.Query()
		if err == nil {
			due, err = readDue(rows)
		}
		if err != nil {
			return fmt.Errorf("look for due exports: %w", err)
		}
		return nil
	})
	if err != nil {
		return Dispatched{}, err
	}
	plan := planDispatch(due)
	if err := t.send(ctx, plan.batch(), true); err != nil {
		return Dispatched{}, fmt.Errorf("dispatch: %w", err)
	}
	Failpoint("dispatch.committed")
	return plan.stats(due, after), nil
}

// stats says where the next pass goes on: behind the last company that this one looked at, whether or not it had anything that could
// go, and never further. Companies that the room or the limit of one pass left out come first in the next.
func (p *dispatchPlan) stats(look dueLook, after string) Dispatched {
	d := Dispatched{Queued: len(p.queue), Waiting: len(p.block) + len(p.hold) + len(p.skip), After: look.Last, Renewed: p.renewed}
	switch {
	case look.Room <= 0:
		d.After, d.Full, d.Filled = after, true, true
	case p.full != "":
		d.After, d.Filled = p.full, true
	case len(look.Exports) >= look.Room+queueSpare:
		d.After = look.Exports[len(look.Exports)-1].OrgID
	}
	return d
}
