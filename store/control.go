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
		return nil, fmt.Errorf("ask whether everything is stopped: %w", notFound(err))
	}
	if at == nil {
		return nil, nil
	}
	stop.At = *at
	return &stop, nil
}

// StopAll lets nothing more be sent, for any company, from its commit on: intents look at it. What is being sent at that moment
// finishes. It returns false where everything was stopped already; the first stop's author and reason then stay.
func (s *Store) StopAll(ctx context.Context, by By) (bool, error) {
	return s.control(ctx, ledger.ActionPauseAll, by, `
		UPDATE ghexport.control
		   SET stopped_at = clock_timestamp(), stopped_by = $1, stopped_reason = nullif($2, '')
		 WHERE stopped_at IS NULL`, by.Actor, by.Reason)
}

// ResumeAll ends [Store.StopAll], and a stop by the [Guard], whose new cluster is then the one remembered; what waited is sent. It
// returns false where nothing was stopped.
func (s *Store) ResumeAll(ctx context.Context, by By) (bool, error) {
	return s.control(ctx, ledger.ActionResumeAll, by, `
		UPDATE ghexport.control
		   SET stopped_at = NULL, stopped_by = NULL, stopped_reason = NULL, released_at = clock_timestamp(),
		       system_identifier = (SELECT p.system_identifier::text FROM pg_control_system() p),
		       timeline = substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
		 WHERE stopped_at IS NOT NULL`)
}

func (s *Store) control(ctx context.Context, action ledger.Action, by By, update string, args ...any) (changed bool, err error) {
	err = s.inTx(ctx, string(action), func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, update, args...)
		if err != nil {
			return err
		}
		if changed = done.RowsAffected() == 1; !changed {
			return nil
		}
		if err := addAudit(ctx, tx, by, action, "", nil); err != nil {
			return err
		}
		return wakeRelay(ctx, tx)
	})
	return changed, err
}
