package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// simulator is the simulated Greenhouse on a port, in this process, so that scenes can break it at the right moment.
type simulator struct {
	*greenhousesim.Sim
	url    string
	server *http.Server
}

// company is a customer, with its account at the simulated Greenhouse. The key is worth nothing anywhere else.
type company struct {
	org, key  string
	createdBy string // the user as whom candidates are added
	name      string // that user's

	interviewer string
	zone        string // where its interviews take place
}

var companies = []company{
	{"acme", "acme-demo-key", "lee@acme.example", "Lee Doe", "Ivy Interviewer", "America/Los_Angeles"},
	{"globex", "globex-demo-key", "sam@globex.example", "Sam Poe", "Quinn Question", "America/New_York"},
	{"initech", "initech-demo-key", "bill@initech.example", "Bill Roe", "Ingrid Inquiry", "America/Chicago"},
	{"umbrella", "umbrella-demo-key", "alice@umbrella.example", "Alice Moe", "Theo Task", "Europe/London"},
}

// initechNewKey holds what initech's administrator makes after the old key was revoked, and what the reader may hand in.
const initechNewKey = "initech-new-key"

func startSimulator(ctx context.Context, preferredPort int) (*simulator, error) {
	listener, err := listen(ctx, preferredPort)
	if err != nil {
		return nil, fmt.Errorf("simulated Greenhouse: %w", err)
	}
	s := &simulator{url: "http://" + listener.Addr().String()}
	s.Sim = greenhousesim.New(greenhousesim.Config{PublicURL: s.url})
	for _, c := range companies {
		s.AddAccount(greenhousesim.Account{
			Name: c.org, Key: c.key, Jobs: []greenhousesim.Job{{ID: 101, Name: "Backend Engineer", Public: true}},
			Users: []greenhousesim.User{{Email: c.createdBy, Name: c.name, CanManageUnattachedProspects: true}},
		})
	}
	s.server = &http.Server{Handler: s.Sim, ReadHeaderTimeout: 10 * time.Second}
	go s.server.Serve(listener) //nolint:errcheck // it ends with stop
	return s, nil
}

func (s *simulator) stop() error {
	s.Close()
	return s.server.Close() // whoever asks it has ended before
}

// held tells how many candidates each company's Greenhouse holds by external id.
func (s *simulator) held() map[string]int {
	count := map[string]int{}
	for _, c := range s.Candidates("") {
		count[c.Account+"/"+c.ExternalID]++
	}
	return count
}

// overstepped counts the requests that came in a window that was full; planned refusals are others.
func (s *simulator) overstepped() int {
	n := 0
	for _, r := range s.Requests() {
		if r.Status == http.StatusTooManyRequests && !r.Faulted {
			n++
		}
	}
	return n
}

// note is the note of a candidate, or "".
func (s *simulator) note(org, externalID string) string {
	for _, c := range s.Candidates("") {
		if c.Account == org && c.ExternalID == externalID {
			return c.Notes
		}
	}
	return ""
}

func companyOf(org string) company {
	for _, c := range companies {
		if c.org == org {
			return c
		}
	}
	panic("demo: no company " + org)
}

// profile is the address of a candidate's page, or "".
func (s *simulator) profile(org, externalID string) string {
	for _, c := range s.Candidates("") {
		if c.Account == org && c.ExternalID == externalID {
			return c.ProfileURL
		}
	}
	return ""
}
