// Package notices keeps the notices that tell people and programs about their exports: what shall be told, to whom, and how often it
// was tried. A sweep writes them from the ledger's state under unique keys, so that each thing is told once.
package notices

import "github.com/interviewing-io/greenhouse-export/store"

// Store is a [store.Store] with the notices' methods.
type Store struct{ *store.Store }

// In gives s the notices' methods.
func In(s *store.Store) Store { return Store{s} }
