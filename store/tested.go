package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Worked finds the newest look at which a key, by its digest, was accepted with another user than this, and the newest at which this
// user was accepted with another key of the company's. Each is nil where there was none.
func (s *Store) Worked(ctx context.Context, org string, keyDigest []byte, createdBy string) (key, user *ledger.Worked, err error) {
	if key, err = s.worked(ctx, keyWorked, org, keyDigest, createdBy); err != nil {
		return nil, nil, err
	}
	user, err = s.worked(ctx, userWorked, org, keyDigest, createdBy)
	return key, user, err
}

// KeepTest remembers what a test of the company's own credential of this version found, with an audit row. One that passed makes an
// untested credential fit to send. It returns false, and remembers nothing, where the credential has been replaced since.
func (s *Store) KeepTest(ctx context.Context, org string, credentialVersion int64, report TestReport, by By) (kept bool, err error) {
	err = s.InTx(ctx, "keep the test", func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `
			UPDATE ghexport.integrations
			   SET test_report = $3,
			       tested_version = CASE WHEN $4 THEN credential_version ELSE tested_version END,
			       tested_at = CASE WHEN $4 THEN clock_timestamp() ELSE tested_at END,
				       created_by_name = CASE WHEN $4 THEN nullif($5, '') ELSE created_by_name END,
			       created_by_id = CASE WHEN $4 THEN nullif($6::bigint, 0) ELSE created_by_id END
			 WHERE org_id = $1 AND credential_version = $2`,
			org, credentialVersion, report, report.Passed, report.User, report.UserID)
		if err != nil {
			return err
		}
		if kept = done.RowsAffected() == 1; !kept {
			return nil
		}
		if err := AddAudit(ctx, tx, by, ledger.ActionOrgTest, org, map[string]any{"passed": report.Passed}); err != nil {
			return err
		}
		return WakeRelay(ctx, tx)
	})
	return kept, err
}
