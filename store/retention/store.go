// Package retention deletes what is past its age, by class and in small steps that never hold a lock for long.
package retention

import "github.com/interviewing-io/greenhouse-export/store"

// Store is a [store.Store] that forgets by age.
type Store struct{ *store.Store }

// In gives s the means to forget by age.
func In(s *store.Store) Store { return Store{s} }
