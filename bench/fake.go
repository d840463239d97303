package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// fake is a simulated Greenhouse on a loopback port of this process, over real HTTP. It is the ground truth of what was sent when.
type fake struct {
	*greenhousesim.Sim
	url    string
	server *http.Server
}

// newFake keeps request bodies where arrivals are to be told apart.
func newFake(ctx context.Context, s settings, keepBodies bool) (*fake, error) {
	f := &fake{Sim: greenhousesim.New(greenhousesim.Config{Latency: s.Latency, DropBodies: !keepBodies})}
	for org := range s.Orgs {
		f.AddAccount(greenhousesim.Account{
			Name: orgID(org), Key: apiKey(org), Users: []greenhousesim.User{{Email: createdBy, Name: "Ron Weasley"}},
		})
	}
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the simulator: %w", err)
	}
	f.url = "http://" + listener.Addr().String()
	f.server = &http.Server{Handler: f.Sim, ReadHeaderTimeout: 10 * time.Second}
	go f.server.Serve(listener) //nolint:errcheck // ends with Close
	return f, nil
}

func (f *fake) close() {
	f.Sim.Close()
	f.server.Close() //nolint:errcheck // everybody who asked has his answer
}

// arrivals tells when each candidate's request was there, by external id.
func (f *fake) arrivals() (map[string]time.Time, error) {
	at := map[string]time.Time{}
	for _, r := range f.Creates("") {
		var body struct {
			ExternalID string `json:"external_id"`
		}
		if err := json.Unmarshal(r.Body, &body); err != nil {
			return nil, fmt.Errorf("request %d: %w", r.Number, err)
		}
		at[body.ExternalID] = r.At
	}
	return at, nil
}

// once checks that each of n exports came as exactly one request that was accepted.
func (f *fake) once(n int) error {
	if got, kept := f.CountRequests(), f.CountCandidates(""); got != n || kept != n {
		return fmt.Errorf("%d exports came as %d requests and %d candidates", n, got, kept)
	}
	return nil
}
