package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// How late is too late. Dispatch takes milliseconds.
const (
	LateAfter = time.Minute
	LateNamed = 20               // companies that one look asks after, those that wait for longest
	lateUntil = 30 * time.Second // a budget that is free again sooner keeps nobody in any way that one would notice
)

// lateFacts holds what stands in a company's way.
type lateFacts struct {
	Org      string
	Now      time.Time
	InFlight int
	Cap      int
	FlightAt *time.Time // when what is under way for longest was handed out
	Target   *time.Time // and what of that is for a target that was refused: of those one goes at a time
	Blocked  *time.Time // until when its budget is
	Since    time.Time  // when it could last have begun to wait: it was let go, or its export became due
	Moved    time.Time  // when something was last handed out or answered with its credential, or its budget's stop ended
	ExportID *int64     // null where a newer message keeps all that is due
	Queued   int        // jobs of all companies that no worker has taken
	Sending  int
	QueuedAt *time.Time
}

// Late compares what dispatch would do for some companies with what it has done: the same look and the same plan, whose result is not
// carried out. Its cost is that of one pass over as many companies.
func (s *Store) Late(ctx context.Context, orgs []string) (list []ledger.Late, err error) {
	if len(orgs) == 0 {
		return []ledger.Late{}, nil
	}
	err = s.InTx(ctx, "compare what is due with what goes", func(tx pgx.Tx) error {
		list = nil
		if _, err := tx.Exec(ctx, "SELECT set_config('ghexport.turn', 'true', true)"); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, dueExportsOf, orgs, len(orgs)+1, 1<<20, queueSpare) // room is a question of its own: see judge
		if err != nil {
			return err
		}
		look, err := readDue(rows)
		if err != nil {
			return err
		}
		rows, err = tx.Query(ctx, factsOfLate, orgs)
		if err != nil {
			return err
		}
		facts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[lateFacts])
		if err != nil {
			return err
		}
		list = judgeLate(look, facts)
		return nil
	})
	return list, err
}

const factsOfLate = `
	SELECT i.org_id, clock_timestamp(), f.n, i.in_flight_cap, f.since, f.target,
	       CASE WHEN b.blocked_until > clock_timestamp() THEN b.blocked_until END, w.since,
	       greatest(w.since, b.updated_at, CASE WHEN b.blocked_until <= clock_timestamp() THEN b.blocked_until END), d.id,
	       q.queued, q.sending, q.since
	  FROM unnest($1::text[]) o(org_id)
	  JOIN ghexport.integrations i ON i.org_id = o.org_id
	 CROSS JOIN ghexport.control c
	  LEFT JOIN ghexport.budgets b ON b.credential = i.key_digest
	 CROSS JOIN LATERAL (
		SELECT count(*)::int AS n, min(e.updated_at) AS since, min(e.updated_at) FILTER (WHERE ` + targetOf + ` = ANY (i.refused_targets)) AS target
		  FROM ghexport.exports e WHERE e.org_id = i.org_id AND e.job_id IS NOT NULL -- exports_in_flight
	 ) f
	  LEFT JOIN LATERAL (
		SELECT l.id, l.due_at
		  FROM (VALUES (0), (1)) lanes(lane)
		 CROSS JOIN LATERAL (
			SELECT e.id, e.due_at FROM ghexport.exports e -- exports_due
			 WHERE e.org_id = i.org_id AND e.lane = lanes.lane AND e.due_at <= statement_timestamp() AND NOT ` + NewerMessage + `
			 ORDER BY e.due_at, e.id LIMIT 1) l
		 ORDER BY lanes.lane
		 LIMIT 1
	  ) d ON true
	 CROSS JOIN LATERAL (SELECT greatest(d.due_at, i.released_at, c.released_at, i.created_at) AS since) w
	 CROSS JOIN (
		SELECT count(*) FILTER (WHERE e.state = 'queued')::int AS queued, count(*) FILTER (WHERE e.state = 'sending')::int AS sending,
		       min(e.updated_at) FILTER (WHERE e.state = 'queued') AS since
		  FROM ghexport.exports e WHERE e.job_id IS NOT NULL -- exports_in_flight
	 ) q`

// judgeLate says of each company what keeps it. Pure.
func judgeLate(look dueLook, facts []lateFacts) (list []ledger.Late) {
	plan := planDispatch(look)
	ofOrg, credential := map[int64]string{}, map[string]string{}
	for _, e := range look.Exports {
		ofOrg[e.ID], credential[e.OrgID] = e.OrgID, string(e.Credential)
	}
	queue, aside := map[string]map[int64]bool{}, map[string]map[int64]bool{}
	sort := func(into map[string]map[int64]bool, ids []int64) {
		for _, id := range ids {
			if into[ofOrg[id]] == nil {
				into[ofOrg[id]] = map[int64]bool{}
			}
			into[ofOrg[id]][id] = true
		}
	}
	sort(queue, plan.queue)
	for _, ids := range [][]int64{plan.block, plan.hold, plan.skip} {
		sort(aside, ids)
	}
	for _, f := range facts {
		l := f.judge(credential[f.Org] != "", queue[f.Org], aside[f.Org])
		if budget, looked := plan.budgets[credential[f.Org]]; l.Keeper == ledger.KeptByBudget && l.Until == nil && looked {
			l.Until = TimeOrNil(budget.Next(f.Now))
		}
		if l.Keeper == ledger.KeptByBudget {
			l.Stands = l.Until != nil && l.Until.Sub(f.Now) > lateUntil
		}
		l.Stands = l.Stands && l.Age.Duration() > LateAfter
		list = append(list, l)
	}
	return list
}

func (f lateFacts) judge(looked bool, queue, aside map[int64]bool) ledger.Late {
	l := ledger.Late{Org: f.Org, Age: ledger.Seconds(f.Now.Sub(f.Since).Seconds()), Would: queue}
	if f.ExportID == nil {
		l.Keeper = ledger.KeptByMessage
		return l
	}
	l.ExportID = *f.ExportID
	longAgo := func(at *time.Time) bool { return at != nil && f.Now.Sub(*at) > LateAfter }
	unmoved := ledger.Seconds(f.Now.Sub(f.Moved).Seconds())
	switch {
	case 2*f.Queued >= max(queueAhead, 2*f.Sending): // dispatch fills up when a quarter has gone
		l.Keeper, l.Stands = ledger.KeptByPlace, longAgo(f.QueuedAt)
	case f.InFlight >= f.Cap:
		l.Keeper, l.Stands = ledger.KeptByPlace, longAgo(f.FlightAt)
	case f.Blocked != nil:
		l.Keeper, l.Until = ledger.KeptByBudget, f.Blocked
	case len(queue) > 0:
		l.Keeper, l.Age, l.Stands = ledger.KeptByRelay, unmoved, true
	case len(aside) > 0:
		l.Keeper, l.Age, l.Stands = ledger.KeptBySibling, unmoved, true
	case f.Target != nil && !looked:
		l.Keeper, l.Stands = ledger.KeptByPlace, longAgo(f.Target)
	default:
		l.Keeper = ledger.KeptByBudget
	}
	return l
}
