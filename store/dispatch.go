package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Dispatched says what one pass moved.
type Dispatched struct {
	Queued  int    // exports that got a River job
	Waiting int    // exports that now wait for a sibling or for a decision, or were skipped by policy
	After   string // the company to go on after; "" begins again from the first
}

const (
	dispatchOrgs = 500 // companies that one pass visits
	// queueAhead is how many jobs may lie in River's queue when nothing is being sent; else twice what is being sent. More would
	// outlive the moment by which they must leave, and burn their budget. It is filled again when a quarter has gone.
	queueAhead = 256
	// queueSpare is how many more exports a pass looks at than it has room for, since some of them must wait for a sibling.
	queueSpare = 8
)

// Dispatch gives due exports a River job each, company by company after the given one, within budgets and in-flight caps, and sets
// aside those that must wait for a sibling. One transaction; [ErrStandby] means that another relay works. Its cost follows the
// companies that have due work, not the backlog.
func (s *Store) Dispatch(ctx context.Context, after string) (Dispatched, error) {
	var due []dueExport
	first := &pgx.Batch{}
	first.Queue(dueExports, after, dispatchOrgs, queueAhead, queueSpare)
	t, err := s.takeTurn(ctx, first, func(results pgx.BatchResults) error {
		rows, err := results.Query()
		if err == nil {
			due, err = pgx.CollectRows(rows, pgx.RowToStructByPos[dueExport])
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

func (p *dispatchPlan) stats(due []dueExport, after string) Dispatched {
	d := Dispatched{Queued: len(p.queue), Waiting: len(p.block) + len(p.hold) + len(p.skip)}
	switch {
	case p.none:
		d.After = after
		return d
	case p.full != "": // the others' turn comes first in the next pass
		d.After = p.full
		return d
	}
	orgs := map[string]bool{}
	for _, e := range due {
		orgs[e.OrgID] = true
		d.After = max(d.After, e.OrgID)
	}
	if len(orgs) < dispatchOrgs/2 && !p.cut {
		d.After = "" // few had anything: the next pass sees them all
	}
	return d
}
