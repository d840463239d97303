package seal

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// A keyset is rotated in two deploys. [Keyset.WithNewKey] makes one that has a new key, too; once every node has it,
// [Store.Rotate] seals everything anew; then [Keyset.PrimaryAlone] makes the one without the old keys. What is sealed in between
// goes under the key that is in use, which the database tells: see [Store.Seal].

// IDs are the numbers of the keys that open something, which are no secret.
func (k *Keyset) IDs() []int64 {
	ids := make([]int64, 0, len(k.now.Load().known))
	for id := range maps.Keys(k.now.Load().known) {
		ids = append(ids, int64(id))
	}
	slices.Sort(ids)
	return ids
}

// PrimaryID is the number of the key that Seal uses.
func (k *Keyset) PrimaryID() int64 { return int64(k.now.Load().primary) }

// WithNewKey returns, as Tink's cleartext JSON, this keyset and a fresh primary key. It is a secret.
func (k *Keyset) WithNewKey() (string, error) {
	manager := keyset.NewManagerFromHandle(k.now.Load().handle)
	id, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err == nil {
		err = manager.SetPrimary(id)
	}
	if err != nil {
		return "", fmt.Errorf("add a key: %w", err)
	}
	handle, err := manager.Handle()
	if err != nil {
		return "", fmt.Errorf("add a key: %w", err)
	}
	return cleartext(handle)
}

// PrimaryAlone returns, as Tink's cleartext JSON, the primary key without the others. It is a secret.
func (k *Keyset) PrimaryAlone() (string, error) {
	manager := keyset.NewManagerFromHandle(k.now.Load().handle)
	for _, key := range k.now.Load().handle.KeysetInfo().GetKeyInfo() {
		if key.GetKeyId() == k.now.Load().primary {
			continue
		}
		if err := manager.Delete(key.GetKeyId()); err != nil {
			return "", fmt.Errorf("take key %d out: %w", key.GetKeyId(), err)
		}
	}
	handle, err := manager.Handle()
	if err != nil {
		return "", fmt.Errorf("take the old keys out: %w", err)
	}
	return cleartext(handle)
}

// Like returns the same keys, of which the one that sealed was made under seals.
func (k *Keyset) Like(sealed []byte) (*Keyset, error) {
	id, named := sealingKey(sealed)
	if !named {
		return nil, ErrSealBroken
	}
	if !k.now.Load().known[id] {
		return nil, fmt.Errorf("key %d: %w", id, ErrKeyUnknown)
	}
	if id == k.now.Load().primary {
		return k, nil
	}
	manager := keyset.NewManagerFromHandle(k.now.Load().handle)
	if err := manager.SetPrimary(id); err != nil {
		return nil, fmt.Errorf("seal under key %d: %w", id, err)
	}
	handle, err := manager.Handle()
	if err != nil {
		return nil, fmt.Errorf("seal under key %d: %w", id, err)
	}
	return newKeyset(handle)
}

// Reseal opens a value and seals it under the primary key.
func (k *Keyset) Reseal(org string, sealed []byte) ([]byte, error) {
	plain, err := k.Open(org, sealed)
	if err != nil {
		return nil, err
	}
	return k.Seal(org, plain)
}
