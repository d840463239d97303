// Package greenhousesim pretends to be Greenhouse's Candidate Ingestion API, for tests and for trying things out.
//
// It is an http.Handler with a memory: accounts with users, jobs and pools; the candidates that it was given; a log of
// every request. It misbehaves on demand (see Fault), answers the pages / and /people/{id} for people, and takes orders
// under /_sim/ for programs. It decodes what it gets into structs of its own, so that a mistake in the client's structs
// shows.
//
// It follows https://developers.greenhouse.io/candidate-ingestion.html. Nothing of it was compared with the live API,
// and these points, on which the documentation is silent, are guesses:
//
//   - Missing or wrong fields are answered with 422 (Config.InvalidStatus); broken JSON with 400 is documented.
//   - A disabled user is answered with 401 (Config.DisabledStatus).
//   - A job or pool that does not exist, or is closed, is answered with 404, one that the user may not use with 403.
//   - Rate limits: the documentation of this API has none. Fixed windows, the X-RateLimit headers on every answer, and
//     429 with Retry-After are borrowed from the same vendor's Harvest API.
//   - Posting the same external_id again makes another candidate.
//   - An account without the prospects feature answers prospects with 403.
//   - In an array of candidates one bad element refuses them all.
//   - Unknown fields of a candidate are ignored; wrong types and unknown fields inside emails, social_media and
//     referrer are refused, which is stricter than is known.
//   - The wording of every error.
package greenhousesim

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Config says how the simulator behaves towards everybody. The zero value works.
type Config struct {
	// Now is the clock of rate windows and records, time.Now by default. When set, answers carry it as their Date.
	Now func() time.Time
	// PublicURL names where profile_url points to, https://app.greenhouse.io by default. Set to the simulator's own
	// address the profile opens there.
	PublicURL string
	// Latency delays every answer of the API.
	Latency time.Duration
	// DropBodies keeps no request bodies in the log, for long benchmarks.
	DropBodies bool
	// DisabledStatus answers a disabled user: 401 by default, or 403.
	DisabledStatus int
	// InvalidStatus answers a candidate with wrong fields: 422 by default, or 400.
	InvalidStatus int
	// OneAsObject answers a read of one candidate with that object instead of an array of it, and "Active" instead of "active", both as
	// the documentation's own sample does.
	OneAsObject bool
	// HookWaits are the waits between attempts to deliver an event, HookWaits of Greenhouse by default.
	HookWaits []time.Duration
	// Source names the partner that candidates come from, interviewing.io by default.
	Source string
}

// Sim is one simulated Greenhouse. It is safe for concurrent use.
type Sim struct {
	cfg Config
	mux *http.ServeMux

	mu       sync.Mutex
	accounts []*account // in the order they were added
	faults   []*Fault
	requests []*Request
	latency  time.Duration
	lastID   int64
	finished int           // requests that were answered or cut
	changed  chan struct{} // closed at the next change; nil while nobody waits
	closed   chan struct{}

	deliveries []*Delivery
	sending    sync.WaitGroup
	hookClient *http.Transport
}

// New returns a simulator without accounts: it answers 401 to everything until AddAccount.
func New(cfg Config) *Sim {
	cfg.PublicURL = strings.TrimSuffix(cmp.Or(cfg.PublicURL, "https://app.greenhouse.io"), "/")
	cfg.DisabledStatus = cmp.Or(cfg.DisabledStatus, http.StatusUnauthorized)
	cfg.InvalidStatus = cmp.Or(cfg.InvalidStatus, http.StatusUnprocessableEntity)
	cfg.Source = cmp.Or(cfg.Source, "interviewing.io")
	s := &Sim{cfg: cfg, latency: cfg.Latency, lastID: 17680000, closed: make(chan struct{}), hookClient: &http.Transport{DisableKeepAlives: true}}
	if s.cfg.HookWaits == nil {
		s.cfg.HookWaits = HookWaits
	}
	s.mux = http.NewServeMux()
	s.api("GET /v1/partner/current_user", s.currentUser)
	s.api("GET /v1/partner/jobs", s.jobs)
	s.api("GET /v1/partner/prospect_pools", s.prospectPools)
	s.api("GET /v1/partner/candidates", s.readCandidates)
	s.api("POST /v1/partner/candidates", s.createCandidates)
	s.api("POST /v1/partner/tracking_link", s.trackingLink)
	s.api("/v1/partner/", func(*asked) reply { return refuse(http.StatusNotFound, "", "Resource not found") })
	s.control()
	s.hooks()
	s.moves()
	s.pages()
	s.links()
	return s
}

// ServeHTTP answers the API, the pages and the orders.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Close lets every request go that a Fault keeps hanging, and ends the deliveries of events. It may be called once.
func (s *Sim) Close() {
	close(s.closed)
	s.sending.Wait()
}

// SetLatency changes Config.Latency for the requests that arrive from now on.
func (s *Sim) SetLatency(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latency = d
}

func (s *Sim) now() time.Time {
	if s.cfg.Now != nil {
		return s.cfg.Now()
	}
	return time.Now()
}

// nextID is asked with mu held. Ids of candidates and applications come from one sequence, so mixing them up shows.
func (s *Sim) nextID() int64 {
	s.lastID++
	return s.lastID
}

// reply is an answer of the API before it is written.
type reply struct {
	status int
	value  any
}

type errorEntry struct {
	Message string `json:"message"`
	Field   string `json:"field,omitempty"`
}

type errorBody struct {
	Errors []errorEntry `json:"errors"`
}

func refuse(status int, field, message string) reply {
	return reply{status, errorBody{[]errorEntry{{message, field}}}}
}

func (r reply) body() []byte {
	text, err := json.Marshal(r.value)
	if err != nil {
		panic(err) // only values of this package get here
	}
	return text
}
