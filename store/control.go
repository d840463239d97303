package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Stopped returns what stops everything, nil when exports are being sent.
func (s *Store) Stopped(ctx context.Context) (*ledger.Stop, error) {
	var at *time.Time
	var stop ledger.Stop
	err := s.Pool.QueryRow(ctx, `
		SELECT stopped_at, coalesce(stopped_by, ''), coalesce(stopped_reason, '')
		  FROM ghexport.control`).Scan(&at, &stop.By, &stop.Reason)
	if err != nil {
		return nil, fmt.Errorf("ask whether everything is stopped: %w", NotFound(err))
	}
	if at == nil {
		return nil, nil
	}
	stop.At = *at
	return &stop, nil
}

// StopAll lets nothing more be sent, for any company, from its commit on: intents look at it. What is being sent at that moment
// finishes. It returns false where everything was stopped already; the first stop's author and reason then stay.
func (s *Store) StopAll(ctx context.Context, by By) (changed bool, err error) {
	err = s.InTx(ctx, string(ledger.ActionPauseAll), func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `
			UPDATE ghexport.control
			   SET stopped_at = clock_timestamp(), stopped_by = $1, stopped_reason = nullif($2, '')
			 WHERE stopped_at IS NULL`, by.Actor, by.Reason)
		if err != nil {
			return err
		}
		if changed = done.RowsAffected() == 1; !changed {
			return nil
		}
		if err := AddAudit(ctx, tx, by, ledger.ActionPauseAll, "", nil); err != nil {
			return err
		}
		return WakeRelay(ctx, tx)
	})
	return changed, err
}

// ResumeAll ends [Store.StopAll]; what waited is sent. It returns false where nothing was stopped. Where the ledger may have forgotten
// what was sent it changes nothing and returns a [DoubtError]: that ends by [Store.ConfirmDatabase].
func (s *Store) ResumeAll(ctx context.Context, by By) (changed bool, err error) {
	err = s.InTx(ctx, string(ledger.ActionResumeAll), func(tx pgx.Tx) error {
		doubt, stopped, err := lockControl(ctx, tx)
		if doubt != "" {
			return &DoubtError{Why: doubt}
		}
		if changed = stopped; err != nil || !stopped {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE ghexport.control
			   SET stopped_at = NULL, stopped_by = NULL, stopped_reason = NULL, released_at = clock_timestamp()`)
		if err != nil {
			return err
		}
		if err := AddAudit(ctx, tx, by, ledger.ActionResumeAll, "", nil); err != nil {
			return err
		}
		return WakeRelay(ctx, tx)
	})
	return changed, err
}
