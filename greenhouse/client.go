// Package greenhouse speaks Greenhouse's Candidate Ingestion API.
//
// It gives facts and has no policy: a call makes one HTTP request, never retries, sleeps or logs, and comes back with
// a result, the [Answer] (status, rate limit, request id) and, when something went wrong, an [*Error] that knows what
// Greenhouse said and whether the request had left. What to do about it is decided elsewhere.
//
// The API as documented: https://developers.greenhouse.io/candidate-ingestion.html
package greenhouse

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"time"
)

// What a zero Client uses.
const (
	DefaultBaseURL   = "https://api.greenhouse.io"
	DefaultUserAgent = "ghexport"
	DefaultTimeout   = 20 * time.Second
)

// maxAnswer bounds the bytes read of one answer; maxList those of a list, which grows with the customer.
const (
	maxAnswer = 1 << 20
	maxList   = 8 << 20
)

// Client makes requests for any number of companies. The zero value works; set fields before the first call only.
// It is safe for concurrent use and must not be copied.
type Client struct {
	// BaseURL names where the API is mounted, https://api.greenhouse.io by default. It may have a path of its own.
	BaseURL string
	// UserAgent names us to Greenhouse.
	UserAgent string
	// Timeout bounds a whole call from resolving the name to the answer's last byte, 20 s by default. An earlier
	// deadline of the caller's context wins.
	Timeout time.Duration
	// DialTimeout and TLSHandshakeTimeout bound their steps, 5 s each by default.
	DialTimeout, TLSHandshakeTimeout time.Duration
	// RootCAs are trusted instead of the system's.
	RootCAs *x509.CertPool
	// Proxy chooses the proxy of a request; nil reads HTTPS_PROXY and its like from the environment.
	Proxy func(*http.Request) (*url.URL, error)
	// Dial makes the network connections; nil is a net.Dialer.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Now is the clock that a Fence is checked against, time.Now by default. It is called from several goroutines.
	Now func() time.Time

	once      sync.Once
	transport *http.Transport
}

// CloseIdleConnections closes what is kept for the next request. Requests under way go on.
func (c *Client) CloseIdleConnections() { c.connections().CloseIdleConnections() }

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// call is one request of one resource, as the resource's file describes it.
type call struct {
	op     Op
	method string
	path   string // below v1/partner
	query  url.Values
	send   any   // encoded as the JSON body when not nil
	limit  int64 // bytes read of the answer, maxAnswer when 0
	fence  Fence
}

// do makes the call and decodes a 2xx answer. Any other outcome is an *Error.
func do[T any](ctx context.Context, c *Client, cred Credential, cl call, decode func([]byte) (T, error)) (T, Answer, error) {
	var none T
	timeout := cmp.Or(c.Timeout, DefaultTimeout)
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, &timeoutError{"no complete answer", timeout})
	defer cancel()

	body, err := encode(cl.send)
	if err != nil {
		return none, Answer{}, unsent(cl.op, err)
	}
	req, err := c.request(ctx, cred, cl, body)
	if err != nil {
		return none, Answer{}, unsent(cl.op, err)
	}
	res, left, err := c.roundTrip(req, cl.fence)
	if err != nil {
		return none, Answer{}, unanswered(cl.op, left, err)
	}
	defer res.Body.Close()

	answer := readAnswer(res, c.now(), cred.hide)
	text, err := readBody(res, cmp.Or(cl.limit, maxAnswer))
	if res.StatusCode < 200 || res.StatusCode > 299 {
		// A body that breaks off costs the explanation, never the status.
		return none, answer, refused(cl.op, cred, answer, res.Header, text)
	}
	if err != nil {
		return none, answer, unreadable(cl.op, cred, res.StatusCode, err, text)
	}
	got, err := decode(text)
	if err != nil {
		return none, answer, unreadable(cl.op, cred, res.StatusCode, err, text)
	}
	return got, answer, nil
}

// roundTrip sends the request once and tells whether all of it had left. It goes to the transport directly, not
// through http.Client: that would follow redirects, and wrap errors into ones that print the URL.
func (c *Client) roundTrip(req *http.Request, fence Fence) (*http.Response, bool, error) {
	ctx, stop := context.WithCancelCause(req.Context())
	fl := &flight{fence: fence, now: c.now, stop: stop, bodyLen: req.ContentLength}
	if err := fl.check(); err != nil { // spares a connection; the check that counts is in the connection's Write
		stop(err)
		return nil, false, err
	}
	res, err := c.connections().RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, fl.trace())))
	if err != nil {
		stop(err)
		if !fl.left() {
			return nil, false, fl.cause(err)
		}
		return nil, true, err
	}
	if unasked, left := fl.misheard(); unasked {
		stop(errUnasked) // and the connection goes with it
		_ = res.Body.Close()
		return nil, left, errUnasked
	}
	res.Body = &stoppingBody{res.Body, stop}
	return res, true, nil
}

func (c *Client) request(ctx context.Context, cred Credential, cl call, body []byte) (*http.Request, error) {
	base, err := url.Parse(cmp.Or(c.BaseURL, DefaultBaseURL))
	if err != nil {
		return nil, fmt.Errorf("parse the base URL: %w", err)
	}
	target := base.JoinPath("v1", "partner", cl.path)
	target.RawQuery = cl.query.Encode()

	var content io.Reader
	if body != nil {
		content = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, cl.method, target.String(), content)
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth(cred.Key.Reveal(), "")
	req.Header.Set("On-Behalf-Of", cred.OnBehalfOf)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Encoding", "identity")
	req.Header.Set("User-Agent", cmp.Or(c.UserAgent, DefaultUserAgent))
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// encode leaves <, > and & as they are: feedback is full of vector<int>, and what arrives should be what was meant
// even for a reader that looks at the bytes.
func encode(v any) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// stoppingBody releases the request's context when its reader is done.
type stoppingBody struct {
	io.ReadCloser
	stop context.CancelCauseFunc
}

// Close closes the body and ends the request's context.
func (b *stoppingBody) Close() error {
	err := b.ReadCloser.Close()
	b.stop(context.Canceled)
	return err
}
