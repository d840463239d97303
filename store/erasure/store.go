// Package erasure removes a person from everything that the service keeps: bodies, messages that wait, answers, and free text of others
// that holds the person's words. What prevents doubles stays: keys, states and Greenhouse's ids.
package erasure

import "github.com/interviewing-io/greenhouse-export/store"

// Store is a [store.Store] that can erase.
type Store struct{ *store.Store }

// In gives s the means to erase.
func In(s *store.Store) Store { return Store{s} }
