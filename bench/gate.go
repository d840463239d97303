package main

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// gate stands before the simulator and counts what it does not: how many requests are in flight, which answers went out, and when
// each candidate's request arrived.
type gate struct {
	config fakeConfig
	inner  http.Handler

	now, peak atomic.Int64
	busy      atomic.Int64 // nanoseconds that requests spent inside, added up
	refused   atomic.Int64 // answers 429
	denied    atomic.Int64 // answers 401

	mu sync.Mutex
	at map[string]time.Time // first arrival by external id
}

func newGate(inner http.Handler, c fakeConfig) *gate {
	return &gate{config: c, inner: inner, at: map[string]time.Time{}}
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	arrived := time.Now()
	for n := g.now.Add(1); ; {
		peak := g.peak.Load()
		if n <= peak || g.peak.CompareAndSwap(peak, n) {
			break
		}
	}
	defer func() {
		g.busy.Add(int64(time.Since(arrived)))
		g.now.Add(-1)
	}()
	if g.config.note {
		g.note(r, arrived)
	}
	g.inner.ServeHTTP(&answer{ResponseWriter: w, gate: g}, r)
}

// note finds the external id in the body's text: decoding it would cost what is measured.
func (g *gate) note(r *http.Request, at time.Time) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the simulator finds the body broken, too
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	_, rest, _ := strings.Cut(string(body), `"external_id":"`)
	id, _, found := strings.Cut(rest, `"`)
	if !found {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, again := g.at[id]; !again {
		g.at[id] = at
	}
}

// arrivals tells when each candidate's request was there first, by external id.
func (g *gate) arrivals() map[string]time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return maps.Clone(g.at)
}

// arrived tells whether all of them are there.
func (g *gate) arrived(list []result) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, r := range list {
		if _, there := g.at[candidateID(r.id)]; !there {
			return false
		}
	}
	return true
}

// answer looks at the status on its way out.
type answer struct {
	http.ResponseWriter
	gate *gate
}

// WriteHeader counts refusals, and hides the limit where it is to be unknown.
func (a *answer) WriteHeader(status int) {
	switch status {
	case http.StatusTooManyRequests:
		a.gate.refused.Add(1)
	case http.StatusUnauthorized:
		a.gate.denied.Add(1)
	}
	if a.gate.config.blind {
		for _, name := range []string{"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"} {
			a.Header().Del(name)
		}
	}
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap gives http.ResponseController what it hijacks and flushes.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
