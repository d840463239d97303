package worker

import (
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// refusals are fixed reasons for which an intent of globex's `poison` is refused, or cannot be read, and what mends each.
var refusals = map[string]struct{ refuse, mend, detail string }{
	"ByItsMapping": {
		`UPDATE ghexport.integrations SET mode = 'candidate', job_map = '{"backend-engineer": "no number"}' WHERE org_id = 'globex'`,
		`UPDATE ghexport.integrations SET mode = 'prospect', job_map = '{}' WHERE org_id = 'globex'`, "SQLSTATE 22P02",
	},
	"ByATrigger": {
		`CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no, Ada Lovelace''; END';
		 CREATE TRIGGER refuse BEFORE UPDATE ON ghexport.exports FOR EACH ROW
		    WHEN (new.interview_id = 'poison' AND new.state = 'sending') EXECUTE FUNCTION public.refuse()`,
		`DROP TRIGGER refuse ON ghexport.exports`, "SQLSTATE P0001",
	},
	"ByAConstraint": {
		`ALTER TABLE ghexport.exports ADD CONSTRAINT bug CHECK (interview_id <> 'poison' OR state <> 'sending')`,
		`ALTER TABLE ghexport.exports DROP CONSTRAINT bug`, "SQLSTATE 23514 bug",
	},
	"ForWhatIsNoReferrer": {
		`UPDATE ghexport.integrations SET credit = 'fixed', credit_to = '"Ada Lovelace"' WHERE org_id = 'globex'`,
		`UPDATE ghexport.integrations SET credit = 'created_by', credit_to = NULL WHERE org_id = 'globex'`, "cannot be read",
	},
	"ForWantOfABody": {
		`CREATE TABLE public.kept AS SELECT id, body_id FROM ghexport.exports WHERE interview_id = 'poison';
		 UPDATE ghexport.exports SET body_id = NULL WHERE interview_id = 'poison'`,
		`UPDATE ghexport.exports e SET body_id = k.body_id FROM public.kept k WHERE k.id = e.id`, "cannot be read",
	},
}

// What the database refuses for a fixed reason ages and ends as any failure does, sends nothing, and spoils nobody who was asked for
// with it.
func TestIntent_RefusedForGoodAgesAndEnds(t *testing.T) {
	t.Parallel()
	for name, c := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			acme, globex := r.company("acme"), r.company("globex")
			r.sql("UPDATE ghexport.integrations SET in_flight_cap = 20")
			_, err := r.store.StopAll(t.Context(), somebody)
			require.NoError(t, err)
			registry := prometheus.NewRegistry()
			n := r.start(func(c *Config, _ *relay.Relay) { c.Metrics = NewMetrics(registry) })
			for i := range 20 {
				r.enqueue(result("acme", fmt.Sprintf("good_%02d", i)))
			}
			r.enqueue(result("globex", "poison", set("job", "backend-engineer")))
			r.state("poison", "pending")
			r.state("good_19", "pending")
			r.sql(c.refuse)
			_, err = r.store.ResumeAll(t.Context(), somebody)
			require.NoError(t, err)
			n.relay.Nudge()

			e := r.until("poison", "failed", func(e row) bool { return e.State == "pending" && e.Cause == "bug" })
			assert.Contains(t, e.Detail, c.detail)
			assert.NotContains(t, e.Detail, "Ada")
			for i := range 20 {
				assert.Equal(t, 1, r.state(fmt.Sprintf("good_%02d", i), "sent").Attempts, "no neighbour is spoilt")
			}
			assert.Equal(t, 20, r.sim.CountCandidates(acme))
			failures, attempts, later := r.aged("poison")
			assert.Equal(t, []int{1, 1}, []int{failures, attempts})
			assert.True(t, later, "it goes again by the schedule, not at once")
			assert.NotContains(t, r.said(), "Lovelace")

			r.sql("UPDATE ghexport.control SET released_at = NULL") // what failed before a release is forgotten
			r.sql("UPDATE ghexport.integrations SET released_at = NULL")
			r.sql("UPDATE ghexport.exports SET due_at = clock_timestamp(), first_failed_at = clock_timestamp() - interval '73 hours' WHERE interview_id = 'poison'")
			n.relay.Nudge()
			e = r.until("poison", "dead, with its job", func(e row) bool { return e.State == "dead" && e.JobState == "discarded" })
			assert.Equal(t, "bug", e.Cause)
			assert.Contains(t, e.Detail, "after 72 h")
			failures, attempts, _ = r.aged("poison")
			assert.Equal(t, []int{2, 2}, []int{failures, attempts})
			assert.Empty(t, r.sim.Creates(globex))
			dead, _ := counted(t, registry, "ghexport_dead_total", "bug")
			assert.InDelta(t, 1, dead, 0)

			r.sql(c.mend)
			_, err = r.store.Replay(t.Context(), store.ReplayRequest{Request: store.Request{Filter: store.Filter{IDs: []int64{e.ID}}, By: somebody}})
			require.NoError(t, err)
			n.relay.Nudge()
			r.state("poison", "sent")
			assert.Equal(t, 1, r.sim.CountCandidates(globex))
		})
	}
}

// aged reads how often an export failed, how many attempts are in its log, and whether it waits for a later time.
func (r *rig) aged(interview string) (failures, attempts int, later bool) {
	r.t.Helper()
	require.NoError(r.t, r.watch.QueryRow(r.t.Context(), `
		SELECT e.failures, (SELECT count(*) FROM ghexport.attempts a WHERE a.export_id = e.id AND a.cause = 'bug'),
		       coalesce(e.due_at > e.updated_at AND e.first_failed_at IS NOT NULL, false)
		  FROM ghexport.exports e WHERE e.interview_id = $1`, interview).Scan(&failures, &attempts, &later))
	return failures, attempts, later
}
