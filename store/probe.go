package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// probeClaim is how long a probe belongs to whoever read it. A node that dies with it leaves it to the next after that.
const probeClaim = time.Minute

// DueProbes claims companies that are due to be looked at, so that no two nodes ask Greenhouse about one, and commits. End each with
// [Store.ReleaseHold], [Store.ProbeFailed], [Store.PutOffProbe] or [Store.StartTrial]. Companies that are off are not asked about.
func (s *Store) DueProbes(ctx context.Context, limit int) ([]string, error) {
	rows, err := s.Pool.Query(ctx, `
		WITH due AS (
			SELECT i.org_id
			  FROM ghexport.integrations i
			 WHERE i.probe_at <= clock_timestamp() -- integrations_probe
			   AND i.enabled AND i.sealed_key IS NOT NULL AND i.created_by IS NOT NULL
			   AND (i.hold_cause IS NOT NULL OR i.decrypt_failed_at IS NOT NULL)
			   AND NOT EXISTS (SELECT FROM ghexport.control c WHERE c.stopped_at IS NOT NULL)
			 ORDER BY i.probe_at
			 LIMIT $1
			   FOR NO KEY UPDATE SKIP LOCKED
		)
		UPDATE ghexport.integrations i
		   SET probe_at = clock_timestamp() + $2::interval
		  FROM due
		 WHERE i.org_id = due.org_id
		RETURNING i.org_id`, limit, probeClaim)
	if err != nil {
		return nil, fmt.Errorf("claim probes: %w", err)
	}
	due, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("claim probes: %w", err)
	}
	return due, nil
}

// ReleaseHold ends what Greenhouse's refusals, or a key that did not open, hold, since this version of the credential was accepted;
// what waited is sent. It returns false, and changes nothing, where the credential is newer or nothing was held.
func (s *Store) ReleaseHold(ctx context.Context, org string, credentialVersion int64) (bool, error) {
	return s.answer(ctx, "release hold", `
		UPDATE ghexport.integrations
		   SET hold_cause = NULL, hold_since = NULL, hold_detail = NULL, probe_at = NULL, probes = 0, trial_at = NULL,
				       released_at = clock_timestamp(),
		       trial_export_id = NULL, decrypt_failed_at = NULL, last_good_at = clock_timestamp()
		 WHERE org_id = $1 AND credential_version = $2
		   AND (hold_cause IS NOT NULL OR decrypt_failed_at IS NOT NULL)`, org, credentialVersion)
}

// ProbeFailed keeps a company held, with what Greenhouse says now, and looks again after next. It returns false, and changes nothing,
// where the credential is newer or the hold has ended. Detail is Greenhouse's words; it is cleaned and capped here.
func (s *Store) ProbeFailed(ctx context.Context, org string, credentialVersion int64, cause Cause, detail string, next time.Duration) (bool, error) {
	return s.answer(ctx, "keep hold", `
		UPDATE ghexport.integrations
		   SET hold_cause = $3, hold_detail = nullif($4, ''), probe_at = clock_timestamp() + $5::interval, probes = probes + 1,
		       trial_at = NULL, decrypt_failed_at = NULL
		 WHERE org_id = $1 AND credential_version = $2
		   AND (hold_cause IS NOT NULL OR decrypt_failed_at IS NOT NULL)`,
		org, credentialVersion, cause, Clean(detail, detailCap), next)
}

// PutOffProbe looks again after next, for a probe that brought no answer about the credential: the hold stays as it is.
func (s *Store) PutOffProbe(ctx context.Context, org string, credentialVersion int64, next time.Duration) (bool, error) {
	return s.answer(ctx, "put off probe", `
		UPDATE ghexport.integrations
		   SET probe_at = clock_timestamp() + $3::interval, probes = probes + 1
		 WHERE org_id = $1 AND credential_version = $2
		   AND (hold_cause IS NOT NULL OR decrypt_failed_at IS NOT NULL)`, org, credentialVersion, next)
}

// StartTrial lets one export of a company held for permission.denied pass, as only a creation can tell whether creating is allowed
// again. With nothing due the next export is the trial. A trial under way stays the only one. It looks again after next.
func (s *Store) StartTrial(ctx context.Context, org string, credentialVersion int64, next time.Duration) (bool, error) {
	return s.answer(ctx, "start trial", `
		UPDATE ghexport.integrations i
		   SET trial_at = CASE WHEN under.way THEN i.trial_at ELSE clock_timestamp() END,
		       trial_export_id = CASE WHEN under.way THEN i.trial_export_id END,
		       probe_at = clock_timestamp() + $3::interval, probes = i.probes + 1
		  FROM (SELECT EXISTS (SELECT FROM ghexport.exports e
		                         JOIN ghexport.integrations t ON t.trial_export_id = e.id
		                        WHERE t.org_id = $1 AND e.job_id IS NOT NULL) AS way) under
		 WHERE i.org_id = $1 AND i.credential_version = $2 AND i.hold_cause = 'permission.denied'`, org, credentialVersion, next)
}

// HoldDecryptFailed holds a company whose key does not open though the keyset knows the key's id. It returns false where it was
// held for that already or the credential is newer.
func (s *Store) HoldDecryptFailed(ctx context.Context, org string, credentialVersion int64) (bool, error) {
	return s.answer(ctx, "hold for a key that does not open", `
		UPDATE ghexport.integrations
		   SET decrypt_failed_at = clock_timestamp(), updated_at = clock_timestamp()
		 WHERE org_id = $1 AND credential_version = $2 AND decrypt_failed_at IS NULL`, org, credentialVersion)
}

// answer writes what was learned about a credential, unless it has been replaced since, and wakes the relay.
func (s *Store) answer(ctx context.Context, doing, update string, args ...any) (changed bool, err error) {
	err = s.inTx(ctx, doing, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, update, args...)
		if err != nil {
			return err
		}
		if changed = done.RowsAffected() == 1; !changed {
			return nil
		}
		return wakeRelay(ctx, tx)
	})
	return changed, err
}

// ProbeNow makes a held company due to be looked at at once, and records who asked. It returns false, and changes nothing, where
// Greenhouse does not refuse it and its key opens: then there is nothing to look at.
func (s *Store) ProbeNow(ctx context.Context, org string, by By) (bool, error) {
	return s.switchOrg(ctx, "org probe", org, by, "(hold_cause IS NOT NULL OR decrypt_failed_at IS NOT NULL)",
		"probe_at = clock_timestamp()")
}
