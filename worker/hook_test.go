package worker

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/webhooks"
	"github.com/interviewing-io/greenhouse-export/web/hooks"
)

// hooked opens the door for webhooks, and returns where acme's come in.
func (r *rig) hooked(org string) greenhousesim.Hook {
	r.t.Helper()
	door := &hooks.Door{
		Secrets: hooks.Secrets{Store: r.store, Keyset: r.keyset}, Digests: r.digests, Log: r.log, Now: time.Now,
		Network: func(*http.Request) string { return "" }, Count: hooks.Received(prometheus.NewRegistry()),
	}
	mux := http.NewServeMux()
	mux.Handle("POST "+hooks.Path+"{org}", door)
	server := httptest.NewServer(mux)
	r.t.Cleanup(server.Close)
	secret, err := door.New(r.t.Context(), org, store.By{Actor: "test"})
	require.NoError(r.t, err)
	return greenhousesim.Hook{URL: server.URL + door.Address(org), Secret: secret}
}

// heard waits until so many events are worked off.
func (r *rig) heard(n int) {
	r.t.Helper()
	require.Eventually(r.t, func() bool {
		var have int
		require.NoError(r.t, r.store.Pool.QueryRow(r.t.Context(), "SELECT count(*) FROM ghexport.hook_events WHERE worked_at IS NOT NULL").Scan(&have))
		return have >= n
	}, patience, 20*time.Millisecond, "%d events worked off", n)
}

// The answer gets lost, and Greenhouse's own webhook says that the candidate is there: no person is asked. What happens to the candidate
// then is followed to the end.
func TestHooks_FromTheLostAnswerToTheEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme")
	require.NoError(t, r.sim.SetHook("acme", r.hooked("acme")))
	r.sim.Plan(greenhousesim.Fault{Cut: greenhousesim.CutAfter})
	r.start()
	r.enqueue(result("acme", "iv_1"))
	e := r.state("iv_1", "sent")
	c := r.sim.Candidates(key)[0]
	assert.Equal(t, 1, r.sim.CountCandidates(key))
	shown, err := query.In(r.store).Show(t.Context(), e.ID)
	require.NoError(t, err)
	assert.Equal(t, c.ProfileURL, *shown.ProfileURL)
	assert.False(t, shown.ByWord)

	require.NoError(t, r.sim.Move(greenhousesim.Move{ID: c.ID, Stage: "Offer"}))
	require.NoError(t, r.sim.WaitForDeliveries(t.Context(), 3))
	r.heard(3)
	require.NoError(t, r.sim.Anonymise(c.ID))
	r.heard(4)
	var erased bool
	var flags []string
	require.NoError(t, r.store.Pool.QueryRow(t.Context(), "SELECT erased_at IS NOT NULL, flags FROM ghexport.exports").Scan(&erased, &flags))
	assert.True(t, erased)
	assert.Contains(t, flags, ledger.FlagGone)
	r.enqueue(result("acme", "iv_2", func(m object) { m["candidate"].(object)["id"] = "cand_iv_1" }))
	r.state("iv_2", "duplicate")
	assert.Equal(t, 1, r.sim.CountCandidates(key), "nobody is added again")
}

// eventStory returns what happens to people in a company's Greenhouse, in its order, and where they must end.
func eventStory(people int, began time.Time) (events []webhooks.Event, ends func(n int) string) {
	add := func(n int, e webhooks.Event) {
		e.OrgID, e.Key = "acme", sha256.Sum256(fmt.Append(nil, len(events)))
		e.At = began.Add(time.Duration(len(events)) * time.Second)
		events = append(events, e)
	}
	for n := range people {
		own, other := int64(1000+2*n), int64(1001+2*n)
		stands := func(action ledger.HookAction, candidate int64, status, stage string) {
			add(n, webhooks.Event{Action: action, Candidate: candidate, Application: own, Status: status, Stage: stage})
		}
		stands(ledger.HookStageChanged, own, "active", "Phone")
		stands(ledger.HookStageChanged, own, "active", "Onsite")
		switch n % 4 {
		case 0:
			stands(ledger.HookRejected, own, "rejected", "Onsite")
			stands(ledger.HookUnrejected, own, "active", "Onsite")
		case 1:
			add(n, webhooks.Event{Action: ledger.HookMerged, Candidate: own, NewCandidate: other})
			stands(ledger.HookStageChanged, other, "active", "Offer")
		case 2:
			add(n, webhooks.Event{Action: ledger.HookDeleted, Candidate: own})
			add(n, webhooks.Event{Action: "offer_created", Candidate: own})
		case 3:
			stands(ledger.HookHired, own, "hired", "Offer")
			add(n, webhooks.Event{Action: ledger.HookPing})
		}
	}
	return events, func(n int) string {
		own, other := 1000+2*n, 1001+2*n
		return []string{fmt.Sprint(own, " active Onsite"), fmt.Sprint(other, " active Offer"), fmt.Sprint(own, " gone"), fmt.Sprint(own, " hired Offer")}[n%4]
	}
}

// play has two nodes work off the story, each event twice and in any order, and returns where everybody stands.
func (r *rig) play(events []webhooks.Event, people int, seed uint64) (stand map[int]string) {
	ctx := r.t.Context()
	_, err := r.store.Pool.Exec(ctx, `
		INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, interviewed_at, practice, committed_at, sent_at)
		SELECT 'acme', 'iv_' || n, 'c' || n, 1, '', 'sent', now(), false, now(), now() FROM generate_series(0, $1::int - 1) n`, people)
	require.NoError(r.t, err)
	_, err = r.store.Pool.Exec(ctx, "UPDATE ghexport.exports SET greenhouse_candidate_id = 1000 + 2 * substr(interview_id, 4)::int")
	require.NoError(r.t, err)
	order := rand.New(rand.NewPCG(seed, 0)).Perm(2 * len(events))
	var senders sync.WaitGroup
	for s := range 4 {
		senders.Go(func() {
			for i := s; i < len(order); i += 4 {
				if _, err := webhooks.In(r.store).ReceiveEvent(ctx, events[order[i]%len(events)]); err != nil {
					r.t.Error(err)
					return
				}
			}
		})
	}
	senders.Wait()
	for n := 100; n < len(events); n += 100 { // a machine that does much else gets on, and is given its time for that
		r.heard(n)
	}
	r.heard(len(events))
	rows, err := r.store.Pool.Query(ctx, `
		SELECT substr(e.interview_id, 4)::int,
		       e.greenhouse_candidate_id || CASE WHEN 'gone' = ANY (e.flags) THEN ' gone' ELSE ' ' || t.status || ' ' || t.stage END
		  FROM ghexport.exports e LEFT JOIN ghexport.tracks t ON t.export_id = e.id`)
	require.NoError(r.t, err)
	stand = map[int]string{}
	var n int
	var at string
	_, err = pgx.ForEachRow(rows, []any{&n, &at}, func() error { stand[n] = at; return nil })
	require.NoError(r.t, err)
	return stand
}

var hookPeople = flag.Int("hook-people", 150, "about how many people Greenhouse tells, four events of each")

func TestHooks_TwoNodesAnyOrderTwice(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	r.hooked("acme")
	people := *hookPeople
	events, ends := eventStory(people, time.Now().Add(-time.Hour))
	require.Len(t, events, 4*people)
	r.start()
	r.start()
	stand := r.play(events, people, 7)
	for n := range people {
		assert.Equal(t, ends(n), stand[n], "person %d", n)
	}
	var kept, failed int
	require.NoError(t, r.store.Pool.QueryRow(context.WithoutCancel(t.Context()), "SELECT count(*), count(*) FILTER (WHERE outcome = 'abandoned') FROM ghexport.hook_events").Scan(&kept, &failed))
	assert.Equal(t, len(events), kept, "repeats are known")
	assert.Zero(t, failed)
	var wrong int
	require.NoError(t, r.store.Pool.QueryRow(t.Context(), "SELECT count(*) FROM ghexport.exports WHERE state <> 'sent'").Scan(&wrong))
	assert.Zero(t, wrong)
}
