package query

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Sibling is another export of the same candidate at the same company.
type Sibling struct {
	ID            int64         `json:"id"`
	InterviewID   string        `json:"interview_id"`
	CandidateID   string        `json:"candidate_id"`
	State         ledger.State  `json:"state"`
	Cause         *ledger.Cause `json:"cause"`
	Flags         []string      `json:"flags"`
	InterviewedAt time.Time     `json:"interviewed_at"`
	Job           *string       `json:"job"`
	SentAt        *time.Time    `json:"sent_at"`
	ProfileURL    *string       `json:"profile_url"`
	SameID        bool          `json:"same_id"`    // the candidate's id is the same
	SameEmail     bool          `json:"same_email"` // the email is, whatever its letter case
}

// siblingsShown bounds how many siblings of one export are read.
const siblingsShown = 20

// siblingsOf reads the siblings of exports, in the order of their interviews.
func (r Reader) siblingsOf(ctx context.Context, exports []int64) (map[int64][]Sibling, error) {
	rows, err := r.reads.Query(ctx, `
		SELECT e.id, s.*
		  FROM ghexport.exports e
		 CROSS JOIN LATERAL (
			SELECT s.id, s.interview_id, s.candidate_id, s.state, s.cause, s.flags, s.interviewed_at, s.job, s.sent_at, s.profile_url,
			       coalesce(s.candidate_digest = e.candidate_digest, false) AS same_id,
			       coalesce(s.email_digest = e.email_digest, false) AS same_email
			  FROM ghexport.exports s
			 WHERE s.id IN (SELECT c.id FROM ghexport.exports c
			                 WHERE c.org_id = e.org_id AND c.candidate_digest = e.candidate_digest -- exports_by_candidate
			                UNION ALL
			                SELECT m.id FROM ghexport.exports m
			                 WHERE m.org_id = e.org_id AND m.email_digest = e.email_digest) -- exports_by_email
			   AND s.id <> e.id
			 ORDER BY s.interviewed_at, s.id
			 LIMIT $2
		 ) s
		 WHERE e.id = ANY ($1)`, exports, siblingsShown)
	if err != nil {
		return nil, fmt.Errorf("read siblings: %w", err)
	}
	all := map[int64][]Sibling{}
	for _, id := range exports {
		all[id] = []Sibling{}
	}
	type row struct {
		Of int64
		Sibling
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	if err != nil {
		return nil, fmt.Errorf("read siblings: %w", err)
	}
	for _, one := range found {
		all[one.Of] = append(all[one.Of], one.Sibling)
	}
	return all, nil
}
