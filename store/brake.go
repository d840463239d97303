package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// brakeAfter sets how many live exports of a company die in a row of the same thing, nothing accepted in between, before it is held
// (`refusing`): the next would die of it, too. Test candidates do not count.
const brakeAfter = 20

// countDeath counts a live export that died, and holds its company where it is one of too many. Those of a replay do not count: a run
// has a rule of its own. Guarded by the row: only what this settle made of it counts.
func (in Settle) countDeath(batch *pgx.Batch) {
	if in.Outcome != ledger.OutcomeDead || in.alone {
		return
	}
	batch.Queue(countDeath, in.OrgID, in.CredentialVersion, in.ExportID, in.Token, string(in.Cause)+"\n"+ledger.Shape(in.Detail), TimeOrNil(in.StartedAt))
	batch.Queue(brake, in.OrgID, in.CredentialVersion, string(ledger.CauseRefusing), in.Detail, brakeAfter, in.Target)
}

const countDeath = `
	UPDATE ghexport.integrations i
	   SET deaths = CASE WHEN i.deaths_of = $5 THEN i.deaths + 1 ELSE 1 END, deaths_of = $5
	  FROM ghexport.exports e
	 WHERE i.org_id = $1 AND i.credential_version = $2
	   AND e.id = $3 AND e.state = 'dead' AND e.attempt = $4 AND e.lane = 0 AND NOT ` + IsTestCandidate + `
	   AND ($6::timestamptz IS NULL OR i.released_at IS NULL OR $6 >= i.released_at)`

const brake = `
	UPDATE ghexport.integrations
	   SET ` + beginHold + `, refused = deaths, suspect_targets = ARRAY[$6::text]
	 WHERE org_id = $1 AND credential_version = $2 AND hold_cause IS NULL AND deaths >= $5`

// acceptedOf are the companies of a group of which an export was accepted.
func acceptedOf(in []Settle) []string {
	orgs := []string{}
	for _, one := range in {
		if one.Outcome == ledger.OutcomeSent && !one.alone {
			orgs = append(orgs, one.OrgID)
		}
	}
	slices.Sort(orgs)
	return slices.Compact(orgs)
}

// acceptedAgain are parts of a statement: they end rows of deaths of the companies $3, and the hold that they led to, by the trial or by one
// that was on its way already.
const acceptedAgain = `
	dying AS (
		SELECT org_id FROM ghexport.integrations WHERE org_id = ANY ($3::text[]) AND deaths > 0 ORDER BY org_id FOR NO KEY UPDATE
	), ended AS (
		UPDATE ghexport.integrations i
		   SET ` + endRefusing + `,
		       last_good_at = CASE WHEN hold_cause = 'refusing' THEN clock_timestamp() ELSE last_good_at END,
		       released_at = CASE WHEN hold_cause = 'refusing' THEN clock_timestamp() ELSE released_at END
		  FROM dying
		 WHERE i.org_id = dying.org_id
	)`

// endRefusing ends a hold for `refusing` and no other, and the row of deaths.
const endRefusing = `
	       hold_cause = nullif(hold_cause, 'refusing'), deaths = 0, deaths_of = NULL,
	       hold_since = CASE WHEN hold_cause <> 'refusing' THEN hold_since END,
	       hold_detail = CASE WHEN hold_cause <> 'refusing' THEN hold_detail END,
	       probe_at = CASE WHEN hold_cause = 'refusing' THEN NULL ELSE probe_at END,
	       probes = CASE WHEN hold_cause = 'refusing' THEN 0 ELSE probes END,
	       trial_at = CASE WHEN hold_cause <> 'refusing' THEN trial_at END,
	       trial_export_id = CASE WHEN hold_cause <> 'refusing' THEN trial_export_id END,
	       check_at = CASE WHEN hold_cause = 'refusing' THEN ` + checkNext + ` ELSE check_at END`

// ResumeOrg ends [Store.PauseOrg], and a hold for `refusing`; what waited is sent. It returns false where the company was neither.
func (s *Store) ResumeOrg(ctx context.Context, org string, by By) (bool, error) {
	return s.switchOrg(ctx, ledger.ActionOrgResume, org, by, "(paused_at IS NOT NULL OR hold_cause = 'refusing')",
		"paused_at = NULL, paused_by = NULL, paused_reason = NULL, released_at = clock_timestamp(), "+endRefusing)
}
