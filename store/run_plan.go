package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// Plan is what a run would do, looked at before anybody begins it. Its names are those of `replay --dry-run --json`.
type Plan struct {
	Count     int64       `json:"count"`            // exports that would go
	FailAgain int64       `json:"would_fail_again"` // of those: nothing has changed since they died
	Held      int64       `json:"held"`             // of those: their companies may not send now, so they wait
	Takes     Seconds     `json:"takes_s"`          // at the companies' budgets and the run's rate, what is held aside
	Groups    []PlanGroup `json:"groups"`           // the largest first
	LeftOut   []LeftOut   `json:"left_out"`
}

// PlanGroup is the exports of one company that have one cause.
type PlanGroup struct {
	Cause       Cause   `json:"cause"`
	OrgID       string  `json:"org_id"`
	CodeVersion string  `json:"code_version"`
	Count       int64   `json:"count"`
	Held        *Cause  `json:"held"` // why the company may not send now
	Replay      Verdict `json:"replay"`
	Because     string  `json:"because"`
	Takes       Seconds `json:"takes_s"`
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

// PlanRun says what a run over these exports would do. It changes nothing and holds no lock; [Store.StartRun] looks again.
func (s *Store) PlanRun(ctx context.Context, r RunRequest) (Plan, error) {
	p := Plan{Groups: []PlanGroup{}}
	if err := s.look(ctx, "plan a run", func(tx pgx.Tx) error { return p.read(ctx, tx, r, s.version) }); err != nil {
		return Plan{}, err
	}
	rate := cmp.Or(r.Rate, runRate)
	p.Takes = max(p.Takes, Seconds(math.Ceil(float64(p.Count-p.Held)/rate)))
	return p, nil
}

func (p *Plan) read(ctx context.Context, tx pgx.Tx, r RunRequest, version string) error {
	// There are a few hundred groups; the planner, which expects one a row, would sort all rows for them.
	if _, err := tx.Exec(ctx, "SELECT set_config('enable_sort', 'off', true)"); err != nil {
		return err
	}
	q := judgedBy(r.Filter)
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
	var b Budget
	facts := deathFacts{now: version, companies: 1}
	out := map[LeftOut]*LeftOut{}
	fill := []any{&fate, &run, &g.Cause, &g.OrgID, &g.CodeVersion, &g.Count, &sample, &g.Held, &facts.answered, &facts.changed, &b.Limit, &b.Window}
	found := int64(0)
	_, err = pgx.ForEachRow(rows, fill, func() error {
		found += g.Count
		if fate != fateGo {
			leaveOut(out, fate, run, g.Count, sample)
			return nil
		}
		facts.cause, facts.died = g.Cause, g.CodeVersion
		one := g
		one.Replay, one.Because = judgeAgain(facts)
		one.Takes = takes(g.Count, b)
		p.add(one)
		return nil
	})
	if missing := int64(len(r.Filter.IDs)) - found; missing > 0 {
		out[LeftOut{}] = &LeftOut{Because: "no export has that number", Count: missing}
	}
	p.LeftOut = sortedOut(out)
	return err
}

func (p *Plan) add(g PlanGroup) {
	p.Groups = append(p.Groups, g)
	p.Count += g.Count
	if g.Replay == VerdictAgain {
		p.FailAgain += g.Count
	}
	if g.Held != nil {
		p.Held += g.Count
		return
	}
	p.Takes = max(p.Takes, g.Takes)
}

// takes is how long a company's budget needs for n replays when nothing else is sent: full windows, but for the last.
func takes(n int64, b Budget) Seconds {
	window := max(1, b.Limit-b.Limit/10-b.replayReserve()/2)
	return Seconds(float64((n-1)/int64(window))*b.Window.Seconds() + 1)
}

// The fates of what a selection matches. Only the first goes.
const (
	fateGo       = "go"
	fateState    = "state"
	fateDecision = "decision"
	fateSibling  = "sibling"
	fateGone     = "gone"
	fateRun      = "run"
	fateLimit    = "limit"
)

var fates = map[string]string{
	fateState:    "they are neither dead nor cancelled",
	fateDecision: "they need a decision first: resolve them",
	fateSibling:  "they need a decision first: their candidates were sent to the company before, or may have been; name one to be asked",
	fateGone:     "their personal data is gone, so there is nothing to send",
	fateLimit:    "they are beyond the limit",
}

func leaveOut(out map[LeftOut]*LeftOut, fate string, run *int64, n, sample int64) {
	key := LeftOut{Because: fates[fate]}
	if fate == fateRun {
		key.Because = fmt.Sprintf("they are members of run %d", *run)
	}
	one := out[key]
	if one == nil {
		one = &LeftOut{Because: key.Because, Sample: sample, Run: run}
		out[key] = one
	}
	one.Count += n
	one.Sample = min(one.Sample, sample)
}

func sortedOut(out map[LeftOut]*LeftOut) []LeftOut {
	list := make([]LeftOut, 0, len(out))
	for _, one := range out {
		list = append(list, *one)
	}
	slices.SortFunc(list, func(a, b LeftOut) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Because, b.Because))
	})
	return list
}

// judged is the beginning of a statement, in which the table "judged" says of each match what would become of it in a run.
type judged struct {
	sql  string
	args []any
}

// judgedBy selects what a run concerns, as [Store.Replay] does: dead exports, with a cause also cancelled ones, and those named.
// What matches and waits for a decision is there too, so that a plan can say so. Siblings are looked for last, since that costs the
// most: only of those that would go otherwise, and by email address only where the candidate's id finds none.
func judgedBy(f Filter) judged {
	w := f.where()
	switch {
	case f.IDs != nil:
	case f.State == "" && f.Cause == "":
		w.addIf(true, "e.attention_at IS NOT NULL")
		w.addIf(true, "e.state IN ('dead', 'unknown', 'duplicate')")
	default:
		w.addIf(true, "e.state IN ('dead', 'unknown', 'duplicate', 'cancelled')")
	}
	last := `judged AS (SELECT t.id, t.org_id, t.run_id, t.cause, t.version, t.attention_at, t.fate FROM told t)`
	if f.Limit > 0 {
		last = `judged AS (
			SELECT t.id, t.org_id, t.run_id, t.cause, t.version, t.attention_at,
			       CASE WHEN t.fate = 'go' AND row_number() OVER (PARTITION BY t.fate = 'go' ORDER BY t.id) > ` + w.arg(f.Limit) + `
			            THEN 'limit' ELSE t.fate END AS fate
			  FROM told t
		)`
	}
	return judged{args: w.args, sql: `
		WITH picked AS (
			SELECT e.id, e.org_id, e.state, e.cause, ` + diedVersion + ` AS version, e.attention_at, e.candidate_digest, e.email_digest,
			       e.duplicate_allowed, 'may_exist' = ANY (e.flags) AS doubt,
			       e.erased_at IS NOT NULL
			       OR e.body_id IS NULL AND NOT (e.state = 'cancelled' AND EXISTS (SELECT FROM ghexport.aside s WHERE s.export_id = e.id)) AS gone` +
		exportsAlone + w.sql() + `
		), told AS (
			SELECT p.*, m.run_id,
			       CASE WHEN p.state IN ('unknown', 'duplicate') OR p.state = 'cancelled' AND p.doubt THEN 'decision'
			            WHEN p.state NOT IN ('dead', 'cancelled') THEN 'state'
			            WHEN p.gone THEN 'gone'
			            WHEN m.run_id IS NOT NULL THEN 'run'
			            WHEN NOT p.duplicate_allowed AND (` + sentBefore("candidate_digest") + ` OR ` + sentBefore("email_digest") + `) THEN 'sibling'
			            ELSE 'go' END AS fate
			  FROM picked p
			  LEFT JOIN ghexport.run_members m ON m.export_id = p.id AND m.state IN ('waiting', 'released') -- run_members_live
			  LEFT JOIN ghexport.integrations i ON i.org_id = p.org_id
		), ` + last}
}

// sentBefore asks whether dispatch would ask about the candidate: by one of the two digests that make siblings.
func sentBefore(digest string) string {
	return `EXISTS (
			       SELECT FROM ghexport.exports s
			        WHERE s.org_id = p.org_id AND s.` + digest + ` = p.` + digest + ` AND s.id <> p.id
			          AND (s.state = 'unknown' OR s.state <> 'sent' AND 'may_exist' = ANY (s.flags)
			               OR s.state = 'sent' AND coalesce(i.second_interview, 'hold') = 'hold'))`
}

// StartRun freezes the exports that match now as the members of a run, which the relay then brings on; until it releases them they
// stay as they are in the ledger. All in one transaction. Begun twice, the second gets what the first left, or a
// [NothingToReplayError] that names it.
func (s *Store) StartRun(ctx context.Context, r RunRequest) (*Run, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	var id int64
	err := s.inTx(ctx, "start a run", func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `
			INSERT INTO ghexport.runs (actor, reason, ticket, selected, canary, rate, stop_share, stop_from)
			VALUES ($1, $2, nullif($3, ''), $4, $5, nullif($6::float8, 0), $7, $8)
			RETURNING id`, Clean(r.By.Actor, detailCap), Clean(r.By.Reason, detailCap), Clean(r.Ticket, detailCap), r.Filter.words(), r.Canary,
			r.Rate, cmp.Or(r.StopShare, RunStopShareDefault), RunStopFromDefault).Scan(&id)
		if err != nil {
			return err
		}
		q := judgedBy(r.Filter)
		joined, err := tx.Exec(ctx, fmt.Sprintf(q.sql+`
			INSERT INTO ghexport.run_members (run_id, export_id, org_id)
			SELECT %d, id, org_id FROM judged WHERE fate = 'go' ORDER BY id
			ON CONFLICT (export_id) WHERE state IN ('waiting', 'released') DO NOTHING`, id), q.args...)
		if err != nil {
			return err
		}
		n := joined.RowsAffected()
		switch {
		case r.Expect > 0 && n != r.Expect:
			return &PlanChangedError{Confirmed: r.Expect, Now: n}
		case n == 0:
			return &NothingToReplayError{}
		}
		if _, err := tx.Exec(ctx, "UPDATE ghexport.runs SET members = $2 WHERE id = $1", id, n); err != nil {
			return err
		}
		detail := map[string]any{"run": id, "exports": n, "canary": r.Canary, "selected": r.Filter.words()}
		if r.Ticket != "" {
			detail["ticket"] = Clean(r.Ticket, detailCap)
		}
		if err := addAudit(ctx, tx, r.By, "run start", r.Filter.Org, detail); err != nil {
			return err
		}
		return wakeRelay(ctx, tx)
	})
	if nothing := new(NothingToReplayError); errors.As(err, &nothing) {
		plan, planErr := s.PlanRun(ctx, r)
		if planErr == nil {
			nothing.LeftOut = plan.LeftOut
		}
		return nil, nothing
	}
	if changed := new(PlanChangedError); errors.As(err, &changed) {
		return nil, changed
	}
	if err != nil {
		return nil, err
	}
	return s.Run(ctx, id)
}

func (r RunRequest) check() error {
	switch {
	case r.By.Actor == "":
		return errNoActor
	case r.By.Reason == "":
		return errors.New("start a run: no reason is given")
	case r.Canary < 0 || r.Rate < 0 || math.IsNaN(r.Rate) || math.IsInf(r.Rate, 0) || !(r.StopShare >= 0 && r.StopShare <= 1):
		return errors.New("start a run: a canary or rate is negative, or a share above 1")
	}
	return nil
}

// words are what was selected, for a reader of the run.
func (f Filter) words() map[string]any {
	w := map[string]any{}
	add := func(name string, given bool, value any) {
		if given {
			w[name] = value
		}
	}
	add("exports", f.IDs != nil, len(f.IDs))
	add("state", f.State != "", f.State)
	add("org", f.Org != "", f.Org)
	add("cause", f.Cause != "", f.Cause)
	add("fingerprint", f.Fingerprint != "", f.Fingerprint)
	add("since", !f.Since.IsZero(), f.Since.UTC().Format(time.RFC3339))
	add("limit", f.Limit > 0, f.Limit)
	return w
}
