package store

import (
	"time"

	"github.com/jackc/pgx/v5"
)

// dueLook is what one look for due exports found, and how far it looked: the two are apart, since a company that was looked at may
// have nothing that could go.
type dueLook struct {
	Exports []dueExport
	Last    string // the last company looked at; "" when none is left behind it
	Room    int    // jobs that may be queued before the workers have too many
}

// readDue reads the answer to dueExports. The first columns stand in every row, and in one alone where nothing can go.
func readDue(rows pgx.Rows) (dueLook, error) {
	defer rows.Close()
	var look dueLook
	for rows.Next() {
		var found *bool
		columns := make([]any, len(rows.FieldDescriptions()))
		columns[0], columns[1], columns[2] = &look.Last, &look.Room, &found
		if err := rows.Scan(columns...); err != nil {
			return look, err
		}
		if found == nil {
			continue
		}
		e, err := pgx.RowToStructByPos[dueExport](rows)
		if err != nil {
			return look, err
		}
		look.Exports = append(look.Exports, e)
	}
	return look, rows.Err()
}

// dueExport is one of the oldest due exports of a company that may send, with the company's facts.
type dueExport struct {
	Last   string // as in dueLook
	Room   int
	Found  bool
	Now    time.Time
	OrgID  string
	Trial  bool // only one may go, to try whether a hold is over
	Free   int  // places under the in-flight cap
	Cap    int  // and the cap
	Second string

	Credential     []byte
	KeyInFlight    int
	KeyOverdue     int // of those, dispatched longer ago than a window of unknown phase
	Limit          int
	Window         time.Duration
	End            *time.Time
	PhaseKnown     bool
	Spent          int
	Spends         []time.Time
	BlockedUntil   *time.Time
	BudgetRevision *time.Time
	Takes          time.Duration
	Others         bool // somebody else uses the key, too

	ID      int64
	Lane    int
	Urgent  bool // it failed before
	Allowed bool // a person wants the second profile
	Waits   bool // a sibling is in flight, or of an earlier interview and pending
	Doubt   bool // a sibling may exist in Greenhouse, or was deleted there
	Twin    bool // a sibling was sent
}

// inTurn is when an export e is due that was handed out and comes back untried: with the first that still waits, so that it goes
// in its turn again, by its id, and not behind all that came later.
const inTurn = `
	least(clock_timestamp(), (SELECT min(w.due_at) FROM ghexport.exports w
	                           WHERE w.org_id = e.org_id AND w.lane = e.lane AND w.due_at IS NOT NULL))` // exports_due

// siblings counts for and against an export e. Two exports of a company are siblings when they share a candidate id or an email.
const siblings = `
	SELECT coalesce(bool_or(s.state IN ('queued', 'sending')
	                        OR s.state = 'pending' AND (s.interviewed_at, s.id) < (e.interviewed_at, e.id)), false) AS waits,
	       coalesce(bool_or(s.state = 'unknown' OR s.state <> 'sent' AND 'may_exist' = ANY (s.flags) OR 'gone' = ANY (s.flags)), false) AS doubt,
	       coalesce(bool_or(s.state = 'sent'), false) AS twin
	  FROM (SELECT c.state, c.flags, c.interviewed_at, c.id FROM ghexport.exports c
	         WHERE c.org_id = e.org_id AND c.candidate_digest = e.candidate_digest AND c.id <> e.id AND NOT 'test_address' = ANY (c.flags) -- exports_by_candidate
	        UNION ALL -- one that shares both counts twice, which changes nothing
	        SELECT m.state, m.flags, m.interviewed_at, m.id FROM ghexport.exports m
	         WHERE m.org_id = e.org_id AND m.email_digest = e.email_digest AND m.id <> e.id AND NOT 'test_address' = ANY (m.flags) -- exports_by_email
	       ) s`

// NewerMessage is true while a newer message for export e waits to be folded, or could not be.
const NewerMessage = `
	(EXISTS (SELECT FROM ghexport.outbox o
	          WHERE o.org_id = e.org_id AND o.interview_id = e.interview_id AND o.version > e.version) -- outbox_by_interview
	 OR EXISTS (SELECT FROM ghexport.rejected r
	             WHERE r.org_id = e.org_id AND r.interview_id = e.interview_id AND r.version > e.version))`

// notRefused is true of an export e whose target goes like any other.
const notRefused = `(cardinality(i.refused_targets) = 0 OR ` + targetOf + ` <> ALL (i.refused_targets))`

// oneOfRefused is one export for a target that was refused, while none is under way: they go one at a time beside the others.
const oneOfRefused = `
			 SELECT e.* FROM ghexport.exports e -- exports_due
			  WHERE NOT i.trial AND cardinality(i.refused_targets) > 0
			    AND e.org_id = i.org_id AND e.due_at <= statement_timestamp() AND NOT ` + NewerMessage + `
			    AND ` + targetOf + ` = ANY (i.refused_targets)
			    AND NOT EXISTS (SELECT FROM ghexport.exports e -- exports_in_flight
			                     WHERE e.org_id = i.org_id AND e.job_id IS NOT NULL AND ` + targetOf + ` = ANY (i.refused_targets))
			  ORDER BY e.lane, e.due_at, e.id LIMIT 1`

// oneOnTrial is the export that tries whether a hold is over: the oldest that is no suspect and meant for another target than these;
// else one that is no suspect; else any. All that is due is looked through for it, once for each trial.
const oneOnTrial = `
			 SELECT e.* FROM (
				(SELECT 1 AS choice, e.id FROM ghexport.exports e -- exports_due
				  WHERE i.trial AND e.org_id = i.org_id AND e.due_at <= statement_timestamp() AND NOT ` + NewerMessage + `
				    AND e.id <> ALL (i.suspects) AND ` + targetOf + ` <> ALL (i.suspect_targets)
				  ORDER BY e.lane, e.due_at, e.id LIMIT 1)
				UNION ALL
				(SELECT 2, e.id FROM ghexport.exports e -- exports_due
				  WHERE i.trial AND e.org_id = i.org_id AND e.due_at <= statement_timestamp() AND NOT ` + NewerMessage + `
				    AND e.id <> ALL (i.suspects)
				  ORDER BY e.lane, e.due_at, e.id LIMIT 1)
				UNION ALL
				(SELECT 3, e.id FROM ghexport.exports e -- exports_due
				  WHERE i.trial AND e.org_id = i.org_id AND e.due_at <= statement_timestamp() AND NOT ` + NewerMessage + `
				  ORDER BY e.lane, e.due_at, e.id LIMIT 1)
				ORDER BY choice LIMIT 1) chosen
			   JOIN ghexport.exports e ON e.id = chosen.id`

// inFlight are two parts of a statement: how many exports are queued or being sent, by company and by key. What is in flight is bounded by
// the room and by what the workers send, so it is counted once, and not for each company or export that is looked at.
const inFlight = `flight AS MATERIALIZED (
		SELECT f.org_id, count(*)::int AS n, count(*) FILTER (WHERE f.state = 'sending') AS sending,
		       count(*) FILTER (WHERE f.send_by <= statement_timestamp() - interval '10 seconds') AS overdue
		  FROM ghexport.exports f
		 WHERE f.job_id IS NOT NULL -- exports_in_flight
		 GROUP BY f.org_id
	), by_key AS MATERIALIZED (
		SELECT j.key_digest, sum(f.n)::int AS n, sum(f.overdue)::int AS overdue
		  FROM flight f
		  JOIN ghexport.integrations j ON j.org_id = f.org_id
		 GROUP BY j.key_digest
	)`

// roomOf is a part of a statement, $3 of which is queueAhead: how many jobs may still be queued.
const roomOf = `room AS MATERIALIZED (
		SELECT CASE WHEN lying.queued <= lying.ahead * 3 / 4 THEN lying.ahead - lying.queued ELSE 0 END::int AS n
		  FROM (SELECT greatest($3::bigint, 2 * sum(sending)) AS ahead, coalesce(sum(n - sending), 0) AS queued FROM flight) lying
	)`

// ofBudget are the columns of a budget b, and of what is in flight by its key k, as a dueExport has them.
const ofBudget = `coalesce(k.n, 0), coalesce(k.overdue, 0),
	       coalesce(b.limit_, 50), coalesce(b.window_length, '10 seconds'), b.window_end, coalesce(b.phase_known, false),
	       coalesce(b.spent, 0), coalesce(b.spends, '{}'), b.blocked_until, b.updated_at, coalesce(b.takes, '0'),
	       coalesce(b.others_at > clock_timestamp() - ` + othersStay + `, false),`

// othersStay is for how long somebody else is taken to use a key, since they were last noticed.
const othersStay = "interval '10 minutes'"

// dueExports looks at companies with due exports, in their order behind one.
const dueExports = `
	WITH RECURSIVE due(org_id, n) AS (
		(SELECT e.org_id, 1 FROM ghexport.exports e WHERE e.due_at IS NOT NULL AND e.org_id > $1 ORDER BY e.org_id LIMIT 1)
		UNION ALL
		SELECT next.org_id, due.n + 1
		  FROM due
		 CROSS JOIN LATERAL (
			SELECT e.org_id FROM ghexport.exports e
			 WHERE e.due_at IS NOT NULL AND e.org_id > due.org_id
			 ORDER BY e.org_id LIMIT 1
		 ) next -- a loose scan of exports_due: one probe a company
		 WHERE due.n < $2
	), ` + dueOfThem

// dueExportsOf looks at certain companies as dispatch would. The limit is more than their number.
const dueExportsOf = `
	WITH due(org_id, n) AS (
		SELECT o, 1 FROM unnest($1::text[]) o
	), ` + dueOfThem

const dueOfThem = `looked AS (
		SELECT CASE WHEN count(*) = $2 THEN max(org_id) ELSE '' END AS last FROM due
	), ` + inFlight + `, ready AS (
		SELECT i.*, held.reason IS NOT NULL AS trial,
		       CASE WHEN held.reason IS NULL THEN i.in_flight_cap ELSE 1 END - coalesce(f.n, 0) AS free
		  FROM due
		  JOIN ghexport.integrations i ON i.org_id = due.org_id
		 CROSS JOIN ghexport.control c
		 CROSS JOIN LATERAL (SELECT ghexport.held_reason(i, c.stopped_at IS NOT NULL) AS reason) held
		  LEFT JOIN flight f ON f.org_id = i.org_id
		 WHERE ` + ourTurn + `
		   AND (held.reason IS NULL
		        OR held.reason IN ` + onTrial + ` AND i.trial_at IS NOT NULL AND i.trial_export_id IS NULL)
		 ORDER BY i.org_id
	), ` + roomOf + `, oldest AS MATERIALIZED (
		SELECT i.org_id, i.trial, i.free, i.in_flight_cap, i.second_interview, i.key_digest, e.id, e.lane, e.due_at, e.interviewed_at,
		       e.failures > 0 OR e.cause IS NOT NULL AS urgent, e.duplicate_allowed, e.candidate_digest, e.email_digest
		  FROM ready i
		  LEFT JOIN ghexport.budgets b ON b.credential = i.key_digest
		 CROSS JOIN LATERAL (
			(SELECT e.* FROM ghexport.exports e -- exports_due, live work
			  WHERE NOT i.trial AND e.org_id = i.org_id AND e.lane = 0 AND e.due_at <= statement_timestamp() AND NOT ` + NewerMessage + `
			    AND ` + notRefused + `
			  ORDER BY e.due_at, e.id LIMIT greatest(i.free, 0))
			UNION ALL
			(SELECT e.* FROM ghexport.exports e -- exports_due, replays
			  WHERE NOT i.trial AND e.org_id = i.org_id AND e.lane = 1 AND e.due_at <= statement_timestamp() AND NOT ` + NewerMessage + `
			    AND ` + notRefused + `
			  ORDER BY e.due_at, e.id LIMIT greatest(i.free, 0))
			UNION ALL
			(` + oneOfRefused + `)
			UNION ALL
			(` + oneOnTrial + `)
		 ) e
		 WHERE i.free > 0
		   AND (b.blocked_until IS NULL OR b.blocked_until <= clock_timestamp())
		 ORDER BY i.org_id -- what the limit leaves out lies behind all that it takes
		 LIMIT (SELECT CASE WHEN n > 0 THEN n + $4::int ELSE 0 END FROM room)
	)
	SELECT looked.last, room.n, e.id IS NOT NULL OR NULL, clock_timestamp(), e.org_id, e.trial, e.free, e.in_flight_cap, e.second_interview, e.key_digest,
	       ` + ofBudget + `
	       e.id, e.lane, e.urgent, e.duplicate_allowed, s.waits, s.doubt, s.twin
	  FROM looked
	 CROSS JOIN room
	  LEFT JOIN oldest e ON true
	  LEFT JOIN ghexport.budgets b ON b.credential = e.key_digest
	  LEFT JOIN by_key k ON k.key_digest = e.key_digest
	  LEFT JOIN LATERAL (` + siblings + `) s ON true
	 ORDER BY e.org_id, e.lane, e.due_at, e.id`
