package worker

import (
	"context"
	"fmt"
	"testing"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// listener hears what River's nodes hear.
func (r *rig) listener() riverdriver.Listener {
	r.t.Helper()
	l := (&riverDriver{Driver: riverpgxv5.New(r.store.Pool), store: r.store, log: r.log}).GetListener(&riverdriver.GetListenenerParams{Schema: "ghexport"})
	require.NoError(r.t, l.Connect(r.t.Context()))
	r.t.Cleanup(func() { l.Close(context.Background()) }) //nolint:errcheck // the database goes next
	for _, topic := range []string{controlTopic, leadershipTopic, "river_insert"} {
		require.NoError(r.t, l.Listen(r.t.Context(), topic))
	}
	return l
}

// forge says something to River's nodes in a role without any right but to connect.
func (r *rig) forge(topic, payload string) {
	r.t.Helper()
	_, err := connect(r.t, r.db.Role(r.t, "")).Exec(r.t.Context(), "SELECT pg_notify('ghexport.' || $1, $2)", topic, payload)
	require.NoError(r.t, err)
}

// What anybody may say is believed where River's tables bear it out, and nowhere else.
func TestRiverControl_IsConfirmed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.sql("INSERT INTO ghexport.river_queue (name, updated_at, paused_at) VALUES ('export', now(), NULL), ('probe', now(), now())")
	r.sql(`INSERT INTO ghexport.river_job (id, kind, queue, args, max_attempts, metadata) VALUES
		(7, 'export', 'export', '{}', 1, '{}'), (8, 'export', 'export', '{}', 1, '{"cancel_attempted_at": "2026-01-01"}')`)
	l := r.listener()
	for _, forged := range []string{
		`{"action":"pause","queue":"export"}`, `{"action":"pause","queue":"*"}`, `{"action":"resume","queue":"probe"}`, `{"action":"resume","queue":"*"}`,
		`{"action":"cancel","queue":"export","job_id":7}`, `{"action":"pause","queue":"unheard of"}`, `{"action":"metadata_changed","queue":"export","metadata":{}}`, "no JSON",
	} {
		r.forge(controlTopic, forged)
	}
	r.forge(leadershipTopic, `{"action":"request_resign","leader_id":"x"}`)
	borne := []string{`{"action":"pause","queue":"probe"}`, `{"action":"resume","queue":"export"}`, `{"action":"cancel","queue":"export","job_id":8}`}
	for _, word := range borne {
		r.forge(controlTopic, word)
	}
	r.forge("river_insert", `{"queue":"export"}`)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, want := range append(borne, `{"queue":"export"}`) {
		n, err := l.WaitForNotification(ctx)
		require.NoError(t, err)
		assert.Equal(t, want, n.Payload)
	}
}

// A queue that somebody without rights says is paused goes on, and one that people pause and resume here stops and goes on.
func TestRiverControl_OnlyTheTablePauses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	n := r.start()
	r.enqueue(result("acme", "before"))
	r.state("before", "sent")
	for i := range 3 {
		r.forge(controlTopic, `{"action":"pause","queue":"*"}`)
		interview := fmt.Sprintf("iv-%d", i)
		r.enqueue(result("acme", interview))
		r.state(interview, "sent")
	}
	events, cancel := n.worker.River().Subscribe(river.EventKindQueuePaused, river.EventKindQueueResumed)
	defer cancel()
	require.NoError(t, n.worker.River().QueuePause(t.Context(), exportQueue, nil))
	assert.Equal(t, river.EventKindQueuePaused, (<-events).Kind, "the first that happened to a queue")
	r.enqueue(result("acme", "paused"))
	r.state("paused", "queued")
	require.NoError(t, n.worker.River().QueueResume(t.Context(), exportQueue, nil))
	r.state("paused", "sent")
}

// What the table says reaches a node that heard nothing of it.
func TestQueueWatch_RepairsMemory(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	n := r.start()
	r.enqueue(result("acme", "before"))
	r.state("before", "sent")
	events, cancel := n.worker.River().Subscribe(river.EventKindQueuePaused, river.EventKindQueueResumed)
	defer cancel()
	watch := &queueWatch{worker: n.worker, memory: map[string]bool{}, differ: map[string]bool{}}
	watch.look(t.Context())
	for _, paused := range []bool{true, false} {
		r.sql("UPDATE ghexport.river_queue SET paused_at = CASE WHEN $1 THEN now() END WHERE name = 'export'", paused)
		watch.look(t.Context())
		watch.look(t.Context())
		e := <-events
		assert.Equal(t, map[bool]river.EventKind{true: river.EventKindQueuePaused, false: river.EventKindQueueResumed}[paused], e.Kind)
		watch.heard(e)
	}
	r.enqueue(result("acme", "after"))
	r.state("after", "sent")
	assert.Len(t, r.logs.FilterMessageSnippet("otherwise in memory").All(), 2)
}
