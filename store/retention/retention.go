package retention

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

const (
	retainRows  = 500             // that one step looks at, at most
	retainLimit = 2 * time.Second // for which its locks may be held; a step that takes longer is undone, and the next is smaller
)

// retainStep tells where a pass over one class is.
type retainStep struct {
	keeping
	kept   time.Duration
	org    string // the one company that is looked at; empty: all
	dryRun bool
	fourth int   // how often the rows to look at were quartered
	after  int64 // the place of the last row that was looked at
	over   bool  // everything old has been looked at

	looked, gone int // in the last step

	companies map[string][2]int // of personal data: what went, and what stays, so far
}

func (r *retainStep) rows() int { return max(1, retainRows>>(2*r.fourth)) }

// Retained says what a pass over one class found, and took unless it was a dry run.
type Retained struct {
	Class  ledger.Kept
	Kept   time.Duration // 0: for ever
	Oldest time.Time     // of all that there was of the class, before the pass; zero where there was nothing
	Looked int           // rows that were old enough to be looked at
	Gone   int           // of these, how many went, or would go; the others are not settled for good

	Companies []RetainedOf // of personal data: each company of which something is past its age, by name
}

// Retain takes what is older than the policy says, class by class, in steps of at most 500 rows, each a transaction of its own that
// holds its locks for at most two seconds: one that takes longer is undone, and done again with a quarter of the rows. Between steps it
// rests as long as the last one took. What was done when ctx ends, or a step fails, is done. A dry run takes nothing. Any number may
// do so at a time: rows that another has locked are passed over.
func (s Store) Retain(ctx context.Context, policy ledger.Retention, dryRun bool) ([]Retained, error) {
	var all []Retained
	var failed []error
	for _, k := range keepings {
		one, err := s.retainClass(ctx, k, policy[k.class], dryRun)
		if err != nil {
			failed = append(failed, fmt.Errorf("retention of %s: %w", k.class, err))
		}
		all = append(all, one)
		if ctx.Err() != nil {
			break
		}
	}
	return all, errors.Join(failed...)
}

// Oldest tells when the oldest row of each class is from; a class without rows is left out.
func (s Store) Oldest(ctx context.Context) (map[ledger.Kept]time.Time, error) {
	batch, all := &pgx.Batch{}, map[ledger.Kept]time.Time{}
	for _, k := range keepings {
		batch.Queue("SELECT (" + k.oldest + ")").QueryRow(func(row pgx.Row) error {
			var at *time.Time
			err := row.Scan(&at)
			if err == nil && at != nil {
				all[k.class] = *at
			}
			return err
		})
	}
	if err := s.Pool.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("look for the oldest rows: %w", err)
	}
	return all, nil
}

func (s Store) retainClass(ctx context.Context, k keeping, kept time.Duration, dryRun bool) (Retained, error) {
	out := Retained{Class: k.class, Kept: kept}
	var oldest *time.Time
	if err := s.Pool.QueryRow(ctx, "SELECT ("+k.oldest+")").Scan(&oldest); err != nil {
		return out, err
	}
	if oldest == nil {
		return out, nil
	}
	out.Oldest = *oldest
	switch {
	case k.personal():
		return out, s.retainPersonal(ctx, k, kept, dryRun, &out)
	case kept <= 0:
		return out, nil
	}
	step := retainStep{keeping: k, kept: kept, dryRun: dryRun}
	if k.most != "" {
		err := s.Pool.QueryRow(ctx, "SELECT least(("+k.most+"), $1::interval)", kept).Scan(&step.kept)
		if err != nil {
			return out, err
		}
	}
	return out, s.walk(ctx, &step, &out)
}

// walk takes one step after the other until everything old has been looked at.
func (s Store) walk(ctx context.Context, step *retainStep, out *Retained) error {
	for !step.over {
		began := time.Now()
		err := s.retainSome(ctx, step)
		if (store.TimedOut(err) || store.Contended(err)) && step.rows() > 1 {
			step.fourth++
			continue
		}
		if err != nil {
			return err
		}
		out.Looked, out.Gone = out.Looked+step.looked, out.Gone+step.gone
		step.fourth = max(0, step.fourth-1)
		if err := restAs(ctx, began); err != nil {
			return err
		}
	}
	return nil
}

func (s Store) retainSome(ctx context.Context, step *retainStep) error {
	return pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT set_config('statement_timeout', $1, true)", store.Milliseconds(retainLimit)); err != nil {
			return err
		}
		args := []any{step.after, step.kept}
		if step.org != "" {
			args = append(args, step.org)
		}
		var looked, old int
		var last int64
		var companies map[string][2]int
		err := tx.QueryRow(ctx, step.sql(step.rows(), step.dryRun, step.org != ""), args...).
			Scan(&looked, &old, &step.looked, &step.gone, &last, &companies)
		if err != nil {
			return err
		}
		for org, n := range companies {
			step.companies[org] = [2]int{step.companies[org][0] + n[0], step.companies[org][1] + n[1]}
		}
		step.over = looked < step.rows() || old < looked
		switch {
		case !step.placeless:
			step.after = last
		case step.dryRun: // what was looked at is still there
			step.after += int64(looked)
		}
		return nil
	})
}

// restAs waits as long as something has taken, so that housekeeping has at most half of a connection's time.
func restAs(ctx context.Context, began time.Time) error {
	rest := time.NewTimer(min(time.Since(began), retainLimit))
	defer rest.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-rest.C:
		return nil
	}
}
