package store

import (
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// births are arrivals that may become rows born `queued`, with their job, instead of rows that are due until a dispatch finds them.
// What stands in dispatch's way stands in theirs: the company's hold, cap and budget, River's queue, siblings, newer messages, and
// whatever of the company is due already, which goes first.
type births struct {
	at                       []int // places in the arrivals
	orgs                     []string
	candidateDigest, byEmail [][]byte
	found                    []dueExport // those that may be born, by place in at as their ID
}

// birthsOf picks the eligible arrivals that have a person of their own among all arrivals: of two of one person the look, which is made
// before either is written, would see neither. A pass that goes on behind a company leaves turns to those before it.
func birthsOf(arrivals []ledger.Arrival, after string) births {
	var b births
	if after != "" {
		return b
	}
	people := map[string]int{}
	for _, a := range arrivals {
		people[a.OrgID+"\x00c"+string(a.CandidateDigest)]++
		people[a.OrgID+"\x00e"+string(a.EmailDigest)]++
	}
	for i, a := range arrivals {
		if !a.Eligible || people[a.OrgID+"\x00c"+string(a.CandidateDigest)] > 1 || people[a.OrgID+"\x00e"+string(a.EmailDigest)] > 1 {
			continue
		}
		b.at, b.orgs = append(b.at, i), append(b.orgs, a.OrgID)
		b.candidateDigest, b.byEmail = append(b.candidateDigest, a.CandidateDigest), append(b.byEmail, a.EmailDigest)
	}
	return b
}

func (b *births) ask(batch *pgx.Batch) {
	if len(b.at) > 0 {
		batch.Queue(birthLook, b.orgs, b.candidateDigest, b.byEmail, queueAhead)
	}
}

func (b *births) read(results pgx.BatchResults) error {
	if len(b.at) == 0 {
		return nil
	}
	rows, err := results.Query()
	if err == nil {
		b.found, err = pgx.CollectRows(rows, pgx.RowToStructByPos[dueExport])
	}
	if err != nil {
		return fmt.Errorf("look what stands in the way of new exports: %w", err)
	}
	return nil
}

// plan lets those rows of the fold be born queued for which the dispatch, whose own exports come first, has room, and returns how many.
// Where the dispatch did not see all that is due, none is.
func (b *births) plan(fold *foldPlan, dispatch *dispatchPlan, look dueLook) (born int) {
	if look.Last != "" || len(look.Exports) >= look.Room+queueSpare {
		return 0
	}
	for _, e := range b.found {
		row := slices.Index(fold.insert.at, b.at[e.ID-1])
		if row < 0 { // it is there already, or left the outbox
			continue
		}
		if sendBy, ok := dispatch.take(e); ok {
			fold.insert.sendBy[row] = &sendBy
			born++
		}
	}
	return born
}

// leaves tells whether the fold makes exports due that a dispatch has yet to look at.
func (p *foldPlan) leaves() bool {
	due := func(c *exportColumns) bool {
		for i, state := range c.state {
			if state == string(ledger.StatePending) && c.sendBy[i] == nil {
				return true
			}
		}
		return false
	}
	return due(&p.insert) || due(&p.change)
}

// birthReady is a part of a statement: the companies asked for that may send and have nothing due, which would go first.
const birthReady = `ready AS MATERIALIZED (
		SELECT i.org_id, i.in_flight_cap, i.second_interview, i.key_digest, i.in_flight_cap - coalesce(f.n, 0) AS free
		  FROM (SELECT DISTINCT org_id FROM asked) o
		  JOIN ghexport.integrations i ON i.org_id = o.org_id
		 CROSS JOIN ghexport.control c
		  LEFT JOIN flight f ON f.org_id = i.org_id
		 WHERE ` + ourTurn + `
		   AND ghexport.held_reason(i, c.stopped_at IS NOT NULL) IS NULL
		   AND i.in_flight_cap > coalesce(f.n, 0)
		   AND cardinality(i.refused_targets) = 0 -- what goes one at a time is dispatch's
		   AND NOT EXISTS (SELECT FROM ghexport.exports e
		                    WHERE e.org_id = i.org_id AND e.lane = 0 AND e.due_at <= statement_timestamp() OFFSET 0) -- exports_due
	)`

// birthLook answers, in the shape of dueExports, which of some new exports nothing stands in the way of. To each of them every pending
// sibling is of an earlier interview: such a one may be handed out in the same turn.
const birthLook = `
	WITH asked AS MATERIALIZED (
		SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[]) WITH ORDINALITY AS a(org_id, candidate_digest, email_digest, ordinal)
	), ` + inFlight + `, ` + birthReady + `, first AS MATERIALIZED (
		SELECT p.*
		  FROM (SELECT a.*, r.free, r.in_flight_cap, r.second_interview, r.key_digest,
		               row_number() OVER (PARTITION BY a.org_id ORDER BY a.ordinal) AS place
		          FROM asked a
		          JOIN ready r ON r.org_id = a.org_id) p
		 WHERE p.place <= p.free
		 ORDER BY p.ordinal
		 LIMIT $4
	)
	SELECT '', 0, true, clock_timestamp(), e.org_id, false, e.free, e.in_flight_cap, e.second_interview, e.key_digest,
	       ` + ofBudget + `
	       e.ordinal, 0, false, false, s.waits, s.doubt, s.twin
	  FROM (SELECT f.*, 0::bigint AS id, 'infinity'::timestamptz AS interviewed_at FROM first f) e
	  LEFT JOIN by_key k ON k.key_digest = e.key_digest
	  LEFT JOIN ghexport.budgets b ON b.credential = e.key_digest
	  LEFT JOIN LATERAL (` + siblings + `) s ON true
	 WHERE (b.blocked_until IS NULL OR b.blocked_until <= clock_timestamp())
	   AND NOT s.waits AND NOT s.doubt AND NOT s.twin
	 ORDER BY e.ordinal`
