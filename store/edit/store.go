// Package edit changes an export's name, email or LinkedIn as a revision beside the producer's version.
package edit

import "github.com/interviewing-io/greenhouse-export/store"

// Store is a [store.Store] that edits exports.
type Store struct{ *store.Store }

// In gives s the means to edit exports.
func In(s *store.Store) Store { return Store{s} }
