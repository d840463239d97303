package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

const (
	passMessages = 64       // messages that a pass takes in one turn with the dispatch
	passBytes    = 32 << 10 // of bodies: what a socket takes at once, so that a frozen relay is not frozen in the middle of them
)

// PassFits tells whether arrivals are few and small enough for [Store.Pass].
func PassFits(arrivals []ledger.Arrival) bool {
	return len(arrivals) <= passMessages && bodiesOf(arrivals).bytes <= passBytes
}

// Pass is [Store.Fold] and [Store.Dispatch] in one transaction, for little work that shall not wait for a second commit. It does all
// or nothing; after an error other than [ErrStandby] fold and dispatch each for itself, so that neither stops the other.
func (s *Store) Pass(ctx context.Context, arrivals []ledger.Arrival, after string) (int, Dispatched, error) {
	bodies := bodiesOf(arrivals)
	known := newStandings()
	first := known.ask(arrivals)
	first.Queue("SELECT nextval('ghexport.bodies_id_seq') FROM generate_series(1, $1) WHERE "+ourTurn, len(bodies.at))
	var ids []int64
	t, err := s.takeTurn(ctx, first, func(results pgx.BatchResults) error {
		if err := known.read(results); err != nil {
			return err
		}
		rows, err := results.Query()
		if err == nil {
			ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		}
		if err != nil {
			return fmt.Errorf("draw ids of bodies: %w", err)
		}
		return nil
	})
	if err != nil {
		return 0, Dispatched{}, err
	}
	plan := planFold(arrivals, bodies.place(len(arrivals), ids), known)
	batch := &pgx.Batch{}
	if len(ids) > 0 {
		sql, args := bodies.insert(ids)
		batch.Queue(sql, args...)
	}
	batch.QueuedQueries = append(batch.QueuedQueries, plan.batch().QueuedQueries...)
	var due []dueExport
	batch.Queue(dueExports, after, dispatchOrgs, queueAhead, queueSpare).Query(func(rows pgx.Rows) (err error) {
		due, err = pgx.CollectRows(rows, pgx.RowToStructByPos[dueExport])
		return err
	})
	if err := t.send(ctx, batch, false); err != nil {
		return 0, Dispatched{}, fmt.Errorf("fold: %w", err)
	}
	Failpoint("pass.folded")
	dispatch := planDispatch(due)
	if err := t.send(ctx, dispatch.batch(), true); err != nil {
		return 0, Dispatched{}, fmt.Errorf("dispatch: %w", err)
	}
	Failpoint("pass.committed")
	return len(plan.folded), dispatch.stats(due, after), nil
}
