package pgsession

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Unverified returns the hosts of an address that are reached over a network by a connection whose server proves nothing: in the clear,
// or without its certificate being held against the host's name. Only sslmode=verify-full does that. A Unix socket and this machine's
// own addresses need none.
func Unverified(config *pgconn.Config) []string {
	var hosts []string
	add := func(host string, port uint16, verified bool) {
		if network, _ := pgconn.NetworkAddress(host, port); network != "unix" && !verified && !loopback(host) && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	add(config.Host, config.Port, config.TLSConfig != nil && !config.TLSConfig.InsecureSkipVerify)
	for _, next := range config.Fallbacks { // further hosts, and what sslmode allows when its first wish is refused
		add(next.Host, next.Port, next.TLSConfig != nil && !next.TLSConfig.InsecureSkipVerify)
	}
	return hosts
}

// loopback says whether a host is this machine, whatever a resolver answers.
func loopback(host string) bool {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}
