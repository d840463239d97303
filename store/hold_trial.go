package store

import (
	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// One refusal must neither stop nor kill a company. An export that is answered 403 is a suspect: while the company is held another is
// tried first, and once one was accepted a further 403 is the suspect's own. What it was meant for is under suspicion likewise, where
// another target was accepted.

// targetOf holds what an export e of an integration i is to be added to, as the company's choices stand: job N, pool N, or nothing.
const targetOf = `
	CASE WHEN i.mode = 'candidate' AND coalesce(i.job_map ->> e.job, i.default_job_id::text) IS NOT NULL
	     THEN 'job ' || coalesce(i.job_map ->> e.job, i.default_job_id::text)
	     WHEN i.prospect_pool_id IS NOT NULL THEN 'pool ' || i.prospect_pool_id
	     ELSE '' END`

// doubted is true of an export e whose next 403 is its own and not the company's, which may send.
const doubted = `
	(e.id = ANY (i.suspects) OR cardinality(i.refused_targets) > 0 AND ` + targetOf + ` = ANY (i.refused_targets))`

// onTrial are the holds that one export may pass to try whether they are over.
const onTrial = "('permission.denied', 'refusing')"

// suspect notes an export that was refused, and its target; of very many the newest.
func (in Settle) suspect(batch *pgx.Batch) {
	if in.Cause == ledger.CausePermissionDenied && !in.alone {
		batch.Queue(suspectExport, in.OrgID, in.CredentialVersion, in.ExportID, in.Target, TimeOrNil(in.StartedAt))
	}
}

const suspectExport = `
	UPDATE ghexport.integrations
	   SET suspects = (array_remove(suspects, $3) || $3::bigint)[greatest(1, cardinality(suspects) - 98):],
	       suspect_targets = (array_remove(suspect_targets, $4) || $4::text)[greatest(1, cardinality(suspect_targets) - 98):]
	 WHERE org_id = $1 AND credential_version = $2 AND hold_cause = 'permission.denied'
	   AND ($5::timestamptz IS NULL OR released_at IS NULL OR $5 >= released_at)`

// endTrial is what an answer to a trial means that is no refusal of the company: accepted, it releases. Any other answer shows that the
// right to create is there, and not that exports are accepted again. No answer says nothing: the next probe tries again.
func (in Settle) endTrial(batch *pgx.Batch) {
	switch {
	case in.Outcome == ledger.OutcomeSent:
		batch.Queue(acceptTrial, in.OrgID, in.CredentialVersion, in.ExportID, in.Status, in.Target)
	case in.Status > 0:
		batch.Queue(answerTrial, in.OrgID, in.CredentialVersion, in.ExportID, in.Status)
		batch.Queue(failTrial, in.OrgID, in.CredentialVersion, in.ExportID, in.Detail)
	default:
		batch.Queue(loseTrial, in.OrgID, in.CredentialVersion, in.ExportID)
	}
}

var acceptTrial = `
	WITH held AS (
		UPDATE ghexport.integrations i
		   SET ` + release + `, last_good_at = clock_timestamp(), suspects = array_remove(suspects, $3), suspect_targets = '{}',
		       refused_targets = ARRAY(SELECT DISTINCT t FROM unnest(i.refused_targets || i.suspect_targets) AS t WHERE t NOT IN ('', $5::text))
		 WHERE org_id = $1 AND credential_version = $2 AND trial_export_id = $3
		RETURNING *
	)` + logCheck(CheckTrial, CheckAccepted, "NULL", "NULL", "$4::int")

var answerTrial = `
	WITH held AS (
		UPDATE ghexport.integrations
		   SET ` + endHold + `, last_good_at = clock_timestamp()
		 WHERE org_id = $1 AND credential_version = $2 AND trial_export_id = $3 AND hold_cause <> 'refusing'
		RETURNING *
	)` + logCheck(CheckTrial, CheckAccepted, "NULL", "NULL", "$4::int")

// failTrial keeps the next look where the trial's beginning has put it.
const failTrial = `
	UPDATE ghexport.integrations
	   SET hold_detail = coalesce(nullif($4, ''), hold_detail), refused = refused + 1, trial_at = NULL, trial_export_id = NULL
	 WHERE org_id = $1 AND credential_version = $2 AND trial_export_id = $3 AND hold_cause = 'refusing'`

var loseTrial = `
	WITH held AS (
		UPDATE ghexport.integrations
		   SET trial_at = NULL, trial_export_id = NULL, probe_at = CASE WHEN hold_cause = 'refusing' THEN probe_at ELSE ` + probeSoon + ` END
		 WHERE org_id = $1 AND credential_version = $2 AND trial_export_id = $3
		RETURNING *
	)` + logCheck(CheckTrial, CheckNone, "NULL", "NULL", "NULL::int")

// judgeAgain is what the answer to a suspect, or for a target that was refused, says of them.
func (in Settle) judgeAgain(batch *pgx.Batch) {
	switch {
	case !in.Doubted || in.alone:
	case in.Outcome == ledger.OutcomeSent:
		batch.Queue(trust, in.OrgID, in.ExportID, in.Target)
	case in.Outcome == ledger.OutcomeDead:
		batch.Queue(convict, in.OrgID, in.ExportID, in.Target, in.Cause == ledger.CauseTargetRefused)
	}
}

const trust = `
	UPDATE ghexport.integrations
	   SET suspects = array_remove(suspects, $2), refused_targets = array_remove(refused_targets, $3)
	 WHERE org_id = $1`

const convict = `
	UPDATE ghexport.integrations
	   SET suspects = array_remove(suspects, $2),
	       refused_targets = CASE WHEN $4 THEN (array_remove(refused_targets, $3) || $3::text)[greatest(1, cardinality(refused_targets) - 98):]
	                              ELSE refused_targets END
	 WHERE org_id = $1`
