package store

import (
	"context"
	"fmt"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// StandstillColumns: that a window of usual length is used up is how a budget works, and no standstill.
const StandstillColumns = `
	CASE WHEN b.blocked_until > clock_timestamp() THEN b.blocked_until
	     WHEN b.phase_known AND b.spent >= b.limit_ - b.limit_ / 10 AND b.window_end > clock_timestamp() + interval '10 seconds' THEN b.window_end END,
	CASE WHEN b.blocked_until > clock_timestamp() THEN greatest(b.limited, 1) ELSE 0 END,
	coalesce(b.limit_, 0)`

// Standstill tells of a company whether nothing is sent with its key for now; nil where something may go, or where it has no key.
func (s *Store) Standstill(ctx context.Context, org string) (*ledger.Standstill, error) {
	var at ledger.Still
	err := s.Pool.QueryRow(ctx, `
		SELECT `+StandstillColumns+`
		  FROM (SELECT $1::text AS org_id) k
		  LEFT JOIN ghexport.integrations i ON i.org_id = k.org_id
		  LEFT JOIN ghexport.budgets b ON b.credential = i.key_digest`, org).Scan(&at.StillUntil, &at.StillLimited, &at.StillLimit)
	if err != nil {
		return nil, fmt.Errorf("look at the budget of company %q: %w", org, err)
	}
	return at.Standstill(), nil
}
