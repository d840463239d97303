package runs

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Plan holds what a run would do, looked at before anybody begins it. Its names are those of `replay --dry-run --json`.
type Plan struct {
	Count     int64          `json:"count"`            // exports that would go
	FailAgain int64          `json:"would_fail_again"` // of those: nothing has changed since they died
	Held      int64          `json:"held"`             // of those: their companies may not send now, so they wait
	Takes     ledger.Seconds `json:"takes_s"`          // at the companies' budgets and the run's rate, what is held aside
	Groups    []PlanGroup    `json:"groups"`           // the largest first
	LeftOut   []LeftOut      `json:"left_out"`
}

// PlanGroup is the exports of one company that have one cause.
type PlanGroup struct {
	Cause       ledger.Cause   `json:"cause"`
	OrgID       string         `json:"org_id"`
	CodeVersion string         `json:"code_version"`
	Count       int64          `json:"count"`
	Held        *ledger.Cause  `json:"held"` // why the company may not send now
	Replay      ledger.Verdict `json:"replay"`
	Because     string         `json:"because"`
	Takes       ledger.Seconds `json:"takes_s"`
}

// LeftOut is matches that would not go, and why.
type LeftOut struct {
	Because string `json:"because"`
	Count   int64  `json:"count"`
	Sample  int64  `json:"sample"`
	Run     *int64 `json:"run"` // they are this run's
}

// String says it in a clause.
func (l LeftOut) String() string {
	noun := "exports"
	if l.Count == 1 {
		noun = "export"
	}
	return fmt.Sprintf("%d %s left out: %s", l.Count, noun, l.Because)
}

// Plan says what a run over these exports would do. It changes nothing and holds no lock; [Store.Start] looks again.
func (s Store) Plan(ctx context.Context, r Request) (Plan, error) {
	p := Plan{Groups: []PlanGroup{}}
	if err := s.Read(ctx, "plan a run", func(tx pgx.Tx) error { return p.read(ctx, tx, r, s.Version) }); err != nil {
		return Plan{}, err
	}
	rate := cmp.Or(r.Rate, RateDefault)
	p.Takes = max(p.Takes, ledger.Seconds(math.Ceil(float64(p.Count-p.Held)/rate)))
	return p, nil
}

func (p *Plan) read(ctx context.Context, tx pgx.Tx, r Request, version string) error {
	// There are a few hundred groups; the planner, which expects one a row, would sort all rows for them.
	if _, err := tx.Exec(ctx, "SELECT set_config('enable_sort', 'off', true)"); err != nil {
		return err
	}
	q := r.judged()
	rows, err := tx.Query(ctx, q.sql+`, grouped AS (
			SELECT fate, run_id, cause, org_id, version, count(*) AS n, min(id) AS sample, max(attention_at) AS last
			  FROM judged
			 GROUP BY 1, 2, 3, 4, 5
		)
		SELECT g.fate, g.run_id, coalesce(g.cause, ''), g.org_id, g.version, g.n, g.sample,
		       ghexport.held_reason(i, c.stopped_at IS NOT NULL), coalesce(i.last_good_at > g.last, false)::int,
		       coalesce(i.updated_at > g.last, false)::int, coalesce(b.limit_, 50), coalesce(b.window_length, '10 seconds')
		  FROM grouped g
		 CROSS JOIN ghexport.control c
		  LEFT JOIN ghexport.integrations i ON i.org_id = g.org_id
		  LEFT JOIN ghexport.budgets b ON b.credential = i.key_digest
		 ORDER BY g.n DESC, g.cause, g.org_id`, q.args...)
	if err != nil {
		return err
	}
	var g PlanGroup
	var fate string
	var run *int64
	var sample int64
	var b ledger.Budget
	facts := ledger.Deaths{Now: version, Companies: 1}
	out := map[LeftOut]*LeftOut{}
	fill := []any{&fate, &run, &g.Cause, &g.OrgID, &g.CodeVersion, &g.Count, &sample, &g.Held, &facts.Answered, &facts.Changed, &b.Limit, &b.Window}
	found := int64(0)
	_, err = pgx.ForEachRow(rows, fill, func() error {
		found += g.Count
		if fate != fateGo {
			leaveOut(out, fate, run, g.Count, sample)
			return nil
		}
		facts.Cause, facts.Died = g.Cause, g.CodeVersion
		one := g
		one.Replay, one.Because = ledger.Advise(facts)
		one.Takes = takes(g.Count, b)
		p.add(one)
		return nil
	})
	if err == nil && r.Kind == Backfill {
		err = unreadable(ctx, tx, r.Filter.Org, out)
	}
	if missing := int64(len(r.Filter.IDs)) - found; missing > 0 {
		out[LeftOut{}] = &LeftOut{Because: "no export has that number", Count: missing}
	}
	p.LeftOut = sortedOut(out)
	return err
}

func (p *Plan) add(g PlanGroup) {
	p.Groups = append(p.Groups, g)
	p.Count += g.Count
	if g.Replay == ledger.VerdictAgain {
		p.FailAgain += g.Count
	}
	if g.Held != nil {
		p.Held += g.Count
		return
	}
	p.Takes = max(p.Takes, g.Takes)
}

// takes returns how long a company's budget needs for n replays when nothing else is sent: full windows, but for the last.
func takes(n int64, b ledger.Budget) ledger.Seconds {
	window := max(1, b.Limit-b.Limit/10-b.ReplayReserve()/2)
	return ledger.Seconds(float64((n-1)/int64(window))*b.Window.Seconds() + 1)
}
