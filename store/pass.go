package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// passBytes sets how much of bodies is sent while the relay's lock is held: what a socket takes at once, so that a frozen relay is not
// frozen in the middle of them.
const passBytes = 32 << 10

// Pass is [Store.Fold] and [Store.Dispatch] in one transaction. New exports that nothing stands in the way of are born queued; what else
// was folded is left to the next pass, and says so. It does all or nothing; after an error other than [ErrStandby] fold and dispatch
// each for itself, so that neither stops the other.
func (s *Store) Pass(ctx context.Context, arrivals []ledger.Arrival, after string) (int, Dispatched, error) {
	bodies := bodiesOf(arrivals)
	var placed []int64 // null: they are stored in the turn
	if bodies.bytes > passBytes {
		var err error
		if placed, err = s.addBodies(ctx, arrivals); err != nil {
			return 0, Dispatched{}, err
		}
	}
	known, look := newStandings(), passLook{births: birthsOf(arrivals, after)}
	first := known.ask(arrivals)
	look.ask(first, after)
	if placed == nil {
		first.Queue("SELECT nextval('ghexport.bodies_id_seq') FROM generate_series(1, $1) WHERE "+ourTurn, len(bodies.at))
	}
	var ids []int64
	t, err := s.takeTurn(ctx, first, func(results pgx.BatchResults) (err error) {
		if err = known.read(results); err == nil {
			err = look.read(results)
		}
		if err == nil && placed == nil {
			ids, err = drawn(results)
		}
		return err
	})
	if err != nil {
		return 0, Dispatched{}, err
	}
	batch := &pgx.Batch{}
	if len(ids) > 0 {
		sql, args := bodies.insert(ids)
		batch.Queue(sql, args...)
	}
	if placed == nil {
		placed = bodies.place(len(arrivals), ids)
	}
	fold := planFold(arrivals, placed, known)
	dispatch := planDispatch(look.due)
	born := look.births.plan(fold, dispatch, look.due)
	Failpoint("pass.looked")
	for _, part := range []*pgx.Batch{fold.batch(), dispatch.batch()} {
		batch.QueuedQueries = append(batch.QueuedQueries, part.QueuedQueries...)
	}
	if born > 0 {
		batch.Queue(tellRiver)
	}
	if err := t.send(ctx, batch, true); err != nil {
		return 0, Dispatched{}, fmt.Errorf("fold and dispatch: %w", err)
	}
	Failpoint("pass.committed")
	did := dispatch.stats(look.due, after)
	did.Queued += born
	did.Left = fold.leaves()
	return len(fold.folded), did, nil
}

// passLook holds what a pass sees before it writes anything.
type passLook struct {
	due    dueLook
	births births
}

func (l *passLook) ask(batch *pgx.Batch, after string) {
	batch.Queue(dueExports, after, dispatchOrgs, queueAhead, queueSpare)
	l.births.ask(batch)
}

func (l *passLook) read(results pgx.BatchResults) error {
	rows, err := results.Query()
	if err == nil {
		l.due, err = readDue(rows)
	}
	if err != nil {
		return fmt.Errorf("look for due exports: %w", err)
	}
	return l.births.read(results)
}

func drawn(results pgx.BatchResults) ([]int64, error) {
	rows, err := results.Query()
	if err != nil {
		return nil, fmt.Errorf("draw ids of bodies: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("draw ids of bodies: %w", err)
	}
	return ids, nil
}
