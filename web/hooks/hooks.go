// Package hooks is the door at which Greenhouse's webhooks come in: it checks the signature, keeps what is of use of the event, and
// answers at once.
package hooks

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/access"
	"github.com/interviewing-io/greenhouse-export/store/webhooks"
)

// Path names where a company's webhooks come in; {org} is the company.
const Path = "/hooks/greenhouse/"

// BodyBytes bounds an event: Greenhouse's own are some kilobytes, and more with many interviews and answers.
const BodyBytes = 1 << 20

// How much comes in, counted by all nodes together. Greenhouse tries again, for 15 hours, what it is not answered 200 for.
const (
	perCompany   = 1200 // events of one company a minute
	wrongPerNet  = 120  // requests of one network a minute that are refused with a reason of their own
	doorWindow   = time.Minute
	receiveLimit = 5 * time.Second // to keep one
)

// outcome names what became of a request.
type outcome string

const (
	accepted       outcome = "accepted"
	repeated       outcome = "repeated"
	wrongSignature outcome = "wrong_signature"
	unknownCompany outcome = "unknown_company"
	tooLong        outcome = "too_long"
	notJSON        outcome = "not_json"
	cutOff         outcome = "cut_off"
	limited        outcome = "limited"
	failed         outcome = "failed"
)

var outcomes = []outcome{accepted, repeated, wrongSignature, unknownCompany, tooLong, notJSON, cutOff, limited, failed}

// Door takes webhooks in. Its zero value cannot be used; it is safe for concurrent use.
type Door struct {
	Secrets
	Digests *seal.Digests // by which an external_id of ours is known
	Log     *zap.Logger
	Now     func() time.Time           // the clock of the limits
	Network func(*http.Request) string // where a request comes from
	Count   func(outcome string)       // counts requests by outcome; see [Received]
}

// Received is a counter of requests by what became of them, registered with every outcome at zero.
func Received(registry prometheus.Registerer) func(outcome string) {
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ghexport_hooks_received_total", Help: "Webhooks of companies' Greenhouses that came to this process, by what became of them.",
	}, []string{"outcome"})
	for _, o := range outcomes {
		counter.WithLabelValues(string(o))
	}
	registry.MustRegister(counter)
	return func(outcome string) { counter.WithLabelValues(outcome).Inc() }
}

// ServeHTTP answers POST /hooks/greenhouse/{org}: 200 once the event is kept, or was before; 401 for a wrong signature; 404 for a company
// without webhooks; 413 and 400 for a body that is too long or no JSON object; 429 where too much comes. Only 200 ends Greenhouse's tries.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), receiveLimit)
	defer cancel()
	status, what := d.receive(ctx, w, r)
	if what == wrongSignature || what == unknownCompany || what == tooLong || what == notJSON {
		wait, err := access.In(d.Store).Allow(ctx, sha256.Sum256([]byte("webhooks refused\n"+d.Network(r))), wrongPerNet, doorWindow, d.Now())
		switch {
		case err != nil:
			status, what = d.broken(err)
		case wait > 0:
			status, what = tooMany(w, wait)
		case what == wrongSignature:
			if err := webhooks.In(d.Store).HookRefused(ctx, r.PathValue("org")); err != nil {
				d.Log.Warn("webhook", zap.Error(err))
			}
		}
	}
	d.Count(string(what))
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"outcome": string(what)}) //nolint:errcheck // nobody is left to tell
}

func tooMany(w http.ResponseWriter, wait time.Duration) (int, outcome) {
	w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
	return http.StatusTooManyRequests, limited
}

func (d *Door) broken(err error) (int, outcome) {
	d.Log.Warn("webhook", zap.Error(err))
	return http.StatusServiceUnavailable, failed
}

// receive checks a request and keeps its event.
func (d *Door) receive(ctx context.Context, w http.ResponseWriter, r *http.Request) (int, outcome) {
	org := r.PathValue("org")
	sealed, err := webhooks.In(d.Store).Secret(ctx, org)
	if errors.Is(err, store.ErrNotFound) {
		return http.StatusNotFound, unknownCompany
	}
	if err != nil {
		return d.broken(err)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, BodyBytes))
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return http.StatusRequestEntityTooLarge, tooLong
	case err != nil:
		return http.StatusBadRequest, cutOff
	}
	signed, err := d.signed(org, sealed, r.Header.Get(greenhouse.SignatureHeader), body)
	if err != nil {
		return d.broken(err)
	}
	if !signed {
		return http.StatusUnauthorized, wrongSignature
	}
	said, err := greenhouse.ReadEvent(body)
	if err != nil {
		return http.StatusBadRequest, notJSON
	}
	wait, err := access.In(d.Store).Allow(ctx, sha256.Sum256([]byte("webhooks\n"+org)), perCompany, doorWindow, d.Now())
	if err != nil {
		return d.broken(err)
	}
	if wait > 0 {
		return tooMany(w, wait)
	}
	return d.keep(ctx, org, said, eventKey(r.Header.Get(greenhouse.EventIDHeader), body))
}

// signed tries the company's secret, and the one before while that counts.
func (d *Door) signed(org string, sealed webhooks.Secret, signature string, body []byte) (bool, error) {
	for _, one := range [][]byte{sealed.Sealed, sealed.Before} {
		if one == nil {
			continue
		}
		secret, err := d.Keyset.Open(seal.HookOrg(org), one)
		if err != nil {
			return false, err
		}
		if greenhouse.Signed(signature, greenhouse.NewSecret(string(secret)), body) {
			return true, nil
		}
	}
	return false, nil
}

func eventKey(id string, body []byte) [sha256.Size]byte {
	if id = strings.TrimSpace(id); id != "" {
		return sha256.Sum256([]byte("event\n" + id))
	}
	return sha256.Sum256(append([]byte("body\n"), body...))
}

func (d *Door) keep(ctx context.Context, org string, said greenhouse.Event, key [sha256.Size]byte) (int, outcome) {
	e := webhooks.Event{
		OrgID: org, Key: key, Action: ledger.HookAction(said.Action), At: said.At, Candidate: said.Candidate, NewCandidate: said.NewCandidate,
		Application: said.Application, Digest: d.Digests.Candidate(said.ExternalID), Born: said.Born, Status: said.Status, Stage: said.Stage, Job: said.Job,
	}
	if page, err := store.ParseProfileURL(said.ProfileURL, true); err == nil && page.CandidateID == said.Candidate {
		e.ProfileURL = page.URL
	}
	fresh, err := webhooks.In(d.Store).ReceiveEvent(ctx, e)
	switch {
	case err != nil:
		return d.broken(err)
	case !fresh:
		return http.StatusOK, repeated
	}
	return http.StatusOK, accepted
}
