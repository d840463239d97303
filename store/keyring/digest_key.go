package keyring

import (
	"context"
	"fmt"

	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Digests opens the service's digest key, and makes it where the database has none yet. Any number of nodes may call it at once:
// one key is kept, and all read it. An error of the keyset's means that this node must not fold: its digests would match nobody's.
func (s Store) Digests(ctx context.Context, k *seal.Keyset) (*seal.Digests, error) {
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
	key, err := k.Open(seal.DigestOrg, sealed)
	if err != nil {
		return nil, fmt.Errorf("open the digest key: %w", err)
	}
	return seal.NewDigests(key)
}

func (s Store) digestKey(ctx context.Context) (sealed []byte, err error) {
	if err := s.Pool.QueryRow(ctx, "SELECT digest_key FROM ghexport.control").Scan(&sealed); err != nil {
		return nil, fmt.Errorf("read the digest key: %w", store.NotFound(err))
	}
	return sealed, nil
}

func (s Store) makeDigestKey(ctx context.Context, k *seal.Keyset) error {
	sealed, err := k.Seal(seal.DigestOrg, seal.NewDigestKey())
	if err != nil {
		return fmt.Errorf("digest key: %w", err)
	}
	// Whoever comes second changes no row and reads the first one's key.
	if _, err := s.Pool.Exec(ctx, "UPDATE ghexport.control SET digest_key = $1 WHERE digest_key IS NULL", sealed); err != nil {
		return fmt.Errorf("keep the digest key: %w", err)
	}
	return nil
}
