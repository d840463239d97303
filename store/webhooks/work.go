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

// HookBy is who did what an event did.
func HookBy(action ledger.HookAction) store.By {
	return store.By{Actor: "greenhouse", Reason: string(action), From: store.FromService}
}

// Eraser takes a person's data out of the ledger at one company, and returns the exports that it concerns. Safe to call again.
type Eraser func(ctx context.Context, org, candidate string, by store.By) (exports []int64, err error)

// Worked is what came of one event.
type Worked struct {
	ID      int64
	Action  ledger.HookAction
	Outcome ledger.HookOutcome
	Exports []int64 // that it changed
	Earlier int     // events that came before and are about them, as is known now: they are due again
}

// workedEvent is an event under work: its row and the company's are locked.
type workedEvent struct {
	ID int64
	Event
	ReceivedAt time.Time
	Tries      int
}

// WorkEvent works off the company's oldest event behind one, or returns [store.ErrNotFound] where none is left that may be looked at now. Events of a company
// are worked off one at a time, whichever node does it; one that is done again changes nothing more. Erasures that follow take
// transactions of their own before the event counts as worked off. A failure leaves it due again, and is returned with its id.
func (s Store) WorkEvent(ctx context.Context, org string, after int64, eraser Eraser) (Worked, error) {
	var done Worked
	var erase []string
	err := s.InTx(ctx, "work off an event", func(tx pgx.Tx) (err error) {
		done, erase = Worked{}, nil
		e, err := takeEvent(ctx, tx, org, after)
		if err != nil {
			return err
		}
		done.ID, done.Action = e.ID, e.Action
		if erase, err = s.hear(ctx, tx, e, &done); err != nil || len(erase) > 0 {
			return err
		}
		return e.end(ctx, tx, done.Outcome)
	})
	if err == nil && len(erase) > 0 {
		err = s.eraseHeard(ctx, org, erase, eraser, &done)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) && done.ID != 0 {
		return done, errors.Join(err, s.failEvent(ctx, done.ID))
	}
	return done, err
}

// takeEvent locks the company's webhooks, so that no other node works on its events, and its next event.
func takeEvent(ctx context.Context, tx pgx.Tx, org string, after int64) (workedEvent, error) {
	if _, err := tx.Exec(ctx, "SELECT FROM ghexport.hooks WHERE org_id = $1 FOR NO KEY UPDATE", org); err != nil {
		return workedEvent{}, err
	}
	var e workedEvent
	var at, born *time.Time
	err := tx.QueryRow(ctx, `
		SELECT e.id, e.org_id, e.action, e.said_at, coalesce(e.candidate_id, 0), coalesce(e.new_candidate_id, 0),
		       coalesce(e.application_id, 0), e.candidate_digest, e.born_at, coalesce(e.profile_url, ''), coalesce(e.status, ''),
		       coalesce(e.stage, ''), coalesce(e.job, ''), e.received_at, e.tries
		  FROM ghexport.hook_events e -- hook_events_due
		 WHERE e.org_id = $1 AND e.id > $2 AND e.due_at IS NOT NULL
		   AND (e.tries = 0 OR e.due_at <= clock_timestamp())
		 ORDER BY e.id
		 LIMIT 1
		   FOR NO KEY UPDATE`, org, after).
		Scan(&e.ID, &e.OrgID, &e.Action, &at, &e.Candidate, &e.NewCandidate, &e.Application, &e.Digest, &born, &e.ProfileURL, &e.Status,
			&e.Stage, &e.Job, &e.ReceivedAt, &e.Tries)
	if err != nil {
		return e, store.NotFound(err)
	}
	e.At, e.Born = store.TimeOrZero(at), store.TimeOrZero(born)
	return e, nil
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

// end notes that an event is worked off, or is looked at again, and what was last heard of the company.
func (e workedEvent) end(ctx context.Context, tx pgx.Tx, outcome ledger.HookOutcome) error {
	batch := &pgx.Batch{}
	if outcome == ledger.HookAgain {
		batch.Queue("UPDATE ghexport.hook_events SET tries = tries + 1, due_at = clock_timestamp() + $2::interval WHERE id = $1", e.ID, hookRetry)
	} else {
		batch.Queue("UPDATE ghexport.hook_events SET due_at = NULL, worked_at = clock_timestamp(), outcome = $2 WHERE id = $1", e.ID, outcome)
		batch.Queue(`
			UPDATE ghexport.hooks
			   SET ping_at = CASE WHEN $3 = 'pinged' THEN greatest(ping_at, $2) ELSE ping_at END,
			       last_action = CASE WHEN last_at > $2 THEN last_action ELSE $4 END, last_at = greatest(last_at, $2),
			       unused = unused + ($3 = 'unused')::int, unused_action = CASE WHEN $3 = 'unused' THEN $4 ELSE unused_action END
			 WHERE org_id = $1`, e.OrgID, e.ReceivedAt, string(outcome), string(e.Action))
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
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
		return e.end(ctx, tx, done.Outcome)
	})
}

// failEvent puts an event off after a failure, longer each time, and gives it up in the end: it stays, with its outcome.
func (s Store) failEvent(ctx context.Context, id int64) error {
	_, err := s.Pool.Exec(context.WithoutCancel(ctx), `
		UPDATE ghexport.hook_events
		   SET tries = tries + 1,
		       due_at = CASE WHEN tries + 1 < $3 THEN clock_timestamp() + $2::interval * power(2, least(tries, 10)) END,
		       worked_at = CASE WHEN tries + 1 >= $3 THEN clock_timestamp() END,
		       outcome = CASE WHEN tries + 1 >= $3 THEN 'abandoned' END
		 WHERE id = $1 AND due_at IS NOT NULL`, id, hookRetry, hookTries)
	if err != nil {
		return fmt.Errorf("put an event off: %w", err)
	}
	return nil
}
