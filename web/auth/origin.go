package auth

import (
	"net/http"
	"net/netip"
	"strings"
)

// Origin returns where a request comes from, for the audit trail: the address at the other end of the connection. Only where that is one
// of a trusted proxy, or while none is declared one of a private network, as a proxy of ours has, is believed what it says of whom it serves; the proxy is then named, too. A name
// that somebody outside wrote into the header stands further left than what the proxy added, and is never reached.
func Origin(r *http.Request) string {
	peer, known := address(r.RemoteAddr)
	if !known {
		return r.RemoteAddr
	}
	if client, found := r.Context().Value(clientKey{}).(netip.Addr); found {
		if client == peer {
			return peer.String()
		}
		return client.String() + " via " + peer.String()
	}
	client := peer
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for n := len(hops) - 1; n >= 0 && (client.IsPrivate() || client.IsLoopback()); n-- {
		hop, known := address(strings.TrimSpace(hops[n]))
		if !known {
			break
		}
		client = hop
	}
	if client == peer {
		return peer.String()
	}
	return client.String() + " via " + peer.String()
}

// address reads an address, with or without a port.
func address(text string) (netip.Addr, bool) {
	if at, err := netip.ParseAddrPort(text); err == nil {
		return at.Addr().Unmap().WithZone(""), true
	}
	at, err := netip.ParseAddr(text)
	return at.Unmap().WithZone(""), err == nil
}
