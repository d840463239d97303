package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Request says what a verb shall do to which exports. With Filter.IDs it concerns those and nothing else of the filter; without, it
// concerns what matches the filter among the states that the verb applies to.
type Request struct {
	Filter Filter
	By     By
	DryRun bool // judge and report, change nothing
}

// Result says what a verb did. What was refused did not keep the others from being done.
type Result struct {
	Done    []int64         // what was changed, or with DryRun would be
	Refused []*RefusedError // what it does not apply to, with the reason
	Missing []int64         // numbers that no export has
}

// Problems are the refusals and the numbers that no export has, as errors.
func (r Result) Problems() []error {
	var list []error
	for _, id := range r.Missing {
		list = append(list, fmt.Errorf("export %d: %w", id, ErrNotFound))
	}
	for _, refused := range r.Refused {
		list = append(list, refused)
	}
	return list
}

// verb is a rule by which a person changes exports. Judge is pure: it says what becomes of a row, or why the verb does not apply.
type verb struct {
	action string // as the command names it
	run    int64  // for which it is done; 0 for none
	judge  func(verbRow) (move, string)
}

// verbRow is what verbs look at.
type verbRow struct {
	ID        int64
	State     ledger.State
	Erased    bool
	MayExist  bool // it left unknown without an answer
	HasBody   bool
	HasAside  bool
	Due       bool       // pending and not waiting for a sibling
	Unsettled *time.Time // until when the newest attempt's worker may still tell how it ended; nil when it told or the time is over
}

// move is what becomes of a row.
type move struct {
	from, to    ledger.State
	cause       ledger.Cause
	lane        int
	mayExist    bool // keep, or begin, the doubt whether it exists in Greenhouse
	create      bool // a second profile is wanted
	profile     Profile
	keepsClock  bool // failures before it still count
	keepsBehind bool // what was kept aside stays there: it leads from one such state into another
}

// verbBatch is how many exports one transaction of a verb changes.
const verbBatch = 500

// apply does a verb to exports in the order of their ids, a transaction for each batch. An error leaves the batches before it done,
// and they are in the result.
func (s *Store) apply(ctx context.Context, v verb, by By, dryRun bool, ids []int64) (Result, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	var all Result
	for batch := range slices.Chunk(ids, verbBatch) {
		var r Result
		err := s.inTx(ctx, v.action, func(tx pgx.Tx) (err error) {
			r, err = v.applyTo(ctx, tx, by, dryRun, batch)
			return err
		})
		if err != nil {
			return all, err
		}
		all.Done = append(all.Done, r.Done...)
		all.Refused = append(all.Refused, r.Refused...)
		all.Missing = append(all.Missing, r.Missing...)
	}
	return all, nil
}

func (v verb) applyTo(ctx context.Context, tx pgx.Tx, by By, dryRun bool, ids []int64) (Result, error) {
	var r Result
	rows, err := lockForVerb(ctx, tx, ids)
	if err != nil {
		return r, err
	}
	moves := map[move][]int64{}
	found := map[int64]bool{}
	for _, row := range rows {
		found[row.ID] = true
		m, refusal := v.judge(row)
		if refusal != "" {
			r.Refused = append(r.Refused, &RefusedError{ExportID: row.ID, State: row.State, Because: refusal})
			continue
		}
		m.from = row.State
		moves[m] = append(moves[m], row.ID)
		r.Done = append(r.Done, row.ID)
	}
	for _, id := range ids {
		if !found[id] {
			r.Missing = append(r.Missing, id)
		}
	}
	if dryRun || len(r.Done) == 0 {
		return r, nil
	}
	for _, m := range slices.SortedFunc(maps.Keys(moves), func(a, b move) int { return int(moves[a][0] - moves[b][0]) }) {
		if err := m.write(ctx, tx, by, v, moves[m]); err != nil {
			return r, err
		}
	}
	return r, wakeRelay(ctx, tx)
}

// unsettled is until when the worker of export e's newest attempt may still come and tell how it ended; null when it told, or when that
// time is over.
const unsettled = `
		       CASE WHEN e.attempt IS NOT NULL
		             AND coalesce((SELECT a.silent AND NOT a.late FROM ghexport.attempts a WHERE a.export_id = e.id AND a.token = e.attempt), true)
		             AND e.attempt_started_at + 2 * e.job_timeout > clock_timestamp()
		            THEN e.attempt_started_at + 2 * e.job_timeout END`

func lockForVerb(ctx context.Context, tx pgx.Tx, ids []int64) ([]verbRow, error) {
	rows, err := tx.Query(ctx, `
		SELECT e.id, e.state, e.erased_at IS NOT NULL, 'may_exist' = ANY (e.flags), e.body_id IS NOT NULL,
		       EXISTS (SELECT FROM ghexport.aside s WHERE s.export_id = e.id), e.due_at IS NOT NULL,
		       `+unsettled+`
		  FROM ghexport.exports e
		 WHERE e.id = ANY ($1)
		 ORDER BY e.id
		   FOR NO KEY UPDATE OF e`, ids)
	if err != nil {
		return nil, fmt.Errorf("lock exports: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[verbRow])
	if err != nil {
		return nil, fmt.Errorf("lock exports: %w", err)
	}
	return list, nil
}
