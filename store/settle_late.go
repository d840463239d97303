package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// settleLate is the fence: what becomes of an attempt's word when the attempt may no longer own its export, or when a newer message
// was set aside meanwhile. One transaction an attempt; rare.
func (s *Store) settleLate(ctx context.Context, in Settle) (Settled, error) {
	var out Settled
	var err error
	for range contendedTries {
		err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
			out, err = s.settleOne(ctx, tx, in)
			return err
		})
		if !Contended(err) {
			break
		}
	}
	return out, err
}

func (s *Store) settleOne(ctx context.Context, tx pgx.Tx, in Settle) (Settled, error) {
	var o ledger.Owner
	err := tx.QueryRow(ctx, `
		SELECT e.state, e.attempt, e.attempts, e.attempt_started_at, e.greenhouse_candidate_id,
		       t.token IS NOT NULL, coalesce(t.silent, false)
		  FROM ghexport.exports e
		  LEFT JOIN ghexport.attempts t ON t.token = $2 AND t.export_id = e.id
		 WHERE e.id = $1
		   FOR NO KEY UPDATE OF e`, in.ExportID, in.Token).
		Scan(&o.State, &o.Attempt, &o.Attempts, &o.StartedAt, &o.SentID, &o.Logged, &o.Silent)
	if err != nil {
		return Settled{}, NotFound(err)
	}
	applies, late, doubled := ledger.Fence(o, ledger.Answer{Token: in.Token, Outcome: in.Outcome, CandidateID: in.CandidateID})
	if !applies {
		if o.Logged && o.Silent { // the truth about a silent attempt, even where it no longer decides
			return Settled{Late: true}, logLate(ctx, tx, in, o)
		}
		return Settled{State: o.State, Applied: o.Logged, Late: late}, nil
	}
	if err := logLate(ctx, tx, in, o); err != nil {
		return Settled{}, err
	}
	if o.State == ledger.StateSent {
		if err := confirm(ctx, tx, in); err != nil {
			return Settled{}, err
		}
		return MarkDoubled(ctx, tx, in, doubled)
	}
	out, err := s.SettleFenced(ctx, tx, in)
	out.Late = late
	return out, err
}

// SettleFenced gives a locked export the state that an answer says, whatever state it is in, as the fence allowed.
func (s *Store) SettleFenced(ctx context.Context, tx pgx.Tx, in Settle) (Settled, error) {
	out := Settled{Applied: true}
	err := tx.QueryRow(ctx, `
		UPDATE ghexport.exports e
		   SET `+newState+`, blocked_at = NULL
		  FROM (SELECT $2::text AS outcome, $3::text AS cause, $4::text AS detail, $5::interval AS delay, $6::bigint AS candidate,
		               $7::bigint AS application, $8::text AS url, $9::text AS shape, $10::text AS version) a
		 WHERE e.id = $1
		RETURNING e.state, `+sinceCommit, in.ExportID, string(in.Outcome), string(in.Cause), in.Detail, in.Delay, in.CandidateID,
		in.ApplicationID, in.ProfileURL, ledger.Shape(in.Detail), s.Version).Scan(&out.State, &out.Waited)
	if err != nil {
		return Settled{}, fmt.Errorf("settle: %w", err)
	}
	if err := keepAnswer(ctx, tx, in); err != nil {
		return Settled{}, err
	}
	if out.State != ledger.StateUnknown {
		if err := putBackAside(ctx, tx, []int64{in.ExportID}); err != nil {
			return Settled{}, err
		}
	}
	if _, err := tx.Exec(ctx, "SELECT ghexport.wake()"); err != nil {
		return Settled{}, fmt.Errorf("wake: %w", err)
	}
	return out, nil
}

func MarkDoubled(ctx context.Context, tx pgx.Tx, in Settle, doubled bool) (Settled, error) {
	if doubled {
		_, err := tx.Exec(ctx, `
			UPDATE ghexport.exports
			   SET flags = flags || 'doubled'::text, updated_at = clock_timestamp()
			 WHERE id = $1 AND NOT 'doubled' = ANY (flags)`, in.ExportID)
		if err != nil {
			return Settled{}, fmt.Errorf("flag as doubled: %w", err)
		}
	}
	return Settled{State: ledger.StateSent, Applied: true, Late: true}, nil
}

// logLate writes the attempt's own row, over what the sweep wrote of a silent one.
func logLate(ctx context.Context, tx pgx.Tx, in Settle, o ledger.Owner) error {
	limit, remaining := in.Limit.budget()
	_, err := tx.Exec(ctx, `
		INSERT INTO ghexport.attempts AS t (token, export_id, number, job_id, credential_version, started_at, finished_at, outcome,
		                                    status, cause, detail, late, next_at, budget_limit, budget_remaining)
		VALUES ($1, $2, $3, nullif($4::bigint, 0), nullif($5::bigint, 0), coalesce($6, clock_timestamp()), clock_timestamp(), $7,
		        nullif($8::int, 0), nullif($9, ''),
		        (SELECT nullif($10, '') FROM ghexport.exports e WHERE e.id = $2 AND e.erased_at IS NULL), $11,
		        CASE WHEN $7 IN ('again', 'limited', 'hold') THEN clock_timestamp() + $12::interval END, $13, $14)
		ON CONFLICT (export_id, token) DO UPDATE
		   SET finished_at = excluded.finished_at, outcome = excluded.outcome, status = excluded.status, cause = excluded.cause,
		       detail = excluded.detail, silent = false, late = true, next_at = excluded.next_at,
		       budget_limit = excluded.budget_limit, budget_remaining = excluded.budget_remaining
		 WHERE t.silent`,
		in.Token, in.ExportID, o.Attempts, in.JobID, in.CredentialVersion, o.StartedAt, string(in.Outcome), in.Status,
		string(in.Cause), in.Detail, o.State != ledger.StateSending, in.Delay, limit, remaining)
	if err != nil {
		return fmt.Errorf("log the attempt: %w", err)
	}
	return nil
}
