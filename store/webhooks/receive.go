package webhooks

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Event is an event of a company's Greenhouse as it is kept: ids, and words of the company's own. Zero fields are not known.
type Event struct {
	OrgID        string
	Key          [sha256.Size]byte // the same for a repeat
	Action       ledger.HookAction
	At           time.Time
	Candidate    int64
	NewCandidate int64
	Application  int64
	Digest       []byte // of the external_id; nil for none
	Born         time.Time
	ProfileURL   string // cleaned and capped here, as the words are
	Status       string
	Stage        string
	Job          string
}

// What is kept of an event's words, in bytes.
const (
	hookActionCap = 100
	hookWordCap   = 300
)

// hookLease sets how long an event that has its job is left alone by the sweep.
const hookLease = 10 * time.Second

// ReceiveEvent keeps an event and gives its company a River job that works off what came, unless one waits already; one statement,
// committed. It returns false for a repeat, of which nothing is kept.
func (s Store) ReceiveEvent(ctx context.Context, e Event) (fresh bool, err error) {
	err = s.Pool.QueryRow(ctx, receiveEvent, e.OrgID, e.Key[:], ledger.Clean(string(e.Action), hookActionCap), store.TimeOrNil(e.At), e.Candidate, e.NewCandidate,
		e.Application, e.Digest, store.TimeOrNil(e.Born), ledger.Clean(e.ProfileURL, hookWordCap), ledger.Clean(e.Status, hookWordCap),
		ledger.Clean(e.Stage, hookWordCap), ledger.Clean(e.Job, hookWordCap), hookLease).Scan(&fresh)
	if err != nil {
		return false, fmt.Errorf("keep an event: %w", err)
	}
	return fresh, nil
}

const receiveEvent = `
	WITH kept AS (
		INSERT INTO ghexport.hook_events (org_id, key, action, said_at, candidate_id, new_candidate_id, application_id, candidate_digest,
		                                  born_at, profile_url, status, stage, job, due_at)
		VALUES ($1, $2, $3, $4, nullif($5::bigint, 0), nullif($6::bigint, 0), nullif($7::bigint, 0), $8, $9, nullif($10, ''),
		        nullif($11, ''), nullif($12, ''), nullif($13, ''), clock_timestamp() + $14::interval)
		ON CONFLICT (org_id, key) DO NOTHING
		RETURNING org_id
	), worked AS (` + insertHookJobs + ` FROM kept o
		 WHERE NOT EXISTS (SELECT FROM ghexport.river_job j
		                    WHERE j.state = 'available' AND j.queue = 'hook' AND j.kind = 'hook' AND j.args ->> 'org_id' = o.org_id)
		RETURNING id
	), told AS MATERIALIZED (
		SELECT pg_notify('ghexport.river_insert', '{"queue":"hook"}')::text AS told FROM worked
	)
	SELECT EXISTS (SELECT FROM kept) FROM (SELECT count(told) FROM told) t`

// insertHookJobs makes a River job for each of some companies o, to be followed by where these come from.
const insertHookJobs = `
		INSERT INTO ghexport.river_job (kind, queue, args, max_attempts, tags)
		SELECT 'hook', 'hook', jsonb_build_object('org_id', o.org_id), 1,
		       CASE WHEN o.org_id ~ '\A[A-Za-z0-9_][A-Za-z0-9_-]+[A-Za-z0-9_]\Z' THEN ARRAY[o.org_id] ELSE '{}' END`

// SweepHooks gives a River job to companies with events that are due and that have none: it was lost, or they are looked at again. It
// returns for how many. Safe to call at any time, by anybody.
func (s Store) SweepHooks(ctx context.Context, limit int) (companies int, err error) {
	err = s.Pool.QueryRow(ctx, `
		WITH due AS MATERIALIZED (
			SELECT DISTINCT e.org_id
			  FROM ghexport.hook_events e -- hook_events_due
			 WHERE e.due_at IS NOT NULL AND e.due_at <= statement_timestamp()
			 ORDER BY e.org_id
			 LIMIT $1
		), worked AS (`+insertHookJobs+` FROM due o
			 WHERE NOT EXISTS (SELECT FROM ghexport.river_job j
			                    WHERE j.state IN ('available', 'running') AND j.queue = 'hook' AND j.kind = 'hook' AND j.args ->> 'org_id' = o.org_id)
			RETURNING id
		), told AS MATERIALIZED (
			SELECT pg_notify('ghexport.river_insert', '{"queue":"hook"}')::text AS told FROM worked LIMIT 1
		)
		SELECT (SELECT count(*) FROM worked)::int FROM (SELECT count(told) FROM told) t`, limit).Scan(&companies)
	if err != nil {
		return 0, fmt.Errorf("hand out events that are due: %w", err)
	}
	return companies, nil
}
