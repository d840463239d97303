package store

import (
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// exportColumns gathers rows of the ledger column by column, as unnest wants them.
type exportColumns struct {
	id, version, body                                   []int64
	org, interview, candidate, state, cause, job, flags []string
	digest, candidateDigest, emailDigest                [][]byte
	interviewedAt, committedAt                          []time.Time
	advances, continues                                 []*bool
	practice                                            []bool
	advancedAt, continuedAt                             []*time.Time
	at                                                  []int        // place in the arrivals
	sendBy                                              []*time.Time // of those that are born queued; null for the others
}

func (c *exportColumns) add(at int, id int64, a ledger.Arrival, cause ledger.Cause, body int64, flags []string) {
	state := ledger.StateIneligible
	if a.Eligible {
		state = ledger.StatePending
	}
	c.at, c.sendBy = append(c.at, at), append(c.sendBy, nil)
	c.id, c.version, c.body = append(c.id, id), append(c.version, a.Version), append(c.body, body)
	c.org, c.interview = append(c.org, a.OrgID), append(c.interview, a.InterviewID)
	c.candidate, c.job = append(c.candidate, a.CandidateID), append(c.job, a.Job)
	c.state, c.cause = append(c.state, string(state)), append(c.cause, string(cause))
	c.flags = append(c.flags, strings.Join(flags, ","))
	c.digest = append(c.digest, a.Digest)
	c.candidateDigest, c.emailDigest = append(c.candidateDigest, a.CandidateDigest), append(c.emailDigest, a.EmailDigest)
	c.interviewedAt, c.committedAt = append(c.interviewedAt, a.InterviewedAt), append(c.committedAt, a.EnqueuedAt)
	c.advances, c.continues = append(c.advances, a.Advances), append(c.continues, a.Continues)
	c.practice = append(c.practice, a.Practice)
	c.advancedAt, c.continuedAt = append(c.advancedAt, a.AdvancedAt), append(c.continuedAt, a.ContinuedAt)
}

func (c *exportColumns) args() []any {
	return []any{
		c.version, c.body, c.org, c.interview, c.candidate, c.state, c.cause, c.job, c.flags, c.digest, c.candidateDigest,
		c.emailDigest, c.interviewedAt, c.committedAt, c.advances, c.continues, c.practice,
		c.advancedAt, c.continuedAt,
	}
}

// A new row that is eligible is due at once, and dispatch decides all else; or it is born queued with its job, where dispatch's own
// checks found nothing in its way ([births]) and no newer message has come since.
const insertExports = insertBorn + insertThem

// insertExportsAlone asks besides whether a sibling stands in the way of each, where no look has: see birthLook.
const insertExportsAlone = insertBorn + `
		            AND (SELECT NOT s.waits AND NOT s.doubt AND NOT s.twin
		                   FROM (SELECT e.org_id, e.candidate_digest, e.email_digest, 0::bigint AS id, 'infinity'::timestamptz AS interviewed_at) e
		                  CROSS JOIN LATERAL (` + siblings + `) s)` + insertThem

const insertBorn = `
	WITH new AS MATERIALIZED (
		SELECT e.*, CASE WHEN e.send_by IS NOT NULL AND NOT ` + NewerMessage

const insertThem = ` THEN nextval('ghexport.river_job_id_seq') END AS job_id
		  FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
		              $10::bytea[], $11::bytea[], $12::bytea[], $13::timestamptz[], $14::timestamptz[], $15::boolean[],
		              $16::boolean[], $17::boolean[], $18::timestamptz[], $19::timestamptz[], $20::timestamptz[])
		       WITH ORDINALITY
		       AS e(version, body_id, org_id, interview_id, candidate_id, state, cause, job, flags, digest, candidate_digest,
		            email_digest, interviewed_at, committed_at, advances, continues, practice, advanced_at, continued_at, send_by, ordinal)
	), made AS (
		INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, cause, flags, interviewed_at,
		                              interviewer_advances, candidate_continues, practice, job, body_id, candidate_digest,
		                              email_digest, due_at, committed_at, advanced_at, continued_at, job_id, send_by)
		SELECT n.org_id, n.interview_id, n.candidate_id, n.version, n.digest, CASE WHEN n.job_id IS NULL THEN n.state ELSE 'queued' END,
		       nullif(n.cause, ''), string_to_array(n.flags, ','), n.interviewed_at, n.advances, n.continues, n.practice,
		       nullif(n.job, ''), nullif(n.body_id, 0), n.candidate_digest, n.email_digest,
		       CASE WHEN n.state = 'pending' AND n.job_id IS NULL THEN clock_timestamp() END,
		       n.committed_at, n.advanced_at, n.continued_at, n.job_id, CASE WHEN n.job_id IS NOT NULL THEN n.send_by END
		  FROM new n
		 ORDER BY n.ordinal
		RETURNING id, org_id, lane, job_id
	)
	` + insertJobs + ` FROM made WHERE job_id IS NOT NULL`

// A newer result takes a row over. One that was pending keeps its place and its clock of failures: a correction cures no outage.
// From every other state it starts anew, but for the lane of one that a replay made ineligible until its message is folded. What a person allowed (duplicate_allowed) stays.
const changeExports = `
	UPDATE ghexport.exports e
	   SET candidate_id = n.candidate_id, version = n.version, revision = 0, content_digest = n.digest,
	       state = n.state,
	       cause = CASE WHEN n.state = 'pending' AND e.state = 'pending' THEN e.cause ELSE nullif(n.cause, '') END,
	       detail = CASE WHEN n.state = 'pending' AND e.state = 'pending' THEN e.detail END,
	       flags = string_to_array(n.flags, ','),
	       interviewed_at = n.interviewed_at, interviewer_advances = n.advances, candidate_continues = n.continues,
	       practice = n.practice, job = nullif(n.job, ''), body_id = nullif(n.body_id, 0),
	       candidate_digest = n.candidate_digest, email_digest = n.email_digest,
	       lane = CASE WHEN n.state = 'pending' AND e.state IN ('pending', 'ineligible') THEN e.lane ELSE 0 END,
	       due_at = CASE WHEN n.state = 'pending' THEN CASE WHEN e.state = 'pending' THEN e.due_at ELSE clock_timestamp() END END,
	       blocked_at = CASE WHEN n.state = 'pending' AND e.state = 'pending' THEN e.blocked_at END,
	       attention_at = NULL, died_of = NULL, died_version = NULL, job_id = NULL, send_by = NULL,
	       failures = CASE WHEN n.state = 'pending' AND e.state = 'pending' THEN e.failures ELSE 0 END,
	       first_failed_at = CASE WHEN n.state = 'pending' AND e.state = 'pending' THEN e.first_failed_at END,
	       advanced_at = CASE WHEN e.interviewer_advances AND n.advances THEN e.advanced_at ELSE n.advanced_at END,
	       continued_at = CASE WHEN e.candidate_continues AND n.continues THEN e.continued_at ELSE n.continued_at END,
	       committed_at = n.committed_at, updated_at = clock_timestamp()
	  FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
	              $10::text[], $11::bytea[], $12::bytea[], $13::bytea[], $14::timestamptz[], $15::timestamptz[], $16::boolean[],
	              $17::boolean[], $18::boolean[], $19::timestamptz[], $20::timestamptz[])
	       AS n(id, version, body_id, org_id, interview_id, candidate_id, state, cause, job, flags, digest, candidate_digest,
	            email_digest, interviewed_at, committed_at, advances, continues, practice, advanced_at, continued_at)
	 WHERE e.id = n.id
	   AND e.state IN ('ineligible', 'pending', 'queued', 'duplicate', 'dead')`
