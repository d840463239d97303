package keyring

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Rotation holds what sealing everything anew came to, or would.
type Rotation struct {
	Key       int64    `json:"key"` // the id of the keyset's primary key, under which it is sealed
	DryRun    bool     `json:"dry_run"`
	Sealed    int      `json:"sealed"`    // values: companies' keys and webhook secrets, and the digest key
	Already   int      `json:"already"`   // of them, those that were under it before
	Rewrapped int      `json:"rewrapped"` // sealed anew, or to be
	Broken    []string `json:"broken"`    // companies whose key does not open and stays as it is
}

// NodesLackKeyError refuses to seal under a key that a running node could not open. Nothing was changed.
type NodesLackKeyError struct {
	Key   int64
	Hosts []string
}

// Error names the nodes.
func (e *NodesLackKeyError) Error() string {
	return fmt.Sprintf("key %d is not on every node: %s", e.Key, strings.Join(e.Hosts, ", "))
}

// UnopenedError refuses to go on while values do not open. Nothing was changed.
type UnopenedError struct {
	Unknown []string // sealed under keys that the keyset lacks
	Broken  []string // the keyset has the key, and they do not open
}

// Error names the companies.
func (e *UnopenedError) Error() string {
	var parts []string
	if len(e.Unknown) > 0 {
		parts = append(parts, "the keyset lacks the keys that these were sealed with: "+strings.Join(e.Unknown, ", "))
	}
	if len(e.Broken) > 0 {
		parts = append(parts, "these do not open: "+strings.Join(e.Broken, ", "))
	}
	return strings.Join(parts, "; ")
}

// Rotate seals everything anew under the keyset's primary key, while the service works: a value that changes meanwhile is left to
// the next look at it. A run that was cut short is simply run again. It refuses, with a [*NodesLackKeyError] or an [*UnopenedError],
// before it changes anything; skipBroken goes on without the values that do not open under a key that is there.
func (s Store) Rotate(ctx context.Context, k *seal.Keyset, dryRun, skipBroken bool, by store.By) (Rotation, error) {
	r := Rotation{Key: k.PrimaryID(), DryRun: dryRun, Broken: []string{}}
	if err := s.nodesHave(ctx, k.PrimaryID()); err != nil {
		return r, err
	}
	found, err := s.sealed(ctx, k)
	if err != nil {
		return r, err
	}
	r.Sealed, r.Already, r.Rewrapped = found.all, found.primary, len(found.old)
	r.Broken = append(r.Broken, found.broken...)
	if len(found.unknown) > 0 || len(found.broken) > 0 && !skipBroken {
		return r, &UnopenedError{Unknown: found.unknown, Broken: found.broken}
	}
	if dryRun || len(found.old) == 0 {
		return r, nil
	}
	if r.Rewrapped, err = s.rewrap(ctx, k); err != nil {
		return r, err
	}
	return r, s.InTx(ctx, "record the rotation", func(tx pgx.Tx) error {
		return store.AddAudit(ctx, tx, by, ledger.ActionKeysetRotate, "", map[string]any{"key": r.Key, "rewrapped": r.Rewrapped, "broken": len(r.Broken)})
	})
}

// rewrap seals the digest key anew first: from then on [Store.Seal] seals under it too, and nothing is left behind.
func (s Store) rewrap(ctx context.Context, k *seal.Keyset) (int, error) {
	total, err := s.rewrapDigestKey(ctx, k)
	if err != nil {
		return total, err
	}
	for after := ""; ; {
		batch, err := s.sealedKeys(ctx, after)
		if err != nil {
			return total, err
		}
		if len(batch) == 0 {
			n, err := s.rewrapHooks(ctx, k)
			return total + n, err
		}
		after = batch[len(batch)-1].OrgID
		n, err := s.rewrapKeys(ctx, k, batch)
		total += n
		if err != nil {
			return total, err
		}
		store.Failpoint("rotate.batch")
	}
}

func (s Store) rewrapDigestKey(ctx context.Context, k *seal.Keyset) (int, error) {
	sealed, err := s.digestKey(ctx)
	if err != nil || sealed == nil || k.Primary(sealed) {
		return 0, err
	}
	anew, err := k.Reseal(seal.DigestOrg, sealed)
	if err != nil {
		return 0, fmt.Errorf("the digest key: %w", err)
	}
	done, err := s.Pool.Exec(ctx, "UPDATE ghexport.control SET digest_key = $1 WHERE digest_key = $2", anew, sealed)
	if err != nil {
		return 0, fmt.Errorf("seal the digest key anew: %w", err)
	}
	return int(done.RowsAffected()), nil
}

// rewrapKeys changes those values alone that still are as they were read: a key that somebody has just replaced stays.
func (s Store) rewrapKeys(ctx context.Context, k *seal.Keyset, batch []sealedKey) (n int, err error) {
	var orgs []string
	var before, after [][]byte
	for _, one := range batch {
		if k.Primary(one.Sealed) {
			continue
		}
		anew, err := k.Reseal(one.OrgID, one.Sealed)
		if err != nil {
			continue // it is among the broken ones, which are told
		}
		orgs, before, after = append(orgs, one.OrgID), append(before, one.Sealed), append(after, anew)
	}
	if len(orgs) == 0 {
		return 0, nil
	}
	err = s.InTx(ctx, "seal keys anew", func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `
			WITH anew AS (
				SELECT i.org_id, a.after
				  FROM unnest($1::text[], $2::bytea[], $3::bytea[]) AS a(org_id, before, after)
				  JOIN ghexport.integrations i ON i.org_id = a.org_id
				 WHERE i.sealed_key = a.before
				 ORDER BY i.org_id
				   FOR NO KEY UPDATE OF i
			)
			UPDATE ghexport.integrations i
			   SET sealed_key = anew.after
			  FROM anew
			 WHERE i.org_id = anew.org_id`, orgs, before, after)
		n = int(done.RowsAffected())
		return err
	})
	return n, err
}
