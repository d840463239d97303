package greenhouse

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptrace"
	"sync"
	"time"
)

// Fence forbids a request to leave late. A caller that has committed "I am about to send" gives others the right to
// act on its silence after a while; a process that was frozen in between must then not send after all.
type Fence struct {
	// NotAfter is the last moment at which a byte may be handed to the connection; zero is no limit. A value made by
	// time.Now is compared by the monotonic clock and by the wall clock: the one stands still while a machine sleeps,
	// the other can be set back.
	NotAfter time.Time
}

// ErrTooLate is in the chain of the error of a request that its Fence stopped. The request had not left as a whole.
var ErrTooLate = errors.New("too late to send")

var (
	errSecondSend = errors.New("refused to send the request a second time")
	errUnfenced   = errors.New("the connection is not one of ours")
	errUnasked    = errors.New("an answer that was there before its request")
)

func (f Fence) passed(now time.Time) bool {
	if f.NotAfter.IsZero() {
		return false
	}
	return now.After(f.NotAfter) || now.Round(0).After(f.NotAfter.Round(0))
}

// flight follows one request to the socket, over all connections on which the transport tries it: where nothing at
// all was written into a kept connection that turned out to be closed, it takes another one.
type flight struct {
	fence   Fence
	now     func() time.Time
	stop    context.CancelCauseFunc
	bodyLen int64

	mu      sync.Mutex
	tries   []*try
	refused error // why a write was not let through
}

// try holds what happened on one connection.
type try struct {
	flight  *flight
	conn    *fencedConn
	reused  bool // it has carried an answer before
	opaque  bool // the connection under the fence carries TLS records, so its writes are not the request's alone
	encoded bool // the transport has produced the whole request
	broken  bool // a write failed or was refused
	bytes   int64
	refuse  error

	begun   bool  // a write was let through
	heard   int64 // reads of the connection that had brought something by then
	unasked bool  // the answer began with bytes from before
}

func (f *flight) check() error {
	if f.fence.passed(f.now()) {
		return ErrTooLate
	}
	return nil
}

// trace arms the connection that the transport chose. GotConn returns before the first byte is produced; cancelling
// the request there would come too late, which is why the decision lies in the connection's Write.
func (f *flight) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) { f.arm(info.Conn, info.Reused) },
		GotFirstResponseByte: func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			if len(f.tries) > 0 {
				f.tries[len(f.tries)-1].answered()
			}
		},
		// Called once the request is in the transport's buffer, which is flushed after it: alone it proves nothing.
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			f.mu.Lock()
			defer f.mu.Unlock()
			if len(f.tries) > 0 {
				f.tries[len(f.tries)-1].encoded = info.Err == nil
			}
		},
	}
}

func (f *flight) arm(conn net.Conn, reused bool) {
	t := &try{flight: f, reused: reused}
	// Through a CONNECT proxy the transport puts its own TLS over our connection; the fence is then underneath.
	inner := conn
	for tc, ok := inner.(*tls.Conn); ok; tc, ok = inner.(*tls.Conn) {
		inner, t.opaque = tc.NetConn(), true
	}
	fenced, ok := inner.(*fencedConn)
	if !ok {
		f.stop(errUnfenced)
		_ = conn.Close() // nothing can be written unseen
		return
	}
	t.conn = fenced
	f.mu.Lock()
	for _, earlier := range f.tries {
		if earlier.bytes > 0 {
			t.refuse = errSecondSend // the transport replays a GET whose connection broke; a call is one request
		}
	}
	f.tries = append(f.tries, t)
	f.mu.Unlock()
	fenced.try.Store(t)
}

// left tells whether the whole request was handed to the network. It is asked after RoundTrip has failed, when the
// transport's writer has ended. In doubt it says yes: a request taken for unsent would be sent again.
func (f *flight) left() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.tries {
		// Under TLS records a farewell may fail after a request that left whole. Records are longer than what they
		// carry, so without more bytes than the body has the request cannot have been complete.
		if t.encoded && (!t.broken || t.opaque && t.bytes > f.bodyLen) {
			return true
		}
	}
	return false
}

// cause prefers the refusal to what the transport made of it: a connection that it closed while reading from it.
func (f *flight) cause(err error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refused != nil {
		return f.refused
	}
	return err
}

// admit decides on one Write. Every write is asked, not the first alone: a process frozen between the halves of a
// long request then leaves it unfinished.
func (t *try) admit() error {
	err := t.flight.check()
	if err == nil {
		err = t.begin()
	}
	if err != nil {
		t.wrote(0, err)
		t.flight.refuse(err)
		if !errors.Is(err, errUnasked) {
			t.flight.stop(err) // keeps the transport from trying the next connection
		}
	}
	return err
}

// begin notes what the connection had brought when the first byte of the request leaves. Nothing may leave on a used one on which
// something waits already; the transport then takes another.
func (t *try) begin() error {
	t.flight.mu.Lock()
	defer t.flight.mu.Unlock()
	if t.refuse != nil || t.begun {
		return t.refuse
	}
	if t.reused && pending(t.conn.heard.Conn) {
		t.refuse = errUnasked
		return t.refuse
	}
	t.begun, t.heard = true, t.conn.heard.reads.Load()
	return nil
}

// answered is told of the answer's first byte; the flight's lock is held. Where nothing was read since the request began to
// leave, that byte lay in a buffer before: it belongs to no answer of ours, and a request that has not begun may not leave.
func (t *try) answered() {
	if t.begun && t.conn.heard.reads.Load() > t.heard {
		return
	}
	t.unasked = true
	if !t.begun {
		t.refuse = errUnasked
	}
}

// misheard tells whether the answer is not to be believed, and whether the request may have left all the same.
func (f *flight) misheard() (unasked, left bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.tries) == 0 {
		return false, false
	}
	t := f.tries[len(f.tries)-1]
	return t.unasked, t.begun
}

func (f *flight) refuse(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refused = err
}

func (t *try) wrote(n int, err error) {
	t.flight.mu.Lock()
	defer t.flight.mu.Unlock()
	t.bytes += int64(n)
	t.broken = t.broken || err != nil
}
