package greenhouse

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testKey   = "k3y-of-acme-0123456789"
	testEmail = "minerva@acme.example"
	jobAuror  = 146859
)

// bundle is the real client in front of the simulator, which is mounted below a path: a URL built as absolute fails.
type bundle struct {
	sim    *greenhousesim.Sim
	server *httptest.Server
	client *Client
	cred   Credential
}

func setup(t *testing.T) *bundle { return setupWith(t, greenhousesim.Config{}, false) }

func setupTLS(t *testing.T) *bundle { return setupWith(t, greenhousesim.Config{}, true) }

func setupWith(t *testing.T, cfg greenhousesim.Config, useTLS bool) *bundle {
	t.Helper()
	sim := greenhousesim.New(cfg)
	sim.AddAccount(greenhousesim.Account{
		Key: testKey,
		Users: []greenhousesim.User{
			{Email: testEmail, Name: "Minerva McGonagall", ID: 1234, CanManageUnattachedProspects: true},
			{Email: "basic@acme.example", Name: "Basic User", Level: greenhousesim.Basic},
		},
		Jobs:          []greenhousesim.Job{{ID: jobAuror, Name: "Auror", Public: true}, {ID: 7, Name: "Secret"}},
		ProspectPools: []greenhousesim.ProspectPool{{ID: 123, Name: "Outreach", Stages: []greenhousesim.PoolStage{{ID: 1957, Name: "Not Contacted"}}}},
	})
	b := &bundle{sim: sim, cred: Credential{Key: NewSecret(testKey), OnBehalfOf: testEmail}}
	b.serve(t, http.StripPrefix("/mounted/here", sim), useTLS)
	t.Cleanup(sim.Close) // runs before the server's close, which waits for hanging requests
	return b
}

func (b *bundle) serve(t *testing.T, h http.Handler, useTLS bool) {
	t.Helper()
	b.client = &Client{}
	b.server = httptest.NewUnstartedServer(h)
	b.server.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that a test breaks on purpose
	if useTLS {
		b.server.StartTLS()
		b.client.RootCAs = b.server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	} else {
		b.server.Start()
	}
	b.client.BaseURL = b.server.URL + "/mounted/here"
	b.client.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
	t.Cleanup(b.server.Close)
	t.Cleanup(b.client.CloseIdleConnections)
}

// serveHandler is a bundle without a simulator, for answers that it cannot give.
func serveHandler(t *testing.T, h http.HandlerFunc) *bundle {
	t.Helper()
	b := &bundle{cred: Credential{Key: NewSecret(testKey), OnBehalfOf: testEmail}}
	b.serve(t, h, false)
	return b
}

func (b *bundle) create(t *testing.T) (*Created, Answer, error) {
	t.Helper()
	return b.client.Create(within(t), b.cred, ada(), Fence{})
}

func ada() CreateCandidate {
	return CreateCandidate{
		Prospect: true, FirstName: "Ada", LastName: "King Lovelace", ExternalID: "cand_9",
		Emails:      []Email{{Email: "ada@example.com", Type: "other"}},
		SocialMedia: []SocialMedia{{URL: "https://www.linkedin.com/in/ada"}},
		Notes:       "Likes vector<int> & \"a < b\" \U0001F389\n\nTechnical skills: 4",
	}
}

// within bounds a test that waits for something which may never come.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), 20*time.Second, errors.New("the test waited 20 s"))
	t.Cleanup(cancel)
	return ctx
}

func asError(t *testing.T, err error) *Error {
	t.Helper()
	var e *Error
	require.ErrorAs(t, err, &e)
	return e
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return text
}

// clock is set by the test.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 23, 12, 0, 3, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// dialThen connects for real and lets the test do something to the connection.
func dialThen(do func(net.Conn) net.Conn) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return do(conn), nil
	}
}
