package webhooks

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// finalProfile follows merges from profile $2 of company $1 to the last of them.
const finalProfile = `
	WITH RECURSIVE way(id, n) AS (
		SELECT $2::bigint, 0
		UNION ALL
		SELECT g.merged_into, way.n + 1
		  FROM way
		  JOIN ghexport.gone_profiles g ON g.org_id = $1 AND g.candidate_id = way.id
		 WHERE g.merged_into IS NOT NULL AND way.n < 20
	)
	SELECT way.id, g.candidate_id IS NOT NULL AND g.merged_into IS NULL, coalesce(g.anonymised, false)
	  FROM way
	  LEFT JOIN ghexport.gone_profiles g ON g.org_id = $1 AND g.candidate_id = way.id
	 ORDER BY way.n DESC
	 LIMIT 1`

// profileFate holds what became of a profile, as far as was heard.
type profileFate struct {
	ID         int64 // the one that it is now
	Gone       bool  // and that one is deleted or anonymised
	Anonymised bool
}

func fateOf(ctx context.Context, tx pgx.Tx, org string, candidate int64) (f profileFate, err error) {
	if err := tx.QueryRow(ctx, finalProfile, org, candidate).Scan(&f.ID, &f.Gone, &f.Anonymised); err != nil {
		return f, fmt.Errorf("follow a profile: %w", err)
	}
	return f, nil
}

// hearGone notes for ever that a profile is merged, deleted or anonymised, and has the exports that name it follow. In whichever order
// such events come, the exports end alike.
func (s Store) hearGone(ctx context.Context, tx pgx.Tx, e workedEvent, done *Worked) (erase []string, err error) {
	if e.Action.Tells() == ledger.HookTellsMerge && (e.NewCandidate == 0 || e.NewCandidate == e.Candidate) {
		done.Outcome = ledger.HookUnused
		return nil, nil
	}
	into := int64(0)
	if e.Action.Tells() == ledger.HookTellsMerge {
		into = e.NewCandidate
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO ghexport.gone_profiles AS g (org_id, candidate_id, merged_into, anonymised) VALUES ($1, $2, nullif($3::bigint, 0), $4)
		ON CONFLICT (org_id, candidate_id) DO UPDATE
		   SET merged_into = coalesce(excluded.merged_into, g.merged_into), anonymised = g.anonymised OR excluded.anonymised`,
		e.OrgID, e.Candidate, into, e.Action.Tells() == ledger.HookTellsAnonymity)
	if err != nil {
		return nil, fmt.Errorf("note that a profile is gone: %w", err)
	}
	ours, erase, err := followProfile(ctx, tx, e, done)
	switch {
	case err != nil:
	case len(erase) > 0:
		done.Outcome = ledger.HookErased
	case ours && e.Action.Tells() == ledger.HookTellsMerge:
		done.Outcome = ledger.HookFollowed
	case ours:
		done.Outcome = ledger.HookGone
	default:
		done.Outcome, err = e.otherwise(ctx, tx, ledger.HookNotOurs)
	}
	return erase, err
}

// followProfile gives exports that name the event's profile the one that it became, and the flag gone where that one is, and notes how
// that stands. It tells whether there are such exports, and returns the producer's ids of candidates whose data must go.
func followProfile(ctx context.Context, tx pgx.Tx, e workedEvent, done *Worked) (ours bool, erase []string, err error) {
	fate, err := fateOf(ctx, tx, e.OrgID, e.Candidate)
	if err != nil {
		return false, nil, err
	}
	if fate.ID != e.Candidate { // while the tracks still name it
		err := observeHeard(ctx, tx, e.OrgID, ledger.Observation{Candidate: e.Candidate, As: ledger.ObservedMerged, Into: fate.ID, At: e.moment()})
		if err != nil {
			return false, nil, err
		}
	}
	rows, err := tx.Query(ctx, followExports, e.OrgID, []int64{e.Candidate, fate.ID}, fate.ID, fate.Gone)
	if err != nil {
		return false, nil, fmt.Errorf("follow a profile: %w", err)
	}
	var id int64
	var candidate string
	var changed bool
	var moved []int64
	_, err = pgx.ForEachRow(rows, []any{&id, &candidate, &changed}, func() error {
		ours = true
		if changed {
			moved = append(moved, id)
		}
		if fate.Anonymised && candidate != "" {
			erase = append(erase, candidate)
		}
		return nil
	})
	if err != nil {
		return false, nil, fmt.Errorf("follow a profile: %w", err)
	}
	if o, tells := e.observes(fate); ours && tells {
		if err := observeHeard(ctx, tx, e.OrgID, o); err != nil {
			return false, nil, err
		}
	}
	if len(moved) == 0 {
		return ours, erase, nil
	}
	done.Exports = append(done.Exports, moved...)
	if err := hearEarlier(ctx, tx, e.OrgID, fate.ID, done); err != nil {
		return false, nil, err
	}
	return ours, erase, store.AuditExports(ctx, tx, HookBy(e.Action), ledger.ActionHook, moved,
		map[string]any{"said": e.Action, "candidate": e.Candidate, "now": fate.ID, "gone": fate.Gone})
}

// followExports names exports of profiles $2, not erased ones with the producer's id of the candidate, and whether it changed them.
const followExports = `
	WITH locked AS (
		SELECT e.id, e.greenhouse_candidate_id <> $3 OR ('gone' = ANY (e.flags)) <> $4 AS changes
		  FROM ghexport.exports e
		 WHERE e.greenhouse_candidate_id = ANY ($2) -- exports_by_profile
		   AND e.org_id || '' = $1
		 ORDER BY e.id
		   FOR NO KEY UPDATE OF e
	), followed AS (
		UPDATE ghexport.exports e
		   SET greenhouse_candidate_id = $3,
		       profile_url = CASE WHEN e.greenhouse_candidate_id = $3 THEN e.profile_url
		                          ELSE regexp_replace(e.profile_url, '/people/[0-9]+', '/people/' || $3) END,
		       flags = CASE WHEN $4 THEN array_append(array_remove(e.flags, 'gone'), 'gone') ELSE array_remove(e.flags, 'gone') END,
		       updated_at = clock_timestamp()
		  FROM locked
		 WHERE e.id = locked.id AND locked.changes
	), said AS (
		UPDATE ghexport.presences p
		   SET greenhouse_candidate_id = $3
		  FROM locked
		 WHERE p.export_id = locked.id AND locked.changes
	)
	SELECT l.id, CASE WHEN e.erased_at IS NULL THEN e.candidate_id ELSE '' END, l.changes
	  FROM locked l
	  JOIN ghexport.exports e ON e.id = l.id`

// otherwise is the outcome of an event that concerns no export, unless something of the company is under way whose answer it may be
// about: then it is looked at again.
func (e workedEvent) otherwise(ctx context.Context, tx pgx.Tx, outcome ledger.HookOutcome) (ledger.HookOutcome, error) {
	var again bool
	err := tx.QueryRow(ctx, `
		SELECT $2::timestamptz > clock_timestamp() - $3::interval
		       AND EXISTS (SELECT FROM ghexport.exports e WHERE e.org_id = $1 AND e.job_id IS NOT NULL AND e.state = 'sending') -- exports_in_flight`,
		e.OrgID, e.ReceivedAt, hookPatience).Scan(&again)
	if err != nil {
		return "", fmt.Errorf("ask what is under way: %w", err)
	}
	if again {
		return ledger.HookAgain, nil
	}
	return outcome, nil
}

// hearEarlier makes events due again that were of nobody known when they came, and are of a profile that is known now.
func hearEarlier(ctx context.Context, tx pgx.Tx, org string, candidate int64, done *Worked) error {
	again, err := tx.Exec(ctx, `
		UPDATE ghexport.hook_events
		   SET due_at = clock_timestamp(), worked_at = NULL, outcome = NULL, tries = 0
		 WHERE org_id = $1 AND candidate_id = $2 AND outcome = 'not_ours' -- hook_events_not_ours`, org, candidate)
	if err != nil {
		return fmt.Errorf("hear earlier events: %w", err)
	}
	done.Earlier += int(again.RowsAffected())
	return nil
}
