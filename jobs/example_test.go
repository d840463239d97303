package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/interviewing-io/greenhouse-export/jobs"
)

// A producer saves a decision and hands the interview over, in one transaction. The tables are those of testdata/product.sql; a test
// runs this function against them.
func Example() {
	ctx := context.Background()
	db, err := pgxpool.New(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		panic(err)
	}
	defer db.Close()

	err = saveDecision(ctx, db, "iv_123", "candidate", true)
	var refused *jobs.ValidationError
	if errors.As(err, &refused) { // nothing was saved, the decision neither
		for _, f := range refused.Fields {
			fmt.Println(f.Field, f.Message)
		}
	}
}

func saveDecision(ctx context.Context, db *pgxpool.Pool, interviewID, who string, yes bool) error {
	return pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		// 1. Lock the interview before anything is read or written. Without it two decisions saved at the same moment each miss the
		// other, and neither message says that both said yes.
		_, err := tx.Exec(ctx, "SELECT FROM product.interviews WHERE id = $1 FOR UPDATE", interviewID)
		if err != nil {
			return fmt.Errorf("lock interview: %w", err)
		}
		// 2. Change it.
		_, err = tx.Exec(ctx, `
			INSERT INTO product.decisions (interview_id, who, yes) VALUES ($1, $2, $3)
			ON CONFLICT (interview_id, who) DO UPDATE SET yes = excluded.yes`, interviewID, who, yes)
		if err != nil {
			return fmt.Errorf("save decision: %w", err)
		}
		// 3. Read what it is now, raise its version in this same transaction, and hand it over.
		r, err := snapshot(ctx, tx, interviewID)
		if err != nil {
			return err
		}
		_, err = jobs.Enqueue(ctx, tx, r)
		return err
	})
}

func snapshot(ctx context.Context, tx pgx.Tx, interviewID string) (jobs.InterviewResult, error) {
	r := jobs.InterviewResult{InterviewID: interviewID}
	var at time.Time
	err := tx.QueryRow(ctx, `
		SELECT i.org_id, i.started_at, c.id, c.name, c.email,
		       (SELECT d.yes FROM product.decisions d WHERE d.interview_id = i.id AND d.who = 'interviewer'),
		       (SELECT d.yes FROM product.decisions d WHERE d.interview_id = i.id AND d.who = 'candidate')
		  FROM product.interviews i
		  JOIN product.candidates c ON c.id = i.candidate_id
		 WHERE i.id = $1`, interviewID).
		Scan(&r.OrgID, &at, &r.Candidate.ID, &r.Candidate.FullName, &r.Candidate.Email, &r.InterviewerAdvances, &r.CandidateContinues)
	if err != nil {
		return r, fmt.Errorf("read interview: %w", err)
	}
	r.InterviewedAt = at
	// Until both said yes the candidate is anonymous.
	if would, _ := jobs.Verdict(r); would != jobs.WouldExport {
		r.Candidate = jobs.Candidate{ID: r.Candidate.ID}
	}
	err = tx.QueryRow(ctx, "UPDATE product.interviews SET version = version + 1 WHERE id = $1 RETURNING version", interviewID).Scan(&r.Version)
	if err != nil {
		return r, fmt.Errorf("raise version: %w", err)
	}
	return r, nil
}
