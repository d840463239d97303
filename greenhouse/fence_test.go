package greenhouse

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// connectProxy is a proxy that knows CONNECT only, and closes its tunnels at the end of the test.
func connectProxy(t *testing.T) func(*http.Request) (*url.URL, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		there, err := net.Dial("tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			_ = there.Close()
			return
		}
		_, _ = io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n")
		closeBoth := func() { _ = here.Close(); _ = there.Close() }
		context.AfterFunc(ctx, closeBoth)
		for _, pair := range [][2]net.Conn{{here, there}, {there, here}} {
			go func() { _, _ = io.Copy(pair[0], pair[1]); closeBoth() }()
		}
	}))
	t.Cleanup(func() { cancel(); proxy.Close() })
	return func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }
}

func setupProxied(t *testing.T) *bundle {
	b := setupTLS(t)
	b.client.Proxy = connectProxy(t)
	return b
}

func TestFence(t *testing.T) {
	t.Parallel()
	ways := map[string]func(*testing.T) *bundle{"http": setup, "https": setupTLS, "https through a proxy": setupProxied}
	for name, start := range ways {
		t.Run(name+"/LetsPassInTime", func(t *testing.T) {
			t.Parallel()
			b := start(t)
			_, _, err := b.client.Create(within(t), b.cred, ada(), Fence{NotAfter: time.Now().Add(time.Minute)})
			require.NoError(t, err)
			assert.Equal(t, 1, b.sim.CountCandidates(testKey))
		})

		t.Run(name+"/FrozenWhileConnecting", func(t *testing.T) {
			t.Parallel()
			b := start(t)
			now := newClock()
			b.client.Now = now.now
			b.client.Dial = dialThen(func(c net.Conn) net.Conn { now.add(6 * time.Second); return c })
			_, _, err := b.client.Create(within(t), b.cred, ada(), Fence{NotAfter: now.now().Add(5 * time.Second)})
			assertTooLate(t, err)
			assert.Zero(t, b.sim.CountRequests(), "not a byte of it")
		})

		t.Run(name+"/FrozenWithAConnectionInHand", func(t *testing.T) {
			t.Parallel()
			b := start(t)
			_, _, err := b.create(t)
			require.NoError(t, err)
			// The first look at the clock is the one before connecting, the second one is in Write.
			now, looks := newClock(), atomic.Int32{}
			b.client.Now = func() time.Time {
				if looks.Add(1) == 2 {
					now.add(6 * time.Second)
				}
				return now.now()
			}
			_, _, err = b.client.Create(within(t), b.cred, ada(), Fence{NotAfter: now.now().Add(5 * time.Second)})
			assertTooLate(t, err)
			assert.Equal(t, 1, b.sim.CountRequests())

			_, _, err = b.create(t)
			require.NoError(t, err, "the next request is armed anew")
		})

		t.Run(name+"/FrozenBetweenTheHalvesOfALongRequest", func(t *testing.T) {
			t.Parallel()
			b := start(t)
			now := newClock()
			b.client.Now = now.now
			b.client.Dial = dialThen(func(c net.Conn) net.Conn { return &freezingConn{Conn: c, after: 20_000, now: now} })
			long := ada()
			long.Notes = string(make([]byte, 200_000))
			_, _, err := b.client.Create(within(t), b.cred, long, Fence{NotAfter: now.now().Add(5 * time.Second)})
			assertTooLate(t, err)
			assert.Zero(t, b.sim.CountCandidates(testKey))
		})
	}

	t.Run("AlreadyPassed", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.client.Dial = dialThen(func(c net.Conn) net.Conn { t.Error("connected in vain"); return c })
		_, _, err := b.client.Create(within(t), b.cred, ada(), Fence{NotAfter: time.Now().Add(-time.Millisecond)})
		assertTooLate(t, err)
	})

	t.Run("LooksAtBothClocks", func(t *testing.T) {
		t.Parallel()
		limit := time.Now()
		assert.False(t, Fence{}.passed(limit))
		assert.False(t, Fence{limit}.passed(limit))
		assert.True(t, Fence{limit}.passed(limit.Add(1)))
		assert.True(t, Fence{limit.Round(0)}.passed(limit.Add(1)), "wall alone")
	})
}

func assertTooLate(t *testing.T, err error) {
	t.Helper()
	e := asError(t, err)
	assert.Equal(t, ClassNeverLeft, e.Class)
	assert.False(t, e.Left)
	assert.ErrorIs(t, err, ErrTooLate)
	assert.Equal(t, "create candidate: never left: too late to send", e.Error())
}

// freezingConn lets the clock jump once so many bytes have left.
type freezingConn struct {
	net.Conn
	after int
	now   *clock
}

func (c *freezingConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	before := c.after
	if c.after -= n; before > 0 && c.after <= 0 {
		c.now.add(6 * time.Second)
	}
	return n, err
}

// deafConn refuses every write from the moment it is told to.
type deafConn struct {
	net.Conn
	deaf *atomic.Bool
}

func (c *deafConn) Write(p []byte) (int, error) {
	if c.deaf.Load() {
		return 0, errBroken
	}
	return c.Conn.Write(p)
}

// Behind a proxy the farewell of TLS goes through the fence too. Its failure must not turn a request that left into one
// that did not: that would be sent again.
func TestFence_FailedFarewellKeepsWhatLeft(t *testing.T) {
	t.Parallel()
	b := setupProxied(t)
	var deaf atomic.Bool
	b.client.Dial = dialThen(func(c net.Conn) net.Conn { return &deafConn{c, &deaf} })
	b.sim.Plan(greenhousesim.Fault{Hang: true, Accepts: true})
	ctx, cancel := context.WithCancel(within(t))
	go func() {
		_ = b.sim.WaitForCandidates(ctx, testKey, 1)
		deaf.Store(true)
		cancel()
	}()
	_, _, err := b.client.Create(ctx, b.cred, ada(), Fence{NotAfter: time.Now().Add(time.Minute)})
	e := asError(t, err)
	assert.Equal(t, ClassNoAnswer, e.Class)
	assert.True(t, e.Left)
}
