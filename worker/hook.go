package worker

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/riverqueue/river"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/erasure"
	"github.com/interviewing-io/greenhouse-export/store/webhooks"
)

const hooksAtOnce = 4

// hookWorker works off what a company's Greenhouse said by webhook.
type hookWorker struct {
	river.WorkerDefaults[jobs.HookArgs]
	*Worker
}

func workedHooks() *prometheus.CounterVec {
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ghexport_hooks_worked_total", Help: "Events of companies' Greenhouses that this process worked off, by what came of them.",
	}, []string{"outcome"})
	for _, outcome := range ledger.HookOutcomes {
		counter.WithLabelValues(string(outcome))
	}
	return counter
}

// Work works off a company's events in the order in which they came, until none is left. After half of the job's time it goes behind
// other companies' jobs and carries on from there. An event that fails is put off, and the others go on.
func (w *hookWorker) Work(ctx context.Context, job *river.Job[jobs.HookArgs]) error {
	until := time.Now().Add(w.config.JobTimeout / 2)
	nudge, left := false, false
	for after := int64(0); ; {
		if left = !time.Now().Before(until); left {
			break
		}
		some, err := webhooks.In(w.store).WorkEvents(ctx, job.Args.OrgID, after, w.erase)
		if err != nil {
			return err // the sweep hands it out again
		}
		if len(some) == 0 {
			break
		}
		for _, done := range some {
			if after = done.ID; done.Earlier > 0 {
				after = 0
			}
			nudge = w.tell(job.Args.OrgID, done) || nudge
		}
	}
	if nudge { // a sibling may go now
		w.config.Relay.Nudge()
	}
	if left {
		return river.JobSnooze(0)
	}
	return nil
}

// tell counts and logs what came of an event, and returns whether others may go for it.
func (w *hookWorker) tell(org string, done webhooks.Worked) (nudge bool) {
	fields := []zap.Field{zap.Int64("event_id", done.ID), zap.String("org_id", org), zap.String("action", string(done.Action))}
	if done.Failed != nil {
		if done.Outcome == ledger.HookAbandoned {
			w.config.Metrics.hooks.WithLabelValues(string(done.Outcome)).Inc()
			fields = append(fields, zap.String("outcome", string(done.Outcome)))
		}
		w.config.Log.Warn("event", append(fields, zap.Error(done.Failed))...)
		return false
	}
	w.config.Metrics.hooks.WithLabelValues(string(done.Outcome)).Inc()
	if len(done.Exports) > 0 {
		w.config.Log.Info("event", append(fields, zap.String("outcome", string(done.Outcome)), zap.Int64s("exports", done.Exports))...)
	}
	return done.Outcome == ledger.HookSettled || done.Outcome == ledger.HookErased
}

// erase takes out what is held about a person whom a company has anonymised.
func (w *hookWorker) erase(ctx context.Context, org, candidate string, by store.By) (exports []int64, err error) {
	erased, err := erasure.In(w.store).Erase(ctx, erasure.Erasure{Candidate: candidate, Org: org, Digests: w.config.Relay.Digests, By: by})
	for _, e := range erased.Exports {
		exports = append(exports, e.ID)
	}
	return exports, err
}
