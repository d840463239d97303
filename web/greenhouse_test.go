package web_test

import (
	"net/http/httptest"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store/keyring"
	"github.com/interviewing-io/greenhouse-export/web/api"
	"github.com/interviewing-io/greenhouse-export/worker/connections"
)

// What acme has at the simulated Greenhouse.
const (
	acmeKey   = "acme-ingestion-key-12345"
	acmeLee   = "lee@acme.example"
	acmeEmail = "mia@acme.example" // a person with an inbox
)

// greenhouse gives the console what its settings need of Greenhouse: the real thing, over HTTP, against a simulator with the company
// acme in it.
func (s *site) greenhouse() api.Greenhouse {
	s.t.Helper()
	s.sim = greenhousesim.New(greenhousesim.Config{})
	s.sim.AddAccount(greenhousesim.Account{
		Name: "acme", Key: acmeKey,
		Users: []greenhousesim.User{{Email: acmeLee, Name: "Lee Doe"}, {Email: "ron@acme.example", Name: "Ron Weasley"}},
		Jobs:  []greenhousesim.Job{{ID: 101, Name: "Backend Engineer", Public: true}, {ID: 102, Name: "Designer"}},
		ProspectPools: []greenhousesim.ProspectPool{
			{ID: 5, Name: "Interviewed", Stages: []greenhousesim.PoolStage{{ID: 51, Name: "New"}, {ID: 52, Name: "Contacted"}}},
		},
	})
	server := httptest.NewServer(s.sim)
	s.t.Cleanup(func() {
		s.sim.Close()
		server.Close()
	})
	keys, err := seal.NewKeysetJSON()
	require.NoError(s.t, err)
	keyset, err := seal.ParseKeyset(keys)
	require.NoError(s.t, err)
	digests, err := keyring.In(s.store).Digests(s.t.Context(), keyset)
	require.NoError(s.t, err)
	c := &connections.Connections{
		Store: s.store, Greenhouse: &greenhouse.Client{BaseURL: server.URL}, Keyset: keyset, Digests: digests, Log: zap.NewNop(),
	}
	s.speaks = c
	return api.Greenhouse{Test: c.Test, Save: c.Save, Jobs: c.Jobs, Pools: c.Pools, Preview: c.Preview, MakeLinks: c.MakeLinks, Present: c.Present}
}
