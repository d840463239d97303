package store

import (
	"cmp"
	"slices"

	"github.com/jackc/pgx/v5"
)

// probeBackoff is how long to wait before a held company is probed again: 15 s, doubling to 15 min.
const probeBackoff = "make_interval(secs => least(15 * power(2, least(probes, 10)), 900))"

// holdCompanies queues what the group's answers mean for their companies, by org. An answer counts only for the credential version
// that it was made with.
func holdCompanies(batch *pgx.Batch, in []Settle) {
	var refused []Settle
	for _, one := range in {
		if one.Outcome == OutcomeHold || one.Trial {
			refused = append(refused, one)
		}
	}
	slices.SortFunc(refused, func(a, b Settle) int { return cmp.Compare(a.OrgID, b.OrgID) })
	for _, one := range refused {
		switch {
		case one.Outcome == OutcomeHold && one.Cause == CauseDecryptFailed:
			batch.Queue(`
				UPDATE ghexport.integrations SET decrypt_failed_at = coalesce(decrypt_failed_at, clock_timestamp())
				 WHERE org_id = $1 AND credential_version = $2`, one.OrgID, one.CredentialVersion)
		case one.Outcome == OutcomeHold && one.Cause == CauseNone: // this node's trouble, not the company's
		case one.Outcome == OutcomeHold:
			batch.Queue(`
				UPDATE ghexport.integrations
				   SET hold_cause = $3, hold_since = coalesce(hold_since, clock_timestamp()), hold_detail = nullif($4, ''),
				       probe_at = CASE WHEN hold_cause IS NULL OR trial_export_id = $5
				                       THEN clock_timestamp() + `+probeBackoff+`
				                       ELSE probe_at END,
				       probes = CASE WHEN hold_cause IS NULL OR trial_export_id = $5 THEN probes + 1 ELSE probes END,
				       trial_at = NULL,
				       trial_export_id = CASE WHEN trial_export_id = $5 THEN NULL ELSE trial_export_id END
				 WHERE org_id = $1 AND credential_version = $2 AND (hold_cause IS NULL OR trial_export_id = $5)`,
				one.OrgID, one.CredentialVersion, string(one.Cause), one.Detail, one.ExportID)
		case one.Status > 0: // any answer but 401 and 403 releases
			batch.Queue(`
				UPDATE ghexport.integrations
				   SET hold_cause = NULL, hold_since = NULL, hold_detail = NULL, probe_at = NULL, probes = 0, trial_at = NULL,
				       released_at = clock_timestamp(),
				       trial_export_id = NULL, last_good_at = clock_timestamp()
				 WHERE org_id = $1 AND credential_version = $2 AND trial_export_id = $3`,
				one.OrgID, one.CredentialVersion, one.ExportID)
		default: // no answer says nothing: the next probe tries again
			batch.Queue(`
				UPDATE ghexport.integrations
				   SET trial_at = NULL, trial_export_id = NULL,
				       probe_at = clock_timestamp() + `+probeBackoff+`
				 WHERE org_id = $1 AND credential_version = $2 AND trial_export_id = $3`,
				one.OrgID, one.CredentialVersion, one.ExportID)
		}
	}
}
