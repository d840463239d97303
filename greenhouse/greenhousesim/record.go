package greenhousesim

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Request is one request of the API as it was received.
type Request struct {
	Number     int       `json:"number"` // from 1, in the order of arrival
	At         time.Time `json:"at"`     // when its headers were there
	Method     string    `json:"method"`
	Path       string    `json:"path"`    // with the query
	Account    string    `json:"account"` // the account's name, "" when the key is unknown
	Key        string    `json:"-"`
	OnBehalfOf string    `json:"on_behalf_of"`
	Body       []byte    `json:"-"`
	Status     int       `json:"status"`   // 0 while it is being answered, and when no answer was given
	Accepted   bool      `json:"accepted"` // it stored a candidate, whatever was answered
	Faulted    bool      `json:"faulted"`  // it met a planned fault
}

// record logs an arrival; mu is held.
func (s *Sim) record(q *asked) {
	path := q.URL.Path
	if q.URL.RawQuery != "" {
		path += "?" + q.URL.RawQuery
	}
	q.record = &Request{Number: len(s.requests) + 1, At: q.now, Method: q.Method, Path: path, Key: q.key,
		OnBehalfOf: q.Header.Get("On-Behalf-Of")}
	s.requests = append(s.requests, q.record)
	s.wake()
}

// finish logs the answer, before it goes out: whoever has an answer finds it in the log.
func (s *Sim) finish(q *asked, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q.record.Status = status
	s.finished++
	s.wake()
}

// Requests returns the log in the order of arrival.
func (s *Sim) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Request, len(s.requests))
	for i, r := range s.requests {
		list[i] = *r
	}
	return list
}

// Creates returns the log's POSTs of candidates to this key, "" for any.
func (s *Sim) Creates(key string) []Request {
	return slices.DeleteFunc(s.Requests(), func(r Request) bool {
		return r.Method != "POST" || !pathEnds(r.Path, "/candidates") || key != "" && r.Key != key
	})
}

// CountRequests tells how many requests arrived.
func (s *Sim) CountRequests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

// CountCandidates tells how many candidates this key's account holds, "" for all accounts.
func (s *Sim) CountCandidates(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.countCandidates(key)
}

func (s *Sim) countCandidates(key string) int {
	n := 0
	for _, a := range s.accounts {
		if key == "" || a.Key == key {
			n += len(a.candidates)
		}
	}
	return n
}

// PerWindow counts the key's requests of every kind by the windows that they arrived in, named by their start: windows
// begin at multiples of size since the epoch, as the rate limit's do.
func (s *Sim) PerWindow(key string, size time.Duration) map[time.Time]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := map[time.Time]int{}
	for _, r := range s.requests {
		if r.Key == key {
			counts[r.At.Truncate(size).UTC()]++
		}
	}
	return counts
}

// WaitForRequests returns when n requests have arrived, answered or not, or with an error when ctx ends first.
func (s *Sim) WaitForRequests(ctx context.Context, n int) error {
	return s.wait(ctx, fmt.Sprintf("%d requests", n), func() (int, bool) { return len(s.requests), len(s.requests) >= n })
}

// WaitForAnswers returns when n requests have been answered, cut or abandoned.
func (s *Sim) WaitForAnswers(ctx context.Context, n int) error {
	return s.wait(ctx, fmt.Sprintf("%d answers", n), func() (int, bool) { return s.finished, s.finished >= n })
}

// WaitForCandidates returns when this key's account ("" for all together) holds n candidates.
func (s *Sim) WaitForCandidates(ctx context.Context, key string, n int) error {
	return s.wait(ctx, fmt.Sprintf("%d candidates", n), func() (int, bool) {
		have := s.countCandidates(key)
		return have, have >= n
	})
}

// Changed returns a channel that is closed at the next arrival, answer or new candidate. Ask for it before looking.
func (s *Sim) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed
}

func (s *Sim) wait(ctx context.Context, what string, enough func() (have int, done bool)) error {
	for {
		changed := s.Changed()
		s.mu.Lock()
		have, done := enough()
		s.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for %s, have %d: %w", what, have, context.Cause(ctx))
		}
	}
}

// wake is called with mu held.
func (s *Sim) wake() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}
