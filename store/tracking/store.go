// Package tracking keeps where sent candidates stand in their company's Greenhouse: what was seen and when, what changed, when to look
// again, and the feed by which producers read it.
package tracking

import "github.com/interviewing-io/greenhouse-export/store"

// Store is a [store.Store] that tracks candidates.
type Store struct{ *store.Store }

// In gives s the means to track candidates.
func In(s *store.Store) Store { return Store{s} }
