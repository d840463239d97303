package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Enable turns a connected company on. What gathered while it was off is sent or dropped as the answer says; without one, and with
// something waiting, it returns a [*WaitingError] and changes nothing; [ErrNotFound] where nobody connected it. One transaction, but
// for a drop of much, which begins before it while the company is off: one that is cut short is asked for again.
func (s *Store) Enable(ctx context.Context, org string, waiting Waiting, by By) (Switched, error) {
	var switched Switched
	ahead, err := s.beforeEnable(ctx, org, waiting, by)
	if err != nil {
		return Switched{}, err
	}
	err = s.InTx(ctx, "enable company", func(tx pgx.Tx) error {
		switched = Switched{Dropped: ahead}
		enabled, err := s.prepareEnable(ctx, tx, org, waiting, by, &switched)
		if err != nil || enabled {
			return err
		}
		if err := setEnabled(ctx, tx, org, by, &switched); err != nil {
			return err
		}
		return WakeRelay(ctx, tx)
	})
	if err != nil {
		return Switched{}, err
	}
	return switched, nil
}

// beforeEnable drops ahead of time what a company that is there and off wants dropped.
func (s *Store) beforeEnable(ctx context.Context, org string, waiting Waiting, by By) (dropped int64, err error) {
	var on bool
	err = s.Pool.QueryRow(ctx, "SELECT enabled FROM ghexport.integrations WHERE org_id = $1", org).Scan(&on)
	if err != nil {
		return 0, fmt.Errorf("company %q: %w", org, NotFound(err))
	}
	if on || waiting != WaitingDrop {
		return 0, nil
	}
	return s.dropAhead(ctx, org, by)
}

// prepareEnable tells whether the company is on already. If not, it counts or drops what waits. To drop, it takes the relay's turn
// before any row's, as a relay does, so that nothing is folded or dispatched in between.
func (s *Store) prepareEnable(ctx context.Context, tx pgx.Tx, org string, waiting Waiting, by By, out *Switched) (enabled bool, err error) {
	if waiting == WaitingDrop {
		if err := RelayTurn.Await(ctx, tx); err != nil {
			return false, err
		}
	}
	err = tx.QueryRow(ctx, "SELECT enabled FROM ghexport.integrations WHERE org_id = $1", org).Scan(&enabled)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return false, err
	}
	if enabled {
		return true, nil
	}
	var count int64
	if err := tx.QueryRow(ctx, "SELECT "+WaitingOf+" FROM (SELECT $1::text AS org_id) i", org).Scan(&count); err != nil {
		return false, fmt.Errorf("count what waits: %w", err)
	}
	switch {
	case count > 0 && waiting == WaitingDrop:
		dropped, err := dropWaiting(ctx, tx, org, by)
		out.Dropped += dropped
		return false, err
	case count > 0 && waiting != WaitingSend:
		return false, &WaitingError{OrgID: org, Count: count}
	default:
		out.Waiting = count
		return false, nil
	}
}

// setEnabled is guarded: of two people who turn a company on at once, one does.
func setEnabled(ctx context.Context, tx pgx.Tx, org string, by By, switched *Switched) error {
	done, err := tx.Exec(ctx, `
		UPDATE ghexport.integrations
		   SET enabled = true, switched_at = clock_timestamp(), switched_by = $2, released_at = clock_timestamp(),
		       updated_at = clock_timestamp()
		 WHERE org_id = $1 AND NOT enabled`, org, by.Actor)
	if err != nil {
		return err
	}
	if done.RowsAffected() == 0 {
		return fmt.Errorf("company %q was turned on by somebody else at the same moment", org)
	}
	switched.Changed = true
	return AddAudit(ctx, tx, by, ledger.ActionOrgEnable, org, map[string]any{"sent": switched.Waiting, "dropped": switched.Dropped})
}

// Disable turns a company off from its commit on: intents look at it. What is being sent at that moment finishes; what becomes
// eligible from then on waits. It returns false where the company was off already.
func (s *Store) Disable(ctx context.Context, org string, by By) (bool, error) {
	return s.switchOrg(ctx, ledger.ActionOrgDisable, org, by, "enabled",
		"enabled = false, switched_at = clock_timestamp(), switched_by = $2", by.Actor)
}

// PauseOrg keeps a company's exports from being sent, for a reason of ours. It returns false where it was paused already; the first
// pause's author and reason then stay.
func (s *Store) PauseOrg(ctx context.Context, org string, by By) (bool, error) {
	return s.switchOrg(ctx, ledger.ActionOrgPause, org, by, "paused_at IS NULL",
		"paused_at = clock_timestamp(), paused_by = $2, paused_reason = nullif($3, '')", by.Actor, ledger.Clean(by.Reason, DetailCap))
}

// switchOrg changes a company that is as the guard says, records it and wakes the relay. The guard and the change are SQL of ours.
func (s *Store) switchOrg(ctx context.Context, action ledger.Action, org string, by By, guard, change string, args ...any) (changed bool, err error) {
	err = s.InTx(ctx, string(action), func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `
			UPDATE ghexport.integrations
			   SET updated_at = clock_timestamp(), `+change+`
			 WHERE org_id = $1 AND `+guard, append([]any{org}, args...)...)
		if err != nil {
			return err
		}
		if changed = done.RowsAffected() == 1; changed {
			if err := AddAudit(ctx, tx, by, action, org, nil); err != nil {
				return err
			}
			return WakeRelay(ctx, tx)
		}
		return MustExist(ctx, tx, org)
	})
	return changed, err
}

func MustExist(ctx context.Context, tx pgx.Tx, org string) error {
	var exists bool
	err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM ghexport.integrations WHERE org_id = $1)", org).Scan(&exists)
	if err == nil && !exists {
		err = fmt.Errorf("company %q: %w", org, ErrNotFound)
	}
	return err
}
