package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Settle says how one attempt ended.
type Settle struct {
	ExportID          int64
	JobID             int64
	Token             uuid.UUID
	OrgID             string
	CredentialVersion int64
	StartedAt         time.Time // from [Granted]; zero when not known
	Trial             bool      // likewise
	Doubted           bool      // likewise
	Target            string    // likewise
	Test              bool      // likewise: it counts nowhere

	Outcome ledger.Outcome
	Cause   ledger.Cause
	Detail  string        // cleaned and capped here
	Status  int           // HTTP status; 0 when no answer came
	Delay   time.Duration // again and limited: due in

	CandidateID   int64 // sent
	ApplicationID int64
	ProfileURL    string

	Answer string // Greenhouse's own words where it did not accept; kept beside the body, and nowhere else

	Credential []byte        // whose budget Limit is about
	SendBy     time.Time     // from [Granted]; zero when not known
	Took       time.Duration // from request to answer; 0 when not known
	Limit      *RateLimit

	alone bool // without what it means for its company's other exports
}

// Settled says what a settle did.
type Settled struct {
	State   ledger.State  // the export's state now; "" when nothing was changed
	Applied bool          // this settle changed it, or an earlier call with the same token did
	Due     bool          // the company has more that is due: the freed place can be used at once
	Late    bool          // the answer came after the sweep, or another attempt, had taken over
	Waited  time.Duration // of an export that is now sent: since the producer's commit
	Refusal error         // why side facts were left out; nil when everything was written
}

// Settle records how an attempt ended: its row in attempts, the export's new state, what it taught about budget and company, in one
// transaction. Safe to call again with the same token until it is acknowledged. What an attempt says that is no longer the export's
// own changes nothing, but for the two rules of the fence: a 2xx with an id makes the export sent from every state, and a definite
// answer settles an unknown of its own attempt.
//
// What an answer says beside its outcome never keeps that from being recorded: a settle that is refused as it stands ([Refused]) is
// made again without its side facts, and says so in [Settled]. An error of that kind means that not even this was taken.
func (s *Store) Settle(ctx context.Context, in Settle) (Settled, error) {
	in.Detail = ledger.Clean(in.Detail, DetailCap)
	in.ProfileURL = ledger.Clean(in.ProfileURL, DetailCap)
	in.Answer = ledger.Clean(in.Answer, answerCap)
	in.Limit = in.Limit.sane()
	in.ApplicationID = max(in.ApplicationID, 0)
	out, err := s.settleAs(ctx, in)
	if err != nil && Refused(err) {
		return s.settleBare(ctx, in, err)
	}
	return out, err
}

func (s *Store) settleAs(ctx context.Context, in Settle) (Settled, error) {
	out, err := s.settles.do(ctx, in)
	if err != nil {
		return Settled{}, fmt.Errorf("settle export %d: %w", in.ExportID, err)
	}
	if !out.Applied {
		if out, err = s.settleLate(ctx, in); err != nil {
			return Settled{}, fmt.Errorf("settle export %d late: %w", in.ExportID, err)
		}
	}
	return out, nil
}

// commitSettles settles those attempts that are still their exports' own and have no newer message set aside: nearly all. The others
// are left to settleLate. The statements are one implicit transaction in one round trip; lock order: exports by id, budgets,
// integrations. It wakes the relay where a freed place has work waiting.
func (s *Store) commitSettles(ctx context.Context, in []Settle) ([]Settled, error) {
	batch := &pgx.Batch{}
	columns := settleColumns(in)
	batch.Queue(settleExports, append(columns, s.Version)...)
	keepAnswers(batch, in)
	learnBudgets(batch, in)
	holdCompanies(batch, in)
	batch.Queue(followSettles, columns[0], columns[2], acceptedOf(in))
	results := s.Pool.SendBatch(ctx, batch)
	rows, err := results.Query()
	states := map[uuid.UUID]Settled{}
	if err == nil {
		var token uuid.UUID
		var state ledger.State
		var woke *string
		var due bool
		var waited time.Duration
		_, err = pgx.ForEachRow(rows, []any{&token, &state, &due, &woke, &waited}, func() error {
			states[token] = Settled{State: state, Due: due, Applied: true, Waited: waited}
			return nil
		})
	}
	if closeErr := results.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, err
	}
	out := make([]Settled, len(in))
	for i, one := range in {
		out[i] = states[one.Token]
	}
	return out, nil
}

func settleColumns(in []Settle) []any {
	n := len(in)
	exports, jobs, versions := make([]int64, n), make([]int64, n), make([]int64, n)
	candidates, applications := make([]int64, n), make([]int64, n)
	tokens, delays, statuses := make([]uuid.UUID, n), make([]time.Duration, n), make([]int32, n)
	limits, remaining := make([]*int, n), make([]*int, n)
	outcomes, causes, details, urls := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	shapes := make([]string, n)
	for i, one := range in {
		exports[i], jobs[i], versions[i] = one.ExportID, one.JobID, one.CredentialVersion
		candidates[i], applications[i] = one.CandidateID, one.ApplicationID
		tokens[i], delays[i], statuses[i] = one.Token, one.Delay, int32(one.Status)
		outcomes[i], causes[i], details[i], urls[i] = string(one.Outcome), string(one.Cause), one.Detail, one.ProfileURL
		limits[i], remaining[i] = one.Limit.budget()
		if one.Outcome == ledger.OutcomeDead {
			shapes[i] = ledger.Shape(one.Detail)
		}
	}
	return []any{
		exports, jobs, tokens, versions, outcomes, causes, details, statuses, delays, candidates, applications, urls, limits, remaining, shapes,
	}
}

// newState holds what an outcome makes of an export e that it still owns, and of its columns.
const newState = `
	       state = CASE a.outcome WHEN 'sent' THEN 'sent' WHEN 'unknown' THEN 'unknown' WHEN 'dead' THEN 'dead' ELSE 'pending' END,
	       cause = CASE WHEN a.outcome IN ('sent', 'hold') THEN NULL ELSE nullif(a.cause, '') END,
	       detail = CASE WHEN a.outcome IN ('sent', 'hold') THEN NULL ELSE nullif(a.detail, '') END,
	       flags = CASE WHEN a.outcome IN ('sent', 'unknown') AND e.attempts > 1 AND NOT 'resent_after_5xx' = ANY (e.flags)
	                         AND EXISTS (SELECT FROM ghexport.attempts t WHERE t.export_id = e.id AND t.status >= 500)
	                    THEN e.flags || 'resent_after_5xx'::text ELSE e.flags END,
	       job_id = NULL, send_by = NULL, deadline = NULL,
	       due_at = CASE WHEN a.outcome IN ('again', 'limited') THEN clock_timestamp() + a.delay WHEN a.outcome = 'hold' THEN ` + inTurn + ` END,
	       attention_at = CASE WHEN a.outcome IN ('unknown', 'dead') THEN clock_timestamp() END,
	       died_of = CASE a.outcome WHEN 'dead' THEN a.shape END,
	       died_version = CASE a.outcome WHEN 'dead' THEN a.version END,
	       failures = CASE a.outcome WHEN 'again' THEN e.failures + 1 WHEN 'dead' THEN e.failures ELSE 0 END,
	       first_failed_at = CASE WHEN a.outcome IN ('again', 'dead') THEN coalesce(e.first_failed_at, e.attempt_started_at) END,
	       greenhouse_candidate_id = CASE a.outcome WHEN 'sent' THEN a.candidate ELSE e.greenhouse_candidate_id END,
	       greenhouse_application_id = CASE a.outcome WHEN 'sent' THEN nullif(a.application, 0) ELSE e.greenhouse_application_id END,
	       profile_url = CASE a.outcome WHEN 'sent' THEN nullif(a.url, '') ELSE e.profile_url END,
	       sent_at = CASE a.outcome WHEN 'sent' THEN clock_timestamp() ELSE e.sent_at END,
	       updated_at = clock_timestamp()`

// followSettles holds what is seldom to be done, in one statement. What a fold set aside while settleExports waited for its row returns to
// the outbox: the snapshot of that statement was older than the fold's commit and could not show it. This one is taken with the rows locked,
// so nothing can slip in after it. And where an export was accepted, a row of deaths ends.
const followSettles = `
	WITH back AS (
		DELETE FROM ghexport.aside a
		 USING ghexport.exports e
		 WHERE a.export_id = ANY ($1::bigint[])
		   AND e.id = a.export_id AND e.attempt = ANY ($2::uuid[]) AND e.state IN ('pending', 'sent', 'dead')
		RETURNING e.id, e.org_id, e.interview_id, a.version, a.schema_version, a.message, a.enqueued_at
	), put AS (
		INSERT INTO ghexport.outbox (org_id, interview_id, version, schema_version, message, enqueued_at)
		SELECT org_id, interview_id, version, schema_version, message, enqueued_at
		  FROM back
		 ORDER BY id
		RETURNING id
	), ` + acceptedAgain + `
	SELECT ghexport.wake() FROM put LIMIT 1`

// sinceCommit sets how long a sent export e was on its way.
const sinceCommit = "greatest(CASE WHEN e.state = 'sent' THEN e.sent_at - e.committed_at END, interval '0')"

const settleExports = `
	WITH said AS (
		SELECT *, $16::text AS version
		  FROM unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::int[],
		              $9::interval[], $10::bigint[], $11::bigint[], $12::text[], $13::int[], $14::int[], $15::text[])
		    AS a(export_id, job_id, token, credential, outcome, cause, detail, status, delay, candidate, application, url,
		         budget_limit, budget_remaining, shape)
	), owned AS (
		SELECT e.id AS locked_id, a.*
		  FROM said a
		  JOIN ghexport.exports e ON e.id = a.export_id
		 WHERE e.state = 'sending' AND e.attempt = a.token
		   AND (a.outcome = 'unknown' OR NOT EXISTS (SELECT FROM ghexport.aside k WHERE k.export_id = e.id))
		 ORDER BY e.id
		   FOR NO KEY UPDATE OF e
	), settled AS (
		UPDATE ghexport.exports e
		   SET ` + newState + `
		  FROM owned a
		 WHERE e.id = a.locked_id AND e.state = 'sending'
		RETURNING e.id, e.org_id, e.attempt, e.attempts, e.attempt_started_at, e.state, ` + sinceCommit + ` AS waited,
		          a.job_id, a.credential, a.outcome, a.status, a.cause, a.detail, e.due_at, a.budget_limit, a.budget_remaining
	), logged AS (
		INSERT INTO ghexport.attempts (token, export_id, number, job_id, credential_version, started_at, finished_at, outcome, status,
		                               cause, detail, next_at, budget_limit, budget_remaining)
		SELECT s.attempt, s.id, s.attempts, nullif(s.job_id, 0), nullif(s.credential, 0), s.attempt_started_at, clock_timestamp(),
		       s.outcome, nullif(s.status, 0), nullif(s.cause, ''), nullif(s.detail, ''), s.due_at, s.budget_limit, s.budget_remaining
		  FROM settled s
	), more AS MATERIALIZED (
		SELECT EXISTS (SELECT FROM ghexport.exports e WHERE e.org_id = o.org_id AND e.lane = 0 AND e.due_at <= statement_timestamp()) -- exports_due
		       OR EXISTS (SELECT FROM ghexport.exports e WHERE e.org_id = o.org_id AND e.lane = 1 AND e.due_at <= statement_timestamp()) AS due
		  FROM (SELECT DISTINCT org_id FROM settled) o
		 ORDER BY 1 DESC LIMIT 1
	), woken AS MATERIALIZED (
		SELECT due, CASE WHEN due THEN ghexport.wake()::text END AS woke FROM more
	)
	SELECT s.attempt, s.state, w.due, w.woke, s.waited
	  FROM settled s
	 CROSS JOIN woken w`
