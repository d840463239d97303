// Package rights grants database roles what a service, a viewer or a producer needs, and says what the connected role lacks.
package rights

import "github.com/interviewing-io/greenhouse-export/store"

// Store is a [store.Store] that knows the rights of database roles.
type Store struct{ *store.Store }

// In gives s the means to grant and check rights.
func In(s *store.Store) Store { return Store{s} }
