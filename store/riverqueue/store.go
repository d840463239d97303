// Package riverqueue reads and mends River's own tables where River's client cannot: paused queues, its control rows, jobs of exports
// that are gone.
package riverqueue

import "github.com/interviewing-io/greenhouse-export/store"

// Store is a [store.Store] that looks after River's tables.
type Store struct{ *store.Store }

// In gives s the means to look after River's tables.
func In(s *store.Store) Store { return Store{s} }
