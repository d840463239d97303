//go:build !unix

package greenhouse

import "net"

// pending cannot tell here.
func pending(net.Conn) bool { return false }
