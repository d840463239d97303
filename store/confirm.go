package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// DoubtError says that everything stays stopped, since the ledger may have forgotten what was sent: a person confirms the database first.
type DoubtError struct {
	Why string // in words
}

// Error is the doubt.
func (e *DoubtError) Error() string { return e.Why + "; what was sent may be missing from the ledger" }

// liveDoubt is why the ledger may have forgotten what was sent: as the guard found, or as it would find now, by what the ledger c itself
// remembers. $1 is [Guard.SynchronousStandby], $2 what a node saw, null for nothing. Nothing can be seen on a standby.
const liveDoubt = `coalesce(c.doubt, CASE WHEN NOT pg_is_in_recovery() THEN ghexport.doubt(c, ghexport.identity(), $2::jsonb, $1) END, '')`

// Doubt returns why the ledger may have forgotten what was sent, "" for no reason: what the [Guard] of a node found and nobody has
// confirmed since, or what it would find now. Seen is what a node saw, nil for nothing. It changes nothing.
func (s *Store) Doubt(ctx context.Context, seen *Position) (why string, err error) {
	// A promotion is the guard's to judge, which knows whether the standby is synchronous.
	err = s.Pool.QueryRow(ctx, "SELECT "+liveDoubt+" FROM ghexport.control c", true, seen).Scan(&why)
	if err != nil {
		return "", fmt.Errorf("ask whether the ledger is whole: %w", NotFound(err))
	}
	return why, nil
}

// ConfirmDatabase lets everything go on after a doubt: this database, as it is, is the one to send from, and what nodes saw before
// counts no more. Whoever calls it has compared the ledger with Greenhouse: what waits is sent. By must give a reason. It returns false
// where there was nothing to confirm and nothing was stopped.
func (s *Store) ConfirmDatabase(ctx context.Context, by By) (changed bool, err error) {
	err = s.InTx(ctx, string(ledger.ActionResumeAll), func(tx pgx.Tx) error {
		doubt, stopped, err := lockControl(ctx, tx)
		if changed = doubt != "" || stopped; err != nil || !changed {
			return err
		}
		var before, after string
		err = tx.QueryRow(ctx, `
			WITH was AS (SELECT concat_ws('/', system_identifier, timeline, database_oid, control_oid) AS was FROM ghexport.control)
			UPDATE ghexport.control c
			   SET stopped_at = NULL, stopped_by = NULL, stopped_reason = NULL, doubt = NULL, doubted_at = NULL,
			       released_at = clock_timestamp(), confirmed_at = greatest(clock_timestamp(), c.confirmed_at + interval '1 us'),
			       system_identifier = i.here ->> 'system', timeline = i.here ->> 'timeline',
			       database_oid = (i.here -> 'database')::bigint, control_oid = (i.here -> 'control')::bigint
			  FROM was CROSS JOIN (SELECT ghexport.identity() AS here) i
			RETURNING was.was, concat_ws('/', c.system_identifier, c.timeline, c.database_oid, c.control_oid)`).Scan(&before, &after)
		if err != nil {
			return err
		}
		detail := map[string]any{"doubt": doubt, "before": before, "after": after}
		if err := AddAudit(ctx, tx, by, ledger.ActionResumeAll, "", detail); err != nil {
			return err
		}
		return WakeRelay(ctx, tx)
	})
	return changed, err
}

// lockControl locks the row that stops everything, and tells whether it does, and why the ledger is in doubt, "" where it is not.
func lockControl(ctx context.Context, tx pgx.Tx) (doubt string, stopped bool, err error) {
	err = tx.QueryRow(ctx, "SELECT "+liveDoubt+", c.stopped_at IS NOT NULL FROM ghexport.control c FOR NO KEY UPDATE", false, nil).Scan(&doubt, &stopped)
	return doubt, stopped, err
}
