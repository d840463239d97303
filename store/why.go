package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Check is one link of the chain from an interview to a profile in Greenhouse.
type Check struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"` // a sentence without personal data
	First  bool   `json:"first"`  // the first that fails: the answer to the question
}

// Explanation says for one interview of one company why its candidate is in Greenhouse or is not.
type Explanation struct {
	OrgID       string        `json:"org_id"`
	InterviewID string        `json:"interview_id"`
	ExportID    *int64        `json:"export_id"` // null while nothing was folded
	State       *ledger.State `json:"state"`
	Cause       *ledger.Cause `json:"cause"`
	Held        *ledger.Cause `json:"held"`
	ProfileURL  *string       `json:"profile_url"`
	Checks      []Check       `json:"checks"`
}

// whyLimit bounds how many explanations one question gets; no person reads more.
const whyLimit = 100

// Why explains an interview at a company, or with an empty org at every company that knows its id. Where none does, the one explanation
// says so.
func (s *Store) Why(ctx context.Context, org, interview string) ([]Explanation, error) {
	list, err := s.explain(ctx, `
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
	return []Explanation{{OrgID: org, InterviewID: interview, Checks: []Check{{
		Check: "committed", First: true,
		Detail: "No producer has committed a result for this interview: it was not enqueued, or its transaction was rolled back.",
	}}}}, nil
}

// WhyEmail explains every interview that ever qualified of the person with this address, at a company or with an empty org at all,
// newest first; see [Digests.Email]. None
// means that nobody with this address ever qualified: before both say yes the ledger does not know who they are.
func (s *Store) WhyEmail(ctx context.Context, org string, digest []byte) ([]Explanation, error) {
	return s.explain(ctx, `
		SELECT e.org_id, e.interview_id
		  FROM ghexport.exports e
		 WHERE e.email_digest = $1 AND ($3 = '' OR e.org_id = $3) -- exports_by_email
		 ORDER BY e.id DESC
		 LIMIT $2`, digest, org)
}

func (s *Store) explain(ctx context.Context, keys string, asked any, org string) ([]Explanation, error) {
	rows, err := s.Pool.Query(ctx, whyFacts(keys), asked, whyLimit, org)
	if err != nil {
		return nil, fmt.Errorf("ask why: %w", err)
	}
	facts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[facts])
	if err != nil {
		return nil, fmt.Errorf("ask why: %w", err)
	}
	kept, err := s.kept(ctx, facts)
	if err != nil {
		return nil, err
	}
	list := make([]Explanation, 0, len(facts))
	for _, f := range facts {
		if l, late := kept[f.OrgID]; late && f.isDue() {
			f.Kept = &l
		}
		list = append(list, Explanation{
			OrgID: f.OrgID, InterviewID: f.InterviewID, ExportID: f.ID, State: f.State, Held: f.Held, ProfileURL: f.ProfileURL,
			Checks: f.chain(),
		})
		if f.Cause != ledger.CauseNone {
			list[len(list)-1].Cause = &f.Cause
		}
	}
	return list, nil
}

// kept asks of the companies of exports that are due what keeps them.
func (s *Store) kept(ctx context.Context, list []facts) (map[string]Late, error) {
	var orgs []string
	for _, f := range list {
		if f.isDue() && !slices.Contains(orgs, f.OrgID) {
			orgs = append(orgs, f.OrgID)
		}
	}
	late, err := s.late(ctx, orgs)
	if err != nil {
		return nil, err
	}
	kept := make(map[string]Late, len(late))
	for _, l := range late {
		kept[l.Org] = l
	}
	return kept, nil
}

// facts are what the chain is made of. Those of the ledger are null while nothing was folded.
type facts struct {
	OrgID       string
	InterviewID string
	ID          *int64
	State       *ledger.State
	Cause       ledger.Cause
	Detail      string
	Held        *ledger.Cause
	ProfileURL  *string
	Advances    *bool
	Continues   *bool
	Practice    bool
	Erased      bool
	MayExist    bool
	DueAt       *time.Time
	BlockedAt   *time.Time
	Failures    int
	Attempts    int
	SentAt      *time.Time
	Now         time.Time
	Unfolded    *time.Time // since when a newer message waits in the outbox
	Rejected    *string    // why a newer message could not be folded
	Aside       bool
	Siblings    []int64 // other exports of the same candidate that were sent, or are on their way, or may exist
	Kept        *Late   `db:"-"` // what keeps it, where it is due
}

// isDue says whether nothing but dispatch's own rules keeps the export.
func (f facts) isDue() bool {
	return f.State != nil && *f.State == ledger.StatePending && f.Held == nil && f.BlockedAt == nil && f.DueAt != nil && !f.DueAt.After(f.Now)
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
	              LIMIT 20)
	  FROM k
	  LEFT JOIN ghexport.exports e ON e.org_id = k.org_id AND e.interview_id = k.interview_id
	 ORDER BY k.turn`
}
