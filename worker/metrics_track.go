package worker

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
)

// trackMetrics counts looks at sent candidates.
type trackMetrics struct {
	requests *prometheus.CounterVec
	changes  prometheus.Counter
}

func newTrackMetrics(registry prometheus.Registerer) trackMetrics {
	m := trackMetrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ghexport_tracking_requests_total", Help: "Requests that asked where sent candidates stand, by what came of them.",
		}, []string{"answer"}),
		changes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "ghexport_tracking_changes_total", Help: "Sent candidates that stood elsewhere than before when this process asked.",
		}),
	}
	for _, answer := range []string{"answered", "refused", "limited", "failed"} {
		m.requests.WithLabelValues(answer)
	}
	registry.MustRegister(m.requests, m.changes)
	return m
}

// asked counts a request; refusal is nil for one that was answered.
func (m trackMetrics) asked(refusal *greenhouse.Error) {
	answer := "answered"
	if refusal != nil {
		switch refusal.Class {
		case greenhouse.ClassAuthRejected, greenhouse.ClassPermissionDenied:
			answer = "refused"
		case greenhouse.ClassLimited:
			answer = "limited"
		default:
			answer = "failed"
		}
	}
	m.requests.WithLabelValues(answer).Inc()
}
