package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// ChargeBudget takes n requests other than exports (probes, connection tests) out of a credential's budget and commits. It returns
// false, and takes nothing, where there is not that much left; such requests may use the tenth that is kept for them. A credential
// that nothing was ever sent with has a full budget.
func (s *Store) ChargeBudget(ctx context.Context, credential []byte, n int) (bool, error) {
	free, err := s.charge(ctx, credential, n, func(b *ledger.Budget, now time.Time) int { return b.Free(now, true) })
	if err != nil || free {
		return free, err
	}
	// Who asks again finds what is kept: while others ask it is not let go for exports.
	if _, err := s.Pool.Exec(ctx, "UPDATE ghexport.budgets SET others_at = clock_timestamp() WHERE credential = $1", credential); err != nil {
		return false, fmt.Errorf("charge the budget: %w", err)
	}
	return false, nil
}

// ChargeSpare is [Store.ChargeBudget] for what yields to sends, as replays do: it returns false where what would be left is theirs.
func (s *Store) ChargeSpare(ctx context.Context, credential []byte, n int) (bool, error) {
	return s.charge(ctx, credential, n, func(b *ledger.Budget, now time.Time) int { return b.FreeForReplay(now, false) })
}

func (s *Store) charge(ctx context.Context, credential []byte, n int, left func(*ledger.Budget, time.Time) int) (bool, error) {
	free := false
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO ghexport.budgets (credential) VALUES ($1) ON CONFLICT DO NOTHING", credential); err != nil {
			return err
		}
		var b ledger.Budget
		var now time.Time
		var end, blocked *time.Time
		var inFlight, overdue int
		err := tx.QueryRow(ctx, `
			SELECT clock_timestamp(), limit_, window_length, window_end, phase_known, spent, spends, blocked_until, f.n, f.overdue
			  FROM ghexport.budgets b
			 CROSS JOIN LATERAL (
				SELECT count(*)::int AS n, count(*) FILTER (WHERE f.send_by <= statement_timestamp() - interval '10 seconds')::int AS overdue
				  FROM ghexport.integrations j JOIN ghexport.exports f ON f.org_id = j.org_id AND f.job_id IS NOT NULL -- exports_in_flight
				 WHERE j.key_digest = b.credential) f
			 WHERE credential = $1
			   FOR UPDATE OF b`, credential).
			Scan(&now, &b.Limit, &b.Window, &end, &b.PhaseKnown, &b.Spent, &b.Spends, &blocked, &inFlight, &overdue)
		if err != nil {
			return err
		}
		b.End, b.BlockedUntil = TimeOrZero(end), TimeOrZero(blocked)
		b.Roll(now, inFlight, overdue)
		b.Others = true // what is let go for exports is let go for nobody else
		if free = left(&b, now) >= n; !free {
			return nil
		}
		for range n {
			b.Spend(now)
		}
		_, err = tx.Exec(ctx, `
			UPDATE ghexport.budgets
			   SET window_end = $2, spent = $3, spends = $4, updated_at = clock_timestamp()
			 WHERE credential = $1`, credential, TimeOrNil(b.End), b.Spent, moments(b.Spends))
		return err
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		return false, fmt.Errorf("charge the budget: %w", err)
	}
	return free, err
}
