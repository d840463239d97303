package webhooks

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// hookClock is by how much Greenhouse's clock may differ from the database's.
const hookClock = 5 * time.Minute

// hearPresence learns of a profile that exists, and how its application stands. An export of a candidate with that external_id which
// is in doubt becomes sent, as by an answer: Greenhouse itself said that it is there.
func (s Store) hearPresence(ctx context.Context, tx pgx.Tx, e workedEvent, done *Worked) (erase []string, err error) {
	if e.Digest != nil {
		// Whoever decides about these exports at this moment has decided before they are looked at.
		_, err = tx.Exec(ctx, `
			SELECT FROM ghexport.exports e
			 WHERE e.candidate_digest = $2 -- exports_by_candidate
			   AND e.org_id || '' = $1
			 ORDER BY e.id
			   FOR NO KEY UPDATE`, e.OrgID, e.Digest)
		if err != nil {
			return nil, fmt.Errorf("lock the candidate's exports: %w", err)
		}
	}
	ours, erase, err := followProfile(ctx, tx, e, done)
	if err == nil && !ours && e.Digest != nil {
		done.Outcome, err = s.settleHeard(ctx, tx, e, done)
		if err == nil && done.Outcome == ledger.HookSettled { // what was heard of the profile before
			if err = hearEarlier(ctx, tx, e.OrgID, e.Candidate, done); err == nil {
				ours, erase, err = followProfile(ctx, tx, e, done)
			}
		}
	}
	switch {
	case err != nil:
	case len(erase) > 0:
		done.Outcome = ledger.HookErased
	case done.Outcome != "":
	case ours:
		done.Outcome, err = ledger.HookSeen, confirmHeard(ctx, tx, e)
	default:
		done.Outcome, err = e.otherwise(ctx, tx, ledger.HookNotOurs)
	}
	return erase, err
}

// confirmHeard ends a person's word about an export of whose profile Greenhouse says that it has the candidate's external_id.
func confirmHeard(ctx context.Context, tx pgx.Tx, e workedEvent) error {
	if e.Digest == nil {
		return nil
	}
	_, err := tx.Exec(ctx, `
		DELETE FROM ghexport.presences p
		 USING ghexport.exports e
		 WHERE e.greenhouse_candidate_id = $2 -- exports_by_profile
		   AND e.org_id || '' = $1 AND e.candidate_digest = $3 AND p.export_id = e.id`, e.OrgID, e.Candidate, e.Digest)
	if err != nil {
		return fmt.Errorf("note that Greenhouse confirms it: %w", err)
	}
	return nil
}

// heardExport is an export of the candidate that an event is about, of which a request has left.
type heardExport struct {
	ID        int64
	State     ledger.State
	Attempt   uuid.UUID
	Attempts  int
	StartedAt time.Time
	FirstAt   time.Time // when its first request left
	SentID    *int64
	MayExist  bool
	Doubled   bool
	ByWord    bool
}

// settleHeard finds the export that the event's profile was made of, and settles it by the fence of answers. It returns "" where there is
// none, and waits for one that is being sent.
func (s Store) settleHeard(ctx context.Context, tx pgx.Tx, e workedEvent, done *Worked) (ledger.HookOutcome, error) {
	rows, err := tx.Query(ctx, `
		SELECT e.id, e.state, e.attempt, e.attempts, e.attempt_started_at,
		       coalesce((SELECT min(t.started_at) FROM ghexport.attempts t WHERE t.export_id = e.id), e.attempt_started_at),
		       e.greenhouse_candidate_id, 'may_exist' = ANY (e.flags), 'doubled' = ANY (e.flags),
		       EXISTS (SELECT FROM ghexport.presences p WHERE p.export_id = e.id)
		  FROM ghexport.exports e
		 WHERE e.candidate_digest = $2 -- exports_by_candidate
		   AND e.org_id || '' = $1
		   AND e.attempt IS NOT NULL
		 ORDER BY e.id
		   FOR NO KEY UPDATE OF e`, e.OrgID, e.Digest)
	if err != nil {
		return "", fmt.Errorf("look for the candidate's exports: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[heardExport])
	if err != nil {
		return "", fmt.Errorf("look for the candidate's exports: %w", err)
	}
	list = slices.DeleteFunc(list, func(x heardExport) bool { return !e.Born.IsZero() && e.Born.Before(x.FirstAt.Add(-hookClock)) })
	if slices.ContainsFunc(list, func(x heardExport) bool { return x.State == ledger.StateSending }) {
		return ledger.HookAgain, nil // its own answer comes first; the sweep bounds that
	}
	x, found := heard(list)
	if !found {
		return "", nil
	}
	in := store.Settle{ExportID: x.ID, Token: x.Attempt, OrgID: e.OrgID, Outcome: ledger.OutcomeSent, CandidateID: e.Candidate, ApplicationID: e.Application,
		ProfileURL: e.ProfileURL}
	applies, _, doubled := ledger.Fence(ledger.Owner{State: x.State, Attempt: &x.Attempt, Attempts: x.Attempts, StartedAt: &x.StartedAt, SentID: x.SentID},
		ledger.Answer{Token: x.Attempt, Outcome: ledger.OutcomeSent, CandidateID: e.Candidate})
	outcome := ledger.HookSettled
	switch {
	case !applies:
		return "", nil
	case x.State == ledger.StateSent:
		outcome = ledger.HookDoubled
		_, err = store.MarkDoubled(ctx, tx, in, doubled)
	default:
		_, err = s.SettleFenced(ctx, tx, in)
	}
	if err != nil {
		return "", err
	}
	done.Exports = append(done.Exports, x.ID)
	return outcome, store.AuditExports(ctx, tx, HookBy(e.Action), ledger.ActionHook, []int64{x.ID},
		map[string]any{"said": e.Action, "from": x.State, "to": ledger.StateSent, "candidate": e.Candidate, "application": e.Application})
}

// heard picks the export whose profile it must be: one in doubt before one that only may have left twice, and the newest of several. One
// that is sent under another profile is meant where two requests of it may have been taken, or where that profile is a person's word.
func heard(list []heardExport) (heardExport, bool) {
	rank := func(x heardExport) int {
		switch {
		case x.State == ledger.StateUnknown, x.State == ledger.StateCancelled && x.MayExist:
			return 3
		case x.State == ledger.StatePending, x.State == ledger.StateQueued, x.State == ledger.StateDead, x.State == ledger.StateDuplicate:
			return 2
		case x.State == ledger.StateSent && !x.Doubled && (x.Attempts > 1 || x.ByWord):
			return 1
		}
		return 0
	}
	var best heardExport
	for _, x := range list {
		if rank(x) > rank(best) || rank(x) == rank(best) && rank(x) > 0 && x.StartedAt.After(best.StartedAt) {
			best = x
		}
	}
	return best, rank(best) > 0
}
