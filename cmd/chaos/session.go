package main

import (
	"encoding/binary"
	"sync"
)

// readOnly is a query of the simple protocol that turns a session read-only, as a failover that keeps its sockets does.
var readOnly = func() []byte {
	const statement = "SET default_transaction_read_only = on\x00"
	return append(binary.BigEndian.AppendUint32([]byte("Q"), uint32(4+len(statement))), statement...)
}()

// turnReadOnly has each session that is open now only read from its next statement on, unless it stands in a transaction; then once
// that has ended. Whoever has it connects anew to write.
func (p *proxy) turnReadOnly() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turned++
}

func (p *proxy) turns() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.turned
}

// session follows a connection to Postgres by its messages, of which each is a byte, a length and a body:
// https://www.postgresql.org/docs/current/protocol-message-formats.html. There is no TLS.
type session struct {
	mu     sync.Mutex
	turned int
	idle   bool // the last that came was ReadyForQuery outside a transaction, and nothing was asked since
	hidden bool // the answer that comes is to readOnly, and the client must not see it

	head []byte // of the message that arrives
	left int    // of its body
}

// asks returns what goes to the server instead of b, which came from the client.
func (s *session) asks(b []byte, turned int) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.idle {
		return b
	}
	s.idle = false
	if s.turned == turned {
		return b
	}
	s.turned, s.hidden = turned, true
	return append(readOnly[:len(readOnly):len(readOnly)], b...)
}

// answers returns what goes to the client instead of b, which came from the server.
func (s *session) answers(b []byte) (seen []byte) {
	const header = 5
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(b) > 0 {
		if len(s.head) < header {
			n := min(header-len(s.head), len(b))
			s.head, b = append(s.head, b[:n]...), b[n:]
			if len(s.head) < header {
				break
			}
			s.left = int(binary.BigEndian.Uint32(s.head[1:])) - 4
			if !s.hides() {
				seen = append(seen, s.head...)
			}
		}
		n := min(s.left, len(b))
		if !s.hides() {
			seen = append(seen, b[:n]...)
		}
		s.left -= n
		if s.left == 0 {
			s.ended(b[:n])
		}
		b = b[n:]
	}
	return seen
}

// hides tells whether the message belongs to a hidden answer. Notices, notifications and reports of settings come at any time.
func (s *session) hides() bool {
	switch s.head[0] {
	case 'A', 'N', 'S':
		return false
	}
	return s.hidden
}

func (s *session) ended(body []byte) {
	if s.head[0] == 'Z' {
		s.idle, s.hidden = !s.hidden && body[len(body)-1] == 'I', false
	}
	s.head = s.head[:0]
}
