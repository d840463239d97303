package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Intent asks to send one export in the name of one River job.
type Intent struct {
	ExportID   int64
	JobID      int64
	Token      uuid.UUID     // the attempt's own id, drawn by the caller
	Deadline   time.Duration // after which a silent attempt becomes unknown
	JobTimeout time.Duration // stored, to bound how late its answer can be
}

// Granted is an export that is now `sending` in the name of the caller's attempt, and all that the request needs. Committed.
type Granted struct {
	ExportID    int64
	Token       uuid.UUID
	OrgID       string
	InterviewID string
	CandidateID string
	Number      int       // which attempt of this export
	StartedAt   time.Time // by the database's clock
	SendBy      *time.Time
	Failures    int
	FirstFailed *time.Time
	Trial       bool   // it tries whether its company's hold is over
	Doubted     bool   // it, or its target, was refused while another export was accepted: a 403 is its own
	Target      string // what it is to be added to: job N, pool N, or nothing
	Body        ledger.Body
	Company     Sender
	Test        bool // a test candidate, or to a test address: it counts nowhere

	unreadable error // why the rest of it could not be read; nil of one that is returned
	wal        int64 // written before this was committed
}

// Sender holds what an intent reads of the company: credential, credit and mapping as they stand at that moment.
type Sender struct {
	SealedKey          []byte
	CredentialVersion  int64
	CreatedBy          string
	KeyDigest          []byte
	JobID              *int64 // on which the person is added; nil: as a prospect
	PoolID             *int64
	StageID            *int64
	Credit             string
	CreditTo           *Person
	AsksOnServerErrors bool
	Testing            bool // it is in test mode: to the test address, or nowhere
}

// ErrNotGranted says that the export is not the job's to send: the caller ends and touches nothing, the sweep repairs.
var ErrNotGranted = errors.New("the export is not this job's to send")

// Intend makes one export `sending` for one job, or returns [ErrNotGranted]. It never waits for a row. What concurrent callers ask
// is committed as one statement. Any other error means "not known": the caller must send nothing, and settle the token as never left,
// or where the database refuses the intent itself ([Refused]) call [Store.FailIntent].
func (s *Store) Intend(ctx context.Context, i Intent) (*Granted, error) {
	granted, err := s.intents.do(ctx, i)
	switch {
	case err != nil:
		return nil, fmt.Errorf("intent of export %d: %w", i.ExportID, err)
	case granted == nil:
		return nil, ErrNotGranted
	case granted.unreadable != nil:
		return nil, fmt.Errorf("intent of export %d: read what is to be sent: %w", i.ExportID, granted.unreadable)
	}
	return granted, nil
}

// commitIntents is one READ COMMITTED statement. SKIP LOCKED: a row that somebody else holds is not granted. A row that changed
// after the snapshot is looked at again by Postgres before it is locked, and a newer message that the snapshot shows withholds it:
// so a withdrawal committed before the snapshot is never overtaken, folded or not. An attempt began when the statement did, which is
// before its snapshot: by the time of a slow statement's update a withdrawal may have come that no attempt could know of. A run that comes after its budget's window gives
// its row back. Failures from before the company was last held, off or paused are forgotten here, so that a pause of 100,000 exports
// stays an update of one row.
const commitIntents = `
	WITH asked AS (
		SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::interval[], $5::interval[])
		           AS a(export_id, job_id, token, deadline, job_timeout)
	), locked AS (
		SELECT e.id, a.token, a.deadline, a.job_timeout, e.send_by >= clock_timestamp() AS in_time, i.test_since IS NOT NULL AS in_test,
		       coalesce(e.first_failed_at < greatest(i.released_at, c.released_at), false) AS forgiven
		  FROM asked a
		  JOIN ghexport.exports e ON e.id = a.export_id
		  JOIN ghexport.integrations i ON i.org_id = e.org_id
		 CROSS JOIN ghexport.control c
		 WHERE e.state = 'queued'
		   AND ($6::oid = 0 OR c.tableoid = $6) -- not from tables that a restore has put in the place of those which the guard has seen
		   AND coalesce(e.job_id, 0) = a.job_id -- not by exports_in_flight: the few asked for are found by their ids
		   AND (ghexport.held_reason(i, c.stopped_at IS NOT NULL) IS NULL
		        OR ghexport.held_reason(i, c.stopped_at IS NOT NULL) IN ` + onTrial + ` AND i.trial_export_id = e.id)
		   AND NOT ` + NewerMessage + `
		 ORDER BY e.id
		   FOR NO KEY UPDATE OF e SKIP LOCKED
	), late AS (
		UPDATE ghexport.exports e
		   SET state = 'pending', job_id = NULL, send_by = NULL, due_at = ` + inTurn + `, updated_at = clock_timestamp()
		  FROM locked l
		 WHERE e.id = l.id AND NOT l.in_time
	), sending AS (
		UPDATE ghexport.exports e
		   SET state = 'sending', attempt = l.token, attempts = e.attempts + 1, attempt_started_at = statement_timestamp(),
		       failures = CASE WHEN l.forgiven THEN 0 ELSE e.failures END,
		       first_failed_at = CASE WHEN NOT l.forgiven THEN e.first_failed_at END,
		       flags = CASE WHEN l.in_test = ('test_address' = ANY (e.flags)) THEN e.flags
		                    WHEN l.in_test THEN array_append(e.flags, 'test_address') ELSE array_remove(e.flags, 'test_address') END,
		       deadline = clock_timestamp() + l.deadline, job_timeout = l.job_timeout, updated_at = clock_timestamp()
		  FROM locked l
		 WHERE e.id = l.id AND l.in_time
		RETURNING e.*
	)
	SELECT e.attempt, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint,
	       e.id, e.org_id, e.interview_id, e.candidate_id, e.attempts, e.attempt_started_at, e.send_by, e.failures,
	       e.first_failed_at, coalesce(i.trial_export_id = e.id, false),
	       i.hold_cause IS NULL AND ` + doubted + `, ` + targetOf + `,
	       b.first_name, b.last_name, b.email, coalesce(b.linkedin, ''), b.note, b.note_format,
	       coalesce(b.interviewer_name, ''), coalesce(b.interviewer_email, ''),
	       i.sealed_key, i.credential_version, i.created_by, i.key_digest,
	       i.mode, (i.job_map ->> e.job)::bigint, i.default_job_id,
	       i.prospect_pool_id, i.prospect_pool_stage_id, i.credit, i.credit_to, i.server_errors = 'ask',
	       i.test_since IS NOT NULL, ` + IsTest + `
	  FROM sending e
	  LEFT JOIN ghexport.bodies b ON b.id = e.body_id
	  JOIN ghexport.integrations i ON i.org_id = e.org_id`

func (s *Store) commitIntents(ctx context.Context, asked []Intent) ([]*Granted, error) {
	exports, jobs := make([]int64, len(asked)), make([]int64, len(asked))
	tokens := make([]uuid.UUID, len(asked))
	deadlines, timeouts := make([]time.Duration, len(asked)), make([]time.Duration, len(asked))
	for n, i := range asked {
		exports[n], jobs[n], tokens[n], deadlines[n], timeouts[n] = i.ExportID, i.JobID, i.Token, i.Deadline, i.JobTimeout
	}
	if s.guard.Load() != nil && s.positions.get() == nil { // a stop has ended since the last look: what is here must be known first
		s.Look(ctx) //nolint:errcheck // what it finds stops the intents themselves
	}
	var control uint32 // zero without a guard
	if seen := s.positions.get(); seen != nil {
		control = seen.Control
	}
	rows, err := s.Pool.Query(ctx, commitIntents, exports, jobs, tokens, deadlines, timeouts, control)
	if err != nil {
		return nil, err
	}
	byToken, err := readGranted(rows)
	if err != nil {
		return nil, err
	}
	granted := make([]*Granted, len(asked))
	for n, i := range asked { // by token: of two runs that ask for one export, one gets it
		if granted[n] = byToken[i.Token]; granted[n] != nil {
			s.positions.advance(granted[n].wal, i.JobID)
		}
	}
	if len(byToken) < len(asked) {
		s.lookOnceASecond(ctx)
	}
	return granted, nil
}

// readGranted reads what was granted, by token. A row that cannot be read is an error of its own export alone: the statement has
// committed, and without the others' rows their exports would wait for a deadline and end `unknown`.
func readGranted(rows pgx.Rows) (map[uuid.UUID]*Granted, error) {
	defer rows.Close()
	granted := map[uuid.UUID]*Granted{}
	for rows.Next() {
		var g Granted
		columns, then := g.columns()
		types, fields, values := rows.Conn().TypeMap(), rows.FieldDescriptions(), rows.RawValues()
		scan := func(n int) error { // Rows.Scan would end the rows at the first error
			return types.Scan(fields[n].DataTypeOID, fields[n].Format, values[n], columns[n])
		}
		if err := scan(0); err != nil {
			return nil, err
		}
		for n := 1; n < len(columns) && g.unreadable == nil; n++ {
			if err := scan(n); err != nil {
				g.unreadable = fmt.Errorf("column %d: %w", n+1, err)
			}
		}
		then()
		granted[g.Token] = &g
	}
	return granted, rows.Err()
}

// columns returns where the columns of commitIntents go, the token first, and what is to be done once they are there.
func (g *Granted) columns() ([]any, func()) {
	var mode string
	var mapped, otherwise *int64
	return []any{
		&g.Token, &g.wal, &g.ExportID, &g.OrgID, &g.InterviewID, &g.CandidateID, &g.Number, &g.StartedAt, &g.SendBy, &g.Failures,
		&g.FirstFailed, &g.Trial, &g.Doubted, &g.Target,
		&g.Body.FirstName, &g.Body.LastName, &g.Body.Email, &g.Body.LinkedIn, &g.Body.Note, &g.Body.NoteFormat,
		&g.Body.InterviewerName, &g.Body.InterviewerEmail,
		&g.Company.SealedKey, &g.Company.CredentialVersion, &g.Company.CreatedBy, &g.Company.KeyDigest,
		&mode, &mapped, &otherwise, &g.Company.PoolID, &g.Company.StageID, &g.Company.Credit, &g.Company.CreditTo,
		&g.Company.AsksOnServerErrors, &g.Company.Testing, &g.Test,
	}, func() { g.Company.JobID = jobFor(mode, mapped, otherwise) }
}
