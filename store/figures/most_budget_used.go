package figures

import (
	"context"
	"fmt"
)

// MostBudgetUsed is the largest share of its budget that a company has spent in its present window, 0 to 1. Costs as much as there are
// companies.
func (s Store) MostBudgetUsed(ctx context.Context) (float64, error) {
	var share float64
	err := s.Pool.QueryRow(ctx, `
		SELECT coalesce(max(least(b.spent::float8 / greatest(b.limit_, 1), 1)), 0)
		  FROM ghexport.budgets b
		 WHERE b.window_end > clock_timestamp()`).Scan(&share)
	if err != nil {
		return 0, fmt.Errorf("read how much of budgets is spent: %w", err)
	}
	return share, nil
}
