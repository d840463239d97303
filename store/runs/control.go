package runs

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Pause lets a run release nothing more until it is resumed; what was released goes on. One transaction; a run that is not
// running is refused with a [*RefusedError].
func (s Store) Pause(ctx context.Context, id int64, by store.By) error {
	return s.controlRun(ctx, id, by, ledger.ActionRunPause, `
		UPDATE ghexport.runs
		   SET state = 'paused', because = nullif($2, ''), updated_at = clock_timestamp()
		 WHERE id = $1 AND state = 'running'`, ledger.Clean(by.Reason, store.DetailCap))
}

// Resume lets a paused run go on, whatever paused it: what died until now is taken as seen, so that the rule by which a run pauses
// itself begins to count anew. A run that still waits for its canaries takes new ones.
func (s Store) Resume(ctx context.Context, id int64, by store.By) error {
	return s.controlRun(ctx, id, by, ledger.ActionRunResume, `
		UPDATE ghexport.runs
		   SET state = 'running', because = NULL, good = 0, bad = 0, paced_at = clock_timestamp(), updated_at = clock_timestamp()
		 WHERE id = $1 AND state = 'paused'`)
}

// Stop ends a run for good: members that were not released stay as they are in the ledger and are free for another run; those
// that were go on, and the run tells how they end.
func (s Store) Stop(ctx context.Context, id int64, by store.By) error {
	return s.controlRun(ctx, id, by, ledger.ActionRunStop, `
		WITH stopped AS (
			UPDATE ghexport.runs
			   SET state = 'stopped', because = nullif($2, ''), updated_at = clock_timestamp()
			 WHERE id = $1 AND state IN ('running', 'paused')
			RETURNING id
		), skipped AS (
			UPDATE ghexport.run_members m
			   SET state = 'skipped', because = 'the run was stopped', settled_at = clock_timestamp()
			  FROM stopped
			 WHERE m.run_id = stopped.id AND m.state = 'waiting'
		)
		SELECT FROM stopped`, ledger.Clean(by.Reason, store.DetailCap))
}

// controlRun does one guarded statement to a run. The row is locked first, so that a step of the relay is before it or after it.
func (s Store) controlRun(ctx context.Context, id int64, by store.By, what ledger.Action, sql string, args ...any) error {
	err := s.InTx(ctx, string(what), func(tx pgx.Tx) error {
		var state State
		err := tx.QueryRow(ctx, "SELECT state FROM ghexport.runs WHERE id = $1 FOR NO KEY UPDATE", id).Scan(&state)
		if err != nil {
			return fmt.Errorf("run %d: %w", id, store.NotFound(err))
		}
		done, err := tx.Exec(ctx, sql, append([]any{id}, args...)...)
		if err != nil {
			return err
		}
		if done.RowsAffected() != 1 {
			return &RefusedError{Run: id, State: state}
		}
		if err := store.AddAudit(ctx, tx, by, what, "", map[string]any{"run": id, "was": state}); err != nil {
			return err
		}
		return store.WakeRelay(ctx, tx)
	})
	if refused := new(RefusedError); errors.As(err, &refused) {
		return refused
	}
	return err
}
