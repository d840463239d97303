package webhooks

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/tracking"
)

// observeHeard writes down in tx what an event says of a candidate, as [tracking.Store.Observe] does. What the event leaves out stays as it was.
func observeHeard(ctx context.Context, tx pgx.Tx, org string, o ledger.Observation) error {
	tracked, now, err := tracking.LockTracked(ctx, tx, org, []ledger.Observation{o})
	if err != nil || len(tracked) == 0 {
		return err
	}
	var w tracking.Writer
	for _, t := range tracked {
		said := tracking.SaneObservations([]ledger.Observation{o}, now)
		for n := range said[0].Applications {
			if app := &said[0].Applications[n]; app.Stage == "" {
				app.Stage = t.Stage
			}
			if app := &said[0].Applications[n]; app.Job == "" {
				app.Job = t.Job
			}
		}
		w.Observe(t, said, now)
	}
	return w.Write(ctx, tx, org)
}

// observes returns what the event tells of the profile that its candidate is now; false where it tells nothing of how that stands.
func (e workedEvent) observes(now profileFate) (ledger.Observation, bool) {
	o := ledger.Observation{Candidate: now.ID, At: e.moment()}
	switch {
	case now.Anonymised:
		o.As = ledger.ObservedAnonymised
	case now.Gone:
		o.As = ledger.ObservedDeleted
	case e.Action.Tells() == ledger.HookTellsPresence && e.Status != "":
		o.As = ledger.ObservedThere
		o.Applications = []ledger.Application{{ID: e.Application, Status: ledger.TrackStatus(e.Status), Stage: e.Stage, Job: e.Job}}
	default:
		return o, false
	}
	return o, true
}

// moment returns when what the event tells was so.
func (e workedEvent) moment() time.Time {
	if e.At.IsZero() {
		return e.ReceivedAt
	}
	return e.At
}
