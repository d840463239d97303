package retention

import (
	"fmt"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// keeping describes how one class is taken by age. A pass walks the class's rows from the oldest on, in the order of a number, and ends at the
// first row that is young. So what must stay is looked at in each pass, and costs that; what has gone costs nothing any more.
type keeping struct {
	class  ledger.Kept
	oldest string // selects when the oldest row is from, null without one

	// looked selects, of the rows after the place $1, place, whether it is old (than $2) and what due needs. The step adds how many.
	looked string
	due    string // selects those of looked that may go, by their keys
	take   string // statements that take the rows of due, as WITH has them, each after a comma
	gone   string // counts what went; empty: the rows of due

	// Of personal data: ofCompany is looked, of company $3 alone, for one whose age is the shorter one; empty: all are looked at together.
	// Looked then has org_id, too, and past: whether the row is beyond its own company's age. Stays selects the company of each that is past
	// and waits for somebody.
	ofCompany, stays string

	most string // selects how old the row is beyond which there are too many, whatever their age; empty: none is

	// placeless: everything old goes, so that a pass begins anew at each step; $1 is how many rows to pass over in a dry run.
	placeless bool
}

// sql is the statement of one step: how many rows were looked at, how many of them are old, how many are so by their company's age, how
// many went, the last one's place, and what went and stays by company. The number of rows is part of it, so that whoever plans it without
// arguments knows how few they are.
func (k keeping) sql(rows int, dryRun, ofCompany bool) string {
	looked, past, take, gone := k.looked, "old", k.take, k.gone
	if ofCompany {
		looked = k.ofCompany
	}
	if k.personal() {
		past = "past"
	}
	if dryRun {
		take = ""
	}
	if gone == "" || dryRun {
		gone = "SELECT count(*) FROM due"
	}
	return `WITH looked AS MATERIALIZED (` + looked + fmt.Sprintf(` LIMIT %d`, rows) + `), due AS MATERIALIZED (` + k.due + `)` + take + `
		SELECT count(*)::int, count(*) FILTER (WHERE old)::int, count(*) FILTER (WHERE ` + past + `)::int, (` + gone + `)::int,
		       coalesce(max(place), 0)::bigint, (` + k.byCompany() + `)
		  FROM looked`
}

// over is of an export e: nothing leads out of its state by itself, and nobody has to decide about it.
const over = `e.state IN ('sent', 'cancelled', 'ineligible') AND NOT 'may_exist' = ANY (e.flags)`

// keepings are all classes. Each statement names the index that gives it the order of its walk.
var keepings = []keeping{
	keptPeople,
	keptRejected,
	{
		// Whether an answer made it a candidate decides about what a person said of it, so attempts stay beside such a word.
		class:  ledger.KeptAttempts,
		oldest: "SELECT t.finished_at FROM ghexport.attempts t ORDER BY t.finished_at LIMIT 1",
		looked: `
			SELECT (extract(epoch FROM t.finished_at) * 1000000)::bigint AS place, t.finished_at < clock_timestamp() - $2::interval AS old,
			       t.export_id, t.token
			  FROM ghexport.attempts t -- attempts_by_end
			 WHERE t.finished_at > 'epoch'::timestamptz + $1 * interval '1 microsecond' ORDER BY t.finished_at`,
		due: `
			SELECT l.export_id, l.token
			  FROM looked l
			  JOIN ghexport.exports e ON e.id = l.export_id
			 WHERE l.old AND ` + over + `
			   AND NOT EXISTS (SELECT FROM ghexport.presences p WHERE p.export_id = e.id)`,
		take: `, taken AS (
			DELETE FROM ghexport.attempts t USING due WHERE t.export_id = due.export_id AND t.token = due.token -- attempts_pkey
		)`,
	},
	{
		class:  ledger.KeptAudit,
		oldest: "SELECT a.at FROM ghexport.audit a ORDER BY a.id LIMIT 1",
		looked: `
			SELECT a.id AS place, a.at < clock_timestamp() - $2::interval AS old, a.export_id
			  FROM ghexport.audit a WHERE a.id > $1 ORDER BY a.id`, // audit_pkey
		due: `
			SELECT l.place FROM looked l LEFT JOIN ghexport.exports e ON e.id = l.export_id WHERE l.old AND (e.id IS NULL OR ` + over + `)`,
		take: `, taken AS (
			SELECT ghexport.forget_audit(ARRAY(SELECT d.place FROM due d)) AS n
		)`,
		gone: "SELECT n FROM taken",
	},
	{
		class:  ledger.KeptNotices,
		oldest: "SELECT n.created_at FROM ghexport.notices n ORDER BY n.created_at LIMIT 1",
		looked: `
			SELECT n.id AS place, n.created_at < clock_timestamp() - $2::interval AS old FROM ghexport.notices n WHERE n.id > $1 ORDER BY n.id`,
		due:  `SELECT l.place FROM looked l WHERE l.old`,
		take: `, taken AS (DELETE FROM ghexport.notices n USING due WHERE n.id = due.place)`,
	},
	{
		class:  ledger.KeptChecks,
		oldest: "SELECT c.at FROM ghexport.checks c ORDER BY c.id LIMIT 1",
		looked: `
			SELECT c.id AS place, c.at < clock_timestamp() - $2::interval AS old FROM ghexport.checks c WHERE c.id > $1 ORDER BY c.id`,
		due:  `SELECT l.place FROM looked l WHERE l.old`,
		take: `, taken AS (DELETE FROM ghexport.checks c USING due WHERE c.id = due.place)`,
	},
	{
		// By an event that is there a repeat of it is known; Greenhouse repeats for 15 hours.
		class:  ledger.KeptEvents,
		oldest: "SELECT v.received_at FROM ghexport.hook_events v ORDER BY v.id LIMIT 1",
		looked: `
			SELECT v.id AS place, v.received_at < clock_timestamp() - $2::interval AS old, v.due_at IS NULL AS worked
			  FROM ghexport.hook_events v WHERE v.id > $1 ORDER BY v.id`, // hook_events_pkey
		due:  `SELECT l.place FROM looked l WHERE l.old AND l.worked`,
		take: `, taken AS (DELETE FROM ghexport.hook_events v USING due WHERE v.id = due.place AND v.due_at IS NULL)`,
	},
	{
		// A run's row stays, with how many members it had.
		class:     ledger.KeptMembers,
		placeless: true,
		oldest:    "SELECT min(r.ended_at) FROM ghexport.runs r WHERE EXISTS (SELECT FROM ghexport.run_members m WHERE m.run_id = r.id)",
		looked: `
			SELECT 0::bigint AS place, true AS old, m.run_id, m.export_id
			  FROM ghexport.runs r
			  JOIN ghexport.run_members m ON m.run_id = r.id -- run_members_pkey
			 WHERE r.ended_at < clock_timestamp() - $2::interval
			 ORDER BY m.run_id, m.export_id OFFSET $1`,
		due:  `SELECT l.run_id, l.export_id FROM looked l`,
		take: `, taken AS (DELETE FROM ghexport.run_members m USING due WHERE m.run_id = due.run_id AND m.export_id = due.export_id)`,
	},
	{
		// River deletes these itself by the same age; an outage can leave millions within it, so there is a number, too.
		class: ledger.KeptJobs,
		most: `
			SELECT clock_timestamp() - j.finalized_at
			  FROM ghexport.river_job j -- river_job_state_and_finalized_at_index
			 WHERE j.state = 'cancelled' AND j.finalized_at IS NOT NULL
			 ORDER BY j.finalized_at DESC OFFSET 19999 LIMIT 1`,
		oldest: "SELECT j.finalized_at FROM ghexport.river_job j WHERE j.state = 'cancelled' AND j.finalized_at IS NOT NULL ORDER BY j.finalized_at LIMIT 1",
		looked: `
			SELECT (extract(epoch FROM j.finalized_at) * 1000000)::bigint AS place, j.finalized_at < clock_timestamp() - $2::interval AS old, j.id
			  FROM ghexport.river_job j -- river_job_state_and_finalized_at_index
			 WHERE j.state = 'cancelled' AND j.finalized_at IS NOT NULL
			   AND j.finalized_at > 'epoch'::timestamptz + $1 * interval '1 microsecond'
			 ORDER BY j.finalized_at`,
		due:  `SELECT l.id FROM looked l WHERE l.old`,
		take: `, taken AS (DELETE FROM ghexport.river_job j USING due WHERE j.id = due.id)`,
	},
}
