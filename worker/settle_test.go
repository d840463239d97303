package worker

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// What a company's answers say beside their outcome keeps nobody from being sent, itself included.
func TestSettle_SideFactsNeverKeepAnExportFromBeingSent(t *testing.T) {
	t.Parallel()
	for name, headers := range map[string]map[string]string{
		"AboveInt4":         {"X-RateLimit-Limit": "4294967295", "X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "5"},
		"FarAbove":          {"X-RateLimit-Limit": "9999999999", "X-RateLimit-Remaining": "9999999998", "X-RateLimit-Reset": "5"},
		"RemainingIsLess":   {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "-4294967296", "X-RateLimit-Reset": "5"},
		"ResetIsForEver":    {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "40", "X-RateLimit-Reset": "999999999999999999"},
		"RefusedByTheTable": {"X-RateLimit-Limit": "77", "X-RateLimit-Remaining": "70", "X-RateLimit-Reset": "5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			key := r.company("acme")
			r.sql("ALTER TABLE ghexport.budgets ADD CONSTRAINT bug CHECK (limit_ <> 77)")
			r.sim.Plan(greenhousesim.Fault{Headers: headers, Times: -1})
			registry := prometheus.NewRegistry()
			r.start(func(c *Config, _ *relay.Relay) { c.Workers, c.Metrics = 1, NewMetrics(registry) })
			r.enqueue(result("acme", "one"), result("acme", "two"))
			r.state("one", "sent")
			r.state("two", "sent")
			assert.Equal(t, 2, r.sim.CountCandidates(key))
			if name == "RefusedByTheTable" {
				r.quiet()
				bare, _ := counted(t, registry, "ghexport_settles_refused_total", settledBare)
				assert.NotZero(t, bare)
				assert.Contains(t, r.said(), "recorded without it")
			}
		})
	}
}

// A settle that the database will never take gives its worker's place back, and the sweep ends the export where people look.
func TestSettle_RefusedForGoodLetsGo(t *testing.T) {
	t.Parallel()
	for name, refuses := range map[string]string{
		"ByAConstraint": "ALTER TABLE ghexport.exports ADD CONSTRAINT bug CHECK (interview_id <> 'poison' OR state <> 'sent')",
		"ByATrigger": `
			CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no, Ada Lovelace''; END';
			CREATE TRIGGER refuse BEFORE UPDATE ON ghexport.exports FOR EACH ROW
			   WHEN (new.interview_id = 'poison' AND new.state = 'sent') EXECUTE FUNCTION public.refuse()`,
		"ForWantOfAColumn": `
			CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN new.nothing := 1; RETURN new; END';
			CREATE TRIGGER refuse BEFORE UPDATE ON ghexport.exports FOR EACH ROW
			   WHEN (new.interview_id = 'poison' AND new.state = 'sent') EXECUTE FUNCTION public.refuse()`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			key := r.company("acme")
			r.sql(refuses)
			registry := prometheus.NewRegistry()
			r.start(func(c *Config, _ *relay.Relay) { c.Workers, c.Metrics = 1, NewMetrics(registry) })
			r.enqueue(result("acme", "poison"))
			r.state("poison", "sending")
			r.enqueue(result("acme", "after"))
			r.state("after", "sent")
			never, _ := counted(t, registry, "ghexport_settles_refused_total", settledNever)
			assert.InDelta(t, 1, never, 0)
			assert.Contains(t, r.said(), "refuses to record how an attempt ended")
			assert.NotContains(t, r.said(), "Lovelace")
			assert.Equal(t, "sending", r.state("poison", "sending").State)
			r.sql("UPDATE ghexport.exports SET deadline = now() WHERE interview_id = 'poison'")
			assert.Equal(t, "outcome.unknown", r.state("poison", "unknown").Cause)
			assert.Equal(t, 2, r.sim.CountCandidates(key))
		})
	}
}
