package keyring

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
)

// sealedKey is a company's sealed API key.
type sealedKey struct {
	OrgID  string
	Sealed []byte
}

// sealedBatch sets how many companies are read, or sealed anew, at once.
const sealedBatch = 200

func (s Store) sealedKeys(ctx context.Context, after string) ([]sealedKey, error) {
	rows, err := s.Pool.Query(ctx, `
		SELECT org_id, sealed_key
		  FROM ghexport.integrations
		 WHERE org_id > $1 AND sealed_key IS NOT NULL -- integrations_pkey
		 ORDER BY org_id
		 LIMIT $2`, after, sealedBatch)
	if err != nil {
		return nil, fmt.Errorf("read sealed keys: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[sealedKey])
	if err != nil {
		return nil, fmt.Errorf("read sealed keys: %w", err)
	}
	return list, nil
}

// sealedHook is a company's webhook secrets, as they are sealed. The one before may be null.
type sealedHook struct {
	OrgID          string
	Secret, Before []byte
}

// values are the sealed values of the row.
func (h sealedHook) values() [][]byte {
	if h.Before == nil {
		return [][]byte{h.Secret}
	}
	return [][]byte{h.Secret, h.Before}
}

func (s Store) sealedHooks(ctx context.Context, after string) ([]sealedHook, error) {
	rows, err := s.Pool.Query(ctx, `
		SELECT org_id, sealed_secret, sealed_before
		  FROM ghexport.hooks
		 WHERE org_id > $1 -- hooks_pkey
		 ORDER BY org_id
		 LIMIT $2`, after, sealedBatch)
	if err != nil {
		return nil, fmt.Errorf("read sealed webhook secrets: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[sealedHook])
	if err != nil {
		return nil, fmt.Errorf("read sealed webhook secrets: %w", err)
	}
	return list, nil
}

// surveyHooks looks at every sealed secret of webhooks.
func (s Store) surveyHooks(ctx context.Context, k *seal.Keyset, found *survey) error {
	for after := ""; ; {
		batch, err := s.sealedHooks(ctx, after)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, one := range batch {
			for _, sealed := range one.values() {
				found.look(k, "the webhook of "+one.OrgID, seal.HookOrg(one.OrgID), sealed)
			}
		}
		after = batch[len(batch)-1].OrgID
	}
}

// survey tells what is sealed under which key, by companies; the digest key goes by digestName.
type survey struct {
	all, primary         int
	old, unknown, broken []string
}

const digestName = "(the digest key)"

// sealed opens every sealed value there is.
func (s Store) sealed(ctx context.Context, k *seal.Keyset) (survey, error) {
	var found survey
	digest, err := s.digestKey(ctx)
	if err != nil {
		return found, err
	}
	if digest != nil {
		found.look(k, digestName, seal.DigestOrg, digest)
	}
	for after := ""; ; {
		batch, err := s.sealedKeys(ctx, after)
		if err != nil {
			return found, err
		}
		if len(batch) == 0 {
			return found, s.surveyHooks(ctx, k, &found)
		}
		for _, one := range batch {
			found.look(k, one.OrgID, one.OrgID, one.Sealed)
		}
		after = batch[len(batch)-1].OrgID
	}
}

func (f *survey) look(k *seal.Keyset, name, org string, sealed []byte) {
	f.all++
	_, err := k.Open(org, sealed)
	switch {
	case errors.Is(err, seal.ErrKeyUnknown):
		f.unknown = append(f.unknown, name)
	case err != nil:
		f.broken = append(f.broken, name)
	case k.Primary(sealed):
		f.primary++
	default:
		f.old = append(f.old, name)
	}
}

// StillSealedError refuses to give up old keys while values are sealed under them.
type StillSealedError struct {
	Names []string // companies, or the digest key
}

// Error names them.
func (e *StillSealedError) Error() string {
	return "still sealed under an older key: " + strings.Join(e.Names, ", ")
}

// OldKeysUnused returns nil once nothing that the database holds needs another key of the keyset than the primary one, else a
// [*StillSealedError], or an [*UnopenedError] where values are sealed under keys that the keyset does not even have.
func (s Store) OldKeysUnused(ctx context.Context, k *seal.Keyset) error {
	found, err := s.sealed(ctx, k)
	switch {
	case err != nil:
		return err
	case len(found.unknown) > 0:
		return &UnopenedError{Unknown: found.unknown}
	case len(found.old) > 0:
		return &StillSealedError{Names: found.old}
	default:
		return nil
	}
}

// nodesHave refuses a key that a node which runs now does not say it has.
func (s Store) nodesHave(ctx context.Context, key int64) error {
	rows, err := s.Pool.Query(ctx, `
		SELECT n.host
		  FROM ghexport.nodes n
		 WHERE n.seen_at > clock_timestamp() - $2::interval AND NOT coalesce($1 = ANY (n.keys), false)
		 ORDER BY n.host
		 LIMIT 100`, key, ledger.NodeGone)
	if err != nil {
		return fmt.Errorf("ask which keys the nodes have: %w", err)
	}
	hosts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("ask which keys the nodes have: %w", err)
	}
	if len(hosts) > 0 {
		return &NodesLackKeyError{Key: key, Hosts: hosts}
	}
	return nil
}
