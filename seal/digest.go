package seal

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
)

// Digests names people and credentials without showing them, so that a repeat finds an erased person and two companies with one
// key share its budget. HMAC-SHA256 under one random key of the whole service; digests of different kinds never meet.
type Digests struct {
	key []byte
}

const (
	digestKeyBytes = 32
	digestBytes    = 16 // of HMAC's 32: no two of a ledger meet by chance, and its indexes stay half the size

	// DigestOrg stands where a company's id stands when the digest key is sealed.
	DigestOrg = "digest"
)

// NewDigestKey makes a random key for [NewDigests]. It is a secret.
func NewDigestKey() []byte {
	key := make([]byte, digestKeyBytes)
	rand.Read(key) // never fails: crypto/rand ends the process instead
	return key
}

// NewDigests takes the key of the service.
func NewDigests(key []byte) (*Digests, error) {
	if len(key) != digestKeyBytes {
		return nil, fmt.Errorf("digest key has %d bytes, not %d", len(key), digestKeyBytes)
	}
	return &Digests{key: key}, nil
}

// Candidate digests a candidate's id as the producer wrote it; nil for none.
func (d *Digests) Candidate(id string) []byte { return d.digest("candidate", id) }

// Key digests an API key; nil for none.
func (d *Digests) Key(apiKey string) []byte { return d.digest("key", apiKey) }

// String keeps the key out of logs and errors.
func (d *Digests) String() string { return "[secret]" }

// GoString does the same for %#v.
func (d *Digests) GoString() string { return d.String() }

func (d *Digests) digest(kind, text string) []byte {
	if text == "" {
		return nil
	}
	mac := hmac.New(sha256.New, d.key)
	mac.Write([]byte(kind + "\x00" + text))
	return mac.Sum(nil)[:digestBytes]
}
