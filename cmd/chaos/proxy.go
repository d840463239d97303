package main

import (
	"context"
	"net"
	"sync"
	"time"
)

// mode is what a proxy does to the bytes that pass.
type mode string

const (
	modePass      mode = "pass"
	modeBlackhole mode = "blackhole" // swallows them in silence, as a network does that lost its route
	modeSlow      mode = "slow"      // a pause before each read, and little at a time
)

// How slow a slow link is, and how much a read takes.
const (
	slowPause = 40 * time.Millisecond
	slowBytes = 1 << 10
	fastBytes = 32 << 10
)

// proxy stands between one node and one server, so that this link alone can be broken.
type proxy struct {
	listener net.Listener
	target   string
	postgres bool // what passes is its protocol

	mu      sync.Mutex
	mode    mode
	changed chan struct{} // closed at each change of mode
	conns   map[net.Conn]struct{}
	turned  int // how often open sessions were turned read-only
	done    sync.WaitGroup
}

// newProxy listens on a port of its own and passes what comes to target, which is a Postgres or anything else.
func newProxy(ctx context.Context, target string, postgres bool) (*proxy, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: l, target: target, postgres: postgres, mode: modePass, changed: make(chan struct{}), conns: map[net.Conn]struct{}{}}
	p.done.Go(p.accept)
	return p, nil
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

// set changes the mode of all connections, old and new.
func (p *proxy) set(m mode) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode = m
	close(p.changed)
	p.changed = make(chan struct{})
}

// cut resets every connection that is open now.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		if tcp, ok := c.(*net.TCPConn); ok {
			tcp.SetLinger(0) //nolint:errcheck // then it ends in order, which breaks it, too
		}
		c.Close() //nolint:errcheck
	}
	close(p.changed) // wakes who stands in a blackhole
	p.changed = make(chan struct{})
}

// close ends the proxy and waits for its goroutines.
func (p *proxy) close() {
	p.listener.Close() //nolint:errcheck
	p.set(modePass)
	p.cut()
	p.done.Wait()
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.DialTimeout("tcp4", p.target, 5*time.Second)
		if err != nil {
			client.Close() //nolint:errcheck
			continue
		}
		p.mu.Lock()
		p.conns[client], p.conns[server] = struct{}{}, struct{}{}
		p.mu.Unlock()
		asks, answers := unseen, unseen
		if p.postgres {
			s := &session{turned: p.turns()}
			asks, answers = func(b []byte) []byte { return s.asks(b, p.turns()) }, s.answers
		}
		p.done.Go(func() { p.pump(client, server, asks) })
		p.done.Go(func() { p.pump(server, client, answers) })
	}
}

func unseen(b []byte) []byte { return b }

// pump carries one direction, each piece as see returns it, until either side ends; then both are closed.
func (p *proxy) pump(from, to net.Conn, see func([]byte) []byte) {
	defer func() {
		from.Close() //nolint:errcheck
		to.Close()   //nolint:errcheck
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.conns, from)
	}()
	buffer := make([]byte, fastBytes)
	for {
		size := fastBytes
		if p.current() == modeSlow {
			size = slowBytes
		}
		n, err := from.Read(buffer[:size])
		if err != nil || !p.pass(from) {
			return
		}
		if _, err := to.Write(see(buffer[:n])); err != nil {
			return
		}
	}
}

func (p *proxy) current() mode {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mode
}

// pass waits as the mode asks; false means that the connection was cut meanwhile. What a blackhole took stays with it until it heals,
// as TCP would send it again.
func (p *proxy) pass(c net.Conn) bool {
	for {
		p.mu.Lock()
		m, changed := p.mode, p.changed
		_, open := p.conns[c]
		p.mu.Unlock()
		switch {
		case !open:
			return false
		case m == modePass:
			return true
		case m == modeSlow:
			<-time.After(slowPause)
			return true
		}
		<-changed
		if _, err := c.Write(nil); err != nil { // closed by cut
			return false
		}
	}
}
