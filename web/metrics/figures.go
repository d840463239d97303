package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// What the ledger's figures are called. All are gauges.
var (
	descUp       = desc("ledger_up", "1 when the figures of the ledger could be read for this scrape, else 0 and they are left out.")
	descExports  = desc("exports", "Exports by state. Those of ineligible, sent and cancelled may be as old as ghexport_exports_counted_age_seconds says.", "state")
	descCounted  = desc("exports_counted_age_seconds", "How old the counts of the states are that are over (ineligible, sent, cancelled).")
	descDue      = desc("oldest_due_age_seconds", "For how long the export has been due that waits longest and whose company may send.")
	descOutbox   = desc("outbox_oldest_age_seconds", "Age of the oldest message that is not folded yet.")
	descMessages = desc("outbox_messages", "Messages that are not folded yet.")
	descRejected = desc("rejected_messages", "Messages that could not be folded (message.invalid).")
	descHeld     = desc("held_orgs", "Companies that may not send, by why; those that are off count where exports of theirs wait.", "cause")
	descHeldWait = desc("held_exports", "Pending exports of companies that may not send, by why.", "cause")
	descOn       = desc("orgs_on", "Companies that are turned on.")
	descFailing  = desc("failing_orgs", "Companies whose exports wait because Greenhouse could not be reached, or failed.")
	descFailFor  = desc("failing_seconds", "For how long, of the failure that is the oldest.")
	descDecide   = desc("decisions_waiting", "Exports that wait for a person's decision.", "state")
	descStopped  = desc("sending_stopped", "1 when nothing is sent for anybody (pause --all).")
	descPaused   = desc("river_queues_paused", "River queues that somebody paused.")
	descJobs     = desc("river_jobs", "River's jobs that are not finished, by River's states.", "state")
	descKept     = desc("kept_oldest_age_seconds", "Age of the oldest row of each class of what grows and goes by age (docs/operations.md); 0 where there is none.", "class")
	descWaits    = desc("org_oldest_age_seconds", "Of the ten companies whose exports have waited for longest, held ones included: for how long.", "org_id")
	descWaiting  = desc("org_waiting_exports", "How many exports of these wait.", "org_id")
	descBudget   = desc("budget_use_ratio", "The largest share of its budget that a company has spent in its present window.")
	descBudgets  = desc("budget_waiting_orgs", "Companies that may send and wait for their budget.")
	descNodes    = desc("nodes", "Nodes seen within a minute, by what they do.", "does")

	ledgerDescs = []*prometheus.Desc{
		descUp, descExports, descCounted, descDue, descOutbox, descMessages, descRejected, descHeld, descHeldWait, descOn, descFailing,
		descFailFor, descDecide, descStopped, descPaused, descJobs, descKept, descWaits, descWaiting, descBudget,
		descBudgets, descNodes,
	}
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("ghexport_"+name, help, labels, nil)
}

// send hands each figure on.
func (f *reading) send(gauge func(d *prometheus.Desc, value float64, labels ...string)) {
	b := f.backlog
	for _, state := range ledger.States {
		gauge(descExports, float64(f.states[state]), string(state))
	}
	gauge(descCounted, float64(f.age))
	gauge(descDue, float64(b.DueAge))
	gauge(descOutbox, float64(b.OutboxAge))
	gauge(descMessages, float64(b.Outbox))
	gauge(descRejected, float64(b.Rejected))
	held := map[ledger.Cause]ledger.HeldGroup{}
	for _, group := range b.Held {
		held[group.Cause] = group
	}
	for _, cause := range ledger.HoldCauses { // from the start, so that an alert's expression finds a zero rather than nothing
		gauge(descHeld, float64(held[cause].Count), string(cause))
		gauge(descHeldWait, float64(held[cause].Waiting), string(cause))
	}
	gauge(descOn, float64(b.Companies))
	gauge(descFailing, float64(b.Failing.Companies))
	gauge(descFailFor, float64(b.Failing.Age))
	gauge(descDecide, float64(b.Unknown), string(ledger.StateUnknown))
	gauge(descDecide, float64(b.Decisions), string(ledger.StateDuplicate))
	gauge(descStopped, oneIf(b.Stopped != nil))
	gauge(descPaused, float64(len(b.Paused)))
	for _, state := range []string{"available", "running", "retryable", "scheduled"} {
		gauge(descJobs, float64(b.RiverJobs[state]), state)
	}
	for _, class := range ledger.Keeps {
		age := 0.0
		if oldest, some := f.oldest[class]; some {
			age = max(0, time.Since(oldest).Seconds())
		}
		gauge(descKept, age, string(class))
	}
	for _, org := range b.Oldest {
		gauge(descWaits, float64(org.Age), org.Org)
		gauge(descWaiting, float64(org.Count), org.Org)
	}
	gauge(descBudget, f.budget)
	gauge(descBudgets, float64(len(b.Still)))
	f.sendNodes(gauge)
}

func (f *reading) sendNodes(gauge func(d *prometheus.Desc, value float64, labels ...string)) {
	var folding, sending, serving float64
	for _, n := range f.backlog.Nodes {
		if n.Alive() {
			folding++ // every node does
			sending += oneIf(n.TakesJobs())
			serving += oneIf(n.Console)
		}
	}
	gauge(descNodes, folding, "fold")
	gauge(descNodes, sending, "send")
	gauge(descNodes, serving, "console")
}

func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
