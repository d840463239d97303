package greenhouse

import (
	"net"
	"sync/atomic"
)

// fencedConn asks the request that it was armed for before each Write. Unarmed (handshake, CONNECT) it lets pass.
// It hides everything but net.Conn's methods, so that no byte takes another way (sendfile).
type fencedConn struct {
	net.Conn
	try   atomic.Pointer[try]
	heard *heardConn
}

// heardConn counts the reads that brought something. It lies below TLS, whose records may wait in a buffer, too.
type heardConn struct {
	net.Conn
	reads atomic.Int64
}

// Read reads, and counts it before anybody can have seen what came.
func (c *heardConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.reads.Add(1)
	}
	return n, err
}

// Write writes p when the armed request still may leave.
func (c *fencedConn) Write(p []byte) (int, error) {
	t := c.try.Load()
	if t == nil {
		return c.Conn.Write(p)
	}
	if err := t.admit(); err != nil {
		return 0, err
	}
	n, err := c.Conn.Write(p)
	t.wrote(n, err)
	return n, err
}
