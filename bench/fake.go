package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// fake is a simulated Greenhouse on a loopback port of this process, over real HTTP. It is the ground truth of what was sent when.
type fake struct {
	*greenhousesim.Sim
	gate   *gate
	url    string
	server *http.Server
	closed sync.Once
}

// fakeConfig describes how the fake differs from one that answers everything after the latency.
type fakeConfig struct {
	limit int  // requests of a company in a rate window; 0 is none
	blind bool // leaves out the headers that tell where the limit stands
	note  bool // notes when each candidate's request arrived
}

func newFake(ctx context.Context, s settings, c fakeConfig) (*fake, error) {
	f := &fake{Sim: greenhousesim.New(greenhousesim.Config{Latency: s.Latency, DropBodies: true})}
	for org := range s.Orgs {
		f.AddAccount(greenhousesim.Account{
			Name: orgID(org), Key: apiKey(org), Users: []greenhousesim.User{{Email: createdBy, Name: "Ron Weasley"}}, RateLimit: c.limit,
			RateWindow: s.Window,
		})
	}
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the simulator: %w", err)
	}
	f.url = "http://" + listener.Addr().String()
	f.gate = newGate(f.Sim, c)
	f.server = &http.Server{Handler: f.gate, ReadHeaderTimeout: 10 * time.Second}
	go f.server.Serve(listener) //nolint:errcheck // ends with Close
	return f, nil
}

// close is safe to call twice.
func (f *fake) close() {
	f.closed.Do(func() {
		f.Sim.Close()
		f.server.Close() //nolint:errcheck // everybody who asked has his answer
	})
}

// toll counts, of n results that were handed over, how many never came to be a candidate, and how many candidates are one too many.
func (f *fake) toll(n int) (lost, doubled int) {
	seen := map[string]bool{}
	for _, c := range f.Candidates("") {
		if seen[c.ExternalID] {
			doubled++
		}
		seen[c.ExternalID] = true
	}
	return n - len(seen), doubled
}

// once checks that each of n exports came to be exactly one candidate.
func (f *fake) once(n int) error {
	if lost, doubled := f.toll(n); lost != 0 || doubled != 0 {
		return fmt.Errorf("of %d exports %d are lost and %d doubled at the simulator", n, lost, doubled)
	}
	return nil
}
