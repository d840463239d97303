package worker

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/tracking"
)

func seesProspects(a *greenhousesim.Account) { a.Users[0].CanManageUnattachedProspects = true }

// look has the node ask where a company's candidates stand, as the relay's sweep does, and waits until that is written down.
func (r *rig) look(n *node, org string) {
	r.t.Helper()
	var before, after time.Time
	const ended = "SELECT coalesce((SELECT looked_at FROM ghexport.tracking WHERE org_id = $1), 'epoch')"
	require.NoError(r.t, r.watch.QueryRow(r.t.Context(), ended, org).Scan(&before))
	_, err := tracking.In(r.store).TrackNow(r.t.Context(), org, store.By{Actor: "test"})
	require.NoError(r.t, err)
	due, err := tracking.In(r.store).DueTracking(r.t.Context(), 10) // the relay's own sweep may come first
	require.NoError(r.t, err)
	require.NoError(r.t, n.worker.Track(r.t.Context(), due))
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	for !after.After(before) {
		if _, err := r.watch.WaitForNotification(ctx); err != nil {
			require.Failf(r.t, "waited too long", "for a look at %s; log: %s", org, r.said())
		}
		require.NoError(r.t, r.watch.QueryRow(ctx, ended, org).Scan(&after))
	}
}

// stands returns where an interview's candidate stands.
func (r *rig) stands(interview string) (text string) {
	r.t.Helper()
	require.NoError(r.t, r.watch.QueryRow(r.t.Context(), `
		SELECT concat_ws(' ', t.status, t.stage, CASE WHEN t.missing_since IS NOT NULL THEN '(left out)' END)
		  FROM ghexport.tracks t JOIN ghexport.exports e ON e.id = t.export_id WHERE e.interview_id = $1`, interview).Scan(&text))
	return text
}

// reads are the reads of candidates that arrived.
func (r *rig) reads() (paths []string) {
	for _, q := range r.sim.Requests() {
		if q.Method == http.MethodGet && strings.Contains(q.Path, "/candidates?") {
			paths = append(paths, q.Path)
		}
	}
	return paths
}

func TestTrack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.sql("CREATE TRIGGER tell AFTER UPDATE ON ghexport.tracking FOR EACH STATEMENT EXECUTE FUNCTION public.tell()")
	key := r.company("acme", seesProspects)
	n := r.start()
	r.enqueue(result("acme", "iv_1"), result("acme", "iv_2"), result("acme", "iv_3"))
	ids := map[string]int64{}
	for _, iv := range []string{"iv_1", "iv_2", "iv_3"} {
		ids[iv] = *r.state(iv, "sent").CandidateID
	}
	plan := func(status int, body string, headers map[string]string) {
		r.sim.Plan(greenhousesim.Fault{On: "GET candidates", Status: status, Body: &body, Headers: headers})
	}

	t.Run("AsksForManyInOneRequest", func(t *testing.T) {
		r.look(n, "acme")
		assert.Len(t, r.reads(), 1)
		for iv := range ids {
			assert.Equal(t, "active Application Review", r.stands(iv))
		}
	})

	t.Run("SeesAMove", func(t *testing.T) {
		require.NoError(t, r.sim.Move(greenhousesim.Move{ID: ids["iv_1"], Stage: "Onsite"}))
		r.look(n, "acme")
		assert.Equal(t, "active Onsite", r.stands("iv_1"))
		assert.Equal(t, "active Application Review", r.stands("iv_2"))
	})

	t.Run("ReadsABareObjectAndPassesOverWhatWasNotAskedFor", func(t *testing.T) {
		r.sql("UPDATE ghexport.tracks SET next_look_at = NULL FROM ghexport.exports e WHERE e.id = export_id AND e.interview_id <> 'iv_2'")
		plan(200, fmt.Sprintf(`{"id":%d,"applications":[{"id":1,"status":"Active","stage":"Phone Screen"}]}`, ids["iv_2"]), nil)
		r.look(n, "acme")
		assert.Equal(t, "active Phone Screen", r.stands("iv_2"))
		plan(200, fmt.Sprintf(`[{"id":%d,"applications":[{"status":"hired","stage":"Offer"}]},{"id":99,"applications":[]}]`, ids["iv_3"]), nil)
		r.look(n, "acme")
		assert.Equal(t, "active Application Review", r.stands("iv_3"), "it was not asked for")
		assert.Equal(t, "active Phone Screen (left out)", r.stands("iv_2"))
	})

	t.Run("WhoWasDeletedIsNeverCreatedAgain", func(t *testing.T) {
		require.NoError(t, r.sim.Delete(ids["iv_2"]))
		creates := len(r.sim.Creates(key))
		for range 3 {
			r.look(n, "acme")
		}
		assert.Equal(t, "active Phone Screen (left out)", r.stands("iv_2"))
		r.enqueue(result("acme", "iv_2", set("version", 2), set("freeform_feedback", "Even better.")))
		r.until("iv_2", "of version 2", func(e row) bool { return e.Version == 2 })
		r.quiet()
		assert.Equal(t, "sent", r.state("iv_2", "sent").State)
		assert.Len(t, r.sim.Creates(key), creates)
	})

	t.Run("ALimitIsLearnedAndSendsKeepIt", func(t *testing.T) {
		plan(429, `{"message":"Rate limit exceeded"}`, map[string]string{"Retry-After": "600"})
		r.look(n, "acme")
		var blocked bool
		require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT bool_or(blocked_until > now() + interval '9 minutes') FROM ghexport.budgets").Scan(&blocked))
		assert.True(t, blocked)
		free, err := r.store.ChargeSpare(t.Context(), r.digests.Key(key), 1)
		require.NoError(t, err)
		assert.False(t, free)
		r.sql("UPDATE ghexport.budgets SET blocked_until = NULL")
	})

	t.Run("ARefusalHoldsNobody", func(t *testing.T) {
		r.company("globex", func(a *greenhousesim.Account) { a.Users[0].Level = greenhousesim.Basic })
		r.enqueue(result("globex", "iv_4"))
		r.state("iv_4", "sent")
		r.look(n, "globex")
		var status int
		require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT refused_status FROM ghexport.tracking WHERE org_id = 'globex'").Scan(&status))
		assert.Equal(t, 403, status)
		r.enqueue(result("globex", "iv_5"))
		r.state("iv_5", "sent")
	})
}
