package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Backlog is what is under way or waits. Reading it costs as much as there is of that, whatever the size of the ledger.
type Backlog struct {
	Stopped   *Stop                  `json:"stopped"`
	Outbox    int64                  `json:"outbox"`       // messages not folded yet
	OutboxAge Seconds                `json:"outbox_age_s"` // of the oldest of them
	Rejected  int64                  `json:"rejected"`     // messages that could not be folded
	Waiting   int64                  `json:"waiting"`      // pending exports, held ones included
	Due       int64                  `json:"due"`          // exports that could go now, their company permitting it
	DueAge    Seconds                `json:"due_age_s"`    // for how long the longest of them has been due
	InFlight  int64                  `json:"in_flight"`    // queued or sending
	Dead      int64                  `json:"dead"`         // dead letters
	DeadBy    map[ledger.Cause]int64 `json:"dead_by"`      // their causes
	Unknown   int64                  `json:"unknown"`      // in doubt: a person must look
	Decisions int64                  `json:"duplicate"`    // possible duplicates that wait for a decision
	Failing   Failing                `json:"failing"`      // what Greenhouse fails to take
	Untold    int64                  `json:"notices_dead"` // notices of the last day that reached nobody
	Wave      []string               `json:"wave"`         // companies refused (401) within minutes: rarely their fault; empty while there is no such wave
	Held      []HeldGroup            `json:"held"`         // what waits for companies that may not send, by reason
	Oldest    []OrgWaiting           `json:"oldest"`       // the ten companies whose exports have waited for longest
	RiverJobs map[string]int         `json:"river_jobs"`   // River's jobs that are not finished, by River's states
	Paused    []PausedQueue          `json:"queues_paused"`
	Nodes     []Node                 `json:"nodes"`
	Companies int64                  `json:"companies_on"` // turned on
	ByHold    map[string]int64       `json:"companies"`    // by the cause that holds them, and "on": those that send

	live     map[ledger.State]int64 // exact counts of the states that something is still to come of
	lateOrgs []string               // companies to ask after in [Health]
}

// Seconds is a length of time that JSON shows as a number of seconds.
type Seconds float64

// Duration is the same length.
func (s Seconds) Duration() time.Duration { return time.Duration(float64(s) * float64(time.Second)) }

// HeldGroup is the companies held for one reason.
type HeldGroup struct {
	Cause   ledger.Cause `json:"cause"`
	Orgs    []string     `json:"orgs"` // at most 20 of them
	Count   int64        `json:"count"`
	Waiting int64        `json:"waiting"` // pending exports of theirs
}

// OrgWaiting is what waits of one company.
type OrgWaiting struct {
	Org   string       `json:"org_id"`
	Count int64        `json:"waiting"`
	Age   Seconds      `json:"age_s"` // of what has waited for longest, since it was committed
	Held  ledger.Cause `json:"held"`  // why the company may not send; empty when it may
}

// Failing is what waits again because Greenhouse could not be reached, or failed.
type Failing struct {
	Companies int64      `json:"companies"`
	Exports   int64      `json:"exports"`
	Since     *time.Time `json:"since"`   // the first failure of those; nil without any
	Age       Seconds    `json:"age_s"`   // for how long
	Waiting   int64      `json:"waiting"` // whatever waits of these companies
	Oldest    Seconds    `json:"oldest_s"`
}

// Backlog reads what is under way or waits.
func (s *Store) Backlog(ctx context.Context) (Backlog, error) {
	b := Backlog{RiverJobs: map[string]int{}, live: map[ledger.State]int64{}}
	var err error
	if b.Stopped, err = s.Stopped(ctx); err != nil {
		return b, err
	}
	if b.Paused, err = s.PausedQueues(ctx); err != nil {
		return b, err
	}
	if b.Nodes, err = s.Nodes(ctx); err != nil {
		return b, err
	}
	var blocked, sending, refused, gone, down, bug int64
	err = s.Pool.QueryRow(ctx, backlogCounts).Scan(&b.Outbox, &b.OutboxAge, &b.Rejected, &b.InFlight, &sending, &blocked,
		&b.Dead, &b.Unknown, &b.Decisions, &refused, &gone, &down, &bug,
		&b.Untold, &b.Wave)
	if err != nil {
		return b, fmt.Errorf("count the backlog: %w", err)
	}
	if err := s.workByCompany(ctx, &b); err != nil {
		return b, err
	}
	b.Waiting += blocked
	b.DeadBy = map[ledger.Cause]int64{ledger.CausePayloadRefused: refused, ledger.CauseTargetGone: gone, ledger.CauseGreenhouseDown: down, ledger.CauseBug: bug}
	b.live = map[ledger.State]int64{
		ledger.StatePending: b.Waiting, ledger.StateQueued: b.InFlight - sending, ledger.StateSending: sending,
		ledger.StateDead: b.Dead, ledger.StateUnknown: b.Unknown, ledger.StateDuplicate: b.Decisions,
	}
	rows, err := s.Pool.Query(ctx, `
		SELECT state::text, count(*)
		  FROM ghexport.river_job
		 WHERE state IN ('available', 'running', 'retryable', 'scheduled') -- river_job_prioritized_fetching_index
		 GROUP BY state`)
	if err != nil {
		return b, fmt.Errorf("count River's jobs: %w", err)
	}
	var state string
	var count int
	if _, err := pgx.ForEachRow(rows, []any{&state, &count}, func() error { b.RiverJobs[state] = count; return nil }); err != nil {
		return b, fmt.Errorf("count River's jobs: %w", err)
	}
	return b, nil
}

const backlogCounts = `
	SELECT outbox.n, outbox.age, (SELECT count(*) FROM ghexport.rejected), flight.n, flight.sending,
	       (SELECT count(*) FROM ghexport.exports e WHERE e.blocked_at IS NOT NULL AND e.state = 'pending'), -- exports_blocked
	       attention.dead, attention.unknown, attention.duplicate, attention.refused, attention.gone, attention.down, attention.bug,
	       (SELECT count(*) FROM ghexport.notices n WHERE n.created_at > now() - interval '1 day' AND n.state = 'dead'), -- notices_by_age
	       coalesce((SELECT w.companies FROM ghexport.waves w -- waves_open
	                  WHERE w.ended_at IS NULL
	                    AND EXISTS (SELECT FROM ghexport.holds h WHERE h.until IS NULL AND h.org_id = ANY (w.companies))), '{}') -- holds_open
	  FROM (SELECT count(*) AS n, coalesce(extract(epoch FROM clock_timestamp() - min(o.enqueued_at)), 0)::float8 AS age
	          FROM ghexport.outbox o) outbox,
	       (SELECT count(*) AS n, count(*) FILTER (WHERE e.state = 'sending') AS sending
	          FROM ghexport.exports e WHERE e.job_id IS NOT NULL) flight, -- exports_in_flight
	       (SELECT count(*) FILTER (WHERE e.state = 'dead') AS dead, count(*) FILTER (WHERE e.state = 'unknown') AS unknown,
	               count(*) FILTER (WHERE e.state = 'duplicate') AS duplicate,
	               count(*) FILTER (WHERE e.state = 'dead' AND e.cause = 'payload.refused') AS refused,
	               count(*) FILTER (WHERE e.state = 'dead' AND e.cause = 'target.gone') AS gone,
	               count(*) FILTER (WHERE e.state = 'dead' AND e.cause = 'greenhouse.down') AS down,
	               count(*) FILTER (WHERE e.state = 'dead' AND e.cause = 'bug') AS bug
	          FROM ghexport.exports e WHERE e.attention_at IS NOT NULL) attention -- exports_attention`
