package main

import (
	"net/http"
	"os"

	"github.com/google/uuid"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/web/metrics"
	"github.com/interviewing-io/greenhouse-export/worker"
)

// metrics returns what this node serves at /metrics.
func (s *service) metrics() http.Handler {
	return metrics.Handler(s.registry, s.store, binaryVersion(), s.log)
}

// heartbeat tells the fleet that this node is there.
func (s *service) heartbeat() *worker.Heartbeat {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return &worker.Heartbeat{
		Store: s.store, Log: s.log, Trouble: s.ready.trouble, Keys: s.connections.Keyset.IDs,
		Node: ledger.Node{
			ID: uuid.New(), Host: host, Version: binaryVersion(), Console: s.console(), Sends: !s.flags.noSend && !s.flags.noWorkers,
			TestAddress: s.config.TestBaseURL != "",
		},
	}
}
