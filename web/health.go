package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store"
)

// readyLimit bounds one question whether the process is ready: whoever asks does so every few seconds.
const readyLimit = time.Second

var errReadySlow = fmt.Errorf("the check took longer than %s", readyLimit)

// healthOf answers whoever runs the process.
type probes struct {
	ready    func(context.Context) error
	log      *zap.Logger
	notReady atomic.Bool // what the last answer was, so that only changes are logged
}

// alive never asks Postgres: a database that is away must not get the process killed.
func (h *probes) alive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, "ok\n") //nolint:errcheck // nobody is left to tell
}

func (h *probes) readiness(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeoutCause(r.Context(), readyLimit, errReadySlow)
	defer cancel()
	err := h.ready(ctx)
	if err != nil && r.Context().Err() != nil {
		return // the asker left: that says nothing about us
	}
	if changed := h.notReady.Swap(err != nil) != (err != nil); changed {
		h.log.Info("readiness changed", zap.Bool("ready", err == nil), zap.Error(err))
	}
	if err == nil {
		h.alive(w, r)
		return
	}
	http.Error(w, "not ready: "+reason(ctx, err), http.StatusServiceUnavailable)
}

// reason leaves out what a driver says about a connection, which names hosts and users: nobody has logged in here.
func reason(ctx context.Context, err error) string {
	switch {
	case errors.Is(context.Cause(ctx), errReadySlow):
		return errReadySlow.Error()
	case store.ConnectionLost(err):
		return "the database cannot be reached"
	default:
		return err.Error()
	}
}
