// Package health reads how the service does as a whole: the backlog with what holds it back, by company, dead letters by kind, and who
// holds the relay's turn.
package health

import "github.com/interviewing-io/greenhouse-export/store"

// Store is a [store.Store] that tells how the service does.
type Store struct{ *store.Store }

// In gives s the means to tell how the service does.
func In(s *store.Store) Store { return Store{s} }
