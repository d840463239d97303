package pgsession

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// errAddress stands for an address that does not parse, whose own error may quote a password.
var errAddress = errors.New("it is neither a connection URL nor a list of keywords and values")

// harmless are libpq's keywords that say how to talk, and that do without: what they ask for is done otherwise, or is ours to say.
var harmless = map[string]bool{
	"client_encoding": true, "fallback_application_name": true, "gssdelegation": true, "gssencmode": true, "gsslib": true,
	"keepalives": true, "keepalives_count": true, "keepalives_idle": true, "keepalives_interval": true, "load_balance_hosts": true,
	"sslcompression": true, "tcp_user_timeout": true, "authtype": true, "tty": true,
}

// unmet are libpq's keywords that somebody relies on, and that nothing here honours.
var unmet = []string{
	"hostaddr", "oauth_client_id", "oauth_client_secret", "oauth_issuer", "oauth_scope", "replication", "requirepeer", "requiressl",
	"scram_client_key", "scram_server_key", "ssl_max_protocol_version", "ssl_min_protocol_version", "sslcrl", "sslcrldir", "sslkeylogfile",
}

// KeywordError names what an address asks for and nobody can give.
type KeywordError struct {
	Names []string
	Libpq bool // they are libpq's; else neither libpq nor Postgres has them
}

// Error names them.
func (e *KeywordError) Error() string {
	names := strings.Join(e.Names, ", ")
	if e.Libpq {
		return fmt.Sprintf("it asks for %s, which this program cannot do: take it out", names)
	}
	return fmt.Sprintf("the database address holds %s, which neither libpq nor this Postgres knows: take it out", names)
}

// takeKeywords takes everything out of the startup parameters but options, which only a startup can carry, and returns the settings
// that the address asks for.
func takeKeywords(params map[string]string) ([]setting, error) {
	var asked []setting
	var refused []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		value := params[name]
		if name == "options" {
			continue
		}
		delete(params, name)
		switch {
		case harmless[name], name == "application_name":
		case slices.Contains(unmet, name):
			refused = append(refused, name)
		default:
			asked = append(asked, setting{name, value})
		}
	}
	if len(refused) > 0 {
		return nil, &KeywordError{Names: refused, Libpq: true}
	}
	return asked, nil
}
