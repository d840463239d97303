package greenhouse

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

func TestClient_Faults(t *testing.T) {
	t.Parallel()
	html := greenhousesim.Text("<html><head><title>502 Bad Gateway</title></head><body>ada@example.com</body></html>")
	cases := []struct {
		name   string
		fault  greenhousesim.Fault
		class  Class
		status int
		stored int
		says   string
	}{
		{"400", greenhousesim.Fault{Status: 400}, ClassInvalid, 400, 0, "create candidate: invalid (status 400)"},
		{"401", greenhousesim.Fault{Status: 401}, ClassAuthRejected, 401, 0, "create candidate: auth rejected (status 401)"},
		{"403", greenhousesim.Fault{Status: 403}, ClassPermissionDenied, 403, 0, "create candidate: permission denied (status 403)"},
		{"404", greenhousesim.Fault{Status: 404}, ClassNotFound, 404, 0, "create candidate: not found (status 404)"},
		{"408", greenhousesim.Fault{Status: 408, Accepts: true}, ClassTimedOut, 408, 1, "create candidate: timed out (status 408)"},
		{"409", greenhousesim.Fault{Status: 409}, ClassInvalid, 409, 0, "create candidate: invalid (status 409)"},
		{"422", greenhousesim.Fault{Status: 422, Body: greenhousesim.Text(`{"errors":[{"message":"ada@example.com is taken","field":"emails"}]}`)},
			ClassInvalid, 422, 0, "create candidate: invalid (status 422): fields emails"},
		{"425", greenhousesim.Fault{Status: 425}, ClassLimited, 425, 0, "create candidate: limited (status 425)"},
		{"429", greenhousesim.Fault{Status: 429}, ClassLimited, 429, 0, "create candidate: limited (status 429)"},
		{"500 after accepting", greenhousesim.Fault{Status: 500, Accepts: true}, ClassServer, 500, 1, "create candidate: server (status 500)"},
		{"502 HTML", greenhousesim.Fault{Status: 502, Body: html}, ClassServer, 502, 0, "create candidate: server (status 502)"},
		{"503 empty", greenhousesim.Fault{Status: 503, Body: greenhousesim.Text("")}, ClassServer, 503, 0, "create candidate: server (status 503)"},
		{"504", greenhousesim.Fault{Status: 504}, ClassTimedOut, 504, 0, "create candidate: timed out (status 504)"},
		{"302", greenhousesim.Fault{Status: 302, Headers: map[string]string{"Location": "/users/sign_in"}}, ClassRedirect, 302, 0,
			"create candidate: redirect (status 302)"},
		{"200 HTML", greenhousesim.Fault{Body: html}, ClassUnreadable, 200, 0, "create candidate: unreadable (status 200): unexpected content"},
		{"200 truncated JSON", greenhousesim.Fault{Truncate: true}, ClassUnreadable, 200, 1, "create candidate: unreadable (status 200): unexpected content"},
		{"201 without id", greenhousesim.Fault{Status: 201, Accepts: true}, ClassUnreadable, 201, 1, "create candidate: unreadable (status 201): unexpected content"},
		{"204", greenhousesim.Fault{Status: 204}, ClassUnreadable, 204, 0, "create candidate: unreadable (status 204): unexpected content"},
		{"cut in the answer", greenhousesim.Fault{Cut: greenhousesim.CutDuring}, ClassUnreadable, 200, 1,
			"create candidate: unreadable (status 200): connection closed"},
		{"lost reply", greenhousesim.Fault{Cut: greenhousesim.CutAfter}, ClassNoAnswer, 0, 1, "create candidate: no answer: connection closed"},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, start := range []func(*testing.T) *bundle{setup, setupTLS} {
				b := start(t)
				b.sim.Plan(tt.fault)
				got, answer, err := b.create(t)
				e := asError(t, err)
				assert.Nil(t, got)
				assert.Equal(t, tt.class, e.Class)
				assert.Equal(t, tt.status, e.Status)
				assert.Equal(t, tt.status, answer.Status)
				assert.True(t, e.Left)
				assert.Equal(t, tt.says, e.Error())
				assert.True(t, IsClass(fmt.Errorf("wrapped: %w", err), tt.class))
				assert.Equal(t, 1, b.sim.CountRequests(), "neither retried nor redirected")
				assert.Equal(t, tt.stored, b.sim.CountCandidates(testKey))
				assertQuiet(t, err)
			}
		})
	}
}

// assertQuiet looks for anything personal or secret in whatever a log could print of err.
func assertQuiet(t *testing.T, err error) {
	t.Helper()
	encoded := base64.StdEncoding.EncodeToString([]byte(testKey + ":"))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		text := fmt.Sprintf(verb, err)
		for _, private := range []string{testKey, encoded, testEmail, "ada@", "Ada", "Lovelace", "127.0.0.1"} {
			assert.NotContains(t, text, private, verb)
		}
	}
}

func TestClient_CutBeforeReading(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sim.Plan(greenhousesim.Fault{Cut: greenhousesim.CutBefore})
	_, _, err := b.create(t)
	e := asError(t, err)
	assert.Equal(t, ClassNoAnswer, e.Class, "the client cannot see that nobody read it")
	assert.True(t, e.Left)
	assert.Zero(t, b.sim.CountCandidates(testKey))
}

func TestClient_NoAnswerAfterTheWrite(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T) *bundle{"http": setup, "https": setupTLS} {
		b := start(t)
		b.sim.Plan(greenhousesim.Fault{Hang: true, Accepts: true})
		ctx, cancel := context.WithCancelCause(within(t))
		go func() {
			_ = b.sim.WaitForCandidates(ctx, testKey, 1)
			cancel(&timeoutError{"no complete answer", time.Second})
		}()
		_, answer, err := b.client.Create(ctx, b.cred, ada(), Fence{})
		e := asError(t, err)
		assert.Equal(t, ClassNoAnswer, e.Class, name)
		assert.True(t, e.Left)
		assert.Equal(t, "create candidate: no answer: no complete answer within 1s", e.Error())
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Zero(t, answer)
	}
}

func TestClient_NeverLeft(t *testing.T) {
	t.Parallel()
	closed := func(t *testing.T) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		return "http://" + l.Addr().String()
	}
	stuck := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	cases := map[string]struct {
		prepare func(*testing.T, *bundle)
		says    string
	}{
		"refused":     {func(t *testing.T, b *bundle) { b.client.BaseURL = closed(t) }, "connection refused"},
		"no route":    {func(_ *testing.T, b *bundle) { b.client.Dial, b.client.DialTimeout = stuck, time.Millisecond }, "no connection within 1ms"},
		"call limit":  {func(_ *testing.T, b *bundle) { b.client.Dial, b.client.Timeout = stuck, time.Millisecond }, "no complete answer within 1ms"},
		"certificate": {func(_ *testing.T, b *bundle) { b.client.RootCAs = x509.NewCertPool() }, "certificate not trusted"},
		"DNS": {func(_ *testing.T, b *bundle) {
			b.client.Dial = func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "api.greenhouse.io"}}
			}
		}, "host name not resolved"},
		"no TLS there": {func(_ *testing.T, b *bundle) {
			b.client.Dial = func(context.Context, string, string) (net.Conn, error) {
				here, there := net.Pipe()
				_ = there.Close()
				return here, nil
			}
		}, "TLS handshake failed"},
		"bad base URL":  {func(_ *testing.T, b *bundle) { b.client.BaseURL = "https://api greenhouse" }, "request not built"},
		"header breaks": {func(_ *testing.T, b *bundle) { b.cred.OnBehalfOf = "ada@example.com\r\nX-Evil: 1" }, "connection failed"},
	}
	for name, tt := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setupTLS(t)
			tt.prepare(t, b)
			_, answer, err := b.create(t)
			e := asError(t, err)
			assert.Equal(t, ClassNeverLeft, e.Class)
			assert.False(t, e.Left)
			assert.Equal(t, "create candidate: never left: "+tt.says, e.Error())
			assert.Zero(t, answer)
			assert.Zero(t, b.sim.CountRequests())
			assertQuiet(t, err)
		})
	}
}

// breakingConn fails once it has let some bytes through.
type breakingConn struct {
	net.Conn
	left int
}

var errBroken = errors.New("broken by the test")

func (c *breakingConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p[:min(len(p), c.left)])
	if c.left -= n; err == nil && n < len(p) {
		err = errBroken
	}
	return n, err
}

func TestClient_HalfWrittenRequestHasNotLeft(t *testing.T) {
	t.Parallel()
	long := ada()
	long.Notes = string(make([]byte, 200_000))
	for name, start := range map[string]func(*testing.T) *bundle{"http": setup, "https": setupTLS} {
		for _, cand := range []CreateCandidate{ada(), long} {
			b := start(t)
			b.client.Dial = dialThen(func(c net.Conn) net.Conn {
				left := 10
				if name == "https" {
					left = 4096 // leaves room for the handshake
				}
				return &breakingConn{Conn: c, left: left}
			})
			if name == "https" {
				cand = long
			}
			_, _, err := b.client.Create(within(t), b.cred, cand, Fence{})
			e := asError(t, err)
			assert.Equal(t, ClassNeverLeft, e.Class, name)
			assert.False(t, e.Left)
			assert.ErrorIs(t, err, errBroken)
			assert.Zero(t, b.sim.CountCandidates(testKey))
		}
	}
}

// The transport replays a GET that broke on a kept connection; a budget that is counted per request must not be
// overdrawn behind its back.
func TestClient_OneCallIsOneRequest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, _, err := b.client.Jobs(within(t), b.cred)
	require.NoError(t, err)
	b.sim.Plan(greenhousesim.Fault{On: "*", Cut: greenhousesim.CutAfter})
	_, _, err = b.client.Jobs(within(t), b.cred)
	e := asError(t, err)
	assert.Equal(t, ClassNoAnswer, e.Class)
	assert.Equal(t, 2, b.sim.CountRequests())
}

// What lies behind an answer looks like one, and is never taken for the answer of the next request on that connection.
func TestClient_BytesAfterAnAnswer(t *testing.T) {
	t.Parallel()
	for _, start := range []func(*testing.T) *bundle{setup, setupTLS} {
		b := start(t)
		for round := range 20 {
			b.sim.Plan(greenhousesim.Fault{Trailing: "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"id\":9}"})
			_, _, err := b.create(t)
			require.NoError(t, err)
			before := b.sim.CountCandidates(testKey)
			created, _, err := b.create(t)
			switch stored := b.sim.CountCandidates(testKey) - before; {
			case err == nil:
				assert.NotEqual(t, int64(9), created.ID, "round %d", round)
				assert.Equal(t, 1, stored)
			case !asError(t, err).Left:
				assert.Zero(t, stored, "it says that nothing left: %v", err)
			}
		}
	}
}

func TestClient_BoundsAHostileServer(t *testing.T) {
	t.Parallel()

	t.Run("EndlessBody", func(t *testing.T) {
		t.Parallel()
		b := serveHandler(t, func(w http.ResponseWriter, _ *http.Request) {
			for _, err := io.WriteString(w, `{"id":1,`); err == nil; {
				_, err = w.Write(make([]byte, 64<<10))
			}
		})
		_, answer, err := b.create(t)
		assert.Equal(t, "create candidate: unreadable (status 200): answer longer than 1048576 bytes", asError(t, err).Error())
		assert.Equal(t, 200, answer.Status)
	})

	t.Run("Drip", func(t *testing.T) { // a byte now and then keeps no worker longer than its caller's limit
		t.Parallel()
		b := serveHandler(t, func(w http.ResponseWriter, r *http.Request) {
			drop := time.NewTicker(10 * time.Millisecond)
			defer drop.Stop()
			for err := error(nil); err == nil; {
				if _, err = io.WriteString(w, " "); err == nil {
					err = http.NewResponseController(w).Flush()
				}
				select {
				case <-drop.C:
				case <-r.Context().Done():
					return
				}
			}
		})
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		_, _, err := b.client.Create(ctx, b.cred, ada(), Fence{})
		assert.True(t, asError(t, err).Left, "it may have been stored")
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	})

	t.Run("EndlessHeaders", func(t *testing.T) {
		t.Parallel()
		b := serveHandler(t, func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer conn.Close()
			_, err = io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
			for err == nil {
				_, err = io.WriteString(conn, "X-More: of the same\r\n")
			}
		})
		_, _, err := b.create(t)
		assert.Equal(t, ClassNoAnswer, asError(t, err).Class)
	})

	t.Run("NotHTTP", func(t *testing.T) {
		t.Parallel()
		b := serveHandler(t, func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer conn.Close()
			_, _ = io.WriteString(conn, "ada@example.com\r\n\r\n")
		})
		_, _, err := b.create(t)
		assert.Equal(t, ClassNoAnswer, asError(t, err).Class)
		assertQuiet(t, err)
	})

	t.Run("SwitchesProtocols", func(t *testing.T) { // and then says nothing more: what follows would be no body
		t.Parallel()
		b := serveHandler(t, func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer conn.Close()
			_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
			_, _ = io.Copy(io.Discard, conn) // until the client goes
		})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, answer, err := b.client.Create(ctx, b.cred, ada(), Fence{})
		assert.Equal(t, ClassUnreadable, asError(t, err).Class)
		assert.Equal(t, 101, answer.Status)
		assert.NoError(t, ctx.Err(), "nothing is awaited")
	})

	for status, class := range map[int]Class{200: ClassUnreadable, 401: ClassAuthRejected, 503: ClassServer} {
		t.Run(fmt.Sprintf("BodyThatNeverEnds%d", status), func(t *testing.T) {
			t.Parallel()
			started := make(chan struct{})
			b := serveHandler(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				w.WriteHeader(status)
				_, _ = io.WriteString(w, `{"id":`)
				_ = http.NewResponseController(w).Flush()
				close(started)
				<-r.Context().Done()
			})
			ctx, cancel := context.WithCancel(within(t))
			go func() { <-started; cancel() }()
			_, answer, err := b.client.Create(ctx, b.cred, ada(), Fence{})
			e := asError(t, err)
			// The headers may or may not have been taken in when the end came.
			if answer.Status != 0 {
				assert.Equal(t, class, e.Class)
				assert.Equal(t, status, e.Status)
			}
			assert.True(t, e.Left)
		})
	}
}
