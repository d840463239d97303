package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// write makes the move for rows that the transaction has locked, records it, and puts back what was kept aside for them.
func (m move) write(ctx context.Context, tx pgx.Tx, by By, v Verb, ids []int64) error {
	lane := laneLive
	if m.To == ledger.StatePending || m.To == ledger.StateIneligible { // which keeps it for the message that is put back
		lane = v.Lane
	}
	done, err := tx.Exec(ctx, `
		UPDATE ghexport.exports e
		   SET state = $3,
		       cause = nullif($4, ''),
		       detail = NULL,
		       flags = CASE WHEN $5 THEN array_append(array_remove(e.flags, 'may_exist'), 'may_exist')
		                    ELSE array_remove(e.flags, 'may_exist') END,
		       lane = CASE WHEN $8 THEN e.lane ELSE $6 END,
		       due_at = CASE WHEN $3 = 'pending' THEN clock_timestamp() END,
		       blocked_at = NULL,
		       attention_at = NULL,
		       died_of = NULL,
		       died_version = NULL,
		       duplicate_allowed = e.duplicate_allowed OR $7,
		       first_failed_at = CASE WHEN $8 THEN e.first_failed_at END,
		       failures = CASE WHEN $8 THEN e.failures ELSE 0 END,
		       greenhouse_candidate_id = CASE WHEN 'sent' IN ($2, $3) THEN nullif($9::bigint, 0) ELSE e.greenhouse_candidate_id END,
		       greenhouse_application_id = CASE WHEN 'sent' IN ($2, $3) THEN nullif($10::bigint, 0) ELSE e.greenhouse_application_id END,
		       profile_url = CASE WHEN 'sent' IN ($2, $3) THEN nullif($11, '') ELSE e.profile_url END,
		       sent_at = CASE WHEN $3 = 'sent' THEN clock_timestamp() END,
		       updated_at = clock_timestamp()
		 WHERE e.id = ANY ($1)
		   AND e.state = $2`,
		ids, m.from, m.To, m.Cause, m.MayExist, lane, m.Create, m.KeepsClock,
		v.profile.CandidateID, v.profile.ApplicationID, v.profile.URL)
	if err != nil {
		return fmt.Errorf("move exports from %s to %s: %w", m.from, m.To, err)
	}
	if int(done.RowsAffected()) != len(ids) {
		return fmt.Errorf("move exports from %s to %s: %d of %d changed", m.from, m.To, done.RowsAffected(), len(ids))
	}
	if err := m.keepWord(ctx, tx, v.profile.CandidateID, ids); err != nil {
		return err
	}
	detail := map[string]any{"from": m.from, "to": m.To}
	if v.profile.URL != "" {
		detail["profile_url"] = v.profile.URL
		detail["compared"] = v.profile.Compared
	}
	if v.Run != 0 {
		detail["run"] = v.Run
	}
	if err := AuditExports(ctx, tx, by, v.Action(), ids, detail); err != nil {
		return err
	}
	if m.KeepsAside {
		return nil
	}
	return putBackAside(ctx, tx, ids)
}
