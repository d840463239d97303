package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/jobs"
)

type edit = func(*jobs.InterviewResult)

// hands is a producer in Go: it hands the result over in a transaction of its own, as changed by the edits.
func hands(edits ...edit) step {
	return func(ctx context.Context, st *stage, s scene) error {
		return pgx.BeginFunc(ctx, st.producer, func(tx pgx.Tx) error {
			for n := range s.ids() {
				r := s.result(n)
				for _, e := range edits {
					e(&r)
				}
				if _, err := jobs.Enqueue(ctx, tx, r); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// handsSQL is a producer in any other language: one SELECT with the message as JSON.
func handsSQL(edits ...edit) step {
	return func(ctx context.Context, st *stage, s scene) error {
		r := s.result(0)
		for _, e := range edits {
			e(&r)
		}
		message, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("write the message: %w", err)
		}
		_, err = st.producer.Exec(ctx, "SELECT ghexport.enqueue($1::text::jsonb)", string(message))
		return err
	}
}

// rollsBack is a producer whose transaction fails after it handed the result over.
func rollsBack(ctx context.Context, st *stage, s scene) error {
	tx, err := st.producer.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx) //nolint:errcheck // it was rolled back, or the connection is gone
	if _, err := jobs.Enqueue(ctx, tx, s.result(0)); err != nil {
		return err
	}
	return tx.Rollback(ctx)
}

func version(v int64) edit { return func(r *jobs.InterviewResult) { r.Version = v } }

func feedback(text string) edit { return func(r *jobs.InterviewResult) { r.FreeformFeedback = text } }

// decisions sets what interviewer and candidate said; nil is not answered.
func decisions(advances, continues *bool) edit {
	return func(r *jobs.InterviewResult) { r.InterviewerAdvances, r.CandidateContinues = advances, continues }
}

func practice(r *jobs.InterviewResult) { r.Practice = true }

// operator runs a ghexport command.
func operator(args ...string) step {
	return func(ctx context.Context, st *stage, _ scene) error {
		_, err := st.ghexport.run(ctx, "", args...)
		return err
	}
}

// meets plans what Greenhouse does to each of the scene's candidates.
func meets(fault greenhousesim.Fault) step {
	return func(_ context.Context, st *stage, s scene) error {
		for n := range s.ids() {
			fault.Account, fault.ExternalID = s.org, s.candidate(n).id
			st.sim.Plan(fault)
		}
		return nil
	}
}

// revokesKey and restoresKey are what somebody does in the company's Greenhouse.
func revokesKey(_ context.Context, st *stage, s scene) error {
	st.sim.RevokeKey(companyOf(s.org).key)
	return nil
}

func restoresKey(_ context.Context, st *stage, s scene) error {
	st.sim.RestoreKey(companyOf(s.org).key)
	return nil
}

// hearsBack makes a secret for the company's webhooks, and sets them up in its Greenhouse, which sends a ping.
func hearsBack(ctx context.Context, st *stage, s scene) error {
	text, err := st.ghexport.run(ctx, "", "org", "webhook", "new", s.org, "--reason", "demo", "--json")
	if err != nil {
		return err
	}
	var made struct{ Address, Secret string }
	if err := json.Unmarshal([]byte(text), &made); err != nil {
		return fmt.Errorf("read the webhook's secret: %w", err)
	}
	return st.sim.SetHook(s.org, greenhousesim.Hook{URL: made.Address, Secret: made.Secret})
}

// movesOn is a recruiter who moves the scene's candidates to a stage.
func movesOn(to string) step {
	return func(_ context.Context, st *stage, s scene) error {
		for _, c := range st.sim.Candidates(companyOf(s.org).key) {
			for n := range s.ids() {
				if c.ExternalID != s.candidate(n).id {
					continue
				}
				if err := st.sim.Move(greenhousesim.Move{ID: c.ID, Stage: to}); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// stands waits until the product's own function says that the scene's candidates stand in a stage.
func stands(in string) step {
	return func(ctx context.Context, st *stage, s scene) error {
		waiting, cancel := limited(ctx, sceneLimit, "%s to stand in %s", s.title(), in)
		defer cancel()
		for _, id := range s.ids() {
			for {
				var at *string
				if err := st.producer.QueryRow(waiting, "SELECT ghexport.status($1, $2) ->> 'stage'", s.org, id).Scan(&at); err != nil {
					return err
				}
				if at != nil && *at == in {
					break
				}
				if err := pause(waiting); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// limits lets the company make so many requests in each window; none lifts the limit.
func limits(requests int, window time.Duration) step {
	return func(_ context.Context, st *stage, s scene) error {
		st.sim.SetRateLimit(companyOf(s.org).key, requests, window)
		return nil
	}
}

// becomes waits until the scene's interviews stand there, before the story goes on.
func becomes(state, cause string) step {
	return func(ctx context.Context, st *stage, s scene) error {
		return st.await(ctx, s, outcome{state: state, cause: cause})
	}
}
