package seal

import (
	"encoding/base64"
	"errors"
	"strings"
	"unicode"
)

// CleanAPIKey takes an API key as somebody pasted it, white space and invisible characters around it removed, and refuses what can
// only be a slip of the copying hand. Its errors say what is wrong and never show the value.
func CleanAPIKey(pasted string) (string, error) {
	key := strings.TrimFunc(pasted, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
	lower := strings.ToLower(key)
	switch {
	case key == "":
		return "", errors.New("the API key is empty")
	case strings.HasPrefix(lower, "basic "), strings.HasPrefix(lower, "authorization:"):
		return "", errors.New("this is a whole Authorization header: paste the API key alone, as Greenhouse showed it")
	case strings.ContainsFunc(key, unicode.IsSpace):
		return "", errors.New("the API key has white space inside: part of something else was copied with it")
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", errors.New("the API key has invisible or non-ASCII characters inside: copy it again from Greenhouse")
	case otherCredential(lower) != "":
		return "", errors.New("this looks like " + otherCredential(lower) + ": what is needed is an API key of the type Candidate Ingestion")
	case encodedUserName(key):
		return "", errors.New("this is already base64 of a key: paste the API key itself, as Greenhouse showed it")
	case strings.Contains(key, ":"):
		// A user name of Basic auth ends at the first colon (RFC 7617 §2): half of it would never arrive.
		return "", errors.New("the API key has a colon: paste the key alone, without user name, password or trailing colon")
	}
	return key, nil
}

// otherCredential names what a value is that somebody took for an API key; empty where it may be one. Harvest v1 and Job Board keys look
// just like ours: those only Greenhouse can tell.
func otherCredential(lower string) string {
	switch {
	case strings.HasPrefix(lower, "eyj") && strings.Count(lower, ".") == 2:
		return "a credential of Harvest v3 (an access token)"
	case strings.HasPrefix(lower, "client_id"), strings.HasPrefix(lower, "client_secret"), strings.HasPrefix(lower, "client-id"):
		return "a credential of Harvest v3 (an OAuth client)"
	case strings.HasPrefix(lower, "bearer"):
		return "an access token"
	case strings.Contains(lower, "harvest"):
		return "a credential of Harvest"
	case strings.HasPrefix(lower, "https:"), strings.HasPrefix(lower, "http:"):
		return "an address"
	case strings.Contains(lower, "@"):
		return "an email address"
	}
	return ""
}

// Last5 returns how a key may be shown: its last five characters, by which Greenhouse's own list names it. A key too short to hide
// anything behind them shows none.
func Last5(key string) string {
	if len(key) < 10 {
		return ""
	}
	return key[len(key)-5:]
}

// encodedUserName tells the ready-made "key:" of a Basic auth header, in base64 of any dialect.
func encodedUserName(key string) bool {
	bare := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(key, "="))
	decoded, err := base64.RawStdEncoding.DecodeString(bare)
	if err != nil || len(decoded) < 2 || decoded[len(decoded)-1] != ':' {
		return false
	}
	for _, b := range decoded {
		if b <= ' ' || b > '~' {
			return false // a true key that happens to decode gives noise
		}
	}
	return true
}
