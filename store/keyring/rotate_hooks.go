package keyring

import (
	"context"
	"fmt"

	"github.com/interviewing-io/greenhouse-export/seal"
)

// rewrapHooks seals the secrets of webhooks anew that still are as they were read: one that somebody has just rotated stays.
func (s Store) rewrapHooks(ctx context.Context, k *seal.Keyset) (total int, err error) {
	for after := ""; ; {
		batch, err := s.sealedHooks(ctx, after)
		if err != nil || len(batch) == 0 {
			return total, err
		}
		after = batch[len(batch)-1].OrgID
		for _, one := range batch {
			n, err := s.rewrapHook(ctx, k, one)
			total += n
			if err != nil {
				return total, err
			}
		}
	}
}

func (s Store) rewrapHook(ctx context.Context, k *seal.Keyset, h sealedHook) (n int, err error) {
	anew := h
	for _, value := range []*[]byte{&anew.Secret, &anew.Before} {
		if *value == nil || k.Primary(*value) {
			continue
		}
		sealed, err := k.Reseal(seal.HookOrg(h.OrgID), *value)
		if err != nil {
			continue // it is among the broken ones, which are told
		}
		*value = sealed
		n++
	}
	if n == 0 {
		return 0, nil
	}
	done, err := s.Pool.Exec(ctx, `
		UPDATE ghexport.hooks
		   SET sealed_secret = $2, sealed_before = $3
		 WHERE org_id = $1 AND sealed_secret = $4 AND sealed_before IS NOT DISTINCT FROM $5`, h.OrgID, anew.Secret, anew.Before, h.Secret, h.Before)
	if err != nil {
		return 0, fmt.Errorf("seal the secret of a webhook anew: %w", err)
	}
	if done.RowsAffected() == 0 {
		return 0, nil
	}
	return n, nil
}
