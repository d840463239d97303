package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// rounds of each race. They run a few at a time, on interviews of their own.
const (
	raceRounds = 1000
	raceBatch  = 50
)

// raceRig is a rig without limits in the way, and a pool of producers.
func raceRig(t *testing.T) (*rig, *relay.Relay, *pgxpool.Pool) {
	t.Helper()
	r := newRig(t)
	r.company("acme")
	r.sql("INSERT INTO ghexport.budgets (credential, limit_) SELECT key_digest, 1000000 FROM ghexport.integrations")
	r.sql("UPDATE ghexport.integrations SET in_flight_cap = 64")
	producers, err := pgxpool.New(t.Context(), r.db.URL+"&pool_max_conns=8")
	require.NoError(t, err)
	t.Cleanup(producers.Close)
	return r, relay.New(relay.Relay{Store: r.store, Digests: r.digests, Log: r.log}), producers
}

// drain folds and hands out until nothing more is to do.
func drain(t *testing.T, rl *relay.Relay) {
	t.Helper()
	for moved := 1; moved > 0; {
		folded, err := rl.Fold(t.Context())
		require.NoError(t, err)
		due, err := rl.Dispatch(t.Context())
		require.NoError(t, err)
		moved = folded + due
	}
}

func commit(ctx context.Context, producers *pgxpool.Pool, m object) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = producers.Exec(ctx, "SELECT ghexport.enqueue($1)", string(text))
	return err
}

// A withdrawal races the intent. One that was acknowledged before the intent was asked for always wins, in the outbox and folded; of
// two at the same moment either may come first. What is withdrawn while it is being sent is never sent again.
func TestRace_WithdrawalAndIntent(t *testing.T) {
	t.Parallel()
	r, rl, producers := raceRig(t)
	ctx := t.Context()
	var granted, refused int
	var mu sync.Mutex
	for first := 0; first < raceRounds; first += raceBatch {
		interviews := make([]string, raceBatch)
		for n := range interviews {
			interviews[n] = fmt.Sprintf("iv-%04d", first+n)
			require.NoError(t, commit(ctx, producers, result("acme", interviews[n])))
		}
		drain(t, rl)
		jobs := r.jobs()
		var racing sync.WaitGroup
		for n, interview := range interviews {
			job, queued := jobs[interview]
			require.True(t, queued, interview)
			withdrawal := result("acme", interview, set("version", 2), set("candidate_continues", false))
			before := n%2 == 0
			if before {
				require.NoError(t, commit(ctx, producers, withdrawal))
				if n%4 == 0 {
					_, err := rl.Fold(ctx)
					require.NoError(t, err)
				}
			}
			racing.Go(func() {
				if !before {
					racing.Go(func() { assert.NoError(t, commit(ctx, producers, withdrawal)) })
				}
				intent := store.Intent{ExportID: job[0], JobID: job[1], Token: uuid.New(), Deadline: time.Hour, JobTimeout: time.Hour}
				_, err := r.store.Intend(ctx, intent)
				mu.Lock()
				defer mu.Unlock()
				if errors.Is(err, store.ErrNotGranted) {
					refused++
					return
				}
				assert.NoError(t, err)
				assert.False(t, before, "%s was granted after its withdrawal was acknowledged", interview)
				granted++
				racing.Go(func() { // Greenhouse is down
					_, err := r.store.Settle(ctx, store.Settle{ExportID: job[0], JobID: job[1], Token: intent.Token, OrgID: "acme",
						CredentialVersion: 1, Outcome: ledger.OutcomeAgain, Cause: ledger.CauseGreenhouseDown, Status: 503})
					assert.NoError(t, err)
				})
			})
		}
		racing.Wait()
		drain(t, rl)
	}
	rows, err := r.watch.Query(ctx, `
		SELECT format('%s is %s at version %s after %s attempts; outbox %s, aside %s', e.interview_id, e.state, e.version, e.attempts,
		              (SELECT count(*) FROM ghexport.outbox o WHERE o.interview_id = e.interview_id),
		              (SELECT count(*) FROM ghexport.aside a WHERE a.export_id = e.id))
		  FROM ghexport.exports e WHERE e.state NOT IN ('cancelled', 'ineligible')`)
	require.NoError(t, err)
	left, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	assert.Empty(t, left, "whatever came first, nothing goes again")
	assert.Equal(t, raceRounds, granted+refused)
	t.Logf("%d granted, %d refused", granted, refused)
	assert.Positive(t, granted, "some intents must win, or nothing raced")
	assert.Greater(t, refused, raceRounds/2-1)
}

// jobs returns what is queued now: export and job of each interview.
func (r *rig) jobs() map[string][2]int64 {
	r.t.Helper()
	rows, err := r.watch.Query(r.t.Context(), "SELECT interview_id, id, job_id FROM ghexport.exports WHERE state = 'queued'")
	require.NoError(r.t, err)
	all := map[string][2]int64{}
	var interview string
	var export, job int64
	_, err = pgx.ForEachRow(rows, []any{&interview, &export, &job}, func() error { all[interview] = [2]int64{export, job}; return nil })
	require.NoError(r.t, err)
	return all
}

const decisions = `
	CREATE SCHEMA product;
	CREATE TABLE product.interviews (id text PRIMARY KEY, version int NOT NULL DEFAULT 0);
	CREATE TABLE product.decisions (interview text NOT NULL, who text NOT NULL, PRIMARY KEY (interview, who));`

// Interviewer and candidate save their yes at the same moment. With the lock on the interview's row, as docs/producers.md asks, the
// second sees both and the export is always there; without it neither sees the other, and that is always flagged.
func TestRace_TwoDecisions(t *testing.T) {
	t.Parallel()
	for _, locks := range []bool{true, false} {
		t.Run(fmt.Sprintf("lock=%t", locks), func(t *testing.T) {
			t.Parallel()
			r, rl, producers := raceRig(t)
			r.sql("UPDATE ghexport.integrations SET paused_at = clock_timestamp()") // what is looked at is the fold
			_, err := producers.Exec(t.Context(), decisions)
			require.NoError(t, err)
			var rounds sync.WaitGroup
			slots := make(chan struct{}, 4)
			for n := range raceRounds {
				id := fmt.Sprintf("iv-%04d", n)
				slots <- struct{}{}
				rounds.Go(func() {
					defer func() { <-slots }()
					_, err := producers.Exec(t.Context(), "INSERT INTO product.interviews (id) VALUES ($1)", id)
					assert.NoError(t, err)
					var both, read sync.WaitGroup
					read.Add(2)
					for _, who := range []string{"interviewer", "candidate"} {
						both.Go(func() { assert.NoError(t, saveDecision(t.Context(), producers, id, who, locks, &read)) })
					}
					both.Wait()
				})
			}
			rounds.Wait()
			drain(t, rl)
			var eligible, flagged, all int
			require.NoError(t, r.watch.QueryRow(t.Context(), `
				SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE 'version_conflict' = ANY (flags)), count(*)
				  FROM ghexport.exports`).Scan(&eligible, &flagged, &all))
			assert.Equal(t, raceRounds, all)
			if locks {
				assert.Equal(t, raceRounds, eligible, "always sent")
				assert.Zero(t, flagged)
			} else {
				assert.Zero(t, eligible)
				assert.Equal(t, raceRounds, flagged, "always flagged")
			}
		})
	}
}

// saveDecision is a producer's transaction. Without the lock both have read before either writes, so that each round is a race.
func saveDecision(ctx context.Context, producers *pgxpool.Pool, id, who string, locks bool, read *sync.WaitGroup) error {
	return pgx.BeginFunc(ctx, producers, func(tx pgx.Tx) error {
		query := "SELECT version FROM product.interviews WHERE id = $1"
		if locks {
			query += " FOR UPDATE"
		}
		var version int
		if err := tx.QueryRow(ctx, query, id).Scan(&version); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO product.decisions VALUES ($1, $2)", id, who); err != nil {
			return err
		}
		said := map[string]bool{}
		rows, err := tx.Query(ctx, "SELECT who FROM product.decisions WHERE interview = $1", id)
		if err != nil {
			return err
		}
		var one string
		if _, err := pgx.ForEachRow(rows, []any{&one}, func() error { said[one] = true; return nil }); err != nil {
			return err
		}
		if !locks {
			read.Done()
			read.Wait()
		}
		yes := func(who string) any {
			if said[who] {
				return true
			}
			return nil
		}
		text, err := json.Marshal(result("acme", id, set("version", version+1), set("interviewer_advances", yes("interviewer")), set("candidate_continues", yes("candidate"))))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "SELECT ghexport.enqueue($1)", string(text)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE product.interviews SET version = $2 WHERE id = $1", id, version+1)
		return err
	})
}

// A producer's transaction waits for no lock that the exporter can hold: with all of them held until the end, enqueue under a
// short lock_timeout succeeds. (Not the shortest: NOTIFY takes turns with every other commit of the cluster that notifies.)
func TestRace_ProducersNeverWait(t *testing.T) {
	t.Parallel()
	r, rl, _ := raceRig(t)
	r.enqueue(result("acme", "iv-1"), result("acme", "iv-2"))
	drain(t, rl)
	r.enqueue(result("acme", "iv-3"))
	holder := connect(t, r.db.URL)
	_, err := holder.Exec(t.Context(), `BEGIN;
		LOCK TABLE ghexport.turn_relay, ghexport.turn_runs, ghexport.turn_notices IN ACCESS EXCLUSIVE MODE;
		SELECT FROM ghexport.outbox FOR UPDATE; SELECT FROM ghexport.exports FOR UPDATE; SELECT FROM ghexport.bodies FOR UPDATE;
		SELECT FROM ghexport.attempts FOR UPDATE; SELECT FROM ghexport.budgets FOR UPDATE; SELECT FROM ghexport.integrations FOR UPDATE;
		SELECT FROM ghexport.control FOR UPDATE; SELECT FROM ghexport.river_job FOR UPDATE;
		DELETE FROM ghexport.outbox; INSERT INTO ghexport.audit (actor, action) VALUES ('test', 'hold')`)
	require.NoError(t, err)
	_, err = r.producer.Exec(t.Context(), "SET lock_timeout = '1s'")
	require.NoError(t, err)
	r.enqueue(result("acme", "iv-4"),
		result("acme", "iv-1", set("version", 2)),
		result("acme", "iv-2", set("version", 2), set("candidate_continues", false)),
		result("acme", "iv-3", set("version", 2)),
		result("nobody", "iv-5"))
	_, err = rl.Fold(t.Context())
	assert.ErrorIs(t, err, store.ErrStandby, "the locks were really held")
	_, err = holder.Exec(t.Context(), "ROLLBACK")
	require.NoError(t, err)
}

// Everything that changes exports at once, over the same few rows: Postgres finds no deadlock. That retries would hide one is why its
// own count is asked.
func TestRace_NoDeadlocks(t *testing.T) {
	t.Parallel()
	r, rl, producers := raceRig(t)
	ctx := t.Context()
	const exports = 12
	for n := range exports {
		require.NoError(t, commit(ctx, producers, result("acme", fmt.Sprintf("iv-%02d", n))))
	}
	drain(t, rl)
	by := store.By{Actor: "test", Reason: "race"}
	all := store.Request{By: by}
	steps := []func(n int) error{
		func(n int) error {
			return commit(ctx, producers, result("acme", fmt.Sprintf("iv-%02d", n%exports), set("version", n+2), set("candidate_continues", n%5 > 0)))
		},
		func(int) error { _, err := rl.Fold(ctx); return err },
		func(n int) error { return r.sendOne(ctx, n) },
		func(n int) error { return r.sendOne(ctx, n) },
		func(int) error { _, err := r.store.Sweep(ctx, 0); return err },
		func(int) error { _, err := r.store.Dispatch(ctx, ""); return err },
		func(int) error { _, err := r.store.Replay(ctx, store.ReplayRequest{Request: all}); return err },
		func(int) error { _, err := r.store.ResolveAbsent(ctx, all); return err },
		func(int) error { _, err := r.store.Discard(ctx, all); return err },
		func(n int) error {
			if n%2 == 0 {
				_, err := r.store.PauseOrg(ctx, "acme", by)
				return err
			}
			_, err := r.store.ResumeOrg(ctx, "acme", by)
			return err
		},
		func(int) error {
			_, err := r.store.Looked(ctx, store.Look{OrgID: "acme", CredentialVersion: 1, Answer: store.CheckAccepted})
			return err
		},
	}
	var running sync.WaitGroup
	for _, step := range steps {
		running.Go(func() {
			for n := range 60 {
				if err := step(n); err != nil && !errors.Is(err, store.ErrStandby) && !store.Contended(err) {
					assert.NoError(t, err)
					return
				}
			}
		})
	}
	running.Wait()
	r.store.Close() // each backend reports its counts when it ends
	var deadlocks int
	require.NoError(t, r.watch.QueryRow(ctx, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Scan(&deadlocks))
	assert.Zero(t, deadlocks)
}

// sendOne takes some queued export through intent and an outcome.
func (r *rig) sendOne(ctx context.Context, n int) error {
	var export, job int64
	err := r.store.Pool.QueryRow(ctx, "SELECT id, job_id FROM ghexport.exports WHERE state = 'queued' ORDER BY random() LIMIT 1").Scan(&export, &job)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	intent := store.Intent{ExportID: export, JobID: job, Token: uuid.New(), Deadline: time.Hour, JobTimeout: time.Hour}
	if _, err := r.store.Intend(ctx, intent); errors.Is(err, store.ErrNotGranted) {
		return nil
	} else if err != nil {
		return err
	}
	outcomes := []ledger.Outcome{ledger.OutcomeSent, ledger.OutcomeAgain, ledger.OutcomeHold, ledger.OutcomeDead, ledger.OutcomeUnknown, ledger.OutcomeLimited}
	said := store.Settle{ExportID: export, JobID: job, Token: intent.Token, OrgID: "acme", CredentialVersion: 1, Outcome: outcomes[n%len(outcomes)]}
	said.Cause = map[ledger.Outcome]ledger.Cause{
		ledger.OutcomeAgain: ledger.CauseGreenhouseDown, ledger.OutcomeHold: ledger.CauseAuthRejected, ledger.OutcomeDead: ledger.CausePayloadRefused,
		ledger.OutcomeUnknown: ledger.CauseOutcomeUnknown, ledger.OutcomeLimited: ledger.CauseLimited,
	}[said.Outcome]
	said.CandidateID = rand.Int64N(1<<40) + 1
	_, err = r.store.Settle(ctx, said)
	return err
}
