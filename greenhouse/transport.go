package greenhouse

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

const (
	dialTimeout      = 5 * time.Second
	handshakeTimeout = 5 * time.Second

	// A request that goes into a connection which the server closed at that very moment ends without an answer, and
	// nobody can tell whether it was read. Connections are therefore given up well before common servers do (60 s).
	idleTimeout = 15 * time.Second

	// One host serves every company, so the usual two idle connections would mean a handshake for nearly every send.
	maxIdlePerHost = 256

	maxHeaderBytes = 64 << 10

	// Most requests fit one buffer and leave in a single Write.
	writeBuffer = 16 << 10
)

// connections returns the transport, made at the first call. It speaks HTTP/1.1 only: with one request at a time on a
// connection, what its Write saw is what left.
func (c *Client) connections() *http.Transport {
	c.once.Do(func() {
		proxy := c.Proxy
		if proxy == nil {
			proxy = http.ProxyFromEnvironment
		}
		only1 := new(http.Protocols)
		only1.SetHTTP1(true)
		c.transport = &http.Transport{
			Proxy:                  proxy,
			DialContext:            c.dialFenced,
			DialTLSContext:         c.dialTLSFenced,
			TLSClientConfig:        c.tlsConfig(""), // used behind a proxy, where the transport makes the handshake itself
			TLSHandshakeTimeout:    cmp.Or(c.TLSHandshakeTimeout, handshakeTimeout),
			Protocols:              only1,
			DisableCompression:     true, // so that the cap counts what is held in memory
			IdleConnTimeout:        idleTimeout,
			MaxIdleConnsPerHost:    maxIdlePerHost,
			MaxResponseHeaderBytes: maxHeaderBytes,
			WriteBufferSize:        writeBuffer,
		}
	})
	return c.transport
}

func (c *Client) tlsConfig(serverName string) *tls.Config {
	return &tls.Config{ServerName: serverName, RootCAs: c.RootCAs, NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12}
}

// dialFenced connects in the clear: to a loopback server, or to a proxy.
func (c *Client) dialFenced(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := c.dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &fencedConn{Conn: conn, heard: conn}, nil
}

// dialTLSFenced makes the handshake itself, so that the fence stands outside TLS and sees the request's own bytes.
func (c *Client) dialTLSFenced(ctx context.Context, network, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("split the address: %w", err)
	}
	raw, err := c.dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	timeout := cmp.Or(c.TLSHandshakeTimeout, handshakeTimeout)
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, &timeoutError{"no TLS handshake", timeout})
	defer cancel()
	conn := tls.Client(raw, c.tlsConfig(host))
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return nil, &handshakeError{causeOf(ctx, err)}
	}
	return &fencedConn{Conn: conn, heard: raw}, nil
}

func (c *Client) dial(ctx context.Context, network, addr string) (*heardConn, error) {
	timeout := cmp.Or(c.DialTimeout, dialTimeout)
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, &timeoutError{"no connection", timeout})
	defer cancel()
	dial := c.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, network, addr)
	if err != nil {
		return nil, causeOf(ctx, err)
	}
	return &heardConn{Conn: conn}, nil
}

// causeOf prefers the name of the time-out that ended ctx to the bare error that it led to.
func causeOf(ctx context.Context, err error) error {
	var named *timeoutError
	if ctx.Err() != nil && errors.As(context.Cause(ctx), &named) {
		return named
	}
	return err
}

// timeoutError names what was awaited and how long.
type timeoutError struct {
	what  string
	after time.Duration
}

// Error says what did not come within which time.
func (e *timeoutError) Error() string { return fmt.Sprintf("%s within %s", e.what, e.after) }

// Is makes it a context.DeadlineExceeded to errors.Is.
func (e *timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// handshakeError marks what failed as TLS.
type handshakeError struct{ err error }

// Error says that it was the handshake.
func (e *handshakeError) Error() string { return "TLS handshake: " + e.err.Error() }

// Unwrap returns the reason.
func (e *handshakeError) Unwrap() error { return e.err }
