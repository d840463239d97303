package store

import (
	"cmp"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// What a hold's beginning, its looks and its end make of an integration. Each stands here and nowhere else. The history of holds is written
// by the trigger track_hold on integrations, in the same transaction: no statement of the store writes ghexport.holds.
const (
	// probeSoon sets when to look first.
	probeSoon = "clock_timestamp() + interval '15 seconds'"
	// probeAgain sets when to look next, once the present look counts: 15 s, doubling to 15 min.
	probeAgain = "clock_timestamp() + make_interval(secs => least(15 * power(2, least(probes + 1, 10)), 900))"
	// checkNext sets when to look at a company that is not held.
	checkNext = "clock_timestamp() + interval '1 day'"

	// beginHold needs $3, the cause, and $4, Greenhouse's words.
	beginHold = `
	       hold_cause = $3, hold_since = clock_timestamp(), hold_detail = nullif($4, ''), probe_at = ` + probeSoon + `, probes = 0`
	// keepHold is beginHold of a company that is held already. A trial is over with it.
	keepHold = `
	       hold_cause = $3, hold_since = coalesce(hold_since, clock_timestamp()), hold_detail = nullif($4, ''),
	       probe_at = ` + probeAgain + `, probes = probes + 1, trial_at = NULL, trial_export_id = NULL`
	// release lets a company go that was held. What is under suspicion stays so.
	release = `
	       hold_cause = NULL, hold_since = NULL, hold_detail = NULL, probe_at = NULL, probes = 0, trial_at = NULL, trial_export_id = NULL,
	       deaths = 0, deaths_of = NULL, released_at = clock_timestamp(), check_at = ` + checkNext
	// endHold forgets what Greenhouse refused.
	endHold = release + ", suspects = '{}', suspect_targets = '{}'"
)

// holdCompanies queues what the group's answers mean for their companies, by org. An answer counts only for the credential version
// that it was made with, and not when its request began before the company was last released: that one says nothing of now.
func holdCompanies(batch *pgx.Batch, in []Settle) {
	var telling []Settle
	for _, one := range in {
		if one.Outcome == ledger.OutcomeHold || one.Trial || one.Doubted || one.Outcome == ledger.OutcomeDead {
			telling = append(telling, one)
		}
	}
	slices.SortFunc(telling, func(a, b Settle) int { return cmp.Compare(a.OrgID, b.OrgID) })
	for _, one := range telling {
		switch {
		case one.Outcome == ledger.OutcomeHold && one.Cause == ledger.CauseDecryptFailed:
			batch.Queue(refuseSealed, one.OrgID, one.CredentialVersion)
		case one.Outcome == ledger.OutcomeHold && one.Cause == ledger.CauseNone: // this node's trouble, not the company's
		case one.Outcome == ledger.OutcomeHold:
			batch.Queue(countRefusal, one.OrgID, one.CredentialVersion)
			batch.Queue(refuse, one.OrgID, one.CredentialVersion, string(one.Cause), one.Detail, TimeOrNil(one.StartedAt), one.Status)
			batch.Queue(refuseTrial, one.OrgID, one.CredentialVersion, string(one.Cause), one.Detail, one.ExportID, one.Status)
			one.suspect(batch)
		case one.Trial:
			one.endTrial(batch)
		}
		one.judgeAgain(batch)
		one.countDeath(batch)
	}
}

// countRefusal counts an export that was refused while its company is held.
const countRefusal = `
	UPDATE ghexport.integrations SET refused = refused + 1 WHERE org_id = $1 AND credential_version = $2 AND hold_cause IS NOT NULL`

var refuseSealed = `
	WITH held AS (
		UPDATE ghexport.integrations
		   SET decrypt_failed_at = clock_timestamp(), probe_at = ` + probeSoon + `, probes = 0
		 WHERE org_id = $1 AND credential_version = $2 AND decrypt_failed_at IS NULL
		RETURNING *
	)` + logCheck(CheckSend, CheckRefused, "'decrypt.failed'", "NULL", "NULL::int")

var refuse = `
	WITH held AS (
		UPDATE ghexport.integrations
		   SET ` + beginHold + `, refused = 1
		 WHERE org_id = $1 AND credential_version = $2 AND hold_cause IS NULL
		   AND ($5::timestamptz IS NULL OR released_at IS NULL OR $5 >= released_at)
		RETURNING *
	)` + logCheck(CheckSend, CheckRefused, "hold_cause", "hold_detail", "nullif($6::int, 0)")

var refuseTrial = `
	WITH held AS (
		UPDATE ghexport.integrations
		   SET ` + keepHold + `
		 WHERE org_id = $1 AND credential_version = $2 AND trial_export_id = $5
		RETURNING *
	)` + logCheck(CheckTrial, CheckRefused, "hold_cause", "hold_detail", "nullif($6::int, 0)")
