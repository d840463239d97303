package keyring

import (
	"context"
	"fmt"

	"github.com/interviewing-io/greenhouse-export/seal"
)

// Seal seals a company's key under the key that is in use, the one that the digest key is sealed under, and not simply under the
// keyset's primary: while a keyset with a new primary is being deployed, nodes that do not have it yet must open what is sealed. The
// digest key must exist: see [Store.Digests].
func (s Store) Seal(ctx context.Context, k *seal.Keyset, org string, plaintext []byte) ([]byte, error) {
	inUse, err := s.digestKey(ctx)
	if err != nil {
		return nil, err
	}
	present, err := k.Like(inUse)
	if err != nil {
		return nil, fmt.Errorf("the digest key: %w", err)
	}
	return present.Seal(org, plaintext)
}
