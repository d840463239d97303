package query

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// whyLimit bounds how many explanations one question gets; no person reads more.
const whyLimit = 100

// Why explains an interview at a company, or with an empty org at every company that knows its id. Where none does, the one answer
// holds nothing but what was asked. What was asked may be no interview's id at all, so it accuses nobody.
func (r Reader) Why(ctx context.Context, org, interview string) ([]ledger.WhyFacts, error) {
	list, err := r.why(ctx, `
		SELECT DISTINCT org_id, interview_id
		  FROM (SELECT e.org_id, e.interview_id FROM ghexport.exports e WHERE e.interview_id = $1 -- exports_key
		        UNION ALL
		        SELECT o.org_id, o.interview_id FROM ghexport.outbox o WHERE o.interview_id = $1
		        UNION ALL
		        SELECT r.org_id, r.interview_id FROM ghexport.rejected r WHERE r.interview_id = $1) known
		 WHERE $3 = '' OR org_id = $3
		 ORDER BY org_id
		 LIMIT $2`, interview, org)
	if err != nil || len(list) > 0 {
		return list, err
	}
	unknown := ledger.WhyFacts{OrgID: org, InterviewID: interview}
	unknown.Behind, err = r.behind(ctx)
	return []ledger.WhyFacts{unknown}, err
}

// whyCandidates bounds how many of the newest exports are looked through for a candidate's id, which no index has.
const whyCandidates = 100_000

// WhyCandidate explains the interviews of the candidate with this id of the producer's, at a company or with an empty org at all, newest
// first: by digest (see [seal.Digests.Candidate]; nil where there is no keyset) those that ever qualified, and among the newest exports all.
func (r Reader) WhyCandidate(ctx context.Context, org, candidate string, digest []byte) ([]ledger.WhyFacts, error) {
	if digest != nil {
		list, err := r.why(ctx, `
			SELECT e.org_id, e.interview_id
			  FROM ghexport.exports e
			 WHERE e.candidate_digest = $1 AND ($3 = '' OR e.org_id = $3) -- exports_by_candidate
			 ORDER BY e.id DESC
			 LIMIT $2`, digest, org)
		if err != nil || len(list) > 0 {
			return list, err
		}
	}
	return r.why(ctx, fmt.Sprintf(`
		SELECT n.org_id, n.interview_id
		  FROM (SELECT e.id, e.org_id, e.interview_id, e.candidate_id
		          FROM ghexport.exports e
		         ORDER BY e.id DESC -- exports_pkey
		         LIMIT %d) n
		 WHERE n.candidate_id = $1 AND ($3 = '' OR n.org_id = $3)
		 ORDER BY n.id DESC
		 LIMIT $2`, whyCandidates), candidate, org)
}

// WhyEmail explains every interview that ever qualified of the person with this address, at a company or with an empty org at all,
// newest first; see [seal.Digests.Email]. None means that no export is known by this address: before both say yes the ledger does not keep it.
func (r Reader) WhyEmail(ctx context.Context, org string, digest []byte) ([]ledger.WhyFacts, error) {
	return r.why(ctx, `
		SELECT e.org_id, e.interview_id
		  FROM ghexport.exports e
		 WHERE e.email_digest = $1 AND ($3 = '' OR e.org_id = $3) -- exports_by_email
		 ORDER BY e.id DESC
		 LIMIT $2`, digest, org)
}

func (r Reader) why(ctx context.Context, keys string, asked any, org string) ([]ledger.WhyFacts, error) {
	rows, err := r.reads.Query(ctx, whyFacts(keys), asked, whyLimit, org)
	if err != nil {
		return nil, fmt.Errorf("ask why: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ledger.WhyFacts])
	if err != nil {
		return nil, fmt.Errorf("ask why: %w", err)
	}
	kept, err := r.kept(ctx, list)
	if err != nil {
		return nil, err
	}
	if err := r.unread(ctx, list); err != nil {
		return nil, err
	}
	for i := range list {
		if l, late := kept[list[i].OrgID]; late && list[i].IsDue() {
			list[i].Kept = &l
		}
	}
	return list, nil
}

// kept asks of the companies of exports that are due what keeps them.
func (r Reader) kept(ctx context.Context, list []ledger.WhyFacts) (map[string]ledger.Late, error) {
	var orgs []string
	for _, f := range list {
		if f.IsDue() && !slices.Contains(orgs, f.OrgID) {
			orgs = append(orgs, f.OrgID)
		}
	}
	late, err := r.late(ctx, orgs)
	if err != nil {
		return nil, err
	}
	kept := make(map[string]ledger.Late, len(late))
	for _, l := range late {
		kept[l.Org] = l
	}
	return kept, nil
}

// whyFacts takes the statement that names the interviews, as (org_id, interview_id).
func whyFacts(keys string) string {
	return `
	WITH k AS MATERIALIZED (SELECT q.*, row_number() OVER () AS turn FROM (` + keys + `) q)
	SELECT k.org_id, k.interview_id, e.id, e.state, coalesce(e.cause, ''), coalesce(e.detail, ''),
	       CASE WHEN e.state IN ('pending', 'queued') THEN ghexport.held(k.org_id) END, e.profile_url,
	       e.interviewer_advances, e.candidate_continues, coalesce(e.practice, false), e.erased_at IS NOT NULL,
	       coalesce('may_exist' = ANY (e.flags), false), e.due_at, e.blocked_at, coalesce(e.failures, 0), coalesce(e.attempts, 0),
	       e.sent_at, clock_timestamp(),
	       (SELECT min(o.enqueued_at) FROM ghexport.outbox o -- outbox_by_interview
	         WHERE o.org_id = k.org_id AND o.interview_id = k.interview_id AND o.version > coalesce(e.version, -1)),
	       (SELECT max(r.detail) FROM ghexport.rejected r -- rejected_by_interview
	         WHERE r.org_id = k.org_id AND r.interview_id = k.interview_id AND r.version > coalesce(e.version, -1)),
	       EXISTS (SELECT FROM ghexport.aside a WHERE a.export_id = e.id),
	       ARRAY(SELECT s.id FROM ghexport.exports s
	              WHERE s.org_id = e.org_id AND s.id <> e.id
	                AND (s.candidate_digest = e.candidate_digest OR s.email_digest = e.email_digest)
	                AND (s.state IN ('sent', 'pending', 'queued', 'sending', 'unknown') OR 'may_exist' = ANY (s.flags))
	              ORDER BY s.id
	              LIMIT 20),
	       (SELECT c.source FROM ghexport.carried c -- carried_by_interview
	         WHERE c.interview_id = k.interview_id AND c.org_id = k.org_id
	         ORDER BY c.version DESC LIMIT 1), ` + store.StandstillColumns + `
	  FROM k
	  LEFT JOIN ghexport.exports e ON e.org_id = k.org_id AND e.interview_id = k.interview_id
	  LEFT JOIN ghexport.integrations i ON i.org_id = k.org_id
	  LEFT JOIN ghexport.budgets b ON b.credential = i.key_digest
	 ORDER BY k.turn`
}
