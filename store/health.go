package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// Health is the state of the whole service at one moment, as Postgres knows it.
type Health struct {
	Backlog
	States   map[State]int64 `json:"states"`
	Problems []string        `json:"problems"` // whole sentences; empty when nothing is wrong
}

// Backlog is what is under way or waits. Reading it costs as much as there is of that, whatever the size of the ledger.
type Backlog struct {
	Stopped   *Stop          `json:"stopped"`
	Outbox    int64          `json:"outbox"`       // messages not folded yet
	OutboxAge Seconds        `json:"outbox_age_s"` // of the oldest of them
	Rejected  int64          `json:"rejected"`     // messages that could not be folded
	Due       int64          `json:"due"`          // exports that could go now, their company permitting it
	DueAge    Seconds        `json:"due_age_s"`    // for how long the longest of them has been due
	InFlight  int64          `json:"in_flight"`    // queued or sending
	Dead      int64          `json:"dead"`         // dead letters
	Unknown   int64          `json:"unknown"`      // in doubt: a person must look
	Decisions int64          `json:"duplicate"`    // possible duplicates that wait for a decision
	Held      []HeldGroup    `json:"held"`         // what waits for companies that may not send, by reason
	RiverJobs map[string]int `json:"river_jobs"`   // River's jobs that are not finished, by River's states
	Companies int64          `json:"companies_on"` // turned on
}

// Seconds is a length of time that JSON shows as a number of seconds.
type Seconds float64

// Duration is the same length.
func (s Seconds) Duration() time.Duration { return time.Duration(float64(s) * float64(time.Second)) }

// HeldGroup is the companies held for one reason.
type HeldGroup struct {
	Cause   Cause    `json:"cause"`
	Orgs    []string `json:"orgs"` // at most 20 of them
	Count   int64    `json:"count"`
	Waiting int64    `json:"waiting"` // pending exports of theirs
}

// How old work may get before it is a problem. The relay takes milliseconds; a company over its budget or cap takes longer.
const (
	oldOutbox = time.Minute
	oldDue    = 15 * time.Minute
)

// Health reads the state of the service. Counting every state reads the whole ledger once; for what is asked every few seconds use
// [Store.Backlog].
func (s *Store) Health(ctx context.Context) (Health, error) {
	h := Health{States: map[State]int64{}}
	var err error
	if h.Backlog, err = s.Backlog(ctx); err != nil {
		return h, err
	}
	for _, state := range States {
		h.States[state] = 0
	}
	rows, err := s.Pool.Query(ctx, "SELECT state, count(*) FROM ghexport.exports GROUP BY state")
	if err != nil {
		return h, fmt.Errorf("count states: %w", err)
	}
	var state State
	var count int64
	if _, err := pgx.ForEachRow(rows, []any{&state, &count}, func() error { h.States[state] = count; return nil }); err != nil {
		return h, fmt.Errorf("count states: %w", err)
	}
	h.Problems = h.problems()
	return h, nil
}

// Backlog reads what is under way or waits.
func (s *Store) Backlog(ctx context.Context) (Backlog, error) {
	b := Backlog{Held: []HeldGroup{}, RiverJobs: map[string]int{}}
	var err error
	if b.Stopped, err = s.Stopped(ctx); err != nil {
		return b, err
	}
	err = s.Pool.QueryRow(ctx, backlogCounts).Scan(&b.Outbox, &b.OutboxAge, &b.Rejected, &b.Due, &b.DueAge, &b.InFlight,
		&b.Dead, &b.Unknown, &b.Decisions, &b.Companies)
	if err != nil {
		return b, fmt.Errorf("count the backlog: %w", err)
	}
	rows, err := s.Pool.Query(ctx, heldGroups)
	if err == nil {
		b.Held, err = pgx.CollectRows(rows, pgx.RowToStructByPos[HeldGroup])
	}
	if err != nil {
		return b, fmt.Errorf("count held companies: %w", err)
	}
	rows, err = s.Pool.Query(ctx, `
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
	SELECT outbox.n, outbox.age, (SELECT count(*) FROM ghexport.rejected), due.n, due.age,
	       (SELECT count(*) FROM ghexport.exports e WHERE e.job_id IS NOT NULL), -- exports_in_flight
	       attention.dead, attention.unknown, attention.duplicate,
	       (SELECT count(*) FROM ghexport.integrations i WHERE i.enabled)
	  FROM (SELECT count(*) AS n, coalesce(extract(epoch FROM clock_timestamp() - min(o.enqueued_at)), 0)::float8 AS age
	          FROM ghexport.outbox o) outbox,
	       (SELECT coalesce(sum(d.n), 0)::bigint AS n, coalesce(extract(epoch FROM clock_timestamp() - min(d.oldest)), 0)::float8 AS age
	          FROM (SELECT e.org_id, count(*) AS n, min(e.due_at) AS oldest
	                  FROM ghexport.exports e -- exports_due
	                 WHERE e.due_at IS NOT NULL AND e.due_at <= clock_timestamp()
	                 GROUP BY e.org_id) d
	         WHERE ghexport.held(d.org_id) IS NULL) due,
	       (SELECT count(*) FILTER (WHERE e.state = 'dead') AS dead, count(*) FILTER (WHERE e.state = 'unknown') AS unknown,
	               count(*) FILTER (WHERE e.state = 'duplicate') AS duplicate
	          FROM ghexport.exports e WHERE e.attention_at IS NOT NULL) attention -- exports_attention`

// heldGroups leaves out companies that are off and for which nothing waits: that is how they want it.
const heldGroups = `
	WITH waiting AS (
		SELECT e.org_id, count(*) AS n
		  FROM ghexport.exports e
		 WHERE e.due_at IS NOT NULL -- exports_due
		 GROUP BY e.org_id
	), companies AS (
		SELECT coalesce(i.org_id, w.org_id) AS org_id, ghexport.held_reason(i, c.stopped_at IS NOT NULL) AS reason, coalesce(w.n, 0) AS n
		  FROM ghexport.integrations i
		  FULL JOIN waiting w ON w.org_id = i.org_id
		 CROSS JOIN ghexport.control c
	)
	SELECT reason, (array_agg(org_id ORDER BY n DESC, org_id))[1:20], count(*), sum(n)::bigint
	  FROM companies
	 WHERE reason IS NOT NULL AND (n > 0 OR reason <> 'off')
	 GROUP BY reason
	 ORDER BY sum(n) DESC, reason`

// problems says in sentences what a person should look at.
func (h *Health) problems() []string {
	list := []string{}
	add := func(wrong bool, format string, args ...any) {
		if wrong {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	if h.Stopped != nil {
		add(true, "everything is stopped, by %s since %s: %s", h.Stopped.By, h.Stopped.At.UTC().Format(time.RFC3339), cmp.Or(h.Stopped.Reason, "no reason given"))
	}
	add(h.OutboxAge.Duration() > oldOutbox, "messages waiting to be folded: %d, the oldest for %s: no relay keeps up", h.Outbox,
		h.OutboxAge.Duration().Round(time.Second))
	add(h.Rejected > 0, "messages that could not be folded (message.invalid): %d", h.Rejected)
	add(h.DueAge.Duration() > oldDue, "exports due: %d, the longest for %s", h.Due, h.DueAge.Duration().Round(time.Second))
	broken := []Cause{CauseIncomplete, CauseDecryptFailed, CauseUntested, CauseAuthRejected, CausePermissionDenied}
	for _, group := range h.Held {
		add(slices.Contains(broken, group.Cause), "companies held (%s): %d, with %d waiting", group.Cause, group.Count, group.Waiting)
	}
	add(h.Dead > 0, "dead letters: %d", h.Dead)
	add(h.Unknown > 0, "exports that may or may not be in Greenhouse: %d", h.Unknown)
	return list
}
