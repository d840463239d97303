//go:build unix

package greenhouse

import (
	"net"
	"syscall"
)

// pending tells whether bytes, or the end, wait on a connection that nobody has read. It takes none of them and waits for nothing.
func pending(conn net.Conn) bool {
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	waits := false
	_ = raw.Control(func(fd uintptr) { // not Read, which would wait for the transport's own
		_, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		waits = err == nil
	})
	return waits
}
