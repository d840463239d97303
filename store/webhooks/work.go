package webhooks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// How long an event is looked at again.
const (
	hookPatience = 2 * time.Minute // while something of the company is under way, whose answer it may be about
	hookRetry    = 5 * time.Second // after it, or after a failure, doubled with each more
	hookTries    = 12              // failures after which it is given up
)

// HookBy returns who did what an event did.
func HookBy(action ledger.HookAction) store.By {
	return store.By{Actor: "greenhouse", Reason: string(action), From: store.FromService}
}

// Eraser takes a person's data out of the ledger at one company, and returns the exports that it concerns. Safe to call again.
type Eraser func(ctx context.Context, org, candidate string, by store.By) (exports []int64, err error)

// Worked holds what came of one event.
type Worked struct {
	ID      int64
	Action  ledger.HookAction
	Outcome ledger.HookOutcome
	Exports []int64 // that it changed
	Earlier int     // events that came before and are about them, as is known now: they are due again
	Failed  error   // why nothing came of it: it is due again later, or given up (abandoned)
}

// workedEvent is an event under work: its row and the company's are locked.
type workedEvent struct {
	ID int64
	Event
	ReceivedAt time.Time
	Tries      int
}

// hear does what an event tells, and returns the producer's ids of candidates whose data must be erased for it.
func (s Store) hear(ctx context.Context, tx pgx.Tx, e workedEvent, done *Worked) (erase []string, err error) {
	switch tells := e.Action.Tells(); {
	case tells == ledger.HookTellsPing:
		done.Outcome = ledger.HookPinged
	case tells == ledger.HookTellsNothing || e.Candidate == 0:
		done.Outcome = ledger.HookUnused
	case tells == ledger.HookTellsPresence:
		return s.hearPresence(ctx, tx, e, done)
	default:
		return s.hearGone(ctx, tx, e, done)
	}
	return nil, nil
}

// end notes that an event is worked off, or is looked at again.
func (e workedEvent) end(ctx context.Context, tx pgx.Tx, outcome ledger.HookOutcome) (err error) {
	if outcome == ledger.HookAgain {
		_, err = tx.Exec(ctx, "UPDATE ghexport.hook_events SET tries = tries + 1, due_at = clock_timestamp() + $2::interval WHERE id = $1", e.ID, hookRetry)
	} else {
		_, err = tx.Exec(ctx, "UPDATE ghexport.hook_events SET due_at = NULL, worked_at = clock_timestamp(), outcome = $2 WHERE id = $1", e.ID, outcome)
	}
	if err != nil {
		return fmt.Errorf("note what came of the event: %w", err)
	}
	return nil
}

// eraseHeard erases and then ends the event. Where the process dies in between, all of it is done again.
func (s Store) eraseHeard(ctx context.Context, org string, candidates []string, erase Eraser, done *Worked) error {
	for _, candidate := range candidates {
		exports, err := erase(ctx, org, candidate, HookBy(done.Action))
		if err != nil {
			return err
		}
		done.Exports = append(done.Exports, exports...)
	}
	done.Outcome = ledger.HookErased
	return s.InTx(ctx, "end an event", func(tx pgx.Tx) error {
		var received time.Time
		if err := tx.QueryRow(ctx, "SELECT received_at FROM ghexport.hook_events WHERE id = $1 AND due_at IS NOT NULL", done.ID).Scan(&received); err != nil {
			if errors.Is(err, pgx.ErrNoRows) {
				return nil // another node was faster
			}
			return err
		}
		e := workedEvent{ID: done.ID, Event: Event{OrgID: org, Action: done.Action}, ReceivedAt: received}
		if err := e.end(ctx, tx, done.Outcome); err != nil {
			return err
		}
		var last lastHeard
		last.add(e, done.Outcome)
		return last.write(ctx, tx, org)
	})
}

// putOff puts an event off after a failure, longer each time, and gives it up in the end: it stays, with its outcome.
func (s Store) putOff(ctx context.Context, done *Worked, failure error) {
	done.Outcome, done.Failed = "", failure
	var outcome *ledger.HookOutcome
	err := s.Pool.QueryRow(context.WithoutCancel(ctx), `
		UPDATE ghexport.hook_events
		   SET tries = tries + 1,
		       due_at = CASE WHEN tries + 1 < $3 THEN clock_timestamp() + $2::interval * power(2, least(tries, 10)) END,
		       worked_at = CASE WHEN tries + 1 >= $3 THEN clock_timestamp() END,
		       outcome = CASE WHEN tries + 1 >= $3 THEN 'abandoned' END
		 WHERE id = $1 AND due_at IS NOT NULL
		RETURNING outcome`, done.ID, hookRetry, hookTries).Scan(&outcome)
	switch {
	case err != nil && !errors.Is(err, pgx.ErrNoRows):
		done.Failed = errors.Join(failure, fmt.Errorf("put an event off: %w", err))
	case outcome != nil:
		done.Outcome = *outcome
	}
}
