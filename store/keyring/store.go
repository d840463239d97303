// Package keyring wraps sealed columns anew when a key of the keyset is rotated, and keeps digests' key.
package keyring

import "github.com/interviewing-io/greenhouse-export/store"

// Store is a [store.Store] that rotates keys.
type Store struct{ *store.Store }

// In gives s the means to rotate keys.
func In(s *store.Store) Store { return Store{s} }
