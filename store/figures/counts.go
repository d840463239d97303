package figures

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Reading the whole ledger costs a third of a second for each million exports, so it is done rarely, and its result kept for all.
const (
	countQuick  = 50 * time.Millisecond // what counts as fast as this is counted anew each time,
	countSmall  = 100_000               // and so are as few exports as these, however busy the machine is
	countShare  = 100                   // else the ledger is counted for one hundredth of the time at most
	countPeriod = 10 * time.Minute      // and at least this often
	countLimit  = time.Minute           // one count
)

// stateCounts describes how many exports there were of each state.
type stateCounts struct {
	States map[ledger.State]int64
	Age    time.Duration
	took   time.Duration
}

func (c stateCounts) fresh() bool {
	return c.States != nil && c.took >= countQuick && c.Age < min(countShare*c.took, countPeriod)
}

func (c stateCounts) all() (n int64) {
	for _, count := range c.States {
		n += count
	}
	return n
}

// CountStates tells how many exports there are of each state, by a count that may be as old as [stateCounts.fresh] allows. A count
// that has begun is finished and kept even when its caller goes away, so that the next finds it.
func (s Store) CountStates(ctx context.Context) (stateCounts, error) {
	known, err := s.knownCounts(ctx)
	if err != nil || known.fresh() {
		return known, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), countLimit)
	defer cancel()
	counted, err := s.recount(ctx, known.States == nil)
	if errors.Is(err, store.ErrStandby) {
		return known, nil
	}
	return counted, err
}

func (s Store) knownCounts(ctx context.Context) (c stateCounts, err error) {
	rows, err := s.Pool.Query(ctx, `
		SELECT state, exports, clock_timestamp() - counted_at, took
		  FROM ghexport.state_counts`)
	if err != nil {
		return c, fmt.Errorf("read the counts of states: %w", err)
	}
	var state ledger.State
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&state, &n, &c.Age, &c.took}, func() error {
		if c.States == nil {
			c.States = map[ledger.State]int64{}
		}
		c.States[state] = n
		return nil
	})
	if err != nil {
		return c, fmt.Errorf("read the counts of states: %w", err)
	}
	return c, nil
}

// recount reads the whole ledger. [store.ErrStandby] means that another does already; with must it counts all the same. A role that may
// only read counts and keeps nothing.
func (s Store) recount(ctx context.Context, must bool) (c stateCounts, err error) {
	err = s.InTx(ctx, "count states", func(tx pgx.Tx) error {
		var keeps bool
		err := tx.QueryRow(ctx, `
			SELECT has_table_privilege('ghexport.state_counts', 'INSERT, UPDATE'), set_config('statement_timeout', $1, true)`,
			store.Milliseconds(countLimit)).Scan(&keeps, nil)
		if err != nil {
			return err
		}
		mine := false
		if keeps {
			if mine, err = store.CountsTurn.Take(ctx, tx); err != nil {
				return err
			}
			if !mine && !must {
				return store.ErrStandby
			}
		}
		if c, err = readLedger(ctx, tx); err != nil || !mine || c.took < countQuick || c.all() < countSmall {
			return err
		}
		return c.keep(ctx, tx)
	})
	return c, err
}

func readLedger(ctx context.Context, tx pgx.Tx) (stateCounts, error) {
	c := stateCounts{States: map[ledger.State]int64{}}
	for _, state := range ledger.States {
		c.States[state] = 0
	}
	began := time.Now()
	rows, err := tx.Query(ctx, "SELECT e.state, count(*) FROM ghexport.exports e WHERE "+store.IsCounted+" GROUP BY e.state")
	if err != nil {
		return c, err
	}
	var state ledger.State
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&state, &n}, func() error { c.States[state] = n; return nil })
	c.took = time.Since(began)
	return c, err
}

func (c stateCounts) keep(ctx context.Context, tx pgx.Tx) error {
	states, counts := make([]string, 0, len(c.States)), make([]int64, 0, len(c.States))
	for _, state := range ledger.States {
		states, counts = append(states, string(state)), append(counts, c.States[state])
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO ghexport.state_counts (state, exports, counted_at, took)
		SELECT state, exports, clock_timestamp(), $3
		  FROM unnest($1::text[], $2::bigint[]) AS n(state, exports)
		ON CONFLICT (state) DO UPDATE SET exports = excluded.exports, counted_at = excluded.counted_at, took = excluded.took`,
		states, counts, c.took)
	return err
}
