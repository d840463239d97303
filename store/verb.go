package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

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

// Verb holds what a person does to exports; [ledger.Verb.Judge] says what becomes of a row, or why the verb does not apply.
type Verb struct {
	ledger.Verb
	Lane    int           // of what becomes due
	Run     int64         // for which it is done; 0 for none
	profile Profile       // of what is present
	was     *ledger.State // where to tell the state from which it led; nil for nobody who asks
}

// move holds what becomes of the rows of one state.
type move struct {
	ledger.Move
	from ledger.State
}

// verbBatch sets how many exports one transaction of a verb changes.
const verbBatch = 500

// apply does a verb to exports in the order of their ids, a transaction for each batch. An error leaves the batches before it done,
// and they are in the result.
func (s *Store) apply(ctx context.Context, v Verb, by By, dryRun bool, ids []int64) (Result, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	var all Result
	for batch := range slices.Chunk(ids, verbBatch) {
		var r Result
		err := s.InTx(ctx, string(v.Action()), func(tx pgx.Tx) (err error) {
			r, err = v.ApplyTo(ctx, tx, by, dryRun, batch)
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

func (v Verb) ApplyTo(ctx context.Context, tx pgx.Tx, by By, dryRun bool, ids []int64) (Result, error) {
	var r Result
	rows, err := v.Lock(ctx, tx, ids)
	if err != nil {
		return r, err
	}
	moves := map[move][]int64{}
	found := map[int64]bool{}
	for _, row := range rows {
		found[row.ID] = true
		m, refusal := v.Judge(row)
		if refusal != "" {
			r.Refused = append(r.Refused, &RefusedError{ExportID: row.ID, State: row.State, Because: refusal})
			continue
		}
		step := move{Move: m, from: row.State}
		moves[step] = append(moves[step], row.ID)
		r.Done = append(r.Done, row.ID)
		if v.was != nil {
			*v.was = row.State
		}
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
	return r, WakeRelay(ctx, tx)
}

// UnsettledUntil is until when the worker of export e's newest attempt may still come and tell how it ended; null when it told, or when that
// time is over.
const UnsettledUntil = `
		       CASE WHEN e.attempt IS NOT NULL
		             AND coalesce((SELECT a.silent AND NOT a.late FROM ghexport.attempts a WHERE a.export_id = e.id AND a.token = e.attempt), true)
		             AND e.attempt_started_at + 2 * e.job_timeout > clock_timestamp()
		            THEN e.attempt_started_at + 2 * e.job_timeout END`

// Lock locks the exports and reads what the verb is judged by.
func (v Verb) Lock(ctx context.Context, tx pgx.Tx, ids []int64) ([]ledger.Export, error) {
	if v.profile.CandidateID != 0 {
		if err := lockProfiles(ctx, tx); err != nil {
			return nil, err
		}
	}
	rows, err := tx.Query(ctx, `
		SELECT e.id, e.state, e.erased_at IS NOT NULL, 'may_exist' = ANY (e.flags), e.body_id IS NOT NULL,
		       EXISTS (SELECT FROM ghexport.aside s WHERE s.export_id = e.id), e.due_at IS NOT NULL,
		       `+UnsettledUntil+`,
		       `+ByWordColumns+`,
		       `+taken+`,
		       `+backfillColumns+`
		  FROM ghexport.exports e
		 WHERE e.id = ANY ($1)
		 ORDER BY e.id
		   FOR NO KEY UPDATE OF e`, ids, v.profile.CandidateID, v.profile.ApplicationID)
	if err != nil {
		return nil, fmt.Errorf("lock exports: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ledger.Export])
	if err != nil {
		return nil, fmt.Errorf("lock exports: %w", err)
	}
	return list, nil
}
