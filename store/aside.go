package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// putBackAside returns to the outbox, in tx, the messages that were kept aside for these exports. There each blocks dispatch and
// intent of its export until it is folded as if it had just arrived. Call it in the transaction that leads an export out of sending,
// unknown or cancelled; exports for which nothing was kept are passed over.
func putBackAside(ctx context.Context, tx pgx.Tx, exportIDs []int64) error {
	_, err := tx.Exec(ctx, `
		WITH back AS (
			DELETE FROM ghexport.aside a
			 USING ghexport.exports e
			 WHERE a.export_id = ANY ($1)
			   AND e.id = a.export_id
			RETURNING e.id, e.org_id, e.interview_id, a.version, a.schema_version, a.message, a.enqueued_at
		)
		INSERT INTO ghexport.outbox (org_id, interview_id, version, schema_version, message, enqueued_at)
		SELECT org_id, interview_id, version, schema_version, message, enqueued_at
		  FROM back
		 ORDER BY id`, exportIDs)
	if err != nil {
		return fmt.Errorf("put back what was kept aside: %w", err)
	}
	return nil
}
