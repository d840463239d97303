package store

import (
	"context"
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

	// digestOrg stands where a company's id stands when the digest key is sealed.
	digestOrg = "digest"
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

// Digests opens the service's digest key, and makes it where the database has none yet. Any number of nodes may call it at once:
// one key is kept, and all read it. An error of the keyset's means that this node must not fold: its digests would match nobody's.
func (s *Store) Digests(ctx context.Context, k *Keyset) (*Digests, error) {
	sealed, err := s.digestKey(ctx)
	if err != nil {
		return nil, err
	}
	if sealed == nil {
		if err := s.makeDigestKey(ctx, k); err != nil {
			return nil, err
		}
		if sealed, err = s.digestKey(ctx); err != nil {
			return nil, err
		}
	}
	key, err := k.Open(digestOrg, sealed)
	if err != nil {
		return nil, fmt.Errorf("open the digest key: %w", err)
	}
	return NewDigests(key)
}

func (s *Store) digestKey(ctx context.Context) (sealed []byte, err error) {
	if err := s.Pool.QueryRow(ctx, "SELECT digest_key FROM ghexport.control").Scan(&sealed); err != nil {
		return nil, fmt.Errorf("read the digest key: %w", notFound(err))
	}
	return sealed, nil
}

func (s *Store) makeDigestKey(ctx context.Context, k *Keyset) error {
	sealed, err := k.Seal(digestOrg, NewDigestKey())
	if err != nil {
		return fmt.Errorf("digest key: %w", err)
	}
	// Whoever comes second changes no row and reads the first one's key.
	if _, err := s.Pool.Exec(ctx, "UPDATE ghexport.control SET digest_key = $1 WHERE digest_key IS NULL", sealed); err != nil {
		return fmt.Errorf("keep the digest key: %w", err)
	}
	return nil
}
