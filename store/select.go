package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// applySelected applies a verb to what a request selects. A limit is of exports that the verb applies to: those that it refuses take
// no place, however many of them are older.
func (s *Store) applySelected(ctx context.Context, v Verb, r Request, states ...ledger.State) (Result, error) {
	f, limit := r.Filter, r.Filter.Limit
	if f.IDs != nil || limit <= 0 {
		ids, err := s.selected(ctx, f, states...)
		if err != nil {
			return Result{}, err
		}
		return s.apply(ctx, v, r.By, r.DryRun, ids)
	}
	var all Result
	for {
		f.Limit = limit - len(all.Done)
		ids, err := s.selected(ctx, f, states...)
		if err != nil || len(ids) == 0 {
			return all, err
		}
		one, err := s.apply(ctx, v, r.By, r.DryRun, ids)
		all.Done, all.Refused, all.Missing = append(all.Done, one.Done...), append(all.Refused, one.Refused...), append(all.Missing, one.Missing...)
		if err != nil || len(ids) < f.Limit || len(all.Done) >= limit {
			return all, err
		}
		f.BeforeID = ids[len(ids)-1] // go on behind what was looked at, applied to or not
	}
}

// selected lists the exports that a verb shall look at, oldest first: those named, else those of the given states that match.
func (s *Store) selected(ctx context.Context, f Filter, states ...ledger.State) ([]int64, error) {
	if f.IDs != nil {
		return f.IDs, nil
	}
	if f.State != "" && !slices.Contains(states, f.State) {
		return nil, nil
	}
	w := f.Where()
	w.AddIf(true, "e.state = ANY (%s)", states)
	limit := ""
	if f.Limit > 0 {
		limit = " LIMIT " + w.Arg(f.Limit)
	}
	rows, err := s.Pool.Query(ctx, "SELECT e.id"+ExportsHeld+w.SQL()+" ORDER BY e.id"+limit, w.Args...)
	if err != nil {
		return nil, fmt.Errorf("select exports: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("select exports: %w", err)
	}
	return ids, nil
}
