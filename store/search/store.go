// Package search finds exports by whatever a person has at hand, and reveals a candidate to who may see one. That somebody searched for a
// person, or looked at one, is audited in the same transaction.
package search

import "github.com/interviewing-io/greenhouse-export/store"

// Store is a [store.Store] that finds people's exports.
type Store struct{ *store.Store }

// In gives s the means to find people's exports.
func In(s *store.Store) Store { return Store{s} }
