package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the networks whose word about whom they serve is believed. None: every request comes from the other end of its connection.
type Proxies []netip.Prefix

// ParseProxies reads networks such as 10.0.0.0/8, or single addresses, separated by commas.
func ParseProxies(text string) (Proxies, error) {
	var list Proxies
	var problems []error
	for n, entry := range strings.Split(text, ",") {
		entry = strings.TrimSpace(entry)
		if entry == "" {
			continue
		}
		network, err := netip.ParsePrefix(entry)
		if alone, wrong := netip.ParseAddr(entry); wrong == nil && alone.Zone() == "" {
			network, err = netip.PrefixFrom(alone, alone.BitLen()), nil
		}
		if err == nil && network.Addr().Is4In6() {
			if network.Bits() < 96 {
				err = errors.New("too wide")
			} else {
				network = netip.PrefixFrom(network.Addr().Unmap(), network.Bits()-96)
			}
		}
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("GHEXPORT_TRUSTED_PROXIES: entry %d must be a network such as 10.0.0.0/8, or an address", n+1))
		case network.Bits() == 0:
			problems = append(problems, fmt.Errorf("GHEXPORT_TRUSTED_PROXIES: entry %d trusts everybody: whoever comes could say to be anybody", n+1))
		default:
			list = append(list, network.Masked())
		}
	}
	return list, errors.Join(problems...)
}

func (p Proxies) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(a) })
}

// client is the right-most address that none of the proxies has, of those through which a request came; false where the other end of
// the connection has no address. What a client writes into the headers itself stands further left, and is never reached. A proxy that
// speaks of nobody, or of somebody without an address, stands for whom it serves. Where both headers stand and say different things,
// one is the client's own: the proxy stands for it.
func (p Proxies) client(r *http.Request) (netip.Addr, bool) {
	peer, known := address(r.RemoteAddr)
	if !known {
		return peer, false
	}
	old, has := p.last(peer, strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")), len(r.Header.Values("X-Forwarded-For")) > 0
	fresh, also := p.last(peer, forwardedFor(r.Header.Values("Forwarded"))), len(r.Header.Values("Forwarded")) > 0
	switch {
	case has && also && old != fresh:
		return peer, true
	case also:
		return fresh, true
	}
	return old, true
}

func (p Proxies) last(peer netip.Addr, hops []string) netip.Addr {
	for n := len(hops) - 1; n >= 0 && p.trusts(peer); n-- {
		hop, known := address(strings.TrimSpace(hops[n]))
		if !known {
			break
		}
		peer = hop
	}
	return peer
}

// forwardedFor returns what each element of Forwarded (RFC 7239) says that it is for; empty where it says nothing, so that no hop is skipped.
func forwardedFor(values []string) []string {
	var hops []string
	for element := range strings.SplitSeq(strings.Join(values, ","), ",") {
		hop := ""
		for pair := range strings.SplitSeq(element, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			if strings.EqualFold(name, "for") {
				hop = strings.Trim(strings.Trim(value, `"`), " ")
			}
		}
		if alone, found := strings.CutPrefix(hop, "["); found && strings.HasSuffix(alone, "]") {
			hop = strings.TrimSuffix(alone, "]")
		}
		hops = append(hops, hop)
	}
	return hops
}

type clientKey struct{}

// WithClient returns the request with the address that it comes from, for [Origin] and [Network] to find. Without proxies of ours it
// returns the request as it is.
func (p Proxies) WithClient(r *http.Request) *http.Request {
	client, known := p.client(r)
	if len(p) == 0 || !known {
		return r
	}
	return r.WithContext(context.WithValue(r.Context(), clientKey{}, client))
}

// Network is the network that a request's client has: whoever has one IPv6 address has 2^64 of them.
func Network(r *http.Request) string {
	client, found := r.Context().Value(clientKey{}).(netip.Addr)
	if !found {
		var known bool
		if client, known = address(r.RemoteAddr); !known {
			return r.RemoteAddr
		}
	}
	if client.Is6() {
		if network, err := client.Prefix(64); err == nil {
			return network.String()
		}
	}
	return client.String()
}
