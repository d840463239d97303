package worker

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// paceLimit is the promise: an export is sent within this of its producer's commit, while its company and Greenhouse are well.
const paceLimit = time.Minute

// faultNobody is the label of what is late because a person had to act.
const faultNobody = "nobody"

// pace counts how the promise was kept.
type pace struct {
	inTime prometheus.Counter
	late   *prometheus.CounterVec
}

func newPace(registry prometheus.Registerer) pace {
	p := pace{
		inTime: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "ghexport_sent_in_time_total", Help: "Exports that this process sent within a minute of the producer's commit.",
		}),
		late: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ghexport_sent_late_total",
			Help: "Exports that this process sent later than that, by whose doing it was; the promise is broken by ours alone.",
		}, []string{"fault"}),
	}
	for _, fault := range ledger.Faults {
		p.late.WithLabelValues(string(fault))
	}
	p.late.WithLabelValues(faultNobody)
	registry.MustRegister(p.inTime, p.late)
	return p
}

// paced counts an export that was just sent. Why it is late is asked of those that are, which are few; where that cannot be found out it
// is ours.
func (w *Worker) paced(ctx context.Context, said store.Settle, settled store.Settled) {
	p := w.config.Metrics.pace
	if settled.State != ledger.StateSent || said.Outcome != ledger.OutcomeSent || !settled.Applied {
		return
	}
	if settled.Waited <= paceLimit {
		p.inTime.Inc()
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	fault, err := w.store.LateBy(ctx, said.ExportID)
	if err != nil {
		w.config.Log.Warn("say whose doing a late export is", zap.Int64("export_id", said.ExportID), zap.Error(err))
	}
	if fault == ledger.FaultNobody {
		fault = faultNobody
	}
	p.late.WithLabelValues(string(fault)).Inc()
}
