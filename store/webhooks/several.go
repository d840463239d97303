package webhooks

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// What one transaction works off, so that whoever waits for its locks does not wait long.
const (
	eventsAtOnce = 50
	eventsHold   = 500 * time.Millisecond // after which no further event is begun
)

// several are a company's events that one transaction works off.
type several struct {
	done    []Worked // the last one is the one that is heard while hearing
	hearing bool
	erase   []string // the producer's ids of candidates whose data must go for the last one
}

// WorkEvents works off a company's oldest events behind one, in the order in which they came and at most 50 in a transaction, and returns
// what came of each; none where none is left that may be looked at now. Events of a company are worked off by one node at a time; one
// that is done again changes nothing more. An event that fails is due again later, and those before it are worked off without it.
// Erasures that follow from an event take transactions of their own before it counts as worked off, and none is begun behind it before.
func (s Store) WorkEvents(ctx context.Context, org string, after int64, eraser Eraser) ([]Worked, error) {
	for most := eventsAtOnce; ; {
		var b several
		err := s.InTx(ctx, "work off events", func(tx pgx.Tx) error {
			b = several{}
			return s.workSeveral(ctx, tx, org, after, most, &b)
		})
		last := len(b.done) - 1
		switch {
		case err == nil && len(b.erase) > 0:
			if err := s.eraseHeard(ctx, org, b.erase, eraser, &b.done[last]); err != nil {
				s.putOff(ctx, &b.done[last], err)
			}
			return b.done, nil
		case err == nil:
			return b.done, nil
		case !b.hearing:
			return nil, err
		case last > 0 && ctx.Err() == nil:
			most = last
		default:
			s.putOff(ctx, &b.done[last], err)
			return b.done[last:], nil
		}
	}
}

// workSeveral ends behind an event that has data erased, and behind one that makes earlier ones due again: these come first.
func (s Store) workSeveral(ctx context.Context, tx pgx.Tx, org string, after int64, most int, b *several) error {
	events, err := takeEvents(ctx, tx, org, after, most)
	if err != nil || len(events) == 0 {
		return err
	}
	began := time.Now()
	var last lastHeard
	for _, e := range events {
		b.done = append(b.done, Worked{ID: e.ID, Action: e.Action})
		b.hearing = true
		done := &b.done[len(b.done)-1]
		if b.erase, err = s.hear(ctx, tx, e, done); err != nil {
			return err
		}
		if len(b.erase) == 0 {
			if err := e.end(ctx, tx, done.Outcome); err != nil {
				return err
			}
			last.add(e, done.Outcome)
		}
		b.hearing = false
		if len(b.erase) > 0 || done.Earlier > 0 || time.Since(began) > eventsHold {
			break
		}
	}
	return last.write(ctx, tx, org)
}

// takeEvents locks the company's webhooks, so that no other node works on its events, and its next events.
func takeEvents(ctx context.Context, tx pgx.Tx, org string, after int64, most int) ([]workedEvent, error) {
	if _, err := tx.Exec(ctx, "SELECT FROM ghexport.hooks WHERE org_id = $1 FOR NO KEY UPDATE", org); err != nil {
		return nil, fmt.Errorf("lock the company's webhooks: %w", err)
	}
	rows, err := tx.Query(ctx, `
		SELECT e.id, e.org_id, e.action, e.said_at, coalesce(e.candidate_id, 0), coalesce(e.new_candidate_id, 0),
		       coalesce(e.application_id, 0), e.candidate_digest, e.born_at, coalesce(e.profile_url, ''), coalesce(e.status, ''),
		       coalesce(e.stage, ''), coalesce(e.job, ''), e.received_at, e.tries
		  FROM ghexport.hook_events e -- hook_events_due
		 WHERE e.org_id = $1 AND e.id > $2 AND e.due_at IS NOT NULL
		   AND (e.tries = 0 OR e.due_at <= clock_timestamp())
		 ORDER BY e.id
		 LIMIT $3
		   FOR NO KEY UPDATE`, org, after, most)
	if err != nil {
		return nil, fmt.Errorf("take events: %w", err)
	}
	events, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e workedEvent, err error) {
		var at, born *time.Time
		err = row.Scan(&e.ID, &e.OrgID, &e.Action, &at, &e.Candidate, &e.NewCandidate, &e.Application, &e.Digest, &born, &e.ProfileURL, &e.Status,
			&e.Stage, &e.Job, &e.ReceivedAt, &e.Tries)
		e.At, e.Born = store.TimeOrZero(at), store.TimeOrZero(born)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("take events: %w", err)
	}
	return events, nil
}

// lastHeard holds what a company's webhook tells of events that were worked off. Its zero value is of none.
type lastHeard struct {
	at, pinged *time.Time
	action     ledger.HookAction
	unused     int
	unusedAs   ledger.HookAction
}

func (h *lastHeard) add(e workedEvent, outcome ledger.HookOutcome) {
	if outcome == ledger.HookAgain {
		return
	}
	if h.at == nil || !e.ReceivedAt.Before(*h.at) {
		h.at, h.action = &e.ReceivedAt, e.Action
	}
	switch {
	case outcome == ledger.HookPinged && (h.pinged == nil || e.ReceivedAt.After(*h.pinged)):
		h.pinged = &e.ReceivedAt
	case outcome == ledger.HookUnused:
		h.unused, h.unusedAs = h.unused+1, e.Action
	}
}

func (h *lastHeard) write(ctx context.Context, tx pgx.Tx, org string) error {
	if h.at == nil {
		return nil
	}
	_, err := tx.Exec(ctx, `
		UPDATE ghexport.hooks
		   SET ping_at = greatest(ping_at, $3), last_action = CASE WHEN last_at > $2 THEN last_action ELSE $4 END, last_at = greatest(last_at, $2),
		       unused = unused + $5, unused_action = CASE WHEN $5 > 0 THEN $6 ELSE unused_action END
		 WHERE org_id = $1`, org, *h.at, h.pinged, string(h.action), h.unused, string(h.unusedAs))
	if err != nil {
		return fmt.Errorf("note what was last heard: %w", err)
	}
	return nil
}
