package runs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Start freezes the exports that match now as the members of a run, which the relay then brings on; until it releases them they
// stay as they are in the ledger. All in one transaction. Begun twice, the second gets what the first left, or a
// [NothingToReplayError] that names it.
func (s Store) Start(ctx context.Context, r Request) (*Run, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	var id int64
	err := s.InTx(ctx, "start a run", func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `
			INSERT INTO ghexport.runs (actor, reason, ticket, selected, canary, rate, stop_share, stop_from, kind)
			VALUES ($1, $2, nullif($3, ''), $4, $5, nullif($6::float8, 0), $7, $8, $9)
			RETURNING id`, ledger.Clean(r.By.Actor, store.DetailCap), ledger.Clean(r.By.Reason, store.DetailCap), ledger.Clean(r.Ticket, store.DetailCap), words(r.Filter), r.Canary,
			r.Rate, cmp.Or(r.StopShare, StopShareDefault), StopFromDefault, cmp.Or(r.Kind, Replay)).Scan(&id)
		if err != nil {
			return err
		}
		q := r.judged()
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
			return &NothingToReplayError{Kind: r.Kind}
		}
		if _, err := tx.Exec(ctx, "UPDATE ghexport.runs SET members = $2 WHERE id = $1", id, n); err != nil {
			return err
		}
		detail := map[string]any{"run": id, "exports": n, "canary": r.Canary, "selected": words(r.Filter)}
		if r.Kind == Backfill {
			detail["kind"] = r.Kind
		}
		if r.Ticket != "" {
			detail["ticket"] = ledger.Clean(r.Ticket, store.DetailCap)
		}
		if err := store.AddAudit(ctx, tx, r.By, ledger.ActionRunStart, r.Filter.Org, detail); err != nil {
			return err
		}
		return store.WakeRelay(ctx, tx)
	})
	if nothing := new(NothingToReplayError); errors.As(err, &nothing) {
		plan, planErr := s.Plan(ctx, r)
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

func (r Request) check() error {
	switch {
	case r.By.Actor == "":
		return store.ErrNoActor
	case r.By.Reason == "":
		return errors.New("start a run: no reason is given")
	case r.Kind == Backfill && r.Filter.Org == "":
		return errors.New("start a run: a back-fill is of one company")
	case r.Canary < 0 || r.Rate < 0 || math.IsNaN(r.Rate) || math.IsInf(r.Rate, 0) || !(r.StopShare >= 0 && r.StopShare <= 1):
		return errors.New("start a run: a canary or rate is negative, or a share above 1")
	}
	return nil
}

// words returns what was selected, for a reader of the run.
func words(f store.Filter) map[string]any {
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
	add("from", !f.From.IsZero(), f.From.UTC().Format(time.RFC3339))
	add("to", !f.To.IsZero(), f.To.UTC().Format(time.RFC3339))
	add("limit", f.Limit > 0, f.Limit)
	return w
}
