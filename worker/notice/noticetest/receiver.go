package noticetest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Secret holds what a [Receiver] checks signatures by.
const Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// Call is one that the webhook was sent.
type Call struct {
	ID   string
	Type string
	Data map[string]any
	Raw  string
}

// Receiver is the product's webhook. A call whose signature does not hold fails the test.
type Receiver struct {
	URL string

	mu     sync.Mutex
	calls  []Call
	answer int
	came   chan struct{} // closed and replaced with every call
}

// NewReceiver starts one that ends with the test.
func NewReceiver(t testing.TB) *Receiver {
	t.Helper()
	r := &Receiver{answer: http.StatusNoContent, came: make(chan struct{})}
	verifier, err := standardwebhooks.NewWebhook(Secret)
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if !assert.NoError(t, err) || !assert.NoError(t, verifier.Verify(body, req.Header)) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		call := Call{ID: req.Header.Get("webhook-id"), Raw: string(body)}
		var event struct {
			Type string
			Data map[string]any
		}
		assert.NoError(t, json.Unmarshal(body, &event))
		call.Type, call.Data = event.Type, event.Data
		w.WriteHeader(r.take(call))
	}))
	t.Cleanup(server.Close)
	r.URL = server.URL
	return r
}

func (r *Receiver) take(call Call) (status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, call)
	close(r.came)
	r.came = make(chan struct{})
	return r.answer
}

// Answer sets the status of every answer from now on.
func (r *Receiver) Answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = status
}

// Calls are those that came so far.
func (r *Receiver) Calls() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Call(nil), r.calls...)
}

// Await returns once n calls came.
func (r *Receiver) Await(t testing.TB, n int) []Call {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		r.mu.Lock()
		have, came := len(r.calls), r.came
		r.mu.Unlock()
		if have >= n {
			return r.Calls()
		}
		select {
		case <-came:
		case <-ctx.Done():
			require.Failf(t, "calls did not come", "%d of %d came within a minute", have, n)
		}
	}
}
