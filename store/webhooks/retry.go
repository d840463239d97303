package webhooks

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// RetryAbandoned makes a company's events due again that were given up, and returns how many; a node takes them within seconds. One
// transaction, recorded in the audit trail where there are any. Safe to call again.
func (s Store) RetryAbandoned(ctx context.Context, org string, by store.By) (events int64, err error) {
	err = s.InTx(ctx, "work off abandoned events again", func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `
			UPDATE ghexport.hook_events
			   SET due_at = clock_timestamp(), worked_at = NULL, outcome = NULL, tries = 0
			 WHERE org_id = $1 AND outcome = 'abandoned'`, org) // hook_events_key
		if err != nil {
			return err
		}
		if events = done.RowsAffected(); events == 0 {
			return nil
		}
		return store.AddAudit(ctx, tx, by, ledger.ActionOrgWebhook, org, map[string]any{"retried": events})
	})
	return events, err
}
