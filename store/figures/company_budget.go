package figures

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// BudgetUse tells what a company's key may ask of Greenhouse, and how much of it is used up; nil where it has no key, or never asked.
func (s Store) BudgetUse(ctx context.Context, org string) (*ledger.BudgetUse, error) {
	var b ledger.BudgetUse
	var ends *time.Time
	var window time.Duration
	err := s.Pool.QueryRow(ctx, `
		SELECT b.limit_, b.window_length, b.phase_known,
		       CASE WHEN NOT b.phase_known THEN (SELECT count(*) FROM unnest(b.spends) m WHERE m > clock_timestamp() - b.window_length)
		            WHEN b.window_end > clock_timestamp() THEN b.spent ELSE 0 END::int,
		       CASE WHEN b.phase_known AND b.window_end > clock_timestamp() THEN b.window_end END
		  FROM ghexport.integrations i
		  JOIN ghexport.budgets b ON b.credential = i.key_digest
		 WHERE i.org_id = $1`, org).Scan(&b.Limit, &window, &b.Said, &b.Spent, &ends)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the budget of company %q: %w", org, err)
	}
	if ends != nil {
		b.Ends = *ends
	}
	b.Window = ledger.Seconds(window.Seconds())
	return &b, nil
}
