package store

import (
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// dispatchPlan holds what one pass does with the due exports that it saw.
type dispatchPlan struct {
	queue  []int64 // these get a job
	sendBy []time.Time
	trial  []int64 // those of them that try whether a 403 is over
	block  []int64 // these wait for a sibling
	hold   []int64 // these need a decision
	skip   []int64 // these the company's policy ends

	budgets map[string]*spending
	free    map[string]int // places that a company still has under its cap
	room    int            // jobs that may still be queued
	full    string         // the company that got the last of the room; "" while there was enough
	renewed time.Duration  // until a budget that was the only thing in the way has a request again; 0 where none was
}

// planDispatch decides, export by export in the order of turns. Pure.
func planDispatch(look dueLook) *dispatchPlan {
	p := &dispatchPlan{budgets: map[string]*spending{}, free: map[string]int{}, room: look.Room}
	for _, e := range look.Exports {
		switch {
		case e.Waits:
			p.block = append(p.block, e.ID)
		case e.Allowed:
			p.send(e)
		case e.Doubt, e.Twin && e.Second == "hold":
			p.hold = append(p.hold, e.ID)
		case e.Twin && e.Second == "skip":
			p.skip = append(p.skip, e.ID)
		default:
			p.send(e)
		}
	}
	return p
}

func (p *dispatchPlan) send(e dueExport) {
	sendBy, ok := p.take(e)
	if !ok {
		return
	}
	p.queue = append(p.queue, e.ID)
	p.sendBy = append(p.sendBy, sendBy)
	if e.Trial {
		p.trial = append(p.trial, e.ID)
	}
}

// take takes room, a place of the company and a request of its budget for an export, or reports false and takes nothing. The export must
// leave by the moment that it returns.
func (p *dispatchPlan) take(e dueExport) (sendBy time.Time, ok bool) {
	if _, seen := p.free[e.OrgID]; !seen {
		p.free[e.OrgID] = e.Free
	}
	if p.room <= 0 {
		return sendBy, false
	}
	b := p.budget(e)
	places, requests := p.free[e.OrgID], b.Free(e.Now, e.Urgent || e.Trial)
	if e.Lane == LaneReplay && !e.Trial {
		// The last place, and a share of the budget, are left to live work that comes while replays are under way.
		places, requests = places-min(1, e.Cap-1), b.FreeForReplay(e.Now, e.Urgent)
	}
	if places > 0 && requests <= 0 && e.Lane != LaneReplay {
		p.waitFor(b.Next(e.Now).Sub(e.Now))
	}
	if places <= 0 || requests <= 0 {
		return sendBy, false
	}
	p.free[e.OrgID]--
	if p.room--; p.room == 0 {
		p.full = e.OrgID
	}
	b.taken = append(b.taken, b.Moment(e.Now))
	return b.Spend(e.Now), true
}

func (p *dispatchPlan) waitFor(budget time.Duration) {
	if budget > 0 && (p.renewed == 0 || budget < p.renewed) {
		p.renewed = budget
	}
}

func (p *dispatchPlan) budget(e dueExport) *spending {
	if b, ok := p.budgets[string(e.Credential)]; ok {
		return b
	}
	b := &spending{read: e.BudgetRevision, Budget: ledger.Budget{
		Limit: e.Limit, Window: e.Window, PhaseKnown: e.PhaseKnown, Spent: e.Spent, Spends: e.Spends,
		Takes: e.Takes, Abreast: e.Cap, Others: e.Others,
	}}
	b.End, b.BlockedUntil = TimeOrZero(e.End), TimeOrZero(e.BlockedUntil)
	b.Roll(e.Now, e.KeyInFlight, e.KeyOverdue)
	p.budgets[string(e.Credential)] = b
	return b
}

// batch lists the statements of the plan. Lock order: exports, then budgets, then integrations. Every change is guarded by what the
// plan took for granted of the row itself; a row that changed meanwhile is passed over and seen again by the next pass.
func (p *dispatchPlan) batch() *pgx.Batch {
	b := &pgx.Batch{}
	if len(p.queue) > 0 {
		b.Queue(queueExports, p.queue, p.sendBy)
		b.Queue(tellRiver)
	}
	if len(p.block) > 0 {
		b.Queue(`
			UPDATE ghexport.exports
			   SET due_at = NULL, blocked_at = clock_timestamp(), updated_at = clock_timestamp()
			 WHERE id IN (`+stillDue+`)`, p.block)
	}
	if len(p.hold) > 0 {
		b.Queue(`
			UPDATE ghexport.exports
			   SET state = 'duplicate', cause = 'duplicate.possible', detail = NULL, due_at = NULL,
			       blocked_at = clock_timestamp(), attention_at = clock_timestamp(), updated_at = clock_timestamp()
			 WHERE id IN (`+stillDue+`)`, p.hold)
	}
	if len(p.skip) > 0 {
		b.Queue(`
			WITH skipped AS (
				UPDATE ghexport.exports
				   SET state = 'cancelled', cause = 'skipped', detail = '`+SkippedByPolicy+`', due_at = NULL,
				       updated_at = clock_timestamp()
				 WHERE id IN (`+stillDue+`)
				RETURNING id, org_id
			)
			INSERT INTO ghexport.audit (actor, action, org_id, export_id, reason)
			SELECT 'ghexport', 'skip', org_id, id, 'second_interview: skip' FROM skipped`, p.skip)
	}
	p.spend(b)
	if len(p.trial) > 0 {
		b.Queue(`
			UPDATE ghexport.integrations i
			   SET trial_export_id = e.id, trial_at = NULL
			  FROM ghexport.exports e
			 WHERE e.id = ANY ($1) AND e.job_id IS NOT NULL AND i.org_id = e.org_id`, p.trial)
	}
	return b
}

// stillDue picks, of ids, those that the plan still holds true of. Like queueExports it never waits for a row, so that dispatch, which
// takes exports in several statements, can be in no deadlock.
const stillDue = `
	SELECT id FROM ghexport.exports WHERE id = ANY ($1) AND state = 'pending' AND blocked_at IS NULL
	 ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`

// insertJobs makes River's jobs of exports, to be followed by where these come from.
const insertJobs = `INSERT INTO ghexport.river_job (id, kind, queue, args, max_attempts, priority, tags)
		SELECT job_id, 'export', 'export', jsonb_build_object('export_id', id), 1, CASE lane WHEN 0 THEN 1 ELSE 3 END,
		       CASE WHEN org_id ~ '\A[A-Za-z0-9_][A-Za-z0-9_-]+[A-Za-z0-9_]\Z' THEN ARRAY[org_id] ELSE '{}' END`

// tellRiver wakes the workers' fetchers.
const tellRiver = `SELECT pg_notify('ghexport.river_insert', '{"queue":"export"}')`

// queueExports inserts River's jobs and ties each row to its own. The job carries the export's id and nothing else; it is tagged
// with the company where River's rule for tags allows. Its id is drawn beforehand, so that nothing need be joined to what was
// inserted. Here and in stillDue "blocked_at IS NULL" says that a pending row is due (a CHECK holds that) in words that name no
// partial index: by exports_due a planner without statistics would walk the backlog to find a few rows.
const queueExports = `
	WITH chosen AS (
		SELECT e.id, e.org_id, e.lane, c.send_by
		  FROM unnest($1::bigint[], $2::timestamptz[]) AS c(id, send_by)
		  JOIN ghexport.exports e ON e.id = c.id
		 WHERE e.state = 'pending' AND e.blocked_at IS NULL AND NOT ` + NewerMessage + `
		 ORDER BY e.id
		   FOR NO KEY UPDATE OF e SKIP LOCKED
	), numbered AS MATERIALIZED (
		SELECT id, org_id, lane, send_by, nextval('ghexport.river_job_id_seq') AS job_id FROM chosen
	), jobs AS (
		` + insertJobs + ` FROM numbered
	)
	UPDATE ghexport.exports e
	   SET state = 'queued', job_id = n.job_id, send_by = n.send_by, due_at = NULL, updated_at = clock_timestamp()
	  FROM numbered n
	 WHERE e.id = n.id`
