package store

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	sweepWaiting  = 2000            // waiting exports that one sweep looks at
	sweepLimit    = 2 * time.Second // for which the relay's lock may be held for them
	changedWithin = 15 * time.Second
	changedBeside = 100 // waiting siblings of one changed candidate that are looked at out of turn
)

// sweepSlice describes how many rows a sweep may look at: what they cost is known only afterwards. Its zero value is ready for use, and it is
// safe for concurrent use.
type sweepSlice struct{ less atomic.Int32 } // halvings

func (s *sweepSlice) rows() int { return max(1, sweepWaiting>>s.less.Load()) }

// took notes that a slice ended in time, or that it did not.
func (s *sweepSlice) took(inTime bool) {
	if less := s.less.Load(); !inTime {
		s.less.Store(min(less+2, 11)) // to a quarter, and to one row in the end
	} else if less > 0 {
		s.less.Store(less - 1)
	}
}

// sweepSiblings makes due what need not wait for a sibling any more: those whose candidate changed of late, and a slice of all, which
// goes round. A slice that takes too long is cut short, and the next is smaller; a single row that does is passed over.
func (s *Store) sweepSiblings(ctx context.Context, n *Swept) error {
	rows, waiting, last, next := s.sweepSlice.rows(), 0, n.After, int64(0)
	batch := &pgx.Batch{}
	batch.Queue("SELECT set_config('statement_timeout', $1, true)", Milliseconds(sweepLimit))
	batch.Queue("SELECT coalesce(min(e.id), 0) FROM ghexport.exports e WHERE e.blocked_at IS NOT NULL AND e.id > $1", n.After). // exports_blocked
																	QueryRow(func(row pgx.Row) error { return row.Scan(&next) })
	batch.Queue(releaseSiblings, n.After, rows, changedWithin, changedBeside).
		QueryRow(func(row pgx.Row) error { return row.Scan(&n.Released, &waiting, &last) })
	err := s.sweepPart(ctx, batch)
	late := TimedOut(err)
	if err == nil || late {
		s.sweepSlice.took(!late)
	}
	switch {
	case late && rows == 1:
		n.After = next
	case err != nil:
	case waiting < rows:
		n.After = 0
	default:
		n.After = last
	}
	return err
}

// TimedOut tells a statement that took longer than it may.
func TimedOut(err error) bool {
	var pgErr *pgconn.PgError
	return errors.As(err, &pgErr) && pgErr.Code == "57014"
}

// releaseSiblings names where the relay alone touches siblings. A duplicate waits on while a sibling may exist, and for its decision where
// one was sent and the company's policy does not decide. What is said of an export's siblings is the same as in siblings; it is
// counted once for each candidate and each email, not once for each row: of an address that thousands share, every row would cost
// thousands. The company's name is compared as an expression, so that no plan without statistics walks all of a company by its index for
// each of them. Where everything that waits fits into the slice, nothing need be looked for out of turn.
const releaseSiblings = `
	WITH waiting AS MATERIALIZED (
		SELECT e.id
		  FROM ghexport.exports e
		 WHERE e.blocked_at IS NOT NULL AND e.id > $1 -- exports_blocked
		 ORDER BY e.id
		 LIMIT $2
	), changed AS MATERIALIZED (
		SELECT x.org_id, x.candidate_digest, x.email_digest
		  FROM (SELECT t.export_id FROM ghexport.attempts t WHERE t.finished_at > now() - $3::interval -- attempts_by_end
		        UNION
		        SELECT a.export_id FROM ghexport.audit a WHERE a.at > now() - $3::interval) c -- audit_by_at
		 CROSS JOIN LATERAL (SELECT y.org_id, y.candidate_digest, y.email_digest
		                       FROM ghexport.exports y WHERE y.id = c.export_id OFFSET 0) x -- exports_pkey, each by itself
		 WHERE (SELECT count(*) FROM waiting) = $2
	), looked AS MATERIALIZED (
		SELECT e.id, e.state, e.org_id, e.interviewed_at, e.candidate_digest, e.email_digest, (e.flags && '{may_exist,gone}')::int AS own
		  FROM (
			SELECT id FROM waiting
			UNION
			SELECT b.id FROM (SELECT DISTINCT org_id, candidate_digest FROM changed) k
			 CROSS JOIN LATERAL (
				SELECT c.id FROM ghexport.exports c
				 WHERE c.org_id || '' = k.org_id AND c.candidate_digest = k.candidate_digest AND c.blocked_at IS NOT NULL -- exports_by_candidate
				 ORDER BY c.state DESC, c.interviewed_at, c.id LIMIT $4) b
			UNION
			SELECT b.id FROM (SELECT DISTINCT org_id, email_digest FROM changed) k
			 CROSS JOIN LATERAL (
				SELECT m.id FROM ghexport.exports m
				 WHERE m.org_id || '' = k.org_id AND m.email_digest = k.email_digest AND m.blocked_at IS NOT NULL -- exports_by_email
				 ORDER BY m.state DESC, m.interviewed_at, m.id LIMIT $4) b) i
		 CROSS JOIN LATERAL (SELECT y.* FROM ghexport.exports y WHERE y.id = i.id OFFSET 0) e -- exports_pkey
	), candidates AS MATERIALIZED (
		SELECT k.org_id, k.candidate_digest, s.*
		  FROM (SELECT DISTINCT org_id, candidate_digest FROM looked WHERE candidate_digest IS NOT NULL) k
		 CROSS JOIN LATERAL (
			SELECT ` + siblingsTogether + `
			  FROM ghexport.exports s WHERE s.org_id || '' = k.org_id AND s.candidate_digest = k.candidate_digest) s -- exports_by_candidate
	), emails AS MATERIALIZED (
		SELECT k.org_id, k.email_digest, s.*
		  FROM (SELECT DISTINCT org_id, email_digest FROM looked WHERE email_digest IS NOT NULL) k
		 CROSS JOIN LATERAL (
			SELECT ` + siblingsTogether + `
			  FROM ghexport.exports s WHERE s.org_id || '' = k.org_id AND s.email_digest = k.email_digest) s -- exports_by_email
	), free AS (
		SELECT e.id
		  FROM looked e
		  LEFT JOIN ghexport.integrations i ON i.org_id = e.org_id
		  LEFT JOIN candidates c ON c.org_id = e.org_id AND c.candidate_digest = e.candidate_digest
		  LEFT JOIN emails m ON m.org_id = e.org_id AND m.email_digest = e.email_digest
		 WHERE NOT coalesce(c.busy, false) AND NOT coalesce(m.busy, false)
		   AND NOT coalesce(least(c.first, m.first) < ARRAY[extract(epoch FROM e.interviewed_at), e.id], false)
		   AND (e.state = 'pending'
		        OR coalesce(c.doubts, 0) <= e.own AND coalesce(m.doubts, 0) <= e.own
		           AND (NOT coalesce(c.twin, false) AND NOT coalesce(m.twin, false) OR i.second_interview <> 'hold'))
	), locked AS (
		SELECT e.id FROM ghexport.exports e JOIN free ON free.id = e.id
		 WHERE e.blocked_at IS NOT NULL
		 ORDER BY e.id
		   FOR NO KEY UPDATE OF e SKIP LOCKED
	), due AS (
		UPDATE ghexport.exports e
		   SET state = 'pending', cause = NULL, detail = NULL, blocked_at = NULL, attention_at = NULL,
		       due_at = clock_timestamp(), updated_at = clock_timestamp()
		  FROM locked
		 WHERE e.id = locked.id
		RETURNING e.id
	)
	SELECT (SELECT count(*) FROM due)::int, (SELECT count(*) FROM waiting)::int, coalesce((SELECT max(id) FROM waiting), 0)`

// siblingsTogether counts for and against all exports that share a candidate or an email, of exports s: an export's own part in it is
// none, but for its own doubt.
const siblingsTogether = `
			       coalesce(bool_or(s.state IN ('queued', 'sending')), false) AS busy,
			       min(ARRAY[extract(epoch FROM s.interviewed_at), s.id]) FILTER (WHERE s.state = 'pending') AS first,
			       count(*) FILTER (WHERE s.state = 'unknown' OR s.state <> 'sent' AND 'may_exist' = ANY (s.flags)
			                          OR 'gone' = ANY (s.flags)) AS doubts,
			       coalesce(bool_or(s.state = 'sent'), false) AS twin`
