package erasure

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
)

// namedMessages are interviews of which a message names the candidate, with what a row for one needs that the ledger does not know.
type namedMessages struct {
	orgs, interviews []string
	messages         []unfoldedMessage
}

type unfoldedMessage struct {
	Org, Interview string
	Version        int64
	Message        []byte
	EnqueuedAt     time.Time
}

// digests returns what the ledger knows somebody by; nil where it has no key for them yet.
func (q Erasure) digests(candidate, email string) (byID, byEmail []byte) {
	if q.Digests == nil {
		return nil, nil
	}
	return q.Digests.Candidate(candidate), q.Digests.Email(email)
}

// naming tells of a message m whether it names the candidate $1, by id or by an email of the forms $3; see [seal.EmailForms].
const naming = `(m.message #>> '{candidate,id}' = $1 OR lower(ghexport.email(m.message #>> '{candidate,email}')) = ANY ($3))`

// messages finds those that name the candidate, wherever they wait. They are few next to the ledger, and have no index for it.
func (q Erasure) messages(ctx context.Context, tx pgx.Tx) (n namedMessages, err error) {
	rows, err := tx.Query(ctx, `
		SELECT m.org_id, m.interview_id, m.version, m.message, m.enqueued_at
		  FROM (SELECT o.org_id, o.interview_id, o.version, o.message, o.enqueued_at FROM ghexport.outbox o
		        UNION ALL
		        SELECT r.org_id, r.interview_id, r.version, r.message, r.enqueued_at FROM ghexport.rejected r
		        UNION ALL
		        SELECT e.org_id, e.interview_id, a.version, a.message, a.enqueued_at
		          FROM ghexport.aside a JOIN ghexport.exports e ON e.id = a.export_id) m
		 WHERE `+naming+` AND $2 IN ('', m.org_id)
		 ORDER BY m.version DESC`, q.Candidate, q.Org, seal.EmailForms(jobs.PastedEmail(q.Candidate)))
	if err != nil {
		return n, fmt.Errorf("look for messages: %w", err)
	}
	n.messages, err = pgx.CollectRows(rows, pgx.RowToStructByPos[unfoldedMessage])
	if err != nil {
		return n, fmt.Errorf("look for messages: %w", err)
	}
	for _, m := range n.messages {
		n.orgs, n.interviews = append(n.orgs, m.Org), append(n.interviews, m.Interview)
	}
	return n, nil
}

// enter puts rows into the ledger for interviews that it does not know yet, so that what the producer sends of them later is known as
// erased. They are ineligible for the moment: exports, which follows, takes them with the others.
func (q Erasure) enter(ctx context.Context, tx pgx.Tx, n namedMessages) error {
	for _, m := range n.messages { // the newest of an interview first; the others find its row
		var said struct {
			InterviewedAt string `json:"interviewed_at"`
			Advances      *bool  `json:"interviewer_advances"`
			Continues     *bool  `json:"candidate_continues"`
			Practice      bool   `json:"practice"`
			Candidate     struct {
				ID    string `json:"id"`
				Email string `json:"email"`
			} `json:"candidate"`
		}
		_ = json.Unmarshal(m.Message, &said) // of one that cannot be read, the zero values say as much as is known
		at, err := time.Parse(time.RFC3339, said.InterviewedAt)
		if err != nil {
			at = m.EnqueuedAt
		}
		byID, byEmail := q.digests(said.Candidate.ID, said.Candidate.Email)
		_, err = tx.Exec(ctx, `
			INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, cause, interviewed_at,
			                              interviewer_advances, candidate_continues, practice, candidate_digest, email_digest, committed_at)
			VALUES ($1, $2, 'erased', $3, '', 'ineligible', 'decision.missing', $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (interview_id, org_id) DO NOTHING`,
			m.Org, m.Interview, m.Version, at, said.Advances, said.Continues, said.Practice, byID, byEmail, m.EnqueuedAt)
		if err != nil {
			return fmt.Errorf("enter what was never folded: %w", err)
		}
	}
	return nil
}

// exports finds those of the candidate and of the interviews that messages name, and locks them unless it is a dry run.
func (q Erasure) exports(ctx context.Context, tx pgx.Tx, n namedMessages) ([]ErasedExport, error) {
	byID, byEmail := q.digests(q.Candidate, jobs.PastedEmail(q.Candidate))
	lock := " FOR NO KEY UPDATE OF e"
	if q.DryRun {
		lock = ""
	}
	rows, err := tx.Query(ctx, `
		SELECT e.id, e.org_id, e.interview_id, e.state, e.state IN ('sending', 'unknown') OR 'may_exist' = ANY (e.flags), e.profile_url,
		       e.erased_at,
		       array_remove(ARRAY[e.body_id, e.later_body_id], NULL)
		           || ARRAY(SELECT r.body_id FROM ghexport.revisions r WHERE r.export_id = e.id)
		  FROM ghexport.exports e
		 WHERE $2 IN ('', e.org_id)
		   AND (e.candidate_id = $1 AND e.erased_at IS NULL OR e.candidate_digest = $3 OR e.email_digest = $4
		        OR (e.org_id, e.interview_id) IN (SELECT * FROM unnest($5::text[], $6::text[])))
		 ORDER BY e.id`+lock,
		q.Candidate, q.Org, byID, byEmail, n.orgs, n.interviews)
	if err != nil {
		return nil, fmt.Errorf("look for exports: %w", err)
	}
	found := []ErasedExport{}
	var e ErasedExport
	_, err = pgx.ForEachRow(rows, []any{&e.ID, &e.OrgID, &e.InterviewID, &e.Was, &e.MayExist, &e.ProfileURL, &e.Before, &e.bodies}, func() error {
		one := e
		if one.State = ledger.StateCancelled; one.Was == ledger.StateSent {
			one.State, one.MayExist = ledger.StateSent, false
		}
		found = append(found, one)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for exports: %w", err)
	}
	return found, nil
}

// countMessages tells how many messages of these exports wait, and of interviews that have no row yet.
func countMessages(ctx context.Context, tx pgx.Tx, exports []ErasedExport, n namedMessages) (count int, err error) {
	orgs, interviews := append([]string{}, n.orgs...), append([]string{}, n.interviews...)
	for _, e := range exports {
		orgs, interviews = append(orgs, e.OrgID), append(interviews, e.InterviewID)
	}
	err = tx.QueryRow(ctx, `
		WITH k AS (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS k(org_id, interview_id))
		SELECT (SELECT count(*) FROM ghexport.outbox m JOIN k USING (org_id, interview_id))
		     + (SELECT count(*) FROM ghexport.rejected m JOIN k USING (org_id, interview_id))
		     + (SELECT count(*) FROM ghexport.aside a JOIN ghexport.exports e ON e.id = a.export_id JOIN k USING (org_id, interview_id))`,
		orgs, interviews).Scan(&count)
	if err != nil {
		return 0, fmt.Errorf("count messages: %w", err)
	}
	return count, nil
}
