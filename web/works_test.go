package web_test

import (
	"context"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// start runs relay and workers until the test ends.
func (s *site) start() {
	s.t.Helper()
	st, err := store.Open(s.t.Context(), store.Config{URL: s.store.Pool.Config().ConnString()}) // the console's has few connections
	require.NoError(s.t, err)
	s.t.Cleanup(st.Close)
	var running sync.WaitGroup
	rl := relay.New(relay.Relay{Store: st, Digests: s.speaks.Digests, Log: zap.NewNop(), Poll: time.Minute})
	node, err := worker.New(worker.Config{
		Store: st, Greenhouse: s.speaks.Greenhouse, Keyset: s.speaks.Keyset, Log: zap.NewNop(), Relay: rl, Workers: 4,
		JobTimeout: 6 * time.Second, ShutdownTimeout: 8 * time.Second,
	})
	require.NoError(s.t, err)
	rl.Probe, s.works = node.Probe, node
	ctx, cancel := context.WithCancel(context.Background())
	running.Go(func() { rl.Run(ctx) })
	running.Go(func() {
		if err := node.Run(ctx); err != nil {
			s.t.Errorf("worker: %v", err)
		}
	})
	s.t.Cleanup(func() {
		cancel()
		running.Wait()
	})
}

// look has the node look at a company's candidates that are due, and waits until it has.
func (s *site) look(org string) {
	s.t.Helper()
	events, cancel := s.works.River().Subscribe(river.EventKindJobCompleted)
	defer cancel()
	require.NoError(s.t, s.works.Track(s.t.Context(), []string{org}))
	bounded, end := context.WithTimeout(s.t.Context(), patience)
	defer end()
	for {
		select {
		case event := <-events:
			if event.Job.Kind == (jobs.TrackArgs{}).Kind() {
				return
			}
		case <-bounded.Done():
			require.NoError(s.t, bounded.Err(), "nobody looked at the candidates of %s", org)
		}
	}
}

// interview commits a successful interview, as a producer does.
func (s *site) interview(org, id, role string) {
	s.t.Helper()
	s.exec(`SELECT ghexport.enqueue(jsonb_build_object('schema_version', 1, 'org_id', $1::text, 'interview_id', $2::text, 'version', 1,
		'interviewed_at', '2026-11-20T17:00:00Z', 'interviewer', jsonb_build_object('name', 'Lee Jordan', 'email', 'lee@acme.example'),
		'interviewer_advances', true, 'candidate_continues', true, 'job', nullif($3::text, ''),
		'candidate', jsonb_build_object('id', 'cand_' || $2::text, 'full_name', 'Ada King Lovelace', 'email', $2::text || '@example.com'),
		'scores', jsonb_build_object('technical_skills', 4), 'freeform_feedback', 'Really good overall!'))`, org, id, role)
}

// arrived waits until the account of this key has as many candidates.
func (s *site) arrived(key string, n int) []greenhousesim.Candidate {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	require.NoError(s.t, s.sim.WaitForCandidates(ctx, key, n), "waited for %d candidates", n)
	return s.sim.Candidates(key)
}
