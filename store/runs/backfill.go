package runs

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/store"
)

// backfilledBy selects a company's interviews that never went, and says of each whether it goes now, as [ledger.VerbBackfill] does, or why
// not. What was sent or is on its way is no part of it. A candidate of whom the company has somebody already, or may have, is left out
// unless it takes second profiles; of one that was dropped before it was folded only the id is known, and dispatch looks again.
func backfilledBy(f store.Filter) judged {
	w := store.Filter{Org: f.Org, From: f.From, To: f.To}.Where()
	w.AddIf(true, "e.state IN ('ineligible', 'cancelled', 'dead', 'unknown', 'duplicate')")
	org := w.Arg(f.Org)
	picked := `
		WITH picked AS (
			SELECT e.id, e.org_id, e.state, e.cause, ` + store.DiedVersion + ` AS version, coalesce(e.attention_at, e.updated_at) AS attention_at,
			       e.candidate_id, e.candidate_digest, e.email_digest, e.duplicate_allowed, 'may_exist' = ANY (e.flags) AS doubt,
			       ` + store.IsTestCandidate + ` AS test, ` + store.PolicyGone + ` AS policy_gone, ` + store.AsideNo + ` AS aside_no,
			       e.erased_at IS NOT NULL OR e.cause = 'erased'
			       OR e.body_id IS NULL AND NOT EXISTS (SELECT FROM ghexport.aside s WHERE s.export_id = e.id) AS gone` +
		store.ExportsAlone + w.SQL() + `
		), there AS MATERIALIZED (
			SELECT DISTINCT s.candidate_id
			  FROM ghexport.exports s -- exports_by_org
			 WHERE s.org_id = ` + org + ` AND ` + mayBeThere + `
		), told AS (
			SELECT p.*, m.run_id,
			       CASE WHEN p.state IN ('unknown', 'duplicate') OR p.state = 'cancelled' AND p.doubt THEN '` + fateDecision + `'
			            WHEN p.state = 'ineligible' THEN coalesce(p.cause, '` + fateUndecided + `')
			            WHEN p.test THEN '` + fateTest + `'
			            WHEN p.state = 'dead' THEN '` + fateDead + `'
			            WHEN p.gone THEN '` + fateGone + `'
			            WHEN p.cause = 'discarded' THEN '` + fateDiscarded + `'
			            WHEN p.cause = 'skipped' AND NOT p.policy_gone THEN '` + fateSkipped + `'
			            WHEN p.aside_no THEN '` + fateWithdrawn + `'
			            WHEN m.run_id IS NOT NULL THEN '` + fateRun + `'
			            WHEN NOT p.duplicate_allowed
			                 AND (` + thereBefore("candidate_digest") + ` OR ` + thereBefore("email_digest") + `
			                      OR p.candidate_digest IS NULL AND p.candidate_id IN (SELECT candidate_id FROM there)) THEN '` + fateSibling + `'
			            ELSE '` + fateGo + `' END AS fate
			  FROM picked p
			  LEFT JOIN ghexport.run_members m ON m.export_id = p.id AND m.state IN ('waiting', 'released') -- run_members_live
		), `
	return judged{sql: picked + limited(&w, f.Limit), args: w.Args}
}

// mayBeThere is true of an export s whose candidate is in Greenhouse, may be, or was deleted there, where the company asks about a second
// profile or skips it.
const mayBeThere = `
	NOT s.flags && '{test,test_address}'::text[] AND (s.state = 'unknown' OR s.state <> 'sent' AND 'may_exist' = ANY (s.flags) OR 'gone' = ANY (s.flags)
	 OR s.state = 'sent' AND coalesce((SELECT i.second_interview FROM ghexport.integrations i WHERE i.org_id = s.org_id), 'hold') <> 'create')`

// thereBefore asks for another export of the candidate, by one of the two digests that make siblings.
func thereBefore(digest string) string {
	return `EXISTS (SELECT FROM ghexport.exports s
			                              WHERE s.org_id = p.org_id AND s.` + digest + ` = p.` + digest + ` AND s.id <> p.id AND ` + mayBeThere + `)`
}

// unreadable adds the company's messages that could not be folded: no run can take what has no export.
func unreadable(ctx context.Context, tx pgx.Tx, org string, out map[LeftOut]*LeftOut) error {
	var n int64
	err := tx.QueryRow(ctx, "SELECT count(*) FROM ghexport.rejected WHERE org_id = $1", org).Scan(&n)
	if err == nil && n > 0 {
		out[LeftOut{Because: fates[fateUnread]}] = &LeftOut{Because: fates[fateUnread], Count: n}
	}
	return err
}
