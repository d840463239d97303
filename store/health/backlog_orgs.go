package health

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

const (
	heldNamed   = 20 // companies that one group of held ones names
	oldestNamed = 10 // companies that [ledger.Backlog] names
)

// orgWork is one company, and what waits of it.
type orgWork struct {
	Org          string
	Enabled      bool
	Held         ledger.Cause
	Waiting      int64
	Due          int64
	DueAge       ledger.Seconds // of what has been due for longest
	Age          ledger.Seconds // of what was committed first; a replay waits since it is due
	Failing      int64
	FailingSince *time.Time
	FailingAge   ledger.Seconds
	ledger.Still
}

// workByOrg reads every company, and every pending export that waits for no sibling, once.
const workByOrg = `
	WITH work AS (
		SELECT e.org_id, count(*) AS n, count(*) FILTER (WHERE e.due_at <= now()) AS due, min(e.due_at) AS due_since,
		       min(CASE e.lane WHEN 0 THEN e.committed_at ELSE e.due_at END) AS oldest,
		       count(*) FILTER (WHERE e.cause = 'greenhouse.down') AS failing,
		       min(e.first_failed_at) FILTER (WHERE e.cause = 'greenhouse.down') AS failing_since
		  FROM ghexport.exports e
		 WHERE e.due_at IS NOT NULL -- exports_due
		 GROUP BY e.org_id
	)
	SELECT coalesce(i.org_id, w.org_id), coalesce(i.enabled, false), coalesce(ghexport.held_reason(i, c.stopped_at IS NOT NULL), ''),
	       coalesce(w.n, 0), coalesce(w.due, 0), age.due, age.oldest,
	       coalesce(w.failing, 0), w.failing_since, age.failing, ` + store.StandstillColumns + `
	  FROM ghexport.integrations i
	  FULL JOIN work w ON w.org_id = i.org_id
	  LEFT JOIN ghexport.budgets b ON b.credential = i.key_digest
	 CROSS JOIN ghexport.control c
	 CROSS JOIN LATERAL (
		SELECT greatest(extract(epoch FROM now() - w.due_since), 0)::float8 AS due, greatest(extract(epoch FROM now() - w.oldest), 0)::float8 AS oldest,
		       greatest(extract(epoch FROM now() - w.failing_since), 0)::float8 AS failing) age`

func (s Store) workByCompany(ctx context.Context, b *ledger.Backlog) error {
	rows, err := s.Pool.Query(ctx, workByOrg)
	if err != nil {
		return fmt.Errorf("read what waits by company: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[orgWork])
	if err != nil {
		return fmt.Errorf("read what waits by company: %w", err)
	}
	addWork(b, list)
	return nil
}

// addWork sums up what waits of each company. Pure.
func addWork(b *ledger.Backlog, list []orgWork) {
	slices.SortFunc(list, func(a, b orgWork) int { return cmp.Or(cmp.Compare(b.Waiting, a.Waiting), cmp.Compare(a.Org, b.Org)) })
	b.ByHold, b.Held, b.Oldest, b.Still = map[string]int64{}, []ledger.HeldGroup{}, []ledger.OrgWaiting{}, []ledger.OrgStill{}
	held := map[ledger.Cause]*ledger.HeldGroup{}
	for _, w := range list {
		b.ByHold[cmp.Or(string(w.Held), "on")]++
		b.Waiting += w.Waiting
		if w.Enabled {
			b.Companies++
		}
		if w.Held == ledger.CauseNone {
			b.Due += w.Due
			b.DueAge = max(b.DueAge, w.DueAge)
			if stands := w.Standstill(); stands != nil && w.Waiting > 0 {
				b.Still = append(b.Still, ledger.OrgStill{Org: w.Org, Waiting: w.Waiting, Standstill: *stands})
			}
		} else if w.Waiting > 0 || w.Held != ledger.CauseOff { // off with nothing waiting is how that company wants it
			hold(held, w)
		}
		addFailing(&b.Failing, w)
		if w.Waiting > 0 {
			b.Oldest = append(b.Oldest, ledger.OrgWaiting{Org: w.Org, Count: w.Waiting, Age: w.Age, Held: w.Held})
		}
	}
	for _, group := range held {
		b.Held = append(b.Held, *group)
	}
	slices.SortFunc(b.Held, func(a, b ledger.HeldGroup) int {
		return cmp.Or(cmp.Compare(b.Waiting, a.Waiting), cmp.Compare(a.Cause, b.Cause))
	})
	b.LateOrgs = lateOrgs(list)
	slices.SortStableFunc(b.Oldest, func(a, b ledger.OrgWaiting) int { return cmp.Compare(b.Age, a.Age) })
	b.Oldest = b.Oldest[:min(len(b.Oldest), oldestNamed)]
	slices.SortStableFunc(b.Still, func(a, b ledger.OrgStill) int { return b.Until.Compare(a.Until) })
}

func hold(held map[ledger.Cause]*ledger.HeldGroup, w orgWork) {
	group := held[w.Held]
	if group == nil {
		group = &ledger.HeldGroup{Cause: w.Held}
		held[w.Held] = group
	}
	group.Count++
	group.Waiting += w.Waiting
	if len(group.Orgs) < heldNamed {
		group.Orgs = append(group.Orgs, w.Org)
	}
}

func addFailing(f *ledger.Failing, w orgWork) {
	if w.Failing == 0 || w.Held != ledger.CauseNone {
		return
	}
	f.Companies++
	f.Exports += w.Failing
	f.Waiting += w.Waiting
	f.Oldest = max(f.Oldest, w.Age)
	if w.FailingSince != nil && (f.Since == nil || w.FailingSince.Before(*f.Since)) {
		f.Since, f.Age = w.FailingSince, w.FailingAge
	}
}

// lateOrgs are the companies that may send and have had something due for too long, those that wait for longest first.
func lateOrgs(list []orgWork) []string {
	var late []orgWork
	for _, w := range list {
		if w.Held == "" && w.DueAge.Duration() > store.LateAfter {
			late = append(late, w)
		}
	}
	slices.SortStableFunc(late, func(a, b orgWork) int { return cmp.Compare(b.DueAge, a.DueAge) })
	var orgs []string
	for _, w := range late[:min(len(late), store.LateNamed)] {
		orgs = append(orgs, w.Org)
	}
	return orgs
}
